"""Tell what each outlet of a story says in numbers, and where they disagree: the dead and injured, money, votes, counts.

A number says the same thing as another when both count what the same happened to (`dead`), or stand in sentences that are alike
(`the work cost 29 million euros`), or, in two languages, are the same number of the same kind.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from broadsheet.grammar import is_grammar
from broadsheet.model import Article, Quantity
from broadsheet.sentences import sentences, stems_of

Bound = Literal["", "least", "most", "about"]
Verdict = Literal["agree", "disagree", "changed", "alone"]

TOLLS = ("dead", "injured", "missing", "ill", "rescued", "displaced", "arrested")
"""What is claimed whoever counts it; shown first, in this order, one outlet being enough."""
SAID_OF_ANYTHING = frozenset({"money", "percent", "votes", "measure", "age"})
"""Kinds whose subject is not beside the number: their sentences tell what they are of."""
ALIKE = 0.55
"""Share of the weight of the shorter sentence that two sentences with different numbers of one kind have in common."""
ALIKE_MEASURES = 0.7
"""The same for measures: a text gives many hours and miles, each of something else."""
MOST_APART = 3
"""How many times as large one of two measures of the same may be."""
ALIKE_SAME = 0.2
"""The same where the number is one."""
LEAST_SHARED = 3
"""Words of weight that two sentences with different numbers share at least, the number's own aside."""
TELLING = 10
"""A lower number is not known again in another language."""
TOGETHER = timedelta(hours=24)
"""Two outlets that say different numbers further apart than this do not disagree: one is older."""
NEAR = 0.1
"""Part of a number by which `about` may be off."""
MOST_CLAIMS = 60
MOST_HOLDERS = 120
"""Numbers with one value, or one subject, that are compared with each other."""
SENTENCE = 320
"""Characters of a sentence that are shown."""

