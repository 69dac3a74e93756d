"""Two engines, one answer: the same query over the same documents finds the same ones, and as many."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broadsheet.errors import BadQuery
from broadsheet.model import IndexDocument
from broadsheet.ports import Collapse, SearchIndex, SearchRequest, SearchResult
from broadsheet.search.embedded import open_embedded
from broadsheet.search.mapping import GROUPS, fields
from broadsheet.search.percolate import matching
from tests.contract.conftest import Node

pytestmark = pytest.mark.elasticsearch

WORDS = {
    language: words.split()
    for language, words in {
        "en": "minister ministers ministry talked talks talking grain deal U.S. Ankara harbour harbours "
        "Smith's covid-19 running ran",
        "de": "Straße Strassen Minister Ministerin Größe grosse Häuser Haus Österreich Übung Übungen Getreide",
        "fr": "élection élections ministre ministres céréales l'accord œuvre garçon garçons première premiers",
        "es": "elección elecciones niño niños ministro acuerdo trigo mañana pingüino ministros",
        "ru": "Ёлка елки министр министры министров зерно переговоры Йошкар-Ола Москве Москва й и",
        "tr": "Çavuşoğlu İstanbul Isparta ısı bakanlar bakanlık Ankara'da görüşme görüşmeler tahıl Erdoğan IŞIK ışık",
        "ar": "الوزير الوزراء وزير أنقرة إلى محادثات القُرْآن مدرسة مدرسه كـتاب كتاب حبوب ١٢٣",
        "zh": "北京 大学 北京大学 谷物 部长 会谈 土耳其 Ankara G20峰会 大 学生",
        "ja": "東京 カメラ ｶﾒﾗ ガラス 首相 会談",
        "ko": "서울에서 서울 장관 회담",
        "hi": "हिन्दी मंत्री मंत्रियों बैठक",
        "th": "กรุงเทพ รัฐมนตรี",
    }.items()
}
EVERY = sorted({word for words in WORDS.values() for word in words})

QUERIES = """

