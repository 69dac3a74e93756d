"""Decides whether those who bear one name are one, and whether two spellings that are nearly alike are, from what articles say
beside the names: a pure function of the articles, so that neither their order nor the number of workers shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

_EXCLUDING = {"sport": "politics science faith arms law", "arts": "science faith arms law"}
EXCLUDING = frozenset(frozenset((one, other)) for one, others in _EXCLUDING.items() for other in others.split())
"""Fields of which hardly anyone has both. A politician may have been a professor, a judge, a general or an actor."""


def exclude(fields: Iterable[str]) -> bool:
    """Whether two of these fields hardly go together."""
    return any(frozenset(pair) in EXCLUDING for pair in combinations(sorted(set(fields)), 2))


COUNTRY_APART, COUNTRY_TOGETHER = 0.15, 0.34
"""Share of the articles' countries in common up to which they speak for two people, and above which for one."""
TOPIC_APART, TOPIC_TOGETHER = 0.3, 0.6
COMPANY_TOGETHER = 0.1
"""Share of the smaller company in common above which two are one."""
LEAST_KINDS = 2
"""Kinds of evidence beside the roles (country, topic, company) that must speak for two."""
FEW = 6
"""Articles of a name from which one article alone does not make a person: it may be misread."""
CLEARER = 0.25
"""By how much an article without a role must be nearer to one than to the next; otherwise it stays with the name's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """What an article says of those it calls by a name."""

    article: int
    fields: frozenset[str] = frozenset()
    """What their roles are about."""
    countries: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    people: frozenset[str] = frozenset()
    """Ids of the others it names."""
    groups: frozenset[str] = frozenset()
    """Ids of organisations it names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """One of several people of a name."""

    label: str
    """What is added to the name's id; empty for the one who keeps it."""
    reason: str
    articles: tuple[int, ...]


class _Profile:
    """What some articles say together."""

    def __init__(self, those: Iterable[Occurrence]) -> None:
        self.those = sorted(those, key=lambda one: one.article)
        self.countries = _shares(one.countries for one in self.those)
        self.topics = _shares(one.topics for one in self.those)
        self.people = frozenset[str]().union(*(one.people for one in self.those))
        self.fields = frozenset[str]().union(*(one.fields for one in self.those))


def _shares(lists: Iterable[Sequence[str]]) -> dict[str, float]:
    """The share of each value, every list weighing the same."""
    found: dict[str, float] = defaultdict(float)
    told = [values for values in lists if values]
    for values in told:
        for value in values:
            found[value] += 1.0 / len(values) / len(told)
    return dict(found)


def _common(one: Mapping[str, float], other: Mapping[str, float]) -> float | None:
    """How much two distributions have in common, 0 to 1; None where one is unknown."""
    return sum(min(share, other.get(value, 0.0)) for value, share in one.items()) if one and other else None


def evidence(one: _Profile, other: _Profile) -> tuple[str, ...] | None:
    """What speaks for two people beside their roles; None where anything speaks for one."""
    country, topic = _common(one.countries, other.countries), _common(one.topics, other.topics)
    smaller = min(len(one.people), len(other.people))
    shared = len(one.people & other.people)
    if (country or 0.0) > COUNTRY_TOGETHER or (topic or 0.0) > TOPIC_TOGETHER or shared > COMPANY_TOGETHER * smaller:
        return None
    return tuple(
        kind
        for kind, speaks in (
            ("country", country is not None and country <= COUNTRY_APART),
            ("topic", topic is not None and topic <= TOPIC_APART),
            ("company", smaller > 0),
        )
        if speaks
    )


def _two(one: _Profile, other: _Profile) -> tuple[str, ...]:
    """The evidence that two profiles with roles are two people; empty where it does not do."""
    if not all(frozenset((a, b)) in EXCLUDING for a in one.fields for b in other.fields):
        return ()
    told = evidence(one, other)
    return ("role", *told) if told is not None and len(told) >= LEAST_KINDS else ()


