"""What enrich said of the newest articles, counted: where it says nothing of most, a model is missing or a language unread."""

from __future__ import annotations

from typing import Any

from broadsheet.storage.packing import unpacked
from broadsheet.storage.postgres import PostgresTransaction

NEWEST = 1000
"""Articles that are looked at: a day of a small desk, an hour of a large one; the question takes milliseconds."""

LACKS = {
    "language": "language unknown",
    "names": "nobody and nothing named",
    "places": "no place on the map",
    "topics": "no topic that is sure",
    "story": "no story",
}
"""What an article may lack, and how that is said."""


def lacking(tx: PostgresTransaction) -> dict[str, int]:
    """How many articles were looked at (`articles`), and how many of them lack each of `LACKS`."""
    rows = tx.rows(
        "WITH newest AS (SELECT id, language, story FROM article WHERE withdrawn IS NULL ORDER BY id DESC LIMIT %(n)s)"
        " SELECT count(*) AS articles, count(*) FILTER (WHERE language IS NULL OR language = 'und') AS language,"
        " count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM mention m WHERE m.article_id = newest.id)) AS names,"
        " count(*) FILTER (WHERE NOT EXISTS"
        " (SELECT 1 FROM mention m WHERE m.article_id = newest.id AND m.place IS NOT NULL)) AS places,"
        " count(*) FILTER (WHERE NOT EXISTS"
        " (SELECT 1 FROM article_setting s WHERE s.article_id = newest.id AND s.topics <> '{}')) AS topics,"
        " count(*) FILTER (WHERE story IS NULL) AS story FROM newest",
        {"n": NEWEST},
    )
    return {name: int(n) for name, n in rows[0].items()}


def made_by(tx: PostgresTransaction) -> dict[str, str]:
    """The version of each stage, models included, that made the newest article; empty where there is none."""
    rows = tx.rows("SELECT document FROM article WHERE withdrawn IS NULL ORDER BY id DESC LIMIT 1")
    return dict(unpacked(rows[0]["document"]).versions) if rows else {}


def told(tx: PostgresTransaction) -> dict[str, Any]:
    """Both, for people."""
    found = lacking(tx)
    return {
        "articles": found["articles"],
        "lacks": [{"what": LACKS[name], "n": found[name]} for name in LACKS],
        "made_by": made_by(tx),
    }
