"""The query language: what is read how, what is refused where."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.errors import BadQuery
from broadsheet.ports import SearchRequest
from broadsheet.search.embedded import compile_query, schema
from broadsheet.search.plan import plan
from broadsheet.search.query import All, Either, Everything, Fuzzy, Node, Not, Pattern, Period, Value, Words, parse


def word(text: str, field: str | None = None) -> Words:
    return Words(terms=(text,), stem=text, field=field)


def day(year: int, month: int, number: int) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


READ: list[tuple[str, Node]] = [
    ("", Everything()),
    ("  ", Everything()),
    ("*", Everything()),
    ("ankara", word("ankara")),
    ("ankara talks", All(parts=(word("ankara"), word("talks")))),
    ("ankara AND talks", All(parts=(word("ankara"), word("talks")))),
    ("a b OR c", Either(parts=(All(parts=(word("a"), word("b"))), word("c")))),
    ("a (b OR c)", All(parts=(word("a"), Either(parts=(word("b"), word("c")))))),
    ("a -b", All(parts=(word("a"), Not(part=word("b"))))),
    ("a NOT b", All(parts=(word("a"), Not(part=word("b"))))),
    ("-(a b)", Not(part=All(parts=(word("a"), word("b"))))),
    ("a - b", All(parts=(word("a"), word("b")))),
    ("a or not b", All(parts=(word("a"), word("or"), word("not"), word("b")))),
    ('"grain deal"', Words(terms=("grain", "deal"))),
    ("“grain deal”", Words(terms=("grain", "deal"))),
    ("«зерно»", Words(terms=("зерно",))),
    ('"grain deal"~3', Words(terms=("grain", "deal"), slop=3)),
    ('"grain"~3', Words(terms=("grain",))),
    ("covid-19", Words(terms=("covid", "19"))),
    ("北京", Words(terms=("北", "京"))),
    ("北京*", Words(terms=("北", "京"))),
    ("minist*", Pattern(pattern="minist*")),
    ("wom?n", Pattern(pattern="wom?n")),
    ("Çavuş**lu", Pattern(pattern="cavus*lu")),
    ("why?", word("why")),
    ("what?!", word("what")),
    ("Cavusoglu~", Fuzzy(term="cavusoglu", distance=1)),
    ("Çavuşoğlu~2", Fuzzy(term="cavusoglu", distance=2)),
    ("title:talks", word("talks", "title")),
    ("TITLE:talks", word("talks", "title")),
    ("title:(a OR b)", Either(parts=(word("a", "title"), word("b", "title")))),
    ("title:-a", Not(part=word("a", "title"))),
    ('person:"Anna Smith"', Words(terms=("anna", "smith"), field="person")),
    ("source:BBC-News", Value(field="source", value="bbc_news")),
    ("entity:per:anna-smith", Value(field="entity", value="per_anna_smith")),
    ("person:per:anna-smith talks", All(parts=(Value(field="person", value="per_anna_smith"), word("talks")))),
    ('Person:"per:anna-smith"', Value(field="person", value="per_anna_smith")),
    ("speaker:per:anna-smith", Value(field="speaker", value="per_anna_smith")),
    ("place:(Q90 OR G5)", Either(parts=(Value(field="place", value="q90"), Value(field="place", value="g5")))),
    ("place:G20峰会", Words(terms=("g20", "峰", "会"), field="place")),
    ('org:"G20 summit"', Words(terms=("g20", "summit"), field="org")),
    ('person:"Q90~sport"', Value(field="person", value="q90_sport")),
    ("person:Queen", word("queen", "person")),
    ('source:"BBC News"', Value(field="source", value="bbc_news")),
    ("published:2016", Period(field="published", start=day(2016, 1, 1), end=day(2017, 1, 1))),
    ("published:2016-12", Period(field="published", start=day(2016, 12, 1), end=day(2017, 1, 1))),
    ("published:2016-12-01..2016-12-03", Period(field="published", start=day(2016, 12, 1), end=day(2016, 12, 4))),
    ("published:2016-12-01..", Period(field="published", start=day(2016, 12, 1), end=None)),
    ("published:..2016", Period(field="published", start=None, end=day(2017, 1, 1))),
    ("published:>2016", Period(field="published", start=day(2017, 1, 1), end=None)),
    ("published:<=2016", Period(field="published", start=None, end=day(2017, 1, 1))),
    ('seen:"2016-12-01"', Period(field="seen", start=day(2016, 12, 1), end=day(2016, 12, 2))),
    ("http://example.org", Words(terms=("http", "example", "org"))),
    ("10:30", Words(terms=("10", "30"))),
    ("a ()", word("a")),
    ("& grain", word("grain")),
    ("وزير", word("وزير")),
    ("title: a", All(parts=(word("title"), word("a")))),
]


@pytest.mark.parametrize(("text", "tree"), READ)
def test_a_query_is_read(text: str, tree: Node) -> None:
    assert parse(text) == tree


REFUSED = [
    ("(a", "character 1: no closing parenthesis"),
    ("a)", r"character 2: unexpected '\)'"),
    ('x "abc', "character 3: no closing quotation mark after 'abc'"),
    ("*foo", "character 1: a word cannot begin with"),
    ("title:*oo", "character 7: a word cannot begin with"),
    ("f*", "character 1: at least two letters"),
    ("fo*o*o*o*o*o*", "at most five"),
    ("a-b*", "only one word can hold"),
    ("foo:bar", "character 1: unknown field .* fields are agency, author"),
    ("tilte:x", "did you mean title:"),
    ("a OR", "character 3: nothing to choose from beside 'OR'"),
    ("OR a", "character 1: nothing to choose from"),
    ("a AND", "character 3: nothing to join"),
    ("NOT", "character 1: nothing to exclude after 'NOT'"),
    ("a NOT OR b", "character 3: nothing to exclude"),
    ("foo~3", "at most 2 letters may differ, not '~3'"),
    ("ab~1", "needs a word of at least 3 letters, not 'ab'"),
    ("abcde~2", "needs a word of at least 6 letters"),
    ("a-b~1", "only one word can be searched with a tilde"),
    ('"a b"~51', "at most 50 apart .* '~51'"),
    ('"a b a b b"~2', "the same word twice"),
    ("published:yesterday", "character 11: expected a date such as 2016-12-01 .* 'yesterday'"),
    ("published:2016-13-01", "'2016-13-01'"),
    ("published:2016-02-30..", "'2016-02-30'"),
    ("published:..", "expected a date"),
    ("source:b*", "source: is searched as a whole"),
    ("title:per:x", "character 1: no value after 'title:'"),
    ("title:source:x", "character 1: no value after 'title:'"),
    ("title:)", "no value after"),
    ("...", "no word to search for in '...'"),
    ("()", "no word to search for"),
    ("(" * 50 + "a" + ")" * 50, "more than 20 levels"),
    ("NOT " * 50 + "a", "more than 20 levels"),
    ("a " * 100, "more than 64 conditions"),
    ("minist* " * 17, "more than 16 words with"),
    ("x" * 3000, "3000 characters, at most 2000"),
    ("a-" * 200, "more than 64 parts"),
    ('"' + "a " * 200 + '"', "more than 64 words"),
    ("a~99999999999999999999", "at most 2 letters"),
    ('"a b"~99999999999999999999', "at most 50"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_a_query_that_cannot_be_read_says_where(text: str, said: str) -> None:
    with pytest.raises(BadQuery, match=said):
        parse(text)


FIELDS = schema()


@given(
    st.text(alphabet=st.sampled_from('ab*?~"()-!:OR NOTtitlepublished2016.,<>“”北и\0\ud800\u202e'), max_size=60)
    | st.text(max_size=80)
)
def test_any_input_is_read_or_refused_and_compiles(text: str) -> None:
    try:
        tree = parse(text)
    except BadQuery:
        return
    compile_query(plan(SearchRequest(q=text), tree), FIELDS)