def _cores(occurrences: Sequence[Occurrence]) -> list[_Profile]:
    """Articles with roles, put together unless they speak of two; the largest first."""
    by_field: dict[str, list[Occurrence]] = defaultdict(list)
    for one in occurrences:
        if len(one.fields) == 1:
            by_field[next(iter(one.fields))].append(one)
    least = 1 if len(occurrences) < FEW else 2
    fields = sorted(field for field, those in by_field.items() if len(those) >= least)
    group = {field: field for field in fields}
    for a, b in combinations(fields, 2):
        if _bridged(a, b, by_field, occurrences) or (
            frozenset((a, b)) in EXCLUDING and not _two(_Profile(by_field[a]), _Profile(by_field[b]))
        ):
            old, new = group[b], group[a]
            group = {field: new if at == old else at for field, at in group.items()}
    joined: dict[str, list[Occurrence]] = defaultdict(list)
    for field in fields:
        joined[group[field]] += by_field[field]
    return sorted((_Profile(those) for those in joined.values()), key=lambda p: (-len(p.those), p.those[0].article))


def _bridged(a: str, b: str, by_field: Mapping[str, Sequence[Occurrence]], occurrences: Sequence[Occurrence]) -> bool:
    """Whether articles give one person both fields: one in ten of the rarer will do."""
    both = sum({a, b} <= one.fields for one in occurrences)
    return 10 * both >= min(len(by_field[a]), len(by_field[b])) and both > 0


def _apart(cores: Sequence[_Profile]) -> list[_Profile]:
    """The cores that are each another than all kept before them."""
    kept: list[_Profile] = []
    for core in cores:
        if all(_two(core, other) for other in kept):
            kept.append(core)
    return kept


def _nearest(one: Occurrence, cores: Sequence[_Profile]) -> int | None:
    """The core that an article without a clear role belongs to; None where that is open."""
    scores = []
    for core in cores:
        met = 1.0 if one.people & core.people else 0.0
        scores.append(
            met
            + sum(core.countries.get(country, 0.0) for country in one.countries) / max(1, len(one.countries))
            + sum(core.topics.get(topic, 0.0) for topic in one.topics) / max(1, len(one.topics))
        )
    ranked = sorted(range(len(cores)), key=lambda at: (-round(scores[at], 6), at))
    return ranked[0] if scores[ranked[0]] - scores[ranked[1]] >= CLEARER else None


def told_apart(
    occurrences: Sequence[Occurrence], words: Mapping[int, int | None] | None = None, famous: bool = False
) -> list[Sense]:
    """The people who bear one name; empty where all are one. Of `famous` names the one with most articles keeps the
    name's id, of others the one who was first. `words`: for articles of which an operator said that the name means the
    one of another article there, or somebody else (None)."""
    ordered = sorted(occurrences, key=lambda one: one.article)
    owners = _owners(ordered)
    labels: dict[int, str] = {}
    if owners:
        rest = owners.index(_keeper(owners, famous))
        labels = {at: "" if at == rest else "-".join(sorted(core.fields)) for at, core in enumerate(owners)}
        placed = {one.article: at for at, core in enumerate(owners) for one in core.those}
        whose = {one.article: labels[placed.get(one.article, rest)] for one in ordered}
    else:
        whose = {one.article: "" for one in ordered}
    whose = _as_said(whose, words or {})
    return _senses(ordered, whose, owners)


def _owners(ordered: Sequence[Occurrence]) -> list[_Profile]:
    """The people, each with all articles that are surely theirs; empty for one."""
    cores = _apart(_cores(ordered))
    if len(cores) < 2:
        return []
    own: list[list[Occurrence]] = [list(core.those) for core in cores]
    taken = {one.article for core in cores for one in core.those}
    open_ = [one for one in ordered if one.article not in taken]
    between = sum(sum(bool(one.people & core.people) for core in cores) > 1 for one in open_)
    if between and 10 * between > len(ordered):
        return []
    for one in open_:
        at = _nearest(one, cores)
        if at is not None:
            own[at].append(one)
    return [_named(_Profile(those), core.fields) for those, core in zip(own, cores, strict=True)]


