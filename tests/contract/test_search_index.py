"""What every search engine must do: one suite, run on tantivy and on a real Elasticsearch."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from broadsheet.errors import BadQuery, BadSetting, IndexBusy, Unavailable
from broadsheet.model import IndexDocument, now
from broadsheet.ports import Hit, SearchIndex, SearchRequest, WriteResult
from broadsheet.search import elastic
from broadsheet.search.elastic import ElasticIndex, open_elastic
from broadsheet.search.embedded import EmbeddedIndex, open_embedded
from tests.contract.conftest import Node, Opener

NOVEMBER = datetime(2026, 11, 1, 12, tzinfo=UTC)


def article(id: int, title: str = "", text: str = "", **given: Any) -> IndexDocument:
    made = IndexDocument(
        id=id,
        revision=1,
        month="2026-11",
        url=f"https://www.example.org/news/{id}",
        title=title,
        text=text,
        removed="",
        source="example",
        host="www.example.org",
        language="en",
        published=NOVEMBER,
        published_text="2026-11-01T12:00Z",
        first_seen=NOVEMBER + timedelta(hours=1),
        when=NOVEMBER,
    )
    return replace(made, **given)


def put(index: SearchIndex, *documents: IndexDocument) -> list[WriteResult]:
    with index.writer() as writer:
        return writer.write(documents)


def outcomes(results: list[WriteResult]) -> list[str]:
    return [result.outcome for result in results]


def ids(index: SearchIndex, q: str = "", **given: Any) -> set[int]:
    found = index.search(SearchRequest(**{"q": q, "size": 1000, "collapse": "none", **given}))
    assert found.total == len(found.hits)
    return {hit.document.id for hit in found.hits}


def only(index: SearchIndex, q: str, **given: Any) -> Hit:
    (hit,) = index.search(SearchRequest(q=q, **given)).hits
    return hit


def test_before_it_is_created_it_is_empty_and_has_no_generation(open_again: Opener) -> None:
    index = open_again()
    assert index.generation() is None
    assert index.count() == 0
    assert index.search(SearchRequest(q="anything", facets=True)).total == 0
    assert index.get([1]) == {}
    assert list(index.revisions()) == []
    with pytest.raises(Unavailable):
        put(index, article(1))


def test_creating_it_again_empties_it_and_readers_follow(index: SearchIndex, open_again: Opener) -> None:
    reader = open_again()
    put(index, article(1, "Tide tables"))
    assert reader.count() == 1
    assert ids(reader, "tide") == {1}
    index.create("second")
    assert (index.generation(), index.count()) == ("second", 0)
    assert (reader.generation(), reader.count()) == ("second", 0)
    put(index, article(2, "Tide again"))
    assert ids(reader, "tide") == {2}


def test_what_is_written_is_visible_to_other_readers_when_write_returns(index: SearchIndex, open_again: Opener) -> None:
    reader = open_again()
    with index.writer() as writer:
        for id in range(1, 6):
            writer.write([article(id, "Tide")])
            assert reader.count() == id
            assert len(ids(reader, "tide")) == id


def test_a_document_comes_back_whole(index: SearchIndex) -> None:
    full = article(
        7, "Title", "Text", removed="Gone", standfirst="Stand", authors=("A. Writer", "B"), agency="Agency", dateline="KYIV",
        section="World", kind="opinion", paywall=True, fold=3, story=4, storyline=5, people=("Ada",), organisations=("Org",),
        places=("Kyiv",), entities=("Q1",), person_ids=("Q1",), organisation_ids=("org:o",), place_ids=("G7",),
        person_titles=("Ada Lovelace",), organisation_titles=("The Org",), place_titles=("Kiev",),
        speakers=("Ada",), speaker_ids=("Q1",), speaker_titles=("Ada Lovelace",), topics=("11", "16"), keywords=("grain",), image="https://x/y.png",
        summary="Sum", points=((50.45, 30.52), (0.0, -1.5)),
        changes=("typo",), names="Cavusoglu", extra={"agency_id": "12"}, published=None,
        published_text=None, when=NOVEMBER + timedelta(microseconds=123456),
    )  # fmt: skip
    put(index, full)
    assert index.get([7, 8]) == {7: full}
    assert only(index, "title").document == full


def test_replaying_a_batch_changes_nothing(index: SearchIndex) -> None:
    batch = [article(id, f"Title {id}") for id in range(1, 30)]
    assert outcomes(put(index, *batch)) == ["written"] * 29
    assert outcomes(put(index, *batch)) == ["older"] * 29
    assert index.count() == 29
    assert sorted(index.revisions()) == [(id, 1) for id in range(1, 30)]


def test_only_a_higher_revision_replaces(index: SearchIndex) -> None:
    put(index, article(1, "Second", revision=5))
    assert outcomes(put(index, article(1, "First", revision=4))) == ["older"]
    assert outcomes(put(index, article(1, "Same", revision=5))) == ["older"]
    assert only(index, "second").document.revision == 5
    assert outcomes(put(index, article(1, "Third", revision=6))) == ["written"]
    assert ids(index, "second") == set()
    assert ids(index, "third") == {1}


def test_one_batch_may_hold_a_document_more_than_once(index: SearchIndex) -> None:
    results = put(index, article(1, revision=1), article(1, revision=3), article(1, revision=2), article(2))
    assert [(result.id, result.revision, result.outcome) for result in results] == [
        (1, 1, "written"),
        (1, 3, "written"),
        (1, 2, "older"),
        (2, 1, "written"),
    ]
    assert sorted(index.revisions()) == [(1, 3), (2, 1)]


def test_months_are_kept_apart_and_searched_together(index: SearchIndex) -> None:
    months = ["1999-12", "2026-10", "2026-11", "2026-12"]
    put(index, *(article(id, "Tide", month=month) for id, month in enumerate(months, 1)))
    assert ids(index, "tide") == {1, 2, 3, 4}
    assert index.count() == 4


def test_deleted_documents_are_gone_and_may_come_back(index: SearchIndex) -> None:
    put(index, article(1, "Tide"), article(2, "Tide", month="2026-10"), article(3, "Tide"))
    with index.writer() as writer:
        writer.delete([1, 2, 99])
        assert index.count() == 1
        assert outcomes(writer.write([article(1, "Tide")])) == ["written"]
    assert ids(index, "tide") == {1, 3}


def test_an_empty_batch_is_no_work(index: SearchIndex) -> None:
    assert put(index) == []


def test_totals_and_pages_of_many_documents_are_exact(index: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elastic, "GROUPS", 1000)  # more groups than one answer holds
    with index.writer() as writer:
        for first in range(0, 10_500, 2500):
            writer.write([
                article(id, "Tide", f"number{id % 7}", fold=id - id % 3, when=NOVEMBER + timedelta(seconds=id))
                for id in range(first, min(first + 2500, 10_500))
            ])  # fmt: skip
    assert index.count() == 10_500
    assert index.search(SearchRequest(q="tide", collapse="none")).total == 10_500
    assert index.search(SearchRequest(q="tide")).total == 3500
    assert index.search(SearchRequest(q="number3", collapse="none")).total == 1500
    assert len(list(index.revisions())) == 10_500
    page = index.search(SearchRequest(q="tide", sort="newest", start=100, size=50, collapse="none"))
    assert [hit.document.id for hit in page.hits] == list(range(10_399, 10_349, -1))
    folded = index.search(SearchRequest(q="tide", sort="oldest", start=1000, size=3))
    assert [hit.document.id for hit in folded.hits] == [3000, 3003, 3006]
    assert [hit.copies for hit in folded.hits] == [2, 2, 2]
    deep = index.search(SearchRequest(q="tide", sort="oldest", start=3498, size=20))
    assert [hit.document.id for hit in deep.hits] == [10_494, 10_497]
    with pytest.raises(BadQuery, match="10000"):
        index.search(SearchRequest(start=9_990, size=20))


def test_copies_are_one_hit_with_the_number_of_others_that_match(index: SearchIndex) -> None:
    put(
        index,
        article(1, "Tide", "first", fold=1),
        article(2, "Tide", "second", fold=1),
        article(3, "Tide", "second", fold=1),
        article(4, "Tide", "second"),
        article(5, "Ebb", fold=1),
    )
    found = index.search(SearchRequest(q="tide"))
    assert (found.total, sorted(hit.copies for hit in found.hits)) == (2, [0, 2])
    found = index.search(SearchRequest(q="second"))
    assert (found.total, sorted(hit.copies for hit in found.hits)) == (2, [0, 1])
    assert index.search(SearchRequest(q="tide", collapse="none")).total == 4
    assert index.search(SearchRequest(size=0)).total == 2
    assert index.search(SearchRequest(size=0)).hits == ()


def test_each_hit_says_in_how_many_other_outlets_its_group_is(index: SearchIndex) -> None:
    put(
        index,
        article(1, "Tide", "rare", source="alpha", fold=1),
        article(2, "Tide", source="beta", fold=1),
        article(3, "Ebb", source="gamma", fold=1),
        article(4, "Ebb", source="gamma", fold=1, month="2026-10"),
        article(5, "Ebb", source="delta", fold=1, withdrawn=True),
        article(6, "Tide", source="alpha"),
    )

    def told(q: str, **given: Any) -> list[tuple[int, int]]:
        return sorted((hit.copies, hit.outlets) for hit in index.search(SearchRequest(q=q, **given)).hits)

    assert told("tide") == [(0, 0), (1, 2)]
    assert told("rare") == [(0, 2)]
    assert told("rare", sources=("alpha",)) == [(0, 2)]
    assert told("rare", withdrawn=True) == [(0, 3)]
    assert told("tide", collapse="none") == [(0, 0)] * 3


def test_a_story_is_one_hit_and_what_has_none_stays_with_its_copies(
    index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic, "GROUPS", 2)  # more groups than one answer holds
    put(
        index,
        article(1, "Tide", source="alpha", story=7, fold=1),
        article(2, "Tide", source="beta", story=7, fold=1),
        article(3, "Tide", source="gamma", story=7, month="2026-10"),
        article(4, "Ebb", source="delta", story=7),
        article(5, "Tide", source="alpha", story=8),
        article(6, "Tide", source="alpha", fold=6),
        article(7, "Tide", source="beta", fold=6),
        article(8, "Tide", source="gamma"),
        article(9, "Tide", source="gamma", story=6),
    )
    found = index.search(SearchRequest(q="tide", collapse="story", facets=True))
    assert found.total == len(found.hits) == 5
    stories = {hit.document.story: (hit.copies, hit.outlets) for hit in found.hits if hit.document.story}
    assert stories == {7: (2, 3), 8: (0, 0), 6: (0, 0)}
    assert sorted((hit.copies, hit.outlets) for hit in found.hits if not hit.document.story) == [(0, 0), (1, 1)]
    assert sum(n for _, n in found.facets["source"]) == found.total + sum(hit.copies for hit in found.hits) == 8
    second = index.search(SearchRequest(q="tide", collapse="story", start=3, size=10))
    assert (second.total, len(second.hits)) == (5, 2)
    assert index.search(SearchRequest(q="ebb", collapse="story")).hits[0].outlets == 3


def test_filters(index: SearchIndex) -> None:
    put(
        index,
        article(
            1,
            source="alpha",
            language="en",
            topics=("11",),
            story=70,
            entities=("Q1", "Q2"),
            changes=("number", "silent"),
        ),
        article(2, source="alpha", language="tr", topics=("11", "16"), story=71),
        article(3, source="BETA news", language=None, entities=("q1",), when=NOVEMBER + timedelta(days=1)),
        article(4, source="gamma", withdrawn=True),
    )
    assert ids(index) == {1, 2, 3}
    assert ids(index, withdrawn=True) == {1, 2, 3, 4}
    assert ids(index, sources=("alpha",)) == {1, 2}
    assert ids(index, sources=("alpha", "BETA news")) == {1, 2, 3}
    assert ids(index, languages=("tr",)) == {2}
    assert ids(index, languages=("tr", "en"), sources=("alpha",), topics=("11",)) == {1, 2}
    assert ids(index, topics=("16",)) == {2}
    assert ids(index, ids=(1, 3, 4)) == {1, 3}
    assert ids(index, stories=(70, 71)) == {1, 2}
    assert ids(index, entity="Q2") == {1}
    assert ids(index, entity="Q1") == {1, 3}
    assert ids(index, sources=("delta",)) == set()
    assert ids(index, changed=("silent", "typo")) == ids(index, "changed:number") == {1}


def test_an_entity_is_found_by_its_id_and_by_its_names(index: SearchIndex) -> None:
    put(
        index, article(1, entities=("Q58217",), people=("Sergei Lavrov",)), article(2, organisations=("Islamic State",))
    )
    assert ids(index, "entity:Q58217") == ids(index, 'entity:"sergei lavrov"') == {1}
    assert ids(index, 'entity:"Islamic State"') == {2}
    assert ids(index, "entity:Lavrov") == set()


def test_dates_are_inclusive_after_and_exclusive_before_to_the_microsecond(index: SearchIndex) -> None:
    tick = timedelta(microseconds=1)
    put(index, article(1, when=NOVEMBER - tick), article(2, when=NOVEMBER), article(3, when=NOVEMBER + tick))
    assert ids(index, after=NOVEMBER) == {2, 3}
    assert ids(index, before=NOVEMBER) == {1}
    assert ids(index, after=NOVEMBER, before=NOVEMBER + tick) == {2}


def test_dates_of_other_ages_are_kept_and_found(index: SearchIndex) -> None:
    old, far = datetime(1246, 7, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    put(index, article(1, published=old, when=old), article(2, published=far, when=far), article(3, published=None))
    assert ids(index, "published:1246") == {1}
    assert ids(index, "published:9999-12-31") == {2}
    assert ids(index, "published:>=2000") == {2}
    assert ids(index, before=datetime(2000, 1, 1, tzinfo=UTC)) == {1}
    assert [hit.document.id for hit in index.search(SearchRequest(sort="oldest")).hits] == [1, 3, 2]
    days = index.search(SearchRequest(facets=True)).facets["day"]
    assert [day for day, _ in days] == ["1246-07-01", "2026-11-01", "9999-12-31"]


def test_periods_in_the_query(index: SearchIndex) -> None:
    days = [
        datetime(2016, 11, 30, 23, 59, tzinfo=UTC),
        datetime(2016, 12, 1, tzinfo=UTC),
        datetime(2016, 12, 3, 23, 59, tzinfo=UTC),
    ]
    put(index, *(article(id, published=day, first_seen=day) for id, day in enumerate(days, 1)))
    assert ids(index, "published:2016-12-01..2016-12-03") == {2, 3}
    assert ids(index, "published:2016-12-01") == {2}
    assert ids(index, "published:..2016-11") == {1}
    assert ids(index, "published:<2016-12-01") == {1}
    assert ids(index, "published:>2016-12-01") == {3}
    assert ids(index, "seen:2016-12") == {2, 3}
    assert ids(index, "published:2016-12-01T00:00Z") == {2}
    assert ids(index, "published:2016-12-01T02:59+03:00") == {1}


def test_facets_count_documents_by_value(index: SearchIndex) -> None:
    put(
        index,
        *(
            article(
                id,
                "Tide",
                source=f"s{id % 3}",
                language="en" if id % 2 else None,
                topics=("11",) * 2,
                changes=("silent",),
            )
            for id in range(12)
        ),
        article(20, "Ebb", source="s0", when=NOVEMBER + timedelta(days=40)),
        article(21, "Tide", source="s2", topics=("04", "11"), changes=("silent",), when=NOVEMBER - timedelta(hours=13)),
    )
    facets = index.search(SearchRequest(q="tide", facets=True)).facets
    assert facets["source"] == (("s2", 5), ("s0", 4), ("s1", 4))
    assert facets["language"] == (("en", 7),)
    assert facets["topic"] == (("11", 13), ("04", 1))
    assert facets["changed"] == (("silent", 13),)
    assert facets["day"] == (("2026-10-31", 1), ("2026-11-01", 12))
    assert facets["people"] == facets["organisations"] == facets["places"] == ()


def test_who_and_where_are_counted_by_id_and_filtered_together(index: SearchIndex) -> None:
    put(
        index,
        article(1, "Tide", person_ids=("Q1", "per:ann-hill"), people=("Ann Hill",), place_ids=("G1",)),
        article(2, "Tide", person_ids=("Q1",), people=("Энн Хилл",), organisation_ids=("Q1",), place_ids=("G1", "G2")),
        article(3, "Ebb", person_ids=("Q1",), place_ids=("G2",)),
        article(4, "Tide", person_ids=("Q1",), withdrawn=True),
    )
    facets = index.search(SearchRequest(q="tide", facets=True)).facets
    assert facets["people"] == (("Q1", 2), ("per:ann-hill", 1))
    assert facets["organisations"] == (("Q1", 1),)
    assert facets["places"] == (("G1", 2), ("G2", 1))
    assert ids(index, people=("Q1",)) == ids(index, "person:Q1") == {1, 2, 3}
    assert ids(index, people=("Q1", "per:ann-hill")) == ids(index, "person:Q1 person:per:ann-hill") == {1}
    assert ids(index, people=("Q1",), places=("G2",)) == ids(index, "person:Q1 place:G2") == {2, 3}
    assert ids(index, organisations=("Q1",)) == ids(index, "org:Q1") == {2}
    assert ids(index, "person:hill") == {1}
    put(index, article(6, speakers=("Хилл",), speaker_ids=("per:ann-hill",), speaker_titles=("Ann Hill",)))
    assert ids(index, "speaker:per:ann-hill") == ids(index, "speaker:hill") == ids(index, "speaker:Хилл") == {6}
    put(index, article(5, person_titles=("Ann Hill",), organisation_titles=("Hill Bank",), place_titles=("Poland",)))
    assert ids(index, 'person:"ann hill"') == {1, 5}
    assert ids(index, "place:poland") == ids(index, "org:bank") == {5}
    assert ids(index, "poland") == set()
    assert ids(index, people=("Ann Hill",)) == set()
    put(index, article(7, organisations=("G20",), organisation_ids=("org:g20",)))
    assert ids(index, "org:G20") == {7}


def test_the_commonest_of_very_many_are_counted_exactly(index: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a segment or a month has more ids than are asked of it, what it left out is asked for."""
    monkeypatch.setattr("broadsheet.search.facets.MOST", 4)
    monkeypatch.setattr("broadsheet.search.facets.ASKED", 8)
    for engine in ("embedded", "elastic"):
        monkeypatch.setattr(f"broadsheet.search.{engine}.BROAD", 12)
    for month in (10, 11):
        put(
            index,
            *(
                article(
                    100 * month + at,
                    "Tide",
                    person_ids=(*(f"every{n}" for n in range(1, 31) if at % n == 0), f"once{month}-{at}"),
                    month=f"2026-{month}",
                )
                for at in range(30)
            ),
        )
    told = index.search(SearchRequest(q="tide", facets=True, size=0)).facets["people"]
    assert told == (("every1", 60), ("every2", 30), ("every3", 20), ("every4", 16))
    flat = [article(100 + id, "Ebb", person_ids=(f"only{id}",), month=f"2026-{10 + id % 2}") for id in range(40)]
    put(index, *flat)
    assert index.search(SearchRequest(q="ebb", facets=True)).facets["people"] == ()
    assert index.search(SearchRequest(q="tide")).facets == {}


