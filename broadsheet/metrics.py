"""Metrics for Prometheus, read from the tables when they are asked for: a short Airflow task is gone before a scraper looks.

Names carry their units. Counters are sums of rows that are only ever added, so they survive restarts of every process.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from broadsheet import status
from broadsheet.ports import SearchIndex
from broadsheet.settings import Settings
from broadsheet.storage import articles, enriched, versions
from broadsheet.storage.postgres import Database, PostgresTransaction

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OUTCOMES = ("passed", "dropped", "failed")


def exposition(database: Database, engine: SearchIndex | None, settings: Settings) -> str:
    """All metrics in Prometheus' text format."""
    with database.snapshot() as tx:
        tx.run("SET LOCAL statement_timeout = '30s'")
        found = [*measured(tx, status.engine_count(engine)), *_configured(settings)]
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(found))
    return generate_latest(registry).decode()


class _Collected(Collector):
    def __init__(self, found: Iterable[Metric]) -> None:
        self._found = list(found)

    def collect(self) -> Iterable[Metric]:
        return self._found


def measured(tx: PostgresTransaction, engine_count: int | None) -> list[Metric]:
    """All that the tables say."""
    return [
        *_law(status.law(tx, engine_count)),
        *_stages(tx),
        *_queue(tx),
        *_latency(tx),
        *_edits(tx),
        *_enriched(tx),
        *_sources(tx),
        *_storage(tx),
    ]


def _gauge(name: str, about: str, rows: Iterable[tuple[tuple[str, ...], float]], *labels: str) -> GaugeMetricFamily:
    metric = GaugeMetricFamily(f"broadsheet_{name}", about, labels=labels)
    for values, number in rows:
        metric.add_metric(values, number)
    return metric


def _law(law: dict[str, Any]) -> list[Metric]:
    states = {name: law[name] for name in ("indexed", "merged", "pending", "dead")}
    states["rejected"] = sum(law["rejected"].values())
    reasons = [((str(reason),), n) for reason, n in law["rejected"].items()]
    engine = [] if law["engine"] is None else [((), law["engine"])]
    return [
        _gauge("urls", "URLs in each state.", [((name,), n) for name, n in states.items()], "state"),
        _gauge("urls_discovered", "URLs that crawlers booked.", [((), law["discovered"])]),
        _gauge("urls_rejected", "Rejected URLs by reason.", reasons, "reason"),
        _gauge(
            "engine_documents", "Documents in the search engine, by its own count; absent while it is away.", engine
        ),
        _gauge("engine_up", "1 while the search engine answers.", [((), float(law["engine"] is not None))]),
        _gauge("balanced", "1 while the independent counts of the conservation law agree.", [((), law["balanced"])]),
    ]


def _stages(tx: PostgresTransaction) -> list[Metric]:
    rows = tx.rows(
        "SELECT lane = 'live' AS live, stage, sum(passed)::bigint AS passed, sum(dropped)::bigint AS dropped,"
        " sum(failed)::bigint AS failed, sum(seconds)::float8 AS seconds FROM tally GROUP BY 1, 2 ORDER BY 2, 1"
    )
    # Reprocess runs are counted together: their lanes have a new name every time.
    documents = CounterMetricFamily(
        "broadsheet_stage_documents", "Documents that left a stage.", labels=("stage", "lane", "outcome")
    )
    seconds = CounterMetricFamily("broadsheet_stage_seconds", "Seconds stages worked.", labels=("stage", "lane"))
    for row in rows:
        lane = "live" if row["live"] else "reprocess"
        seconds.add_metric((row["stage"], lane), row["seconds"])
        for outcome in OUTCOMES:
            documents.add_metric((row["stage"], lane, outcome), row[outcome])
    return [documents, seconds]


