"""Find place names and put them on the map: candidates from the gazetteer, weighed by size, by what the text says beside
the name, by the outlet's home and by the document's other places."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from broadsheet.model import Place
from processors.enrich.gazetteer import CITY, COUNTRY, COUNTY, REGION, STATE, Gazetteer, gazetteer
from processors.enrich.mentions import MOST_MENTIONS, Mention, all_matches, candidates_of, mentions_in
from processors.enrich.reading import Reading

MOST_CANDIDATES = 60
MOST_PAIRS = 100_000
"""Candidates times places weighed at once: keeps memory flat on long lists of towns."""

KIND_WORTH = {CITY: 0.0, COUNTY: 0.6, STATE: 1.6, COUNTRY: 2.6, REGION: 2.2}
SIZE_WORTH = 0.55
"""For each factor of ten in population."""
INSIDE_WORTH = 5.0
"""`Paris, Texas`: the name after the comma holds the place."""
NEAR_WORTH = 1.3
"""Other places of the document close by."""
STATE_WORTH = 1.6
"""The document names the state or province, or others of its towns."""
COUNTRY_WORTH = 0.9
HOME_WORTH = 0.8
"""The outlet is at home in the country: a town of its own before one abroad ten or thirty times as large, not more."""
OWN_NAME_WORTH = 0.6
"""The place is called so first of all, not only in another language or once."""
METROPOLIS = 6.0
"""A city of a million is called in each language by a name of that language, which counts as its own: Londres, Londra."""
NEAR_KM = 150.0
DATELINE_COUNTRY, DATELINE_NEAR, DATELINE_SAME = 0.7, 1.5, 3.0
"""The dateline is in the country, close by, or the place itself; Paris stays in France in a text from Newark."""


class Home:
    """Where an outlet is at home, from its domain: a country, and the states and towns its name may hold."""

    def __init__(self, source: str | None, country: str | None, world: Gazetteer) -> None:
        host = (source or "").lower()
        ending = host.rpartition(".")[2]
        code = (country or {"uk": "GB"}.get(ending, ending)).upper()
        self.country = world.countries.index(code) if code in world.countries and len(code) == 2 else -1


def spatial(points: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Kilometres between each of the points and each of the others (equirectangular: near enough for a prior)."""
    lat = (points[:, None, 0] + others[None, :, 0]) * 0.5
    dx = (points[:, None, 1] - others[None, :, 1]) * np.cos(np.radians(lat)) * 111.2
    dy = (points[:, None, 0] - others[None, :, 0]) * 111.2
    return np.asarray(np.sqrt(dx * dx + dy * dy), np.float32)


def resolve(
    mentions: Sequence[Mention], reading: Reading, world: Gazetteer, home: Home, anchors: Sequence[int] = ()
) -> list[tuple[int, float] | None]:
    """For each mention the entry it means and how sure that is, or None where nothing is known.

    `anchors`: entries of the dateline."""
    trimmed = [_few(m.candidates, world) for m in mentions]
    said = [reading.text[m.start : m.end].lower() for m in mentions]
    told: dict[tuple[int, str], NDArray[np.float32]] = {}
    for those, name in zip(trimmed, said, strict=True):
        if (id(those), name) not in told:
            own = _base(those, world, home) + _anchored(those, world, anchors, home) + _called(those, name, world)
            told[id(those), name] = own
    base = [told[id(those), name] for those, name in zip(trimmed, said, strict=True)]
    for number in range(len(mentions)):
        _contained(number, mentions, trimmed, base, reading, world)
    # one name, one place: the evidence beside one mention serves all
    groups: dict[str, list[int]] = {}
    for number, name in enumerate(said):
        groups.setdefault(name, []).append(number)
    for members in groups.values():
        if any(base[m] is not base[members[0]] for m in members) and all(
            len(trimmed[m]) == len(trimmed[members[0]]) for m in members
        ):
            best = np.max([base[m] for m in members], axis=0)
            for m in members:
                base[m] = best
    heads = [members[0] for members in groups.values() if len(trimmed[members[0]])]
    chosen, scores = _settled(heads, trimmed, base, world)
    answers: list[tuple[int, float] | None] = [None] * len(mentions)
    for members in groups.values():
        head = members[0]
        if head not in chosen:
            continue
        ranked = sorted(scores[head].tolist())
        margin = ranked[-1] - ranked[-2] if len(ranked) > 1 else 3.0
        sure = round(1.0 / (1.0 + math.exp(-margin)), 2)
        for m in members:
            answers[m] = (int(trimmed[head][chosen[head]]), sure)
    return answers