def test_facets_of_more_values_than_engines_give_by_default(index: SearchIndex) -> None:
    put(index, *(article(id, source=f"s{id:03}", month=f"2026-{1 + id % 4:02}") for id in range(700)))
    assert index.search(SearchRequest(facets=True)).facets["source"] == tuple((f"s{id:03}", 1) for id in range(700))


def test_sorting(index: SearchIndex) -> None:
    put(index, *(article(id, when=NOVEMBER + timedelta(minutes=minute)) for id, minute in ((1, 5), (2, 9), (3, 1))))
    assert [hit.document.id for hit in index.search(SearchRequest(sort="newest")).hits] == [2, 1, 3]
    assert [hit.document.id for hit in index.search(SearchRequest(sort="oldest")).hits] == [3, 1, 2]


def test_relevance_prefers_titles_and_among_equals_the_newer(index: SearchIndex) -> None:
    long = "word " * 50
    put(
        index,
        article(1, "Harbour", "tide " + long, when=now() - timedelta(days=900)),
        article(2, "Tide rises", long, when=now() - timedelta(days=900)),
        article(3, "Harbour", "tide " + long, when=now() - timedelta(hours=2)),
        *(article(id, "Other", long) for id in range(10, 30)),
    )
    assert [hit.document.id for hit in index.search(SearchRequest(q="tide")).hits] == [2, 3, 1]


