"""Put side by side how several outlets quote one utterance: in the same words, in others, in another language, or reported.

What is compared are the sentences of quotations, as stems weighed by how rare they are in the story: two sentences of one
speaker that share enough of that weight are one utterance. Across languages only numbers and names can be shared.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import combinations

from broadsheet.grammar import is_grammar
from broadsheet.model import Article, Quote
from broadsheet.naming import bearers
from broadsheet.search.fold import fold, folded
from broadsheet.sentences import sentences, stems_of

ALIKE = 0.5
"""Likeness from which two sentences of one speaker are one utterance; chosen by eye on the open story sets."""
SURE = 0.75
"""The same where the speaker of one is not known."""
OTHERS = 0.9
"""The same where two speakers are named: one outlet is wrong, or one quotes the other."""
RETYPED = 0.8
"""Share of all their words that two sentences of two named speakers have in common; `must` and `cannot` is too much."""
REPORTED = 0.7
"""Share of a sentence's weight that a sentence about its speaker holds when it reports it."""
BESIDE = 0.12
"""Added where the sentence before or after is alike as well: what was said in one order is quoted in one order."""
MEAN = 0.75
"""Part of the bar that sentences of two groups reach on average before the groups become one."""
LEAST_SHARED = 2
"""Words of weight that two renderings share at least; twice as many where the speaker is not known."""
SAME_NAME = 0.8
"""Likeness of two ids of people from which they are one, within a story: `chelikoglu-yagmur`, `celikoglu-yagmur`."""
LEAST_NUMBER = 3
"""A lower number says too little to join sentences of two languages."""
MOST_UNITS = 1500
"""Sentences of one story that are compared."""
MOST_HOLDERS = 40
"""A word that more sentences hold brings none of them together."""
SHORT, LIGHT = 3, 0.25
"""Letters up to which a stem is likely one of grammar, and the part of its weight that those keep."""
LEAST_WORDS = 3
"""Words below which a quotation is joined to no other wording: `fake news` may be anywhere."""
FRAGMENT = 5
"""Words up to which a quotation must stand whole in the other: so few are shared by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """How one article gives the utterance; offsets into its text, marks not included."""

    article: int
    source: str
    language: str | None
    start: int
    end: int
    text: str
    speaker: str
    """As that article names them; empty where it does not."""
    direct: bool
    """In quotation marks; otherwise a sentence that reports it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One thing that was said, its renderings in the order of the articles given."""

    speaker: str
    entity: str | None
    renderings: tuple[Rendering, ...]
    wordings: int
    """Different wordings among those in quotation marks."""
    reason: str
    """What joins the two least alike."""


@dataclass(frozen=True, slots=True, eq=False)
class _Unit:
    """A sentence within a quotation, or one that may report it."""

    rendering: Rendering
    entity: str | None
    surname: str
    words: Mapping[str, str]
    """Stem -> word as written."""
    numbers: frozenset[str]
    """Numbers and names inside, that are the same in every language."""


@dataclass(slots=True, eq=False)
class _Head:
    """One wording of one speaker, with all sentences that have it."""

    units: list[_Unit]
    weights: dict[str, float]
    total: float
    heavy: frozenset[str]
    """Its stems that are no words of grammar."""
    after: set[int] = field(default_factory=set)
    """Numbers of the wordings that follow it somewhere."""

    @property
    def unit(self) -> _Unit:
        return self.units[0]


def utterances(articles: Sequence[Article]) -> list[Utterance]:
    """What two outlets or more quote or report of one speaker; speakers and utterances in the order they come up in."""
    rarity, light = _rarity(articles)
    units = [unit for article in articles for unit in _spoken(article)][:MOST_UNITS]
    heads = _heads(units, rarity, light)
    links = _links(heads)
    reports = _reports(articles, heads)
    found = []
    for group in _groups(heads, links):
        told = [unit for number in group for unit in reports.get(number, ())]
        weakest = min(
            (pair for pair in links if pair[0] in group and pair[1] in group), key=links.__getitem__, default=None
        )
        reason = _reason(heads[weakest[0]], heads[weakest[1]]) if weakest else "the same words"
        made = _utterance([heads[n] for n in group], told, reason, articles)
        if made:
            found.append(made)
    spoken: dict[str, int] = {}
    for one in found:
        spoken.setdefault(one.speaker, len(spoken))
    return sorted(found, key=lambda one: spoken[one.speaker])


def _rarity(articles: Iterable[Article]) -> tuple[dict[str, float], set[str]]:
    """What each stem weighs in this story, the logarithm of how few of its sentences hold it; and the stems of grammar."""
    held: Counter[str] = Counter()
    light: set[str] = set()
    number = 0
    for text, language in dict.fromkeys((one.text, one.language) for one in articles):
        for start, end in sentences(text, 0, len(text)):
            found = stems_of(text[start:end], language)
            held.update(found.keys())
            light.update(stem for stem, word in found.items() if _is_light(stem, word, language))
            number += 1
    weights = {
        stem: math.log((number + 1) / (count + 0.5)) * (LIGHT if stem in light else 1.0) for stem, count in held.items()
    }
    return weights, light


def _is_light(stem: str, word: str, language: str | None) -> bool:
    if is_grammar(word, language):
        return True
    bare = stem.rpartition(".")[2]
    return len(bare) <= SHORT and bare[:1] < "\u2e80" and not bare.isdigit()


def _spoken(article: Article) -> Iterator[_Unit]:
    """The sentences of an article's quotations."""
    ids = bearers((one.name, one.type, one.entity) for one in article.entities)
    for quote in article.quotes:
        if quote.direct:
            name = quote.speaker.name if quote.speaker else ""
            for start, end in sentences(article.text, quote.start, quote.end):
                yield _unit(article, start, end, name if _is_name(name, quote) else "", ids.get(name))


