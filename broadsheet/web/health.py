"""How the service is doing, as `/ops` draws it: the flow, the law, the sources, space, and what waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from broadsheet import status
from broadsheet.metrics import table_sizes
from broadsheet.model import now
from broadsheet.storage import enriched, versions
from broadsheet.storage.postgres import PostgresTransaction
from broadsheet.web import charts
from broadsheet.web.charts import Bar
from broadsheet.web.reading import reading
from broadsheet.web.services import Services

DAY = 86_400.0
"""Seconds in which edits are counted."""

STAGES = ("extract", "strip", "deduplicate", "enrich", "index")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A period that the charts show."""

    name: str
    seconds: int
    bars: int

    @property
    def step(self) -> float:
        """Seconds of one bar."""
        return self.seconds / self.bars


WINDOWS = (
    Window(name="15 min", seconds=900, bars=60),
    Window(name="3 h", seconds=3 * 3600, bars=60),
    Window(name="24 h", seconds=24 * 3600, bars=48),
    Window(name="7 days", seconds=7 * 86_400, bars=56),
)


def whole(services: Services, window: Window | None) -> dict[str, Any]:
    """Everything on `/ops`; without a window the one that fits how long the service runs."""

    def compute() -> dict[str, Any]:
        found = status.snapshot(services.database, services.engine)
        with reading(services.database) as tx:
            chosen = window or fitting(tx)
            return {**found, **_around(tx, services), **flow(tx, chosen, found), "window": chosen}

    return {**services.status.get(("ops", window), compute), "space": space(services), "windows": WINDOWS}


def fitting(tx: PostgresTransaction) -> Window:
    """The shortest window that holds what was done so far, at most three hours."""
    rows = tx.rows("SELECT extract(epoch FROM now() - min(at))::float8 AS age FROM booking")
    return WINDOWS[0] if (rows[0]["age"] or 0.0) < WINDOWS[0].seconds else WINDOWS[1]


def _around(tx: PostgresTransaction, services: Services) -> dict[str, Any]:
    notes = {row["key"]: row for row in tx.rows("SELECT key, value, at FROM note")}
    return {
        "at": now(),
        "letters": tx.rows(
            "SELECT d.id, d.lane, d.stage, d.error, d.traceback, d.at, d.url_id, u.url FROM dead_letter d"
            " JOIN url u ON u.id = d.url_id WHERE d.revived IS NULL ORDER BY d.at DESC, d.id DESC LIMIT 10"
        ),
        "letter_stages": tx.rows(
            "SELECT stage, count(*) AS n FROM dead_letter WHERE revived IS NULL GROUP BY stage ORDER BY stage"
        ),
        "lists": lists(tx),
        "runs": tx.rows(
            "SELECT r.*, (SELECT count(*) FROM job j WHERE j.lane = r.lane) AS left FROM reprocess_run r"
            " WHERE finished IS NULL OR finished > now() - interval '1 hour' ORDER BY started DESC LIMIT 10"
        ),
        "crawlers": tx.rows(
            "SELECT shard, started, beat, finished, state, tally FROM crawler"
            " WHERE finished IS NULL OR finished > now() - interval '1 hour' ORDER BY shard"
        ),
        "disk": notes["disk"]["value"] if "disk" in notes else None,
        "edits": versions.counts(tx, DAY),
        "enriched": enriched.told(tx),
        "audit": tx.rows("SELECT at, who, action, target FROM audit ORDER BY id DESC LIMIT 8"),
        "engine_name": services.engine.name,
    }


def lists(tx: PostgresTransaction) -> dict[str, dict[str, Any]]:
    """What is known of each source's feeds, sitemaps and sections, by source."""
    rows = tx.rows(
        "SELECT s.name, s.title, s.home, s.enabled, s.present, count(f.id) AS lists, max(f.last_success) AS success,"
        " count(f.id) FILTER (WHERE f.failures > 0) AS failing, coalesce(max(f.failures), 0) AS failures,"
        " min(f.next_visit) FILTER (WHERE f.enabled) AS next,"
        " (array_agg(f.error ORDER BY f.failures DESC) FILTER (WHERE f.error IS NOT NULL AND f.failures > 0))[1] AS error"
        " FROM source s LEFT JOIN feed f ON f.source = s.name GROUP BY s.name ORDER BY s.name"
    )
    return {row["name"]: row for row in rows}