def _few(candidates: NDArray[np.int64], world: Gazetteer) -> NDArray[np.int64]:
    if len(candidates) <= MOST_CANDIDATES:
        return candidates
    order = np.argsort(-(world.size[candidates] + 2.0 * world.kind[candidates]))
    return candidates[order[:MOST_CANDIDATES]]


_KIND_TABLE = np.array([KIND_WORTH.get(k, 0.0) for k in range(8)], np.float32)


def _base(candidates: NDArray[np.int64], world: Gazetteer, home: Home) -> NDArray[np.float32]:
    score = SIZE_WORTH * world.size[candidates] + _KIND_TABLE[world.kind[candidates]]
    if home.country >= 0:
        score = score + HOME_WORTH * (world.country[candidates] == home.country)
    return np.asarray(score, np.float32)


def _called(candidates: NDArray[np.int64], name: str, world: Gazetteer) -> NDArray[np.float32]:
    own = (world.size[c] >= METROPOLIS or world.names[c].lower() == name for c in candidates)
    return np.array([OWN_NAME_WORTH * one for one in own], np.float32)


def _anchored(
    candidates: NDArray[np.int64], world: Gazetteer, anchors: Sequence[int], home: Home
) -> NDArray[np.float32]:
    """What the dateline says for each candidate: its country where that is not the outlet's, its neighbourhood, itself."""
    extra = np.zeros(len(candidates), np.float32)
    if not anchors or not len(candidates):
        return extra
    those = np.array(anchors, np.int64)
    abroad = (world.country[those] != home.country)[None, :]
    countries = abroad & (world.country[candidates][:, None] == world.country[those][None, :])
    far = spatial(
        np.stack([world.lat[candidates], world.lon[candidates]], 1), np.stack([world.lat[those], world.lon[those]], 1)
    )
    near = np.where(world.kind[those][None, :] <= COUNTY, np.exp(-far / NEAR_KM), 0.0)
    same = candidates[:, None] == those[None, :]
    weighed = DATELINE_COUNTRY * countries.max(1) + DATELINE_NEAR * near.max(1) + DATELINE_SAME * same.max(1)
    return np.asarray(weighed, np.float32)


def anchors_of(dateline: Reading | None, source: str | None, country: str | None) -> list[int]:
    """The places that a dateline names: `CUENCA (Ecuador)`."""
    if dateline is None:
        return []
    world = gazetteer()
    mentions = [
        Mention(match.start, match.end, match.meant.entries, match.meant.demonym)
        for match in all_matches(dateline, world)
    ]
    answers = resolve(mentions[:4], dateline, world, Home(source, country, world))
    return [answer[0] for answer in answers if answer]


def _contained(
    number: int,
    mentions: Sequence[Mention],
    trimmed: Sequence[NDArray[np.int64]],
    base: list[NDArray[np.float32]],
    reading: Reading,
    world: Gazetteer,
) -> None:
    """Raise candidates that lie in what the next mention names, where only a comma or bracket stands between."""
    if number + 1 >= len(mentions) or not len(trimmed[number]) or not len(trimmed[number + 1]):
        return
    between = reading.text[mentions[number].end : mentions[number + 1].start]
    if not re.fullmatch(r"\s*[,(]\s*|\s+in\s+|\s*-\s*", between):
        return
    own, outer = trimmed[number], trimmed[number + 1]
    wide = outer[world.kind[outer] >= COUNTY]
    if not len(wide):
        return
    states = {int(world.admin[w]) for w in wide if world.kind[w] in (STATE, COUNTY)}
    countries = {
        int(world.country[w])
        for w in wide
        if world.kind[w] == COUNTRY or (world.kind[w] == REGION and world.countries[world.country[w]])
    }
    provinces = [w for w in wide if world.kind[w] in (STATE, COUNTY)]
    inside = np.array(
        [
            (int(world.admin[c]) in states and world.kind[c] != STATE)
            or (int(world.country[c]) in countries and world.kind[c] != COUNTRY)
            for c in own
        ]
    )
    if not inside.any() and provinces:
        # provinces of other countries have no code here: near enough is inside
        far = spatial(
            np.stack([world.lat[own], world.lon[own]], 1), np.stack([world.lat[provinces], world.lon[provinces]], 1)
        ).min(1)
        inside = (far < 2 * NEAR_KM) & (world.country[own] == world.country[provinces[0]])
    base[number] = base[number] + INSIDE_WORTH * inside.astype(np.float32)
    if inside.any():
        holds = np.array(
            [
                any(
                    world.admin[c] == world.admin[w]
                    or (world.kind[w] == COUNTRY and world.country[c] == world.country[w])
                    for c in own[inside]
                )
                for w in outer
            ]
        )
        base[number + 1] = base[number + 1] + 2.0 * holds.astype(np.float32)