def test_hostile_markup_stays_text_in_snippets(index: SearchIndex) -> None:
    script = "<script>alert('x')</script> & <mark>tide</mark> \"quoted\""
    put(index, article(1, f"Harbour {script}", f"Ebb and {script} flow."))
    for q in ("tide", "harbour", "nothing OR script", "ebb"):
        snippet = only(index, q).snippet
        assert "<mark>" in snippet
        assert "<" not in snippet.replace("<mark>", "").replace("</mark>", "")
    assert "&lt;mark&gt;<mark>tide</mark>&lt;/mark&gt;" in only(index, "tide").snippet


def test_snippets_show_the_best_passage_and_the_title_where_only_that_matches(index: SearchIndex) -> None:
    text = "Filler here. " * 100 + "The grain ministers met. " + "Filler here. " * 100 + "Grain alone."
    put(index, article(1, "Odessa harbour", text, removed="Read also: unrelated headline"))
    assert "<mark>grain</mark> <mark>ministers</mark> met" in only(index, "ministers grain").snippet
    assert only(index, "odessa").snippet.startswith("<mark>Odessa</mark> harbour")
    assert "<mark>unrelated headline</mark>" in only(index, 'removed:"unrelated headline"').snippet
    assert "<mark>ministers</mark>" in only(index, "minister").snippet
    assert only(index, "").snippet.startswith("Filler here.")
    for q in ("", "odessa", "grain", "filler"):
        assert len(re.sub("</?mark>", "", only(index, q).snippet)) < 320