_BEFORE: Mapping[Bound, str] = {
    "least": (
        r"at least|more than|over|no fewer than|upwards? of|mindestens|mehr als|über|au moins|plus de|al menos|más de|"
        r"por lo menos|pelo menos|не менее|по меньшей мере|более|больше|свыше|en az|أكثر من|ما لا يقل عن|至少|超过|逾"
    ),
    "most": (
        r"up to|at most|fewer than|less than|under|höchstens|bis zu|weniger als|jusqu.à|moins de|hasta|menos de|до|"
        r"не более|менее|en fazla|أقل من|ما لا يزيد على|最多|不到|多达"
    ),
    "about": (
        r"about|around|some|nearly|almost|roughly|approximately|an estimated|rund|etwa|knapp|fast|circa|environ|quelque|"
        r"près de|unos|unas|casi|cerca de|около|примерно|почти|yaklaşık|نحو|بنحو|حوالي|قرابة|约|近|大约"
    ),
}
_BOUNDS = {bound: re.compile(rf"(?:^|[\W\d_])(?:{words})\s*$", re.IGNORECASE) for bound, words in _BEFORE.items()}
_CHINESE = {bound: re.compile(rf"(?:{words})$") for bound, words in _BEFORE.items()}
_AFTER = re.compile(r"[’']?(?:den|dan|ten|tan)\s+fazla|\s+(?:or more|على الأقل)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One article's number, with its place in the text and its sentence."""

    article: int
    source: str
    language: str | None
    at: datetime
    """The date the article claims, or when it was first seen."""
    dated: bool
    value: float
    bound: Bound
    """`at least 12`, `up to 12`, `about 12`."""
    text: str
    start: int
    end: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with the outlets that say it in their latest article."""

    value: float
    text: str
    bound: Bound
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One thing that is counted, with what each article says, the latest first."""

    kind: str
    unit: str | None
    subject: str
    verdict: Verdict
    figures: tuple[Figure, ...]
    """The number most outlets say first."""
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """A number of an article with the sentence it stands in."""

    statement: Statement
    quantity: Quantity
    stems: Mapping[str, float]
    """Stems of the sentence, weighed by how rare they are in the story; those of the number itself are left out."""

    @property
    def key(self) -> tuple[str, str]:
        """What must be the same at least: the kind and the unit."""
        return self.quantity.kind, self.quantity.unit or ""


def claims(articles: Sequence[Article]) -> list[Claim]:
    """What is counted in a story: tolls first, then what two outlets or more give a number of, most outlets first."""
    rarity = _rarity(articles)
    told = [one for article in articles for one in _told(article, rarity)]
    groups = [*_tolls(told), *_others([one for one in told if one.quantity.unit not in TOLLS])]
    found = [_claim(group) for group in groups]
    kept = [one for one in found if one.unit in TOLLS or _worth_showing(one)]
    return sorted(kept, key=_rank)[:MOST_CLAIMS]


def _worth_showing(claim: Claim) -> bool:
    """Whether two outlets give a number of something: a bare count (`two`) tells a reader nothing."""
    named = bool(claim.subject or claim.unit) or claim.kind in SAID_OF_ANYTHING
    return named and len({statement.source for statement in claim.statements}) > 1


def _rank(claim: Claim) -> tuple[int, bool, bool, int, float]:
    """Tolls in their order, then disagreements, then what has a name and most outlets; of the rest larger numbers first."""
    first = TOLLS.index(claim.unit) if claim.unit in TOLLS else len(TOLLS)
    outlets = len({statement.source for statement in claim.statements})
    nameless = not claim.subject and not claim.unit
    return first, claim.verdict != "disagree", nameless, -outlets, -max(abs(figure.value) for figure in claim.figures)


def _rarity(articles: Sequence[Article]) -> dict[str, float]:
    """How rare each stem is among the sentences of the story; words of grammar weigh nothing."""
    held: Counter[str] = Counter()
    count = 0
    for text, language in dict.fromkeys((one.text, one.language) for one in articles):
        for start, end in sentences(text, 0, len(text)):
            held.update(
                stem for stem, word in stems_of(text[start:end], language).items() if not is_grammar(word, language)
            )
            count += 1
    return {stem: math.log((count + 1) / (number + 0.5)) for stem, number in held.items()}


def _told(article: Article, rarity: Mapping[str, float]) -> Iterator[_Told]:
    """The numbers of an article, each with its sentence."""
    spans = list(sentences(article.text, 0, len(article.text)))
    at = article.published.instant if article.published else None
    for one in article.numbers:
        start, end = next(((a, b) for a, b in spans if a <= one.start < b), (one.start, one.end))
        around = article.text[start : one.start] + " " + article.text[one.end : end]
        yield _Told(
            Statement(
                article=article.id,
                source=article.source,
                language=article.language,
                at=at or article.first_seen,
                dated=at is not None,
                value=one.value,
                bound=_bound(article.text, one, article.language),
                text=article.text[one.start : one.end],
                start=one.start,
                end=one.end,
                sentence=_shown(article.text, start, end, one),
            ),
            one,
            {stem: rarity.get(stem, 0.0) for stem in stems_of(around, article.language)},
        )


def _shown(text: str, start: int, end: int, one: Quantity) -> str:
    """The sentence, cut around the number where it is long."""
    if end - start <= SENTENCE:
        return text[start:end]
    begin = max(start, min(one.start - SENTENCE // 2, end - SENTENCE))
    stop = min(end, begin + SENTENCE)
    return ("…" if begin > start else "") + text[begin:stop].strip() + ("…" if stop < end else "")


def _bound(text: str, one: Quantity, language: str | None) -> Bound:
    """Whether the number is a least, a most or an estimate, by the words beside it."""
    if _AFTER.match(text, one.end):
        return "least"
    before = text[max(0, one.start - 24) : one.start]
    patterns = _CHINESE if language in ("zh", "ja") else _BOUNDS
    return next((bound for bound, pattern in patterns.items() if pattern.search(before)), "")


_YEAR = re.compile(r"(?<![\d.,])(?:1[89]|20)\d\d(?![\d.,]\d|\d)")


def _background(one: _Told) -> bool:
    """Whether the sentence tells of another year: `the tsunami of 2004 killed 170,000`."""
    years = {int(year) for year in _YEAR.findall(one.statement.sentence)} - {int(one.statement.value)}
    return bool(years) and (not one.statement.dated or all(abs(year - one.statement.at.year) > 0 for year in years))


def _tolls(told: Sequence[_Told]) -> list[list[_Told]]:
    """For each toll one number of each article: the one that most outlets say, else the first."""
    groups = []
    for unit in TOLLS:
        those = [one for one in told if one.quantity.unit == unit and not _background(one)]
        said = {
            value: len({one.statement.source for one in those if one.statement.value == value})
            for value in {o.statement.value for o in those}
        }
        chosen: dict[int, _Told] = {}
        for one in those:
            before = chosen.get(one.statement.article)
            if before is None or said[one.statement.value] > said[before.statement.value]:
                chosen[one.statement.article] = one
        if chosen:
            groups.append(list(chosen.values()))
    return groups


def _others(told: Sequence[_Told]) -> list[list[_Told]]:
    """Numbers joined where they say the same: first within a language, then across by what they have in common."""
    group = {number: [number] for number in range(len(told))}
    for _, a, b in sorted(_links(told), key=lambda link: (-link[0], link[1], link[2])):
        mine, other = group[a], group[b]
        articles = {told[n].statement.article for n in mine} & {told[n].statement.article for n in other}
        if mine is not other and not articles:
            mine.extend(other)
            group.update(dict.fromkeys(other, mine))
    groups = [[told[n] for n in those] for those in {id(those): those for those in group.values()}.values()]
    return _across([those for those in groups if those])


def _links(told: Sequence[_Told]) -> Iterator[tuple[float, int, int]]:
    """Pairs that say the same, with how surely: alike sentences, more surely with one subject and one value."""
    buckets: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for number, one in enumerate(told):
        buckets[(*one.key, one.statement.value)].append(number)
        for stem in _subject(one) or ([""] if one.quantity.kind in SAID_OF_ANYTHING else []):
            buckets[(*one.key, stem)].append(number)
    pairs = {
        (a, b)
        for those in buckets.values()
        for place, a in enumerate(those[:MOST_HOLDERS])
        for b in those[place + 1 : MOST_HOLDERS]
        if told[a].statement.article != told[b].statement.article
    }
    for a, b in pairs:
        surely = _alike(told[a], told[b])
        if surely:
            yield surely, a, b


def _alike(a: _Told, b: _Told) -> float:
    """How surely two numbers of one language say the same; 0 where they do not."""
    shared = [stem for stem in a.stems if stem in b.stems and a.stems[stem] > 0]
    least = min(sum(a.stems.values()), sum(b.stems.values()))
    likeness = sum(a.stems[stem] for stem in shared) / least if least else 0.0
    one_subject = bool(_subject(a) & _subject(b))
    if a.statement.value == b.statement.value:
        one_measure = a.quantity.kind == "measure" and _telling(a.statement.value)
        return 1.0 + likeness + one_subject if likeness >= ALIKE_SAME or one_subject or one_measure else 0.0
    measured = a.quantity.kind in ("measure", "age")
    if measured and not 1 / MOST_APART <= abs(a.statement.value / (b.statement.value or 1)) <= MOST_APART:
        return 0.0
    enough = len(shared) >= LEAST_SHARED and likeness >= (ALIKE_MEASURES if measured else ALIKE)
    return likeness if enough and (one_subject or a.quantity.kind in SAID_OF_ANYTHING) else 0.0


def _subject(one: _Told) -> set[str]:
    """Stems of what is counted."""
    text = one.quantity.subject or ""
    return {
        stem
        for stem, word in stems_of(text, one.statement.language).items()
        if not is_grammar(word, one.statement.language)
    }


def _across(groups: list[list[_Told]]) -> list[list[_Told]]:
    """Groups of two languages become one where they have a telling value in common that no third has."""
    holders: dict[tuple[str, str, float], list[int]] = defaultdict(list)
    for number, those in enumerate(groups):
        for value in {one.statement.value for one in those if _telling(one.statement.value)}:
            holders[(*those[0].key, value)].append(number)
    place = list(range(len(groups)))
    for numbers in holders.values():
        languages = [{one.statement.language for one in groups[n]} for n in numbers]
        if len(numbers) > 1 and sum(map(len, languages)) == len(set().union(*languages)):
            joined = {place[n] for n in numbers}
            place = [min(joined) if at in joined else at for at in place]
    found: dict[int, list[_Told]] = defaultdict(list)
    for group, at in zip(groups, place, strict=True):
        found[at] += group
    return list(found.values())


def _telling(value: float) -> bool:
    """Whether a number is known again in another language: a large one, or a broken one (`magnitude 6.7`)."""
    return value >= TELLING or value != int(value)


def _claim(group: Sequence[_Told]) -> Claim:
    """What the reader sees of numbers that say the same."""
    ordered = sorted(group, key=lambda one: (one.statement.at, one.statement.article), reverse=True)
    latest: dict[str, Statement] = {}
    for one in ordered:
        latest.setdefault(one.statement.source, one.statement)
    subjects = Counter(one.quantity.subject for one in ordered if one.quantity.subject)
    return Claim(
        kind=ordered[0].quantity.kind,
        unit=ordered[0].quantity.unit,
        subject=subjects.most_common(1)[0][0] if subjects else "",
        verdict=_verdict(list(latest.values()), [one.statement for one in ordered]),
        figures=_figures(latest.values()),
        statements=tuple(one.statement for one in ordered),
    )


def _figures(latest: Collection[Statement]) -> tuple[Figure, ...]:
    by_value: dict[float, list[Statement]] = defaultdict(list)
    for one in latest:
        by_value[one.value].append(one)
    figures = [
        Figure(value=value, text=_written(those), bound=those[0].bound, sources=tuple(one.source for one in those))
        for value, those in by_value.items()
    ]
    return tuple(sorted(figures, key=lambda figure: (-len(figure.sources), -figure.value)))


def _written(those: Sequence[Statement]) -> str:
    """The number as one of them writes it, in digits that most can read where one does."""
    return next((one.text for one in those if one.text[:1].isascii() and one.text[:1].isdigit()), those[0].text)


def _verdict(latest: Sequence[Statement], every: Sequence[Statement]) -> Verdict:
    """Whether outlets disagree today, or a number only changed with time."""
    if len({one.source for one in every}) < 2:
        return "changed" if len({one.value for one in every}) > 1 else "alone"
    apart = [(a, b) for place, a in enumerate(latest) for b in latest[place + 1 :] if not compatible(a, b)]
    if any(abs(a.at - b.at) <= TOGETHER or not (a.dated and b.dated) for a, b in apart):
        return "disagree"
    return "changed" if len({one.value for one in every}) > 1 and not _all_compatible(every) else "agree"


def _all_compatible(every: Sequence[Statement]) -> bool:
    return all(compatible(every[0], one) for one in every[1:])


def compatible(a: Statement, b: Statement) -> bool:
    """Whether two numbers can both be true: `at least 12` and 14 can, and so can `about 4,000` and 4,300."""
    low, high = sorted((a, b), key=lambda one: one.value)
    if low.value == high.value or low.bound == "least" or high.bound == "most":
        return True
    about = "about" in (a.bound, b.bound)
    return about and abs(high.value - low.value) <= NEAR * max(abs(high.value), abs(low.value))