*
minister
ministers
Ministers
talks grain
talks OR grain
grain -talks
-grain
NOT (grain OR talks)
(minister OR ministre) (grain OR céréales)
minist*
m?nister
min*t?r
Cavusoglu
cavusoglo~1
istambul~2
ministr~1
"grain deal"
"deal grain"~2
"grain deal"~1
"talks grain deal"~6
"minister talked grain"~3
strasse
STRASSE
größe
elecciones
election
нино
елка
ЁЛКИ
министр
министрами
йошкар
isi
ISI
ışık
isik
bakan
ankara
وزير
الى
القرآن
مدرسة
كتاب
123
北京
北
大学
"北京大学"
京大
北京*
g20
G20峰会
カメラ
서울
मंत्री
กรุง
title:minister
title:(grain OR deal) -text:talks
removed:related
removed:"related headline"
person:smith
person:"anna smith"
person:"smith bob"
author:reporter*
org:nato
place:ankara
source:alpha
source:Alpha-News
host:example.org
host:news.example.org
lang:tr
lang:tr OR lang:ru
entity:Q12
person:Q12
person:per:anna-smith
person:"per:anna-smith" -org:Q12
org:org:nato
place:(G3 OR G7)
topic:11
keyword:wheat
kind:opinion
changed:silent -grain
story:3
storyline:1
url:news
url:"example.org news"
section:world
agency:reuters
published:2026-11-05
published:2026-11-05..2026-11-10
published:<2026-11-10 grain
-published:2026
published:>=2026-11-10T12:00Z
seen:2026-11
when:2026-12
us
U.S.
u.s. deal
covid
covid-19
"covid 19"
smith
Smith's
grain OR (talks -deal) OR title:harbour
NOT NOT grain
a
й
grain ¶ deal
minister~1
talk*
speaker:anna
speaker:per:anna-smith
speaker:ltd
fold OR nothing
accord
oeuvre
nino
garcon
ministry AND minister
""".splitlines()[1:]


DOCUMENTS = 240


def documents() -> list[IndexDocument]:
    """A few hundred invented documents, mixed from the words above; the same each time."""
    chance = random.Random(7)
    start = datetime(2026, 11, 1, tzinfo=UTC)
    made: list[IndexDocument] = []
    for id in range(1, DOCUMENTS + 1):
        language = chance.choice([*WORDS, None])
        pool = WORDS[language] if language else EVERY
        joint = "" if language in {"zh", "ja", "th"} else " "
        when = start + timedelta(hours=chance.randrange(1000))
        made.append(
            IndexDocument(
                id=id,
                revision=1,
                month=f"2026-{chance.choice([10, 11])}",
                url=f"https://news.example.org/news/{id}",
                title=joint.join(chance.choices(pool, k=3)),
                text=joint.join(chance.choices(pool, k=12)) + ". " + chance.choice(EVERY),
                removed=chance.choice(["", "Related headline: " + chance.choice(EVERY)]),
                source=chance.choice(["alpha", "Alpha-News", "gamma"]),
                host=chance.choice(["news.example.org", "example.org", "example.com"]),
                language=language,
                published=chance.choice([None, when]),
                published_text=None,
                first_seen=when,
                when=when,
                standfirst=chance.choice(["", "grain deal"]),
                authors=tuple(chance.sample(["Reporter One", "Second Reporters"], k=chance.randrange(3))),
                fold=chance.choice([None, id - id % 5 or None]),
                people=tuple(chance.sample(["Anna Smith", "Bob Jones", "Mevlüt Çavuşoğlu"], k=chance.randrange(4))),
                organisations=chance.choice([(), ("NATO",)]),
                places=chance.choice([(), ("Ankara", "Kyiv")]),
                entities=chance.choice([(), ("Q12",), ("Q1", "Q12")]),
                person_titles=chance.choice([(), ("Smith Ltd",)]),
                person_ids=tuple(
                    chance.sample(["Q12", "per:anna-smith", "per:bob-jones", "Q1"], k=chance.randrange(4))
                ),
                organisation_ids=chance.choice([(), ("Q12",), ("org:nato", "org:un")]),
                place_ids=tuple(f"G{number}" for number in chance.sample(range(40), k=chance.randrange(6))),
                topics=chance.choice([(), ("11",), ("11", "16")]),
                keywords=chance.choice([(), ("wheat", "grain deal")]),
                kind=chance.choice(["article", "opinion"]),
                changes=chance.choice([(), (), ("number", "silent")]),
                story=chance.choice([None, 3, 33]),
                storyline=chance.choice([None, 1]),
                section=chance.choice([None, "World"]),
                agency=chance.choice([None, "Reuters"]),
                speakers=chance.choice([(), ("Anna Smith",)]),
                speaker_ids=chance.choice([(), ("per:anna-smith",)]),
                speaker_titles=chance.choice([(), ("Smith Ltd",)]),
                names=chance.choice(["", "Cavusoglu Mevlut"]),
                withdrawn=chance.random() < 0.05,
            )
        )
    return made


def random_query(chance: random.Random, depth: int = 0) -> str:
    """Some query; not each one can be read."""
    word = chance.choice(EVERY)
    kind = chance.randrange(12 if depth < 3 else 7)
    if kind < 3:
        return word
    if kind == 3:
        return f'"{word} {chance.choice(EVERY)}"{chance.choice(["", "~1", "~2", "~3", "~7"])}'
    if kind == 4:
        return f"{word[: chance.randrange(2, 6)]}{chance.choice(['*', '?' + word[3:], '*' + word[-1:]])}"
    if kind == 5:
        at = chance.randrange(len(word))
        return f"{word[:at]}{word[at + 1 :]}~{chance.choice('12')}"
    if kind == 6:
        return f"{chance.choice(['title', 'text', 'person', 'removed', 'lang', 'topic'])}:{word}"
    if kind < 9:
        return f"({random_query(chance, depth + 1)} OR {random_query(chance, depth + 1)})"
    if kind == 9:
        return f"-{random_query(chance, depth + 1)}"
    return f"{random_query(chance, depth + 1)} {random_query(chance, depth + 1)}"


@pytest.fixture(scope="module")
def engines(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SearchIndex, SearchIndex]]:
    folder: Path = tmp_path_factory.mktemp("agree")
    pair = open_embedded(folder), node.open("agree")
    for index in pair:
        index.create("first")
        with index.writer() as writer:
            for first in range(0, DOCUMENTS, 60):  # several segments
                assert {result.outcome for result in writer.write(documents()[first : first + 60])} == {"written"}
    yield pair
    for index in pair:
        index.close()


def found(result: SearchResult) -> tuple[int, set[int], dict[int, str]]:
    hits = {hit.document.id: hit for hit in result.hits}
    return result.total, set(hits), {id: hit.snippet for id, hit in hits.items()}


def grouped(result: SearchResult, collapse: Collapse) -> tuple[object, ...]:
    """What must agree of a collapsed answer: which member of a group stands for it may differ where scores are equal."""
    groups = {getattr(fields(hit.document), GROUPS[collapse]): (hit.copies, hit.outlets) for hit in result.hits}
    assert len(groups) == len(result.hits) == result.total
    assert result.total + sum(hit.copies for hit in result.hits) == sum(n for _, n in result.facets["source"])
    return result.total, groups, result.facets


def difference(engines: tuple[SearchIndex, SearchIndex], q: str) -> str:
    """What the two engines answer differently; empty where nothing."""
    one, other = (found(engine.search(SearchRequest(q=q, size=500, collapse="none"))) for engine in engines)
    if one != other:
        return f"{q!r}: {one[0]} and {other[0]}, only one finds {sorted(one[1] ^ other[1])[:5]}"
    collapses: list[Collapse] = ["copies", "story"]
    for collapse in collapses:
        asked = SearchRequest(q=q, size=500, facets=True, collapse=collapse)
        answers = [grouped(engine.search(asked), collapse) for engine in engines]
        if answers[0] != answers[1]:
            return f"{q!r} by {collapse}: {answers[0][0]} and {answers[1][0]} groups"
    return ""


def test_the_same_query_finds_the_same_documents(engines: tuple[SearchIndex, SearchIndex]) -> None:
    assert [said for q in QUERIES if (said := difference(engines, q))] == []


def test_most_of_these_queries_find_something(engines: tuple[SearchIndex, SearchIndex]) -> None:
    empty = [q for q in QUERIES if not engines[0].search(SearchRequest(q=q, size=1)).total]
    assert len(empty) < len(QUERIES) / 10


def test_random_queries_find_the_same_documents(engines: tuple[SearchIndex, SearchIndex]) -> None:
    chance = random.Random(11)
    seen = 0
    while seen < 60:
        q = random_query(chance)
        try:
            said = difference(engines, q)
        except BadQuery:
            continue
        assert said == ""
        seen += 1


NAMED = [{"people": ("Q12",)}, {"people": ("Q12", "Q1"), "places": ("G3",)}, {"organisations": ("org:nato",)}]


@pytest.mark.parametrize("given", NAMED)
def test_who_is_named_is_found_and_counted_alike(
    engines: tuple[SearchIndex, SearchIndex], given: dict[str, tuple[str, ...]]
) -> None:
    asked = SearchRequest(size=500, facets=True, collapse="none", **given)  # type: ignore[arg-type]
    one, other = (engine.search(asked) for engine in engines)
    assert found(one) == found(other)
    assert one.facets == other.facets
    assert one.total
    for name, ids in given.items():
        assert all(dict(one.facets[name])[id] == one.total for id in ids)


def test_hits_come_in_the_same_order_where_scores_differ_clearly(engines: tuple[SearchIndex, SearchIndex]) -> None:
    for sort in ("newest", "oldest"):
        one, other = (
            engine.search(SearchRequest(q="minister", sort=sort, size=30, collapse="none")) for engine in engines
        )
        assert [hit.document.when for hit in one.hits] == [hit.document.when for hit in other.hits]


def test_saved_searches_match_what_both_engines_find(engines: tuple[SearchIndex, SearchIndex]) -> None:
    queries = dict(enumerate(QUERIES))
    alerts = matching(queries, documents())
    for number, q in queries.items():
        hits = engines[0].search(SearchRequest(q=q, size=500, collapse="none")).hits
        assert alerts.get(number, []) == sorted(hit.document.id for hit in hits)
