"""The page's markup becomes pieces of text in reading order, each with its boxes, and nothing that is no text."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from processors.extract.letters import letters_of
from processors.extract.pieces import FAR, Cut, cut, width

LONG = "The council of the harbour town voted on Tuesday to rebuild the lighthouse that a storm had damaged."


def pieces(html: str) -> Cut:
    return cut(LexborHTMLParser(html), html)


def texts(html: str) -> list[str]:
    return [piece.text for piece in pieces(html).pieces]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>one</p><p>two <b>bold</b> words</p>", ["one", "two bold words"]),
        ("<div>before<p>inside</p>after</div>", ["before", "inside", "after"]),
        ("<p>a<br>b</p><h2>c<br>d</h2>", ["a", "b", "c d"]),
        ("<p>a &lt;b&gt; &amp;amp; &quot;q&quot;&nbsp;c</p>", ['a <b> &amp; "q" c']),
        ('<p title="a > b <i>x</i>">text</p>', ["text"]),
        ("<p>one<!-- <p>two</p> -->three</p>", ["onethree"]),
        ("<p>one</p><script>'<p>two</p>'</script><style>p{}</style><svg><text>x</text></svg>", ["one"]),
        ("<p>one</p><select><option>two</option></select><textarea>three</textarea><p>four</p>", ["one", "four"]),
        ("<a href=/x><div>one</div><div>two</div></a>", ["one", "two"]),
        ("<p>so\u00adft hy\u200bphen</p>", ["soft hyphen"]),
        ("", []),
    ],
)
def test_text_is_cut_at_block_level_tags_only(html: str, found: list[str]) -> None:
    assert texts(html) == found


def test_links_bold_and_stamps_are_noted() -> None:
    (piece,) = pieces(
        '<p>Read <a href="/a?b=1&amp;c=2">this one</a> <b>now</b> <time datetime="2024-05-14">today</time></p>'
    ).pieces
    assert (piece.linked, piece.bold, piece.stamped) == (8, 3, True)
    assert piece.links == ("/a?b=1&c=2",)


def test_short_links_in_a_row_are_one_menu_and_stamps_keep_their_place() -> None:
    items = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in ("news", "sport", "weather", "culture"))
    found = pieces(f'<ul>{items}</ul><p>{LONG}</p><time datetime="2024-05-14">14 May</time>')
    assert [piece.text for piece in found.pieces] == ["news\nsport\nweather\nculture", LONG, "14 May"]
    assert (found.pieces[0].run, found.pieces[0].links[0]) == (4, "/news")
    assert found.times == [("2024-05-14", 2)]


def test_what_is_far_from_all_text_is_known() -> None:
    far = "".join(f"<p>line {number}</p>" for number in range(3 * FAR))
    found = pieces(f"{far}<p>{LONG}</p>{far}")
    assert list(found.near) == list(range(2 * FAR, 4 * FAR))
    assert list(pieces("<p>short</p>").near) == [0]


def test_cards_that_look_the_same_are_counted() -> None:
    cards = "".join(f'<div class="card"><h3>Title {n}</h3><p>Text of card {n}</p></div>' for n in range(4))
    found = pieces(f"<main><p>{LONG}</p></main><section>{cards}</section>").pieces
    assert found[0].box.cards == 0
    assert {piece.box.cards for piece in found[1:]} == {3}


def test_what_the_page_hides_from_scripts_is_kept_apart() -> None:
    found = pieces("<p>one</p><noscript><p>please enable it</p></noscript><script></script><iframe></iframe>")
    assert [piece.text for piece in found.pieces] == ["one"]
    assert (found.noscript, found.scripts, found.frames) == ("please enable it", 1, 1)


@pytest.mark.parametrize(
    ("text", "words", "commas", "stops", "digits", "uppers", "ended", "capital"),
    [
        ("One, two, 34.", 3, 2, 1, 2, 1, True, True),
        ("«Ещё, нет!»", 2, 1, 1, 0, 1, True, False),
        ("港口，灯塔。", 3, 1, 1, 0, 0, True, False),
        ("plain 😀 text", 3, 0, 0, 0, 0, False, False),
    ],
)
def test_letters_are_counted_in_any_script(
    text: str, words: int, commas: int, stops: int, digits: int, uppers: int, ended: bool, capital: bool
) -> None:
    found = letters_of(["before it.", text, "after"])
    row = (found.words, found.commas, found.stops, found.digits, found.uppers, found.ended, found.capital)
    assert tuple(column[1] for column in row) == (words, commas, stops, digits, uppers, ended, capital)
    assert found.width[1] == width(text)
