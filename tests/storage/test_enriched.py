"""What the newest articles lack is counted from the tables, with the versions that made them."""

from __future__ import annotations

from broadsheet.metrics import exposition
from broadsheet.settings import Settings
from broadsheet.storage import enriched
from broadsheet.storage.postgres import Database
from tests import making


def test_an_empty_service_lacks_nothing(database: Database) -> None:
    with database.transaction() as tx:
        assert enriched.lacking(tx) == dict.fromkeys(("articles", *enriched.LACKS), 0)
        assert enriched.made_by(tx) == {}


def test_articles_are_counted_by_what_they_lack(database: Database) -> None:
    whole = making.stored(database, "https://a.example/1", versions=(("extract", "1"), ("enrich", "7")), story=1)
    bare = making.stored(database, "https://a.example/2", language=None, versions=(("enrich", "8"),))
    with database.transaction() as tx:
        tx.run(
            "INSERT INTO entity_name (kind, name, alone, whole, tails, grouped, entity, reason, indexed)"
            " VALUES ('LOC', 'Oder', 'Q1', 'oder', '{}', 'Q1', 'Q1', '', 'Q1')"
        )
        tx.run(
            "INSERT INTO mention (article_id, name_id, n, place) SELECT %(id)s, id, 1, 'Q1' FROM entity_name",
            {"id": whole},
        )
        tx.run("INSERT INTO article_setting VALUES (%(id)s, '{DE}', '{06}')", {"id": whole})
        assert enriched.lacking(tx) == {"articles": 2, **dict.fromkeys(enriched.LACKS, 1)}
        assert enriched.made_by(tx) == {"enrich": "8"}
        tx.run("UPDATE article SET withdrawn = now() WHERE id = %(id)s", {"id": bare})
        assert enriched.told(tx)["lacks"][0] == {"what": enriched.LACKS["language"], "n": 0}
    text = exposition(database, None, Settings())
    assert 'broadsheet_newest_articles_lacking_ratio{what="names"} 0.0' in text
    assert 'broadsheet_made_by_info{stage="enrich",version="7"} 1.0' in text
