"""Puts lists of other articles' headlines into texts without markup, and true lists too: the first must go, the second stay.

python -m benchmarks.extract.headlines

Texts are those of the news world, in eight languages. Of 200 texts each gets the headlines of one to thirty other events, with
one of four bullets, in one of three places, with or without a heading; of 240 others each gets a list of its own: sentences,
quotations, people or clauses. Clauses without full stop are introduced always: where nothing introduces them and they share no
word with the text, no reader could tell them from headlines.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.extract.measure import harmonic
from broadsheet.world.almanac import LANGUAGES
from broadsheet.world.prose import Event, Telling, load_events
from processors.extract.row import extract_row

SEED = 1
VARIANTS, LISTS = 200, 240
BULLETS = ("- ", "• ", "", "-\n")
"""The last stands alone on a line before each headline."""
PLACES = ("start", "middle", "end")
LEAST = 0.97
MOST_FALSE = 0.01

_HEADINGS = {
    "en": "More news", "de": "Weitere Meldungen", "fr": "Autres articles", "es": "Más noticias", "ru": "Другие новости",
    "tr": "Diğer haberler", "ar": "أخبار أخرى", "zh": "其他新闻",
}  # fmt: skip
_INTRODUCTIONS = {
    "en": "This is what is known so far:", "de": "Das ist bislang bekannt:", "fr": "Voici ce que l'on sait :",
    "es": "Esto es lo que se sabe:", "ru": "Вот что известно:", "tr": "Şimdiye kadar bilinenler şunlar:",
    "ar": "هذا ما نعرفه حتى الآن:", "zh": "目前已知情况如下：",
}  # fmt: skip
_SENTENCE = re.compile(r"(?<=[.!?؟])\s+|(?<=[。！？])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text without markup and which of its lines are what."""

    lines: tuple[str, ...]
    body: frozenset[str]
    listed: frozenset[str]
    """Lines of the list, without bullets."""
    kind: str


def _plain(text: str) -> str:
    """The prose without the world's placeholders."""
    return " ".join(re.sub(r"\{[^{}]*\}", "2024", text).split())


def _told(event: Event) -> Telling:
    """The event's longest text."""
    return max(event.tellings, key=lambda telling: sum(map(len, telling.paragraphs)))


def _bulleted(items: Sequence[str], bullet: str) -> list[str]:
    return [line for item in items for line in f"{bullet}{item}".split("\n")]