def _settled(
    heads: Sequence[int], trimmed: Sequence[NDArray[np.int64]], base: Sequence[NDArray[np.float32]], world: Gazetteer
) -> tuple[dict[int, int], dict[int, NDArray[np.float32]]]:
    """The best candidate of each name, and what all its candidates are worth, each with the others' best beside it."""
    chosen = {h: int(base[h].argmax()) for h in heads}
    scores = {h: base[h] for h in heads}
    several = [(number, h) for number, h in enumerate(heads) if len(trimmed[h]) > 1]
    if len(heads) < 2 or not several:
        return chosen, scores
    own = np.concatenate([trimmed[h] for _, h in several])
    sizes = [len(trimmed[h]) for _, h in several]
    owner = np.repeat([number for number, _ in several], sizes)
    for _ in range(2):
        before = dict(chosen)
        extra = _context(own, owner, np.array([trimmed[h][chosen[h]] for h in heads]), world)
        for (_, h), more in zip(several, np.split(extra, np.cumsum(sizes)[:-1]), strict=True):
            scores[h] = base[h] + more
            chosen[h] = int(scores[h].argmax())
        if chosen == before:
            break
    return chosen, scores


def _context(
    own: NDArray[np.int64], owner: NDArray[np.int64], places: NDArray[np.int64], world: Gazetteer
) -> NDArray[np.float32]:
    """What the document's other places say for each candidate; `owner`: which of `places` is of the same name as it."""
    if len(own) > 1 and len(own) * len(places) > MOST_PAIRS:
        half = len(own) // 2
        return np.concatenate(
            [_context(own[part], owner[part], places, world) for part in (slice(half), slice(half, None))]
        )
    other = owner[:, None] != np.arange(len(places))[None, :]
    kind = world.kind[places]
    far = spatial(np.stack([world.lat[own], world.lon[own]], 1), np.stack([world.lat[places], world.lon[places]], 1))
    near = np.where(other & (kind <= COUNTY), np.exp(-far / NEAR_KM), 0.0).sum(1)
    extra = NEAR_WORTH * np.log1p(near).astype(np.float32)
    same_state = other & (world.admin[own][:, None] == world.admin[places]) & (kind != COUNTRY)
    named = same_state & (kind == STATE)
    sub = world.kind[own] <= COUNTY
    extra += STATE_WORTH * sub * np.log1p(same_state.sum(1) + 1.0 * named.sum(1)).astype(np.float32)
    same_country = other & (world.country[own][:, None] == world.country[places])
    extra += COUNTRY_WORTH * np.log1p(same_country.sum(1)).astype(np.float32)
    return np.asarray(extra, np.float32)


def placed(mention: Mention, answer: tuple[int, float], world: Gazetteer) -> Place:
    """The mention on the map."""
    entry, sure = answer
    return Place(
        start=mention.start,
        end=mention.end,
        name=world.names[entry],
        lat=round(float(world.lat[entry]), 2),
        lon=round(float(world.lon[entry]), 2),
        geonames=int(world.geonames[entry]) or None,
        country=world.countries[int(world.country[entry])] or None,
        confidence=sure,
    )


def given_places(
    spans: Sequence[tuple[int, int]], reading: Reading, source: str | None, country: str | None
) -> tuple[Place, ...]:
    """The places that given spans mean; a span the gazetteer does not know is left out."""
    world = gazetteer()
    mentions = []
    for span in sorted(spans)[:MOST_MENTIONS]:
        candidates, demonym = candidates_of(span, reading, world)
        mentions.append(Mention(span[0], span[1], candidates, demonym))
    answers = resolve(mentions, reading, world, Home(source, country, world))
    return tuple(placed(m, a, world) for m, a in zip(mentions, answers, strict=True) if a)


def found_places(
    reading: Reading,
    named: Sequence[tuple[int, int, str]],
    source: str | None,
    country: str | None,
    dateline: Reading | None = None,
) -> tuple[Place, ...]:
    """Places named in the text: what the recogniser calls places, and what the gazetteer knows beyond doubt.

    `named`: the recogniser's entities (start, end, type), in order."""
    world = gazetteer()
    mentions = mentions_in(reading, named, world)[:MOST_MENTIONS]
    home = Home(source, country, world)
    anchors = anchors_of(dateline, source, country)
    answers = resolve(mentions, reading, world, home, anchors)
    return tuple(placed(m, a, world) for m, a in zip(mentions, answers, strict=True) if a)