HOSTILE = [
    "tide \ufffd \u0000 nul",
    "tide " + "x" * 40_000,  # Lucene refuses terms above 32,766 bytes
    "tide " + "я" * 40_000,
    "tide " + "漢" * 20_000,
    "tide " + "a\u0301" * 20_000,
    "tide " + "https://example.org/" + "a/" * 20_000,
    "tide \u202e\u202d\u2066 \U0001f600 \U000e0001",
    "tide " + "(" * 5000 + '"' * 5000,
]


def test_hostile_texts_do_not_refuse_a_document(index: SearchIndex) -> None:
    documents = [
        article(
            id, text, text, names=text, source=text[:50_000], host=text, section=text, people=(text,), entities=(text,),
            topics=(text,), url=f"https://example.org/{text}", language=text[5:9], kind=text, keywords=("", text),
            extra={"a": text},
        )
        for id, text in enumerate(HOSTILE)
    ]  # fmt: skip
    assert outcomes(put(index, *documents)) == ["written"] * len(HOSTILE)
    assert ids(index, "tide") == set(range(len(HOSTILE)))
    assert index.get(range(len(HOSTILE)))[1] == documents[1]
    facets = index.search(SearchRequest(facets=True)).facets["source"]
    assert ids(index, sources=(facets[0][0],)) != set()