def sources(found: dict[str, Any]) -> list[dict[str, Any]]:
    """One line a source: what it gave and how its lists do; those in trouble first."""
    counted = {row["name"]: row for row in found["sources"]}
    held = {row["source"]: row for row in found["held_sources"]}
    none = dict.fromkeys(("discovered", "indexed", "merged", "rejected", "dead", "pending"), 0)
    merged = []
    for name in sorted({*counted, *found["lists"], *held}):
        known = found["lists"].get(name, {})
        numbers = counted.get(name, {**none, "last_found": None, "last_indexed": None})
        merged.append({**numbers, "name": name, "known": known, "held": held.get(name), "trouble": _trouble(known)})
    return sorted(merged, key=lambda row: (row["held"] is None, not row["trouble"], row["name"]))


def _trouble(known: dict[str, Any]) -> str:
    if not known:
        return ""
    if not known["present"]:
        return "its file is gone"
    if known["lists"] and known["failing"] == known["lists"]:
        return "all its lists fail"
    return f"{known['failing']} of {known['lists']} lists fail" if known["failing"] else ""


def flow(tx: PostgresTransaction, window: Window, found: dict[str, Any]) -> dict[str, Any]:
    """The charts: what was found, and what each stage did, in the window's bars."""
    stages = list(dict.fromkeys([*STAGES, *found["stages"], *found["paused"]]))
    series = _series(tx, window)
    return {
        "flow": [_stage(name, series, window, found) for name in stages],
        "found_chart": _counted(tx, window, "found", "SELECT at, n FROM booking WHERE at > %(since)s"),
        "fetched_chart": _counted(tx, window, "fetched", "SELECT kept AS at, 1 AS n FROM page WHERE kept > %(since)s"),
        "latency_chart": _latency(tx, window),
    }


def _stage(
    name: str, series: dict[str, list[tuple[float, ...]]], window: Window, found: dict[str, Any]
) -> dict[str, Any]:
    bars = series.get(name, [])
    sums = [sum(parts[place] for parts in bars) for place in range(3)] if bars else [0, 0, 0]
    return {
        "name": name,
        "waiting": found["waiting"].get(name, 0),
        "paused": found["paused"].get(name),
        "passed": sums[0],
        "dropped": sums[1],
        "failed": sums[2],
        "cost": _cost(found["stages"].get(name, {})),
        "chart": _drawn(bars or [(0.0,)] * window.bars, ("passed", "dropped", "failed"), window, name),
    }


def _cost(stage: dict[str, Any]) -> float | None:
    """Seconds of work a document in the last day; None where nothing was done."""
    documents = sum(stage.get(outcome, 0) for outcome in ("passed", "dropped", "failed"))
    return stage["seconds"] / documents if documents else None


def _series(tx: PostgresTransaction, window: Window) -> dict[str, list[tuple[float, ...]]]:
    rows = tx.rows(
        "SELECT stage, floor(extract(epoch FROM now() - at) / %(step)s)::int AS bar, sum(passed)::float8 AS passed,"
        " sum(dropped)::float8 AS dropped, sum(failed)::float8 AS failed FROM tally"
        " WHERE at > now() - make_interval(secs => %(seconds)s) GROUP BY 1, 2",
        {"step": window.step, "seconds": window.seconds},
    )
    found: dict[str, list[tuple[float, ...]]] = {}
    for row in rows:
        bars = found.setdefault(row["stage"], [(0.0, 0.0, 0.0)] * window.bars)
        place = window.bars - 1 - row["bar"]
        if 0 <= place < window.bars:
            bars[place] = (row["passed"], row["dropped"], row["failed"])
    return found


