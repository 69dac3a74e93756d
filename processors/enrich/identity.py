"""Gives each name of an article the id of the one it means, by its letters, by the tables that are shipped, and by what
the corpus has taught: names that are one by themselves are linked, and all that is linked has one id."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from broadsheet.identity import Link
from broadsheet.model import Article
from broadsheet.ports import Transaction
from broadsheet.storage import entities as table
from broadsheet.storage.entities import Named, NameRow, Told, Use, named_of, renamed
from processors.enrich import clusters, likeness
from processors.enrich import names as n
from processors.enrich.beside import located, setting_of
from processors.enrich.fields import fields_of
from processors.enrich.inflection import inflected, stem
from processors.enrich.names import Name
from processors.enrich.telling import told_apart

MOST_MEETING = 300
"""Names that may share a key: a key of more says nothing."""
SURE = {"PER": 0.85, "ORG": 0.93, "LOC": 0.95}
"""How sure two names of a type must be one, taken alone, to be linked: a corpus has many places for one to look like."""
WEAK = 0.65
"""How sure two people's names must be one for what articles say beside them to be asked."""
SURE_IN_PIECE = 0.96
"""The same where one is in one piece (a Chinese name) and the other is not: three syllables look like many names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The names of an article, ready to meet others."""

    told: Told
    rows: tuple[NameRow, ...]


def prepare(article: Article) -> Features:
    """The costly part: names taken apart, what the shipped tables know of them, the keys they meet others by, and what
    the article says beside them. Pure."""
    counted = Counter(named_of(entity) for entity in article.entities)
    roles = _roles(article)
    places = {name[: table.LONGEST]: place for name, place in located(article.entities, article.places).items()}
    uses = tuple(
        Use(
            kind=kind, name=name, n=k, role=roles.get((kind, name), [None])[0],
            fields=tuple(sorted({field for role in roles.get((kind, name), ()) for field in fields_of(role)})),
            place=places[name].entity if kind == "LOC" and name in places else None,
        )
        for (kind, name), k in counted.items()
    )  # fmt: skip
    told = Told(uses=uses, setting=setting_of(article), places=tuple(places.values()))
    return Features(told=told, rows=tuple(rows_of(list(counted))))


def _roles(article: Article) -> dict[Named, list[str]]:
    """The roles of each name, in the order of the text."""
    found: dict[Named, list[str]] = {}
    for entity in article.entities:
        if entity.role:
            found.setdefault(named_of(entity), []).append(entity.role)
    return found


def rows_of(named: Sequence[Named]) -> list[NameRow]:
    """Spellings with their ids by themselves and their keys. The language plays no part: a spelling has one row."""
    kinds = [kind for kind, _ in named]
    found = n.ids_of([name for _, name in named], kinds)
    parsed = n.parse_all([name for _, name in named], [None] * len(named), kinds)
    return [
        NameRow(
            kind=kind, name=name, alone=alone, whole=" ".join(_latin(parts))[: table.LONGEST],
            tails=_tails(parts) if kind == "PER" else (), keys=keys_of(parts, kind),
        )
        for (kind, name), (alone, _), parts in zip(named, found, parsed, strict=True)
    ]  # fmt: skip


def _latin(name: Name) -> list[str]:
    """The words of a name, with what tells a son from his father."""
    return [word.latin for word in name.words] + ([name.generation] if name.generation else [])


def _tails(name: Name) -> tuple[str, ...]:
    """What may stand for a person once the full name was given: every end of it; for a son with his mark."""
    if name.joined or not 2 <= len(name.words) <= 5:
        return ()
    latin = _latin(name)
    return tuple(" ".join(latin[at:]) for at in range(1, len(name.words)) if len(latin[at]) > 1)


def keys_of(name: Name, kind: str) -> tuple[int, ...]:
    """Hashes of what a name must share with another to be compared with it."""
    keys = [key for key in clusters.keys_of(name, kind) if not key.startswith("^")]
    if kind != "PER":
        plain = sorted(word.latin for word in name.words if word.latin not in GENERIC)
        keys.append("g" + " ".join(plain))
    keys.append("s" + " ".join(sorted(stem(part) for part in n.pieces(name.text)[0])))
    return tuple(sorted({_hash(f"{kind} {key}") for key in keys}))


def _hash(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True)