def test_a_document_that_cannot_be_written_costs_only_itself(index: SearchIndex) -> None:
    results = put(index, article(1, "Tide"), article(2, "lone \ud800 surrogate"), article(3, "Tide"))
    assert outcomes(results) == ["written", "refused", "written"]
    assert results[1].error
    assert ids(index, "tide") == {1, 3}


def test_a_prepared_generation_is_filled_beside_the_one_in_use(index: SearchIndex, open_again: Opener) -> None:
    assert isinstance(index, EmbeddedIndex | ElasticIndex)
    put(index, article(1, "Tide"), article(2, "Tide", month="2026-10"))
    reader = open_again()
    index.prepare("second")
    with index.writer(into="second") as writer:
        writer.write([article(1, "Tide", revision=2), article(3, "Tide", month="2026-09")])
    assert (reader.generation(), ids(reader, "tide")) == ("first", {1, 2})
    index.publish("second")
    assert (reader.generation(), ids(reader, "tide"), reader.count()) == ("second", {1, 3}, 2)
    put(index, article(4, "Tide", month="2026-08"))
    assert ids(reader, "tide") == {1, 3, 4}


def test_names_that_are_no_names_are_refused(index: SearchIndex) -> None:
    for name in ("", "../up", "UPPER", "a b", "-x", "x" * 200, "a*"):
        with pytest.raises(ValueError, match="expected lower-case"):
            index.create(name)
    assert index.generation() == "first"


