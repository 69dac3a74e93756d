"""What the pages of a site teach: lines that many of its articles share, texts that many of its addresses share."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from broadsheet.model import now
from broadsheet.ports import Transaction

HALF_LIFE = 30.0
"""Days after which an article counts half: a layout that is gone is forgotten in a season."""
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
REMEMBERED = timedelta(days=60)
"""How long an article is known to have been counted; one first seen before is not counted any more."""
LEAST = 3.0
"""Different articles from which a line is told of; weights fade, so half of one is forgiven."""
FORGIVEN = 0.5
MOST_TWINS = 50
"""Newest articles with one paragraph that are looked at: twins come soon after each other."""
MOST_TOLD = 500
"""Lines of a host that are told of, the most frequent first."""
MOST_LINES = 3000
"""Lines of a host that upkeep leaves: the heaviest."""
FADED = 0.4
"""Weight below which upkeep drops a line: seen once, forty days ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """What of an article counts for its site."""

    id: int
    host: str
    seen: datetime
    whole: int
    """Hash of the kept text; 0 where that is too long to be an error page's."""
    paragraphs: tuple[int, ...]
    """Hashes of the host with each of its longest paragraphs."""
    lines: tuple[int, ...]
    """Hashes of the lines that may be the site's own."""


def key_of(text: str) -> int:
    """The hash under which a text is counted: case and white space do not matter. 64 bits, signed."""
    folded = " ".join(text.casefold().split())
    return int.from_bytes(
        hashlib.blake2b(folded.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True
    )


def growth(moment: datetime) -> float:
    """What an article of that moment weighs: twice as much each half-life."""
    return float(2.0 ** ((moment - EPOCH).total_seconds() / 86_400 / HALF_LIFE))


def count(tx: Transaction, given: Sequence[Lines], moment: datetime | None = None) -> None:
    """Counts articles for their hosts: each once, for ever, and of twins with one body only the first.

    The order of articles, and how they are cut into batches, changes nothing but which of two twins is counted.
    """
    moment = moment or now()
    fresh = _fresh(tx, [item for item in given if item.host and item.seen > moment - REMEMBERED])
    counted = _different(tx, fresh)
    tx.insert(
        "INSERT INTO site_article (id, host, seen, whole, paragraphs) VALUES %s ON CONFLICT (id) DO NOTHING",
        [(item.id, item.host, item.seen, item.whole, len(item.paragraphs)) for item in fresh],
    )
    tx.insert(
        "INSERT INTO site_paragraph (key, article, seen) VALUES %s ON CONFLICT DO NOTHING",
        sorted((key, item.id, item.seen) for item in fresh for key in item.paragraphs),
    )
    _add(tx, counted)


def _fresh(tx: Transaction, given: Sequence[Lines]) -> list[Lines]:
    rows = tx.rows("SELECT id FROM site_article WHERE id = ANY(%(ids)s)", {"ids": [item.id for item in given]})
    known = {row["id"] for row in rows}
    return sorted(
        {item.id: item for item in given if item.id not in known}.values(), key=lambda item: (item.seen, item.id)
    )


def _different(tx: Transaction, given: Sequence[Lines]) -> list[Lines]:
    """Those whose body their host does not have yet."""
    bodies = _sharing(tx, {key for item in given for key in item.paragraphs})
    out = []
    for item in given:
        own = frozenset(item.paragraphs)
        if not own:
            continue
        if not any(2 * len(own & shared) >= min(len(own), size) for shared, size in bodies):
            out.append(item)
        bodies.append((own, len(own)))
    return out


def _sharing(tx: Transaction, keys: Collection[int]) -> list[tuple[frozenset[int], int]]:
    """The articles that have any of these paragraphs: which of them, and how many each has in all."""
    rows = tx.rows(
        "SELECT array_agg(found.key) AS keys, a.paragraphs AS size FROM unnest(%(keys)s::bigint[]) AS wanted (key)"
        " CROSS JOIN LATERAL (SELECT key, article FROM site_paragraph WHERE key = wanted.key ORDER BY article DESC"
        " LIMIT %(n)s) AS found JOIN site_article a ON a.id = found.article GROUP BY a.id, a.paragraphs",
        {"keys": sorted(keys), "n": MOST_TWINS},
    )
    return [(frozenset(row["keys"]), int(row["size"])) for row in rows]


def _add(tx: Transaction, counted: Sequence[Lines]) -> None:
    """Adds the weights, rows in one order for all workers."""
    hosts: Counter[str] = Counter()
    lines: Counter[tuple[str, int]] = Counter()
    for item in counted:
        weight = growth(item.seen)
        hosts[item.host] += weight  # type: ignore[assignment]
        for key in set(item.lines):
            lines[item.host, key] += weight  # type: ignore[assignment]
    tx.insert(
        "INSERT INTO site (host, weight) VALUES %s ON CONFLICT (host) DO UPDATE SET weight = site.weight + excluded.weight",
        sorted(hosts.items()),
    )
    tx.insert(
        "INSERT INTO site_line (host, key, weight) VALUES %s ON CONFLICT (host, key)"
        " DO UPDATE SET weight = site_line.weight + excluded.weight",
        [(host, key, weight) for (host, key), weight in sorted(lines.items())],
    )


def profile(tx: Transaction, host: str, moment: datetime | None = None) -> Mapping[str, Any]:
    """What strip may know of a host; empty where nothing is known.

    `lines`: how many articles have each line that several share; `articles`: how many were counted; both as they weigh
    today. `missing`: what the host answered with status 200 to an address that is not there: url, headers, body (zstd).
    """
    today = growth(moment or now())
    rows = tx.rows(
        "SELECT s.weight AS articles, l.key, l.weight FROM site s JOIN site_line l ON l.host = s.host"
        " WHERE s.host = %(host)s AND l.weight >= %(least)s ORDER BY l.weight DESC LIMIT %(n)s",
        {"host": host, "least": (LEAST - FORGIVEN) * today, "n": MOST_TOLD},
    )
    found: dict[str, Any] = {}
    if rows:
        found["articles"] = rows[0]["articles"] / today
        found["lines"] = {row["key"]: row["weight"] / today for row in rows}
    missing = tx.rows(
        "SELECT url, headers, body FROM site_missing WHERE host = %(host)s AND body IS NOT NULL", {"host": host}
    )
    return found | ({"missing": missing[0]} if missing else {})


def same_page(tx: Transaction, host: str, whole: int, besides: int) -> dict[int, str]:
    """Addresses, by id, of the host's other pages whose text is this very one."""
    rows = tx.rows(
        "SELECT s.id, u.url FROM site_article s JOIN url u ON u.id = s.id"
        " WHERE s.host = %(host)s AND s.whole = %(whole)s AND s.id <> %(id)s ORDER BY s.id LIMIT 50",
        {"host": host, "whole": whole, "id": besides},
    )
    return {int(row["id"]): str(row["url"]) for row in rows}


def read_again(tx: Transaction, ids: Sequence[int]) -> int:
    """Puts pages that were taken for articles back into the queue; how many."""
    return tx.run(
        "INSERT INTO job (lane, url_id, stage, host, kept) SELECT 'live', u.id, 'extract', u.host, p.kept FROM url u"
        " JOIN LATERAL (SELECT kept FROM page WHERE url_id = u.id ORDER BY kept DESC LIMIT 1) p ON true"
        " WHERE u.id = ANY(%(ids)s) AND u.disposition IN ('article', 'merged') ON CONFLICT DO NOTHING",
        {"ids": sorted(ids)},
    )


def forget(tx: Transaction, moment: datetime | None = None) -> int:
    """Drops what faded and what is too much, for upkeep; rows."""
    moment = moment or now()
    done = tx.run("DELETE FROM site_article WHERE seen < %(before)s", {"before": moment - REMEMBERED})
    tx.run("DELETE FROM site_paragraph WHERE seen < %(before)s", {"before": moment - REMEMBERED})
    done += tx.run("DELETE FROM site_line WHERE weight < %(faded)s", {"faded": FADED * growth(moment)})
    done += tx.run(
        "DELETE FROM site_line l USING (SELECT host, key, row_number() OVER (PARTITION BY host ORDER BY weight DESC, key)"
        " AS place FROM site_line WHERE host IN (SELECT host FROM site_line GROUP BY host HAVING count(*) > %(n)s)) AS ranked"
        " WHERE ranked.place > %(n)s AND l.host = ranked.host AND l.key = ranked.key",
        {"n": MOST_LINES},
    )
    return done