GENERIC = frozenset(
    "group groupe gruppe grupo gruppa inc corp corporation company co ltd limited plc llc ag gmbh sa spa se holding"  # noqa: SIM905
    " organization organisation organizatsiya province region oblast district city republic".split()
)
"""Words that organisations and places are named with or without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """How sure two spellings are one, and why."""

    sure: float
    reason: str
    weak: bool = False
    """Whether the two do not tell enough."""
    apart: bool = False
    """Whether a word tells them apart, however alike they are."""


def links_of(pairs: Sequence[tuple[str, str, str]]) -> list[Likely | None]:
    """For pairs of spellings with their type how sure they are one; None where they are not, as far as the two tell. The
    answer depends on the pair alone."""
    named = sorted({(name, kind) for a, b, kind in pairs for name in (a, b)})
    at = {both: number for number, both in enumerate(named)}
    lexicon = likeness.lexicon_of([name for name, _ in named], [kind for _, kind in named])
    one = np.array([at[a, kind] for a, _, kind in pairs], np.int32)
    other = np.array([at[b, kind] for _, b, kind in pairs], np.int32)
    sure = likeness.likeness(lexicon, one, other, np.array([likeness.KINDS[kind] for _, _, kind in pairs], np.int8))
    return [_link(*pair, round(float(value), 3)) for pair, value in zip(pairs, sure, strict=True)]


def _link(one: str, other: str, kind: str, sure: float) -> Likely | None:
    if n.folded_name(one) == n.folded_name(other):
        return Likely(sure=1.0, reason="the letters of {}")
    a, b = _parsed(one, kind), _parsed(other, kind)
    if _in_another_case(a, b):
        return Likely(sure=0.9, reason="{} in another case")
    if kind != "PER" and _generic(a, b):
        return Likely(sure=0.9, reason="{} but for a word that says what it is")
    if kind != "PER" and len(a.words) != len(b.words) and not (a.joined or b.joined):
        return None
    least = SURE_IN_PIECE if a.joined != b.joined else SURE.get(kind, SURE_IN_PIECE)
    short = kind == "PER" and min(len(a.words), len(b.words)) < 2 and not (a.joined or b.joined)
    if a.generation and b.generation and a.generation != b.generation:
        return None
    apart = told_apart(a, b, kind, sure)
    weak = sure < least or a.generation != b.generation or apart
    if short or sure < WEAK or (weak and kind != "PER"):
        return None
    reason = f"{{}} in other letters ({sure:.2f})" if a.script != b.script else f"like {{}} ({sure:.2f})"
    return Likely(sure=sure, reason=reason, weak=weak, apart=apart and sure >= least)


def _in_another_case(a: Name, b: Name) -> bool:
    """Whether all words are the same but for case endings, and none is another given name (Alexander and Alexandra)."""
    one, other = n.pieces(a.text)[0], n.pieces(b.text)[0]
    if (
        len(one) != len(other)
        or a.generation != b.generation
        or not all(inflected(x, y) for x, y in zip(one, other, strict=True))
    ):
        return False
    return len(a.words) != len(b.words) or not any(
        x.meaning >= 0 and y.meaning >= 0 and x.meaning != y.meaning for x, y in zip(a.words, b.words, strict=True)
    )


def _generic(a: Name, b: Name) -> bool:
    one, other = ({w.latin for w in name.words} - GENERIC for name in (a, b))
    return bool(one) and one == other


@lru_cache(maxsize=20_000)
def _parsed(name: str, kind: str) -> Name:
    return n.parse_all([name], [None], [kind])[0]


def settle(tx: Transaction, batch: Sequence[tuple[Article, Features]]) -> list[Article]:
    """The articles with the ids of their names. Under the stage's lock; a batch given twice changes nothing."""
    rows = {(row.kind, row.name): row for _, features in batch for row in features.rows}
    ids = table.known(tx, rows)
    fresh = [rows[named] for named in sorted(set(rows) - set(ids))]
    if fresh:
        ids |= table.add(tx, fresh)
        meet(tx, {ids[row.kind, row.name]: row for row in fresh})
    articles = [article.id for article, _ in batch]
    touched = table.use(tx, {article.id: features.told for article, features in batch}, ids)
    table.settle(tx, touched, articles)
    now = table.of_articles(tx, articles)
    return [renamed(article, now.get(article.id, {})) for article, _ in batch]


def meet(tx: Transaction, fresh: dict[int, NameRow]) -> None:
    """Links new spellings with those that are one with them."""
    met = [
        (id, other, fresh[id].name, name, kind)
        for id, other, kind, name in table.meeting(tx, list(fresh), MOST_MEETING)
        if kind == fresh[id].kind and not (other in fresh and other < id)
    ]
    found = links_of([(name, other_name, kind) for _, _, name, other_name, kind in met]) if met else []
    table.link(
        tx,
        [
            Link(a=id, b=other, sure=told.sure, reason=told.reason, weak=told.weak, apart=told.apart)
            for (id, other, *_), told in zip(met, found, strict=True)
            if told
        ],
    )