def test_the_embedded_index_has_one_writer(tmp_path: Path) -> None:
    first, second = open_embedded(tmp_path, wait=0.2), open_embedded(tmp_path, wait=0.2)
    first.create("first")
    with first.writer() as writer:
        writer.write([article(1)])
        with pytest.raises(IndexBusy), second.writer():
            pass
        with pytest.raises(IndexBusy):
            second.create("second")
        assert second.count() == 1
    assert outcomes(put(second, article(1), article(2))) == ["older", "written"]


def test_an_embedded_folder_that_was_deleted_or_emptied_has_no_generation(tmp_path: Path) -> None:
    index = open_embedded(tmp_path / "search")
    for destroy in ("folder", "index", "pointer", "garbage"):
        index.create("first")
        put(index, article(1, "Tide"))
        assert (index.generation(), index.count()) == ("first", 1)
        if destroy == "folder":
            shutil.rmtree(tmp_path / "search")
        for path in (tmp_path / "search").glob("index-*"):
            if destroy == "index":
                shutil.rmtree(path)
        if destroy == "pointer":
            (tmp_path / "search" / "current.json").unlink()
        if destroy == "garbage":
            (tmp_path / "search" / "current.json").write_text("\0")
        assert (index.generation(), index.count(), index.search(SearchRequest()).total) == (None, 0, 0)