def _is_name(name: str, quote: Quote) -> bool:
    """Whether a speaker is named: `he` and `the minister` may be anyone."""
    return any(part[0].isupper() or part[0] > "\u05ff" for part in name.split()) and quote.speaker is not None


def _unit(article: Article, start: int, end: int, name: str, entity: str | None, direct: bool = True) -> _Unit:
    words = stems_of(article.text[start:end], article.language)
    inside = {f"#{n.value:g}" for n in article.numbers if start <= n.start < end and n.value >= LEAST_NUMBER}
    named = (e for e in article.entities if e.part == "text" and start <= e.start < end)
    inside |= {f"@{e.entity}" for e in named if e.entity and e.entity != entity}
    rendering = Rendering(
        article=article.id,
        source=article.source,
        language=article.language,
        start=start,
        end=end,
        text=article.text[start:end],
        speaker=name,
        direct=direct,
    )
    surname = fold(name.split()[-1]) if name else ""
    return _Unit(rendering=rendering, entity=entity, surname=surname, words=words, numbers=frozenset(inside))


def _heads(units: Sequence[_Unit], rarity: Mapping[str, float], light: Collection[str]) -> list[_Head]:
    """Each wording of each speaker once."""
    known: dict[tuple[str, tuple[str, ...]], int] = {}
    heads: list[_Head] = []
    before: tuple[int, int] = (-1, -1)
    for unit in units:
        weights = {stem: rarity.get(stem, 0.0) for stem in unit.words}
        total = sum(weights.values())
        if total <= 0:
            continue
        at = known.setdefault((unit.entity or unit.surname, tuple(sorted(unit.words))), len(heads))
        if at == len(heads):
            heads.append(_Head([], weights, total, frozenset(weights.keys() - light)))
        heads[at].units.append(unit)
        if before[0] == unit.rendering.article:
            heads[before[1]].after.add(at)
        before = unit.rendering.article, at
    return heads