def _queue(tx: PostgresTransaction) -> list[Metric]:
    counts = tx.rows(
        "SELECT (SELECT count(*) FROM dead_letter WHERE revived IS NULL) AS dead,"
        " (SELECT count(*) FROM host_hold) AS hosts, (SELECT count(*) FROM source_hold) AS sources,"
        " (SELECT count(*) FROM source_hold WHERE pages) AS changed,"
        " (SELECT coalesce(extract(epoch FROM now() - min(queued)), 0) FROM job WHERE lane = 'live' AND held IS NULL"
        " AND due <= now())::float8 AS oldest"
    )[0]
    waiting = [((stage,), n) for stage, n in sorted(status.waiting(tx).items())]
    paused = [((row["stage"],), 1.0) for row in tx.rows("SELECT stage FROM stage_state WHERE paused IS NOT NULL")]
    return [
        _gauge("queue_documents", "Documents waiting for a stage; `fetch`: URLs never fetched.", waiting, "stage"),
        _gauge("queue_oldest_seconds", "How long the oldest due document of the live lane waits.", [((), counts["oldest"])]),
        _gauge("dead_letters", "Dead letters that wait for someone.", [((), counts["dead"])]),
        _gauge("held_hosts", "Hosts whose pages are held.", [((), counts["hosts"])]),
        _gauge("held_sources", "Sources that are held.", [((), counts["sources"])]),
        _gauge("changed_sources", "Sources that are held since their layout changed.", [((), counts["changed"])]),
        _gauge("stage_paused", "1 for each paused stage.", paused, "stage"),
    ]  # fmt: skip


def _latency(tx: PostgresTransaction) -> list[Metric]:
    found = articles.live_latency(tx)
    rows = [((name,), found[key]) for name, key in (("0.5", "p50"), ("0.95", "p95"))]
    known = [(labels, number) for labels, number in rows if number is not None]
    about = "Seconds from fetched to found by a search, of live articles first indexed in the last hour."
    return [_gauge("latency_seconds", about, known, "quantile")]


def _edits(tx: PostgresTransaction) -> list[Metric]:
    rows = [((kind,), float(n)) for kind, n in versions.counts(tx, 86_400).items()]
    about = (
        "Edits of articles seen in the last day, by kind; silent: a figure or quotation without a correction notice."
    )
    return [_gauge("edits_day", about, rows, "kind")]


def _enriched(tx: PostgresTransaction) -> list[Metric]:
    found = enriched.lacking(tx)
    looked_at = found.pop("articles")
    shares = [((what,), n / looked_at) for what, n in found.items()] if looked_at else []
    made = [((stage, version), 1.0) for stage, version in enriched.made_by(tx).items()]
    about = f"Share of the newest {enriched.NEWEST} articles without language, names, a place on the map, a sure topic, a story."
    return [
        _gauge("newest_articles", "The newest articles, of which shares are told.", [((), looked_at)]),
        _gauge("newest_articles_lacking_ratio", about, shares, "what"),
        _gauge("made_by_info", "1 for the version of each stage, models included, that made the newest article.", made,
               "stage", "version"),
    ]  # fmt: skip


def _sources(tx: PostgresTransaction) -> list[Metric]:
    rows = tx.rows(
        "SELECT s.name, extract(epoch FROM max(f.last_success))::float8 AS success, coalesce(max(f.failures), 0) AS failures"
        " FROM source s LEFT JOIN feed f ON f.source = s.name WHERE s.present GROUP BY s.name ORDER BY s.name"
    )
    success = [((row["name"],), row["success"]) for row in rows if row["success"] is not None]
    failures = [((row["name"],), row["failures"]) for row in rows]
    return [
        _gauge("source_success_timestamp_seconds", "When a list of the source was last read.", success, "source"),
        _gauge("source_failures", "Failures in a row of the source's worst list.", failures, "source"),
    ]  # fmt: skip


def _storage(tx: PostgresTransaction) -> list[Metric]:
    sizes = [((row["name"],), row["bytes"]) for row in table_sizes(tx)]
    notes = {row["key"]: row["value"] for row in tx.rows("SELECT key, value FROM note WHERE key = 'disk'")}
    disk = notes.get("disk", {})
    free = [((), disk["free"])] if "free" in disk else []
    return [
        _gauge("table_bytes", "Bytes of a table with its indexes and partitions.", sizes, "table"),
        _gauge("disk_free_bytes", "Free disk as last looked at.", free),
        _gauge("crawl_paused", "1 while crawling pauses for want of disk.", [((), float(disk.get("paused", False)))]),
    ]


def table_sizes(tx: PostgresTransaction) -> list[dict[str, Any]]:
    """Bytes and estimated rows of each table, partitions counted with their parent, the largest first."""
    return tx.rows(
        "SELECT coalesce(parent.relname, c.relname) AS name, sum(pg_total_relation_size(c.oid))::bigint AS bytes,"
        " sum(pg_stat_get_live_tuples(c.oid))::bigint AS rows FROM pg_class c"
        " LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class parent ON parent.oid = i.inhparent"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY 1 ORDER BY 2 DESC, 1"
    )


def _configured(settings: Settings) -> list[Metric]:
    return [_gauge("info", "What runs here.", [((settings.search,), 1.0)], "engine")]