@pytest.mark.elasticsearch
def test_two_writers_on_elasticsearch_meet(node: Node) -> None:
    first, second = node.open("pair"), node.open("pair")
    first.create("first")
    with first.writer() as one, second.writer() as two:
        for month in ("2026-09", "2026-10", "2026-11"):
            batch = [article(1, month="2026-09", revision=int(month[-2:])), article(2, month=month)]
            assert outcomes(one.write(batch))[0] == "written"
            two.write([article(3, month=month), article(1, month="2026-09", revision=1)])
    assert sorted(first.revisions()) != []
    assert first.generation() == "first"
    assert dict(second.revisions())[1] == 11


@pytest.mark.elasticsearch
def test_an_elasticsearch_index_that_was_lost_has_no_generation_and_is_not_made_anew_by_a_write(node: Node) -> None:
    index = node.open("lost")
    assert isinstance(index, ElasticIndex)
    for name in ("lost-first-2026-10", "lost-first-base", "lost-*"):
        index.create("first")
        put(index, article(1), article(2, month="2026-10"))
        assert index.generation() == "first"
        with index.writer() as writer:
            writer.write([article(3, month="2026-10")])
            for found in index.client.indices.get_settings(index=name):
                index.client.indices.delete(index=found)
            with pytest.raises(Unavailable):
                writer.write([article(4, month="2026-10")])
        assert index.generation() is None


@pytest.mark.elasticsearch
def test_a_killed_node_is_unavailable_and_keeps_what_it_took(node: Node) -> None:
    index = node.open("killed")
    index.create("first")
    put(index, article(1, "Tide"))
    node.kill()
    try:
        for call in (
            index.generation,
            index.count,
            lambda: index.search(SearchRequest()),
            lambda: put(index, article(2)),
        ):
            with pytest.raises(Unavailable):
                call()
    finally:
        node.start()
    assert (index.generation(), index.count()) == ("first", 1)
    assert outcomes(put(index, article(1), article(2, "Tide"))) == ["older", "written"]
    assert ids(index, "tide") == {1, 2}