def _links(heads: Sequence[_Head]) -> dict[tuple[int, int], float]:
    """How alike wordings are, for those that may be one utterance: by how much each passes its bar."""
    pairs = {pair: _likeness(heads[pair[0]], heads[pair[1]]) for pair in _candidates(heads)}
    found = {}
    for (a, b), likeness in pairs.items():
        beside = any(
            pairs.get((min(x, y), max(x, y)), 0.0) >= ALIKE
            for ones, others in ((heads[a].after, heads[b].after), (_ahead(heads, a), _ahead(heads, b)))
            for x in ones
            for y in others
        )
        bar = _bar(heads[a].unit, heads[b].unit)
        if likeness + (BESIDE if beside else 0.0) >= bar and _enough(heads[a], heads[b], bar):
            found[a, b] = likeness / bar
    return found


def _ahead(heads: Sequence[_Head], at: int) -> set[int]:
    return {n for n in (at - 1, at - 2) if n >= 0 and at in heads[n].after}


def _candidates(heads: Sequence[_Head]) -> set[tuple[int, int]]:
    """Pairs of wordings that share a word or number which few hold."""
    holders: dict[str, list[int]] = defaultdict(list)
    for number, head in enumerate(heads):
        for key in (*head.heavy, *head.unit.numbers):
            holders[key].append(number)
    return {pair for those in holders.values() if len(those) <= MOST_HOLDERS for pair in combinations(those, 2)}


def _likeness(a: _Head, b: _Head) -> float:
    """Shared weight: the mean of its share of the shorter sentence and of both together, 0 to 1."""
    if a.unit.rendering.language != b.unit.rendering.language:
        return _foreign(a.unit, b.unit)
    shared = sum(weight for stem, weight in a.weights.items() if stem in b.weights)
    return 0.5 * shared / min(a.total, b.total) + shared / (a.total + b.total)


def _foreign(a: _Unit, b: _Unit) -> float:
    """Likeness across languages: all numbers and names of one are in the other, and one of them is a number."""
    shared = a.numbers & b.numbers
    if not any(key[0] == "#" for key in shared):
        return 0.0
    return len(shared) / min(len(a.numbers), len(b.numbers)) * ALIKE


def _bar(a: _Unit, b: _Unit) -> float:
    """The likeness that two sentences need, by what is known of their speakers."""
    if same_speaker(a.entity, a.surname, b.entity, b.surname):
        return ALIKE
    if a.rendering.language != b.rendering.language:
        return math.inf
    return OTHERS if a.surname and b.surname else SURE


def same_speaker(entity: str | None, surname: str, other: str | None, other_surname: str) -> bool:
    """Whether two speakers of one story are one, by id or by surname."""
    if (surname and surname == other_surname) or (entity and entity == other):
        return True
    if not entity or not other or ":" not in entity or entity.partition(":")[0] != other.partition(":")[0]:
        return False
    return SequenceMatcher(None, entity, other, autojunk=False).ratio() >= SAME_NAME


def _enough(a: _Head, b: _Head, bar: float) -> bool:
    """Whether what they share is more than chance: enough words of weight, or numbers across languages."""
    if a.unit.rendering.language != b.unit.rendering.language:
        return True
    few = min(len(a.weights), len(b.weights))
    if few < LEAST_WORDS or (few <= FRAGMENT and not _within(a.unit, b.unit)):
        return False
    if len(a.weights) > FRAGMENT and a.weights.keys() == b.weights.keys():
        return True
    if bar == OTHERS and not (_within(a.unit, b.unit) or _same_words(a.unit, b.unit)):
        return False
    return len(a.heavy & b.heavy) >= LEAST_SHARED * (1 if bar == ALIKE else 2)


def _same_words(a: _Unit, b: _Unit) -> bool:
    """Whether two sentences differ in so few words, those of grammar with them, that one is the other retyped."""
    return len(a.words.keys() & b.words.keys()) >= RETYPED * len(a.words.keys() | b.words.keys())


def _within(a: _Unit, b: _Unit) -> bool:
    """Whether the words of one stand in the other, one after the other."""
    few, many = sorted((f" {' '.join(a.words)} ", f" {' '.join(b.words)} "), key=len)
    return few in many