def _counted(tx: PostgresTransaction, window: Window, word: str, rows: str) -> dict[str, Any]:
    """How many, and when, of what a statement lists as (at, n)."""
    sums = tx.rows(
        "SELECT floor(extract(epoch FROM now() - at) / %(step)s)::int AS bar, sum(n)::float8 AS n"  # noqa: S608 - ours
        f" FROM ({rows}) AS listed GROUP BY 1",
        {"step": window.step, "since": now() - timedelta(seconds=window.seconds)},
    )
    found: list[tuple[float, ...]] = [(0.0,)] * window.bars
    for row in sums:
        if 0 <= (place := window.bars - 1 - row["bar"]) < window.bars:
            found[place] = (row["n"],)
    return {"chart": _drawn(found, (word,), window, f"URLs {word}"), "n": sum(parts[0] for parts in found)}


def _latency(tx: PostgresTransaction, window: Window) -> Any:
    rows = tx.rows(
        "SELECT floor(extract(epoch FROM now() - first_indexed) / %(step)s)::int AS bar,"
        " percentile_cont(0.5) WITHIN GROUP (ORDER BY latency)::float8 AS p50,"
        " percentile_cont(0.95) WITHIN GROUP (ORDER BY latency)::float8 AS p95 FROM article"
        " WHERE first_indexed > now() - make_interval(secs => %(seconds)s) GROUP BY 1",
        {"step": window.step, "seconds": window.seconds},
    )
    bars = [Bar(parts=(0.0,))] * window.bars
    for row in rows:
        place = window.bars - 1 - row["bar"]
        if 0 <= place < window.bars and row["p50"] is not None:
            title = f"p50 {row['p50']:.2f} s, p95 {row['p95']:.2f} s"
            bars[place] = Bar(parts=(row["p50"], max(0.0, row["p95"] - row["p50"])), title=title)
    return charts.bars(bars, ("p50", "p95"), label="seconds from fetched to searchable")


def _drawn(series: Sequence[tuple[float, ...]], classes: tuple[str, ...], window: Window, label: str) -> Any:
    began = now() - timedelta(seconds=window.seconds)
    found = []
    for place, parts in enumerate(series):
        at = began + timedelta(seconds=window.step * (place + 1))
        told = ", ".join(f"{part:.0f} {name}" for part, name in zip(parts, classes, strict=False) if part)
        found.append(Bar(parts=parts, title=f"to {at:%H:%M:%S} UTC: {told}" if told else ""))
    return charts.bars(found, classes, label=f"{label}, last {window.name}")


def space(services: Services) -> dict[str, Any]:
    """Bytes by table and by day."""

    def compute() -> dict[str, Any]:
        with reading(services.database) as tx:
            return {"tables": table_sizes(tx), "days": days(tx)}

    return services.sizes.get("space", compute)


def days(tx: PostgresTransaction, most: int = 14) -> list[dict[str, Any]]:
    """Pages kept in each of the last days: how many, and their bytes as they came and as they are stored."""
    return tx.rows(
        "SELECT date_trunc('day', kept) AS day, count(*) AS pages, sum(size)::bigint AS bytes,"
        " sum(pg_column_size(body))::bigint AS stored FROM page"
        " WHERE kept >= date_trunc('day', now()) - make_interval(days => %(days)s) GROUP BY 1 ORDER BY 1 DESC",
        {"days": most - 1},
    )


def law_chart(found: dict[str, Any]) -> Any:
    """The five states as one bar."""
    rejected = sum(found["rejected"].values())
    parts = [(name, float(found[name]), f"{found[name]} {name}") for name in ("indexed", "merged")]
    parts.append(("rejected", float(rejected), f"{rejected} rejected"))
    parts += [(name, float(found[name]), f"{found[name]} {name}") for name in ("dead", "pending")]
    return charts.share(parts, label="every URL by its state")


def space_chart(found: dict[str, Any]) -> Any:
    """Bytes kept by day, oldest first."""
    kept = {row["day"].date(): row for row in found["days"]}
    today = now().date()
    bars = [
        Bar(parts=(float(row["stored"]),), title=f"{row['day']:%d %b}: {row['pages']} pages, {row['stored']} bytes")
        if (row := kept.get(today - timedelta(days=back)))
        else Bar(parts=(0.0,))
        for back in reversed(range(14))
    ]
    return charts.bars(bars, ("found",), label="bytes of raw pages kept on each of the last 14 days", width=140)