def _named(profile: _Profile, fields: frozenset[str]) -> _Profile:
    profile.fields = fields
    return profile


def _keeper(owners: Sequence[_Profile], famous: bool) -> _Profile:
    return min(owners, key=lambda core: (-len(core.those) if famous else 0, core.those[0].article))


OTHER = "other"
"""Label of the one whom an operator took out."""


def _as_said(whose: Mapping[int, str], words: Mapping[int, int | None]) -> dict[int, str]:
    """Whose each article is once operators were heard; who says "as in" an article that says the same goes nowhere."""
    found = dict(whose)
    for article in sorted(words):
        seen, at = {article}, article
        while words.get(at) is not None and words[at] not in seen:
            at = int(words[at] or 0)
            seen.add(at)
        if article in found and at in found and words.get(at) is None:
            found[article] = OTHER if at in words else whose[at]
    return found


def _senses(ordered: Sequence[Occurrence], whose: Mapping[int, str], owners: Sequence[_Profile]) -> list[Sense]:
    by_label: dict[str, list[Occurrence]] = defaultdict(list)
    for one in ordered:
        by_label[whose[one.article]].append(one)
    if len(by_label) < 2:
        return []
    told = {frozenset(core.fields): core for core in owners}
    profiles = {label: _Profile(those) for label, those in by_label.items()}
    return [
        Sense(
            label=label,
            reason=_reason(label, profiles, told),
            articles=tuple(one.article for one in by_label[label]),
        )
        for label in sorted(by_label)
    ]  # fmt: skip


def _reason(label: str, profiles: Mapping[str, _Profile], told: Mapping[frozenset[str], _Profile]) -> str:
    """Why this one is another than the others of the name."""
    if label == OTHER or not told:
        return "an operator said so"
    mine = profiles[label]
    rest = [profile for other, profile in profiles.items() if other not in (label, OTHER)]
    if not rest:
        return "an operator said so"
    kinds = Counter(kind for other in rest for kind in (evidence(mine, other) or ()))
    parts = [f"role ({_list(mine.fields)}, not {_list(frozenset().union(*(p.fields for p in rest)) - mine.fields)})"]
    if kinds["country"]:
        parts.append(f"country ({_main(mine.countries)}, not {_main(_shares(tuple(p.countries) for p in rest))})")
    parts += [kind for kind in ("topic", "company") if kinds[kind]]
    return "told apart by " + (", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0])


def _list(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))


def _main(shares: Mapping[str, float]) -> str:
    return _list(sorted(shares, key=lambda value: (-shares[value], value))[:2])


ALIKE_COUNTRY = 0.5
ALIKE_COMPANY = 2
"""Others, people or organisations, whom both must be named with."""


def agree(one: Sequence[Occurrence], other: Sequence[Occurrence]) -> str | None:
    """Why two spellings that are nearly alike mean one person, from what articles say of them: the same kind of role,
    the same countries, company in common, and no article that names both. None where that is not so."""
    if {a.article for a in one} & {b.article for b in other}:
        return None
    a, b = _Profile(one), _Profile(other)
    fields = a.fields & b.fields
    country = _common(a.countries, b.countries)
    company = len(a.people & b.people) + len(_groups(one) & _groups(other))
    if not fields or exclude(a.fields | b.fields):
        return None
    if country is None or country < ALIKE_COUNTRY or company < ALIKE_COMPANY:
        return None
    shared = {value: min(share, b.countries.get(value, 0.0)) for value, share in a.countries.items()}
    return f"and the same role ({_list(fields)}), country ({_main({k: v for k, v in shared.items() if v})}) and company"


def _groups(those: Sequence[Occurrence]) -> frozenset[str]:
    return frozenset[str]().union(*(one.groups for one in those))
