"""Hold what enrich says of the news world against what the world knows, and list by language and story what is missing or wrong.

usage: python -m benchmarks.enrich.world     prints one line for each kind of fault: how often, language, story, fault, what

The world's truth names every person and organisation, the quotations with their speakers, some of the numbers (a text has more), and the
places of an article by their names. It has no adjectives and no inhabitants (`Latvian`), and no place inside another word (Oderbrücke).
Words that lost letters on the way (`Çavu?o?lu`) are asked for nowhere: what they were is found later, from other articles.
"""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from broadsheet.model import Place, Quantity, Quote
from broadsheet.storage.articles import SURE_PLACE
from broadsheet.world import prose
from broadsheet.world.clock import clock
from broadsheet.world.sites import SITES
from broadsheet.world.truth import Truth
from broadsheet.world.world import Invented
from processors.enrich.document import read
from processors.enrich.gazetteer import gazetteer
from processors.enrich.mentions import all_matches
from processors.enrich.reading import reading_of
from processors.enrich.stage import Findings, Given, findings

Spans = list[tuple[int, int]]

SAME = 0.8
"""Share of the longer of two quotations that both have in common where they are one."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """Something the world knows and we do not, or the other way round."""

    language: str
    story: str
    kind: str
    """`person missing`, `place in another country`, ..."""
    what: str
    told: str = ""
    """What we say instead, or what stands around it."""


def told(folder: Path) -> list[tuple[Truth, Findings]]:
    """Each text of the world once, read as the pipeline reads it."""
    world = Invented(clock(folder, datetime(2026, 11, 25, 12, tzinfo=UTC)))
    homes = {site.host: site.country for site in SITES}
    texts = {t.text: t for t in world.truths() if t.verdict == "article" and t.text}
    return [(t, findings(t.text, given(t, homes))) for t in texts.values()]


def given(truth: Truth, homes: dict[str, str]) -> Given:
    """What the pipeline knows beside the text."""
    return Given(
        title=truth.title,
        source=truth.site,
        url=truth.url,
        dateline=truth.dateline,
        country=homes.get(truth.site),
    )


def faults(truth: Truth, found: Findings) -> Iterator[Fault]:
    """Everything that is missing or wrong in one text."""
    for kind, what, said in (
        *names(truth, found),
        *places(truth, found),
        *quotations(truth, found),
        *numbers(truth, found),
    ):
        yield Fault(language=truth.language, story=truth.story, kind=kind, what=what, told=said)


def damaged(text: str) -> bool:
    """Whether letters were lost on the way."""
    return bool(re.search(r"\w\?|\?\w", text))


def spans_of(text: str, forms: Iterable[str]) -> Spans:
    """Where the words stand, within longer words only where they stand nowhere alone, or the script writes no blanks."""
    return [span for form in forms for span in _alone(text, form) or _anywhere(text, form)]


def _alone(text: str, form: str) -> Spans:
    if ord(form[0]) > 0x5FF:
        return []
    return [found.span() for found in re.finditer(rf"(?<![^\W\d_]){re.escape(form)}(?![^\W\d_])", text)]


def _anywhere(text: str, form: str) -> Spans:
    return [found.span() for found in re.finditer(re.escape(form), text)]


def over(start: int, end: int, spans: Spans) -> bool:
    """Whether one of the spans shares a character."""
    return any(start < b and a < end for a, b in spans)


def around(text: str, start: int, end: int) -> str:
    """A stretch with its neighbours, on one line."""
    return text[max(0, start - 15) : end + 15].replace("\n", "¶")


def names(truth: Truth, found: Findings) -> Iterator[tuple[str, str, str]]:
    """People and organisations that are not found wherever they stand, and those that nobody is."""
    people = [form for one in truth.people for form in (one.name, *one.forms)]
    bodies = [form for one in truth.organisations for form in (one.name, *one.forms)]
    spots = [place.name for place in truth.places]
    for word, kind, forms in (("person", "PER", people), ("organisation", "ORG", bodies)):
        mine: Spans = [(e.start, e.end) for e in found.entities if e.type == kind]
        for form in forms:
            for start, end in spans_of(truth.text, [form]):
                near = around(truth.text, start, end)
                if not over(start, end, mine) and not damaged(near):
                    yield f"{word} missing", form, near
        others = spans_of(truth.text, [*(bodies if kind == "PER" else people), *spots])
        for start, end in mine:
            near = around(truth.text, start, end)
            if over(start, end, others) and not over(start, end, spans_of(truth.text, forms)) and not damaged(near):
                yield f"no {word}", truth.text[start:end], near


def places(truth: Truth, found: Findings) -> Iterator[tuple[str, str, str]]:
    """Places that are not found, that are surely in another country, and what is surely taken for one and is none."""
    for place in truth.places:
        here = [p for p in found.places if over(p.start, p.end, spans_of(truth.text, [place.name]))]
        if not here and not damaged(place.name) and not unknown(place, truth, found):
            yield "place missing", place.name, place.country
        for one in here[:1]:
            if one.confidence >= SURE_PLACE and place.country and one.country not in (place.country, None):
                yield "place in another country", place.name, f"{one.name}, {one.country}, {one.confidence}"
    spots = spans_of(truth.text, [place.name for place in truth.places])
    for one in found.places:
        if (
            truth.places
            and one.confidence >= SURE_PLACE
            and not over(one.start, one.end, spots)
            and not derived(truth.text, one)
        ):
            yield "no place", truth.text[one.start : one.end], around(truth.text, one.start, one.end)


def unknown(place: prose.Place, truth: Truth, found: Findings) -> bool:
    """Whether the gazetteer has no such name: then being found as the name of a place is all that can be asked."""
    reading = reading_of(read(place.name, truth.language))
    whole = [m for m in all_matches(reading, gazetteer()) if m.first == 0 and m.last == len(reading.starts)]
    spans = spans_of(truth.text, [place.name])
    return not whole and any(e.type == "LOC" and over(e.start, e.end, spans) for e in found.entities)


def derived(text: str, place: Place) -> bool:
    """Whether a place is told by its adjective or inhabitants, or by a part of a longer word."""
    if text[place.end : place.end + 1].isalpha() and ord(text[place.start]) < 0x600:
        return True
    matches = all_matches(reading_of(read(text[place.start : place.end], "en")), gazetteer())
    return any(match.meant.demonym for match in matches)


def quotations(truth: Truth, found: Findings) -> Iterator[tuple[str, str, str]]:
    """Quotations not found, or given to another speaker."""
    for quote in truth.quotes:
        one = quote_of(truth, quote, found.quotes)
        if one is None:
            yield "quotation missing", quote.text, ""
            continue
        name, whole = folded(one.speaker.name) if one.speaker else "", folded(quote.speaker)
        if not (name and (name in whole or whole in name)) and not damaged(quote.speaker):
            yield "another speaker", quote.speaker, one.speaker.name if one.speaker else "nobody"


def quote_of(truth: Truth, quote: prose.Quote, found: Iterable[Quote]) -> Quote | None:
    """Our quotation that is the world's."""
    start = truth.text.find(quote.text)
    end = start + len(quote.text)
    fits = (q for q in found if min(q.end, end) - max(q.start, start) >= SAME * max(q.end - q.start, end - start))
    return next(fits, None)