def test_losing_the_lock_closes_the_writer_and_commits_nothing(tmp_path: Path) -> None:
    lost = threading.Event()

    def check() -> None:
        if lost.is_set():
            raise Unavailable("the database's connection is gone")

    @contextmanager
    def lock() -> Iterator[Callable[[], None]]:
        yield check

    index = open_embedded(tmp_path, lock)
    index.create("first")
    with index.writer() as writer:
        writer.write([article(1)])
        lost.set()
        with pytest.raises(Unavailable, match="connection is gone"):
            writer.write([article(2)])
        lost.clear()
        with pytest.raises(Unavailable, match="writer was closed"):
            writer.write([article(3)])
    assert index.count() == 1
    assert outcomes(put(index, article(2))) == ["written"]


def test_who_does_not_get_the_lock_does_not_write(tmp_path: Path) -> None:
    @contextmanager
    def busy() -> Iterator[None]:
        raise IndexBusy("another process writes")
        yield

    index = open_embedded(tmp_path, busy)
    with pytest.raises(IndexBusy), index.writer():
        pass
    with pytest.raises(IndexBusy):
        index.create("first")


WRITES = """
import sys
from pathlib import Path
from broadsheet.search.embedded import open_embedded
from tests.contract.test_search_index import article
index = open_embedded(Path(sys.argv[1]))
index.create("first")
with index.writer() as writer:
    for first in range(0, 100_000, 10):
        writer.write([article(id, "Tide") for id in range(first, first + 10)])
        print(first + 10, flush=True)
"""


def test_a_killed_writer_leaves_what_it_had_answered_for(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITES, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [int(process.stdout.readline()) for _ in range(5)][-1]
        process.kill()
    index = open_embedded(tmp_path)
    assert index.generation() == "first"
    assert index.count() >= said
    assert sorted(id for id, _ in index.revisions()) == list(range(index.count()))
    assert outcomes(put(index, article(0), article(500_000))) == ["older", "written"]


class Narrow(BaseHTTPRequestHandler):
    """A door to the node that refuses large requests, and every third write because it is busy."""

    node = ""
    trust: ssl.SSLContext
    limit = 20_000
    asked = 0

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path.startswith("/_bulk"):
            Narrow.asked += 1
            if len(body) > self.limit:
                return self.say(413, b"{}")
            if Narrow.asked % 3 == 0:
                return self.say(429, b"{}")
        kept = {
            name: value
            for name, value in self.headers.items()
            if name.lower() in {"accept", "content-type", "authorization"}
        }
        request = urllib.request.Request(self.node + self.path, body or None, kept, method=self.command)
        try:
            with urllib.request.urlopen(request, context=self.trust) as answer:
                return self.say(answer.status, answer.read())
        except urllib.error.HTTPError as error:
            return self.say(error.code, error.read())

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("x-elastic-product", "Elasticsearch")
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test's own traffic."""


@pytest.mark.elasticsearch
def test_requests_that_are_too_large_or_come_at_a_busy_time_are_written_all_the_same(node: Node) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Narrow)
    Narrow.node = f"https://127.0.0.1:{node.port}"
    Narrow.trust = ssl.create_default_context(cafile=node.ca)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        signed = node.url.partition("//")[2].rpartition("@")[0]
        index = open_elastic(f"http://{signed}@127.0.0.1:{server.server_address[1]}", prefix="narrow")
        index.create("first")
        results = put(
            index, *(article(id, "Tide", "ebb " * 500) for id in range(40)), article(99, "Tide", "flow " * 20_000)
        )
        assert outcomes(results) == ["written"] * 40 + ["refused"]
        assert "larger" in results[-1].error
        assert index.count() == 40
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_an_address_that_is_none_is_a_bad_setting_and_shows_no_password() -> None:
    with pytest.raises(BadSetting, match="got 'host:9200'") as caught:
        open_elastic("ftp://user:hidden@host:9200", prefix="x")
    assert "hidden" not in str(caught.value)
    with pytest.raises(ValueError, match="prefix"):
        open_elastic("http://127.0.0.1:9", prefix="Not A Prefix")