def _groups(heads: Sequence[_Head], links: Mapping[tuple[int, int], float]) -> list[list[int]]:
    """Wordings joined by their links, the strongest first; two groups become one where they are alike on average."""
    group = {number: [number] for number in range(len(heads))}
    for (a, b), _ in sorted(links.items(), key=lambda link: (-link[1], link[0])):
        mine, other = group[a], group[b]
        if mine is other:
            continue
        mean = sum(links.get((min(x, y), max(x, y)), 0.0) for x in mine for y in other) / (len(mine) * len(other))
        if mean >= MEAN:
            mine.extend(other)
            group.update(dict.fromkeys(other, mine))
    return [sorted(those) for those in {id(those): those for those in group.values()}.values()]


def _reports(articles: Sequence[Article], heads: Sequence[_Head]) -> dict[int, list[_Unit]]:
    """For each wording the sentences, outside quotation marks, that name its speaker and hold most of it."""
    by_name: dict[str, list[int]] = defaultdict(list)
    for number, head in enumerate(heads):
        if head.unit.surname and head.unit.surname not in folded(head.unit.words.values()):
            by_name[head.unit.surname].append(number)
    found: dict[int, list[_Unit]] = defaultdict(list)
    for article in articles:
        quoted = [(quote.start, quote.end) for quote in article.quotes]
        for start, end in sentences(article.text, 0, len(article.text)):
            if any(a < end and start < b for a, b in quoted):
                continue
            for name in by_name.keys() & set(folded(stems_of(article.text[start:end], article.language).values())):
                speaker = heads[by_name[name][0]].unit.rendering.speaker
                unit = _unit(article, start, end, speaker, None, direct=False)
                for number in by_name[name]:
                    if _reported(heads[number], unit):
                        found[number].append(unit)
    return found


def _reported(head: _Head, unit: _Unit) -> bool:
    if head.unit.rendering.language != unit.rendering.language:
        return False
    shared = head.weights.keys() & unit.words.keys()
    weight = sum(head.weights[stem] for stem in shared)
    return len(head.heavy & shared) > LEAST_SHARED and weight >= REPORTED * head.total


def _utterance(
    heads: Sequence[_Head], told: Sequence[_Unit], reason: str, articles: Sequence[Article]
) -> Utterance | None:
    """The group as the reader sees it; None where only one outlet has it."""
    direct = [unit for head in heads for unit in head.units]
    have = {unit.rendering.article for unit in direct}
    reports = {unit.rendering.article: unit for unit in told if unit.rendering.article not in have}
    order = {article.id: place for place, article in enumerate(articles)}
    units = sorted([*direct, *reports.values()], key=lambda u: (order[u.rendering.article], u.rendering.start))
    if len({unit.rendering.source for unit in units}) < 2:
        return None
    name, entity = _speaker(direct)
    return Utterance(
        speaker=name,
        entity=entity,
        renderings=tuple(unit.rendering for unit in units),
        wordings=len(heads),
        reason=reason if len(heads) > 1 or not reports else "reported without quotation marks",
    )


def _speaker(direct: Sequence[_Unit]) -> tuple[str, str | None]:
    """The name that most renderings give, known ones and short full names first, and its id."""
    named = Counter((unit.rendering.speaker, unit.entity) for unit in direct if unit.rendering.speaker)
    most: Counter[str] = Counter()
    for (name, _), count in named.items():
        most[fold(name.split()[-1])] += count
    best = max(
        named,
        key=lambda one: (most[fold(one[0].split()[-1])], one[1] is not None, 1 < len(one[0].split()) < 4, named[one]),
        default=("", None),
    )
    return " ".join(best[0].split()), best[1]


def _reason(a: _Head, b: _Head) -> str:
    """What joins two wordings."""
    if a.unit.rendering.language != b.unit.rendering.language:
        keys = sorted(key[1:] for key in a.unit.numbers & b.unit.numbers)
        return f"one speaker, and in both languages {', '.join(keys)}"
    shared = sorted((stem for stem in a.weights if stem in b.weights), key=lambda stem: -a.weights[stem])
    words = ", ".join(a.unit.words[stem] for stem in shared[:4])
    return f"likeness {_likeness(a, b):.2f}: both have {words}"