def folded(name: str) -> str:
    """Letters without case and accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if c.isalnum())


def numbers(truth: Truth, found: Findings) -> Iterator[tuple[str, str, str]]:
    """Numbers that are not read, or read as another value."""
    for number in truth.numbers:
        if number.value is not None and not number_of(truth, number, number.value, found.numbers):
            yield "number wrong", number.text, str(number.value)


def number_of(truth: Truth, number: prose.Number, value: float, found: Iterable[Quantity]) -> bool:
    """Whether the number is told; hours with minutes are told as one number of minutes."""
    for start, end in ((m.start(), m.end()) for m in re.finditer(re.escape(number.text), truth.text)):
        for one in found:
            whole = one.start < end and start < one.end
            if whole and abs(one.value - value) <= 1e-6 * abs(value):
                return True
            if whole and one.kind == "measure" and one.value // 60 == value and one.end > end:
                return True
    return False


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        read = told(Path(folder))
    count = Counter(fault for truth, found in read for fault in faults(truth, found))
    for one, times in sorted(count.items()):
        print(times, one.language, one.story, one.kind, one.what, one.told, sep=" | ")
    asked = Counter[str]()
    for truth, found in read:
        asked.update(texts=1, places=len(truth.places), quotations=len(truth.quotes), numbers=len(truth.numbers))
        asked.update(people=len(truth.people), organisations=len(truth.organisations), placed=len(found.places))
    print(dict(asked))


if __name__ == "__main__":
    main()