def _put(paragraphs: Sequence[str], block: Sequence[str], place: str) -> list[str]:
    at = {"start": 0, "middle": len(paragraphs) // 2, "end": len(paragraphs)}[place]
    return [*paragraphs[:at], *block, *paragraphs[at:]]


def foreign(number: int, events: Sequence[Event], luck: random.Random) -> Text:
    """A text with the headlines of other events in it."""
    event = events[number // 8 % len(events)]
    told = _told(event)
    others = [
        _plain(telling.title)
        for other in events
        if other.storyline != event.storyline or (not other.storyline and other.story != event.story)
        for telling in other.tellings[:1]
    ]
    count = luck.choice((1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 30))
    items = luck.sample(others, min(count, len(others)))
    bullet, place = BULLETS[number % 4], PLACES[number % 3]
    heading = [_HEADINGS[event.language]] if luck.random() < 0.3 else []
    paragraphs = [_plain(paragraph) for paragraph in told.paragraphs]
    lines = [_plain(told.title), *_put(paragraphs, [*heading, *_bulleted(items, bullet)], place)]
    shape = "1 item" if len(items) == 1 else "2-4 items" if len(items) < 5 else "5-30 items"
    return Text(
        lines=tuple(lines),
        body=frozenset(paragraphs),
        listed=frozenset(items),
        kind=f"{event.language} | {bullet.strip() or 'none'!r} | {place} | {shape}",
    )


def _sentences(event: Event, told: Telling) -> list[str]:
    """What the event's other text says, or the second half of its own."""
    spare = next((other for other in event.tellings if other is not told), None)
    paragraphs = spare.paragraphs[1:4] if spare else told.paragraphs[-2:]
    return [
        sentence for paragraph in paragraphs for sentence in _SENTENCE.split(_plain(paragraph)) if len(sentence) > 8
    ]


def _clauses(event: Event, told: Telling) -> list[str]:
    """Their beginnings, as a list without full stops has them."""
    halves = (re.split(r"[,，،;；—]", sentence)[0].rstrip(".。!؟?") for sentence in _sentences(event, told))
    return [half for half in halves if len(half) > 8]


def _quotes(event: Event, told: Telling) -> list[str]:  # noqa: ARG001  (called like the others)
    return [f"“{_plain(quote.text)}”" for quote in told.quotes]


def _people(event: Event, told: Telling) -> list[str]:  # noqa: ARG001
    return [f"{person.name}, {person.role}" if person.role else person.name for person in told.people]


_OWN: tuple[tuple[str, Callable[[Event, Telling], list[str]]], ...] = (
    ("sentences", _sentences),
    ("clauses", _clauses),
    ("quotations", _quotes),
    ("people", _people),
)


def own(number: int, events: Sequence[Event]) -> Text | None:
    """A text with a list of its own, introduced or not; None where the event has none of that kind."""
    event = events[number // 32 % len(events)]
    told = _told(event)
    name, make = _OWN[number // 8 % 4]
    introduced = name in ("people", "clauses") or number % 3 > 0
    items = make(event, told)[:8]
    if len(items) < 2:
        return None
    paragraphs = [_plain(paragraph) for paragraph in told.paragraphs]
    head = [_INTRODUCTIONS[event.language]] if introduced else []
    block = [*head, *_bulleted(items, ("- ", "• ", "1. ")[number // 3 % 3])]
    lines = [_plain(told.title), *_put(paragraphs, block, PLACES[1 + number % 2])]
    return Text(
        lines=tuple(lines), body=frozenset(paragraphs), listed=frozenset(items),
        kind=f"{event.language} | {name}{'' if introduced else ', not introduced'}",
    )  # fmt: skip


def kept_lines(text: Text) -> set[str]:
    """The lines of the answer, without bullets."""
    answer = extract_row({"id": "x", "text": "\n".join(text.lines)})["text"] or ""
    return {re.sub(r"^(?:[-•]|\d\.)\s+", "", line.strip()) for line in answer.split("\n")}


def counted(text: Text) -> tuple[int, int, int]:
    """Lines of the list that are gone, those that stayed, and lines of the body that are gone."""
    kept = kept_lines(text)
    gone = sum(line not in kept for line in text.listed)
    whole = "\n".join(kept)
    return gone, len(text.listed) - gone, sum(line not in whole and line[60:] not in whole for line in text.body)


def _table(rows: dict[str, Counter[str]], title: str) -> None:
    print(title)
    for kind, row in sorted(rows.items()):
        print(f"  {kind:28} list lines {row['listed']:5}  removed {row['gone']:5}  body lines removed {row['lost']:4}")


def main() -> int:
    """Print both tables; 1 where a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print the lines decided wrongly")
    given = parser.parse_args()
    by_language: dict[str, list[Event]] = defaultdict(list)
    for event in load_events():
        by_language[event.language].append(event)
    languages = [language for language in LANGUAGES if by_language[language]]
    luck = random.Random(SEED)
    alien = [foreign(number, by_language[languages[number % len(languages)]], luck) for number in range(VARIANTS)]
    native: list[Text] = []
    for number in range(LISTS * 6):
        text = own(number, by_language[languages[number % len(languages)]])
        native += [text] if text is not None and len(native) < LISTS else []
    tables = [_measured(alien, given.show, False), _measured(native, given.show, True)]
    _table(tables[0], f"{len(alien)} texts with headlines of other articles, by language, bullet, place and length")
    gone, stayed, lost = _sums(tables[0])
    f1 = harmonic(gone / max(1, gone + lost), gone / max(1, gone + stayed))
    print(
        f"precision {gone / max(1, gone + lost):.4f}  recall {gone / max(1, gone + stayed):.4f}  F1 {f1:.4f}  (at least {LEAST})"
    )
    _table(tables[1], f"{len(native)} texts with lists of their own")
    gone, stayed, lost = _sums(tables[1])
    false = gone / max(1, gone + stayed)
    print(
        f"lines of true lists removed {gone} of {gone + stayed} ({false:.2%}, at most {MOST_FALSE:.0%}); body lines {lost}"
    )
    return 0 if f1 >= LEAST and false <= MOST_FALSE else 1


def _sums(rows: dict[str, Counter[str]]) -> tuple[int, int, int]:
    """Of all texts: each is counted once under its language."""
    total = sum((row for kind, row in rows.items() if kind in LANGUAGES), Counter[str]())
    return total["gone"], total["listed"] - total["gone"], total["lost"]


def _measured(texts: Sequence[Text], show: bool, own_lists: bool) -> dict[str, Counter[str]]:
    """The counts under each part of the texts' kinds."""
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        gone, stayed, lost = counted(text)
        for part in text.kind.split(" | "):
            rows[part].update(listed=len(text.listed), gone=gone, lost=lost)
        if show and (lost or (gone if own_lists else stayed)):
            _show(text, own_lists)
    return rows


def _show(text: Text, own_lists: bool) -> None:
    kept = kept_lines(text)
    wrong = [line for line in text.listed if (line in kept) != own_lists]
    lost = [line for line in text.body if line not in "\n".join(kept)]
    print(f"{text.kind}: list {wrong[:4]} body {[line[:80] for line in lost[:3]]}")


if __name__ == "__main__":
    sys.exit(main())
