"""Gives all spellings of one name in a list the same id: names meet under keys that spellings share, learned likeness says
which are one, and groups grow from the surest pairs, as long as their other names agree."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from processors.enrich import likeness as k
from processors.enrich import names as n
from processors.enrich.names import Name

MERGED = str.maketrans("lm", "rn")
"""Consonants that Chinese and Japanese do not tell apart at the end of a syllable, or at all."""
MOST_IN_BLOCK = 32
"""Names that share a key and are compared with each other; of more, the first by their letters."""
MOST_IN_RARE = 12
"""Names that share a single word are compared only where it is a rare one."""
COMMON = 6.0
"""Rareness below which a word of a place's or an organisation's name says what it is (Glacier, University), not which."""
_HAN_KINDS = re.compile(
    "(?:市|县|縣|區|区|省|州|郡|町|村|镇|鎮|岛|島|群岛|群島|山|山脉|山脈|河|江|川|湖|海|湾|灣|峡|峽|角|冰川|半岛|半島|共和国|共和國|王国|王國"
    "|队|隊|大学|大學|学院|學院|公司|集团|集團|银行|銀行|球会|俱乐部|俱樂部|乐团|樂團|乐队|樂隊|党|黨|군|시|섬|도|주|현|강|산|대학교|大学校)$"
)
"""What a place or an organisation is, at the end of its name in Chinese, Japanese or Korean."""


def keys_of(name: Name, kind: str, rareness: Sequence[float] | None = None) -> list[str]:
    """Keys under which a name meets those that may be the same; `rareness` of its words, where known, adds to them. Keys
    that begin with `^` are of a part of the name, and count only where few share them."""
    merged = [w.bones.translate(MERGED) for w in name.words]
    meant = [f"#{w.meaning}" if w.meaning >= 0 else m for w, m in zip(name.words, merged, strict=True)]
    if not merged:
        return [f"f{n.folded_name(name.text)}"]
    loose = _of_parts(name, merged, meant)
    if name.joined or len(merged) == 1:
        whole = merged[0]
        keys = [f"j{whole}"] if len(whole) >= 2 else []
        keys += [f"j{meant[0]}", *_near(whole), *loose]
        return keys + _without_kind(name) if kind != "PER" else keys
    keys = ["j" + "".join(merged), "j" + "".join([*merged[1:], merged[0]]), *loose]
    if kind == "PER":
        return keys + _of_person(merged, meant)
    return keys + _of_thing(name, merged, meant, rareness)


def _of_parts(name: Name, merged: Sequence[str], meant: Sequence[str]) -> list[str]:
    """Keys of single words, of words less one bone, and of initials."""
    keys = [f"^{m}" for m in {*merged, *meant} if len(m) >= 2]
    keys += [f"^d{part[1:]}" for m in set(merged) for part in _near(m)]
    if len(name.words) >= 2:
        keys.append("^i" + "".join(w.latin[0] for w in name.words))
    elif name.text.isupper() and 2 <= len(name.text) <= 6:
        keys.append("^i" + name.words[0].latin)
    return keys


def _near(bones: str) -> list[str]:
    """The bones of a whole name less one each: names that differ in one meet."""
    if len(bones) < 4:
        return []
    return [f"d{bones}", *(f"d{bones[:at]}{bones[at + 1 :]}" for at in range(len(bones)))]


def _without_kind(name: Name) -> list[str]:
    bare = _HAN_KINDS.sub("", name.text)
    if bare == name.text or len(bare) < 2:
        return []
    bones = n.bones(n.romanised(bare, name.script), name.script).translate(MERGED)
    return [f"j{bones}", *_near(bones)] if len(bones) >= 2 else []


def _of_person(merged: Sequence[str], meant: Sequence[str]) -> list[str]:
    keys = []
    for first in {merged[0], meant[0]}:
        keys += [" ".join(sorted((first, other))) for other in {*merged[1:], *meant[1:]} if first and other]
    # one bone off in the family name: the given name and the family name less one bone
    given = {meant[0], merged[0]}
    for last in {merged[-1], merged[1]}:
        if len(last) >= 3:
            keys += [
                f"{first}~{last[:at]}{last[at + 1 :]}" for at in range(len(last)) for first in given if len(first) > 1
            ]
            keys += [f"{first}~{last}" for first in given if len(first) > 1]
    return [*keys, *_near("".join(merged))]


def _of_thing(name: Name, merged: Sequence[str], meant: Sequence[str], rareness: Sequence[float] | None) -> list[str]:
    keys = ["t" + " ".join(sorted(meant)), "t" + " ".join(sorted(merged)), *_near("".join(merged))]
    telling = [m for m, rare in zip(merged, rareness or (), strict=False) if rare >= COMMON]
    if telling and len(telling) < len(merged):
        keys += [f"j{''.join(telling)}", "t" + " ".join(sorted(telling)), *_near("".join(telling))]
    if "," in name.text:
        bare = n.parse_all([name.text.split(",")[0]], [None], ["LOC"])[0]
        keys += [f"j{''.join(w.bones.translate(MERGED) for w in bare.words)}"]
    return keys


FEW = 64
"""Names that are all compared with each other, keys or not."""


def candidates(
    lexicon: k.Lexicon, parsed: Sequence[Name], kinds: Sequence[str], known: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Pairs of names that share a key, as one number each (the lower place in the upper half); none of two known ones."""
    if len(parsed) <= FEW:
        a, b = np.triu_indices(len(parsed), 1)
        kind = np.array(kinds)
        return np.asarray((a << 32 | b)[(kind[a] == kind[b]) & ~(known[a] & known[b])], np.int64)
    blocks: dict[str, list[int]] = defaultdict(list)
    rows = lexicon.rareness[np.maximum(lexicon.words, 0)].tolist()
    for i, name in enumerate(parsed):
        for key in dict.fromkeys(keys_of(name, kinds[i], rows[i][: len(name.words)])):
            blocks[f"{kinds[i]}{key}"].append(i)
    found = []
    for key, members in blocks.items():
        if len(members) < 2 or (key[3] == "^" and len(members) > MOST_IN_RARE):
            continue
        few = (
            members if len(members) <= MOST_IN_BLOCK else sorted(members, key=lambda i: parsed[i].text)[:MOST_IN_BLOCK]
        )
        those = np.array(few, np.int64)
        a, b = np.triu_indices(len(those), 1)
        low, high = np.minimum(those[a], those[b]), np.maximum(those[a], those[b])
        found.append((low << 32 | high)[~(known[low] & known[high])])
    if len(parsed) <= MOST_NEIGHBOURS:
        near = neighbours(lexicon, np.array(kinds))
        found.append(near[~(known[near >> 32] & known[near & 0xFFFFFFFF])])
    return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)


MOST_NEIGHBOURS = 10_000
"""Names up to which each is compared with those most like it, keys or not: of more, all with all is too many."""
NEIGHBOURS = 10
WIDTH = 256
"""Numbers that a name's letters are summed up in."""


def neighbours(lexicon: k.Lexicon, kinds: NDArray[np.str_]) -> NDArray[np.int64]:
    """Each name with the few of its type whose words' bones, two by two, are most like its own."""
    vectors = _summed(lexicon)
    found = [np.zeros(0, np.int64)]
    for kind in np.unique(kinds):
        those = np.flatnonzero(kinds == kind)
        few = min(NEIGHBOURS, len(those) - 1)
        for at in range(0, len(those) if few > 0 else 0, 1000):
            like = vectors[those[at : at + 1000]] @ vectors[those].T
            like[np.arange(len(like)), np.arange(at, at + len(like))] = -1.0
            best = those[np.argpartition(-like, few - 1, axis=1)[:, :few]].ravel()
            own = np.repeat(those[at : at + 1000], few)
            found.append(np.minimum(own, best) << 32 | np.maximum(own, best))
    return np.unique(np.concatenate(found))


def _summed(lexicon: k.Lexicon) -> k.Floats:
    """For each name its words' pairs of bones, rare ones weighing more, spread over a few numbers."""
    pieces = [_pieces(bones, meaning) for bones, meaning in zip(lexicon.bones, lexicon.meaning.tolist(), strict=True)]
    distinct = {piece: number for number, piece in enumerate(sorted({p for those in pieces for p in those}))}
    spread_ = np.random.default_rng(WIDTH).standard_normal((len(distinct), WIDTH)).astype(np.float32)
    counted = np.bincount([distinct[p] for those in pieces for p in those], minlength=len(distinct))
    spread_ *= np.sqrt(np.log(1.0 + len(pieces) / np.maximum(counted, 1)))[:, None].astype(np.float32)
    words = np.zeros((len(pieces) + 1, WIDTH), np.float32)
    for row, those in enumerate(pieces):
        words[row] = spread_[[distinct[p] for p in those]].sum(0)
    total = words[lexicon.words].sum(1)
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-6), np.float32)


def _pieces(bones: str, meaning: int) -> list[str]:
    edged = f"<{bones.translate(MERGED)}>"
    return [edged[at : at + 2] for at in range(len(edged) - 1)] + ([f"#{meaning}"] * 2 if meaning >= 0 else [])


LEVELS = (0.97, 0.93, 0.88, 0.83, 0.78)
"""How sure the pairs are from which groups grow, one level after the other."""
AGREE = 0.72
"""The mean over pairs of names of two groups from which they are one: a chain of look-alikes is none."""
ASKED = 3
"""Names of each group that are asked."""
MOST_ROUNDS = 12


class Groups:
    """Groups of names that grow by merging."""

    def __init__(
        self, texts: Sequence[str], owners: Sequence[str | None], lexicon: k.Lexicon, kinds: NDArray[np.int8]
    ) -> None:
        order = sorted(range(len(texts)), key=lambda i: (texts[i], int(kinds[i]), i))
        self.rank = np.empty(len(texts), np.int64)
        self.rank[order] = np.arange(len(texts))
        self.lexicon, self.kinds = lexicon, kinds
        self.group = np.arange(len(texts))
        self.members: dict[int, list[int]] = {i: [i] for i in range(len(texts))}
        self.owner: dict[int, str] = {i: owner for i, owner in enumerate(owners) if owner}
        self.generation: dict[int, int] = {i: mark for i, mark in enumerate(lexicon.generation.tolist()) if mark}

    def unite(self, a: int, b: int) -> None:
        """Makes one group of two."""
        one, other = int(self.group[a]), int(self.group[b])
        if one == other:
            return
        if len(self.members[one]) < len(self.members[other]):
            one, other = other, one
        moved = self.members.pop(other)
        self.group[moved] = one
        self.members[one] = sorted([*self.members[one], *moved], key=lambda i: self.rank[i])
        if other in self.owner:
            self.owner[one] = min(self.owner.get(one, self.owner[other]), self.owner[other])
        if other in self.generation:
            self.generation.setdefault(one, self.generation[other])

    def may(self, a: int, b: int) -> bool:
        """Whether two groups are not known to be two: the table's, or a father and a son."""
        return all(a not in known or b not in known or known[a] == known[b] for known in (self.owner, self.generation))

    def grow(self, pairs: NDArray[np.int64], sure: k.Floats) -> None:
        """Merges groups along pairs that are sure enough, level by level, each group once a round, the surest first."""
        for level in LEVELS:
            at = np.flatnonzero(sure >= level)
            refused: set[tuple[int, int]] = set()
            for _ in range(MOST_ROUNDS):
                if not self._round(pairs[at], refused):
                    break

    def _round(self, pairs: NDArray[np.int64], refused: set[tuple[int, int]]) -> bool:
        a, b = self.group[pairs >> 32], self.group[pairs & 0xFFFFFFFF]
        apart = np.flatnonzero(a != b)
        low, high = np.minimum(a, b)[apart], np.maximum(a, b)[apart]
        asked = [
            pair
            for key in np.unique(low << 32 | high).tolist()
            if (pair := (key >> 32, key & 0xFFFFFFFF)) not in refused and self.may(*pair)
        ]
        if not asked:
            return False
        agreed = self._agree(asked)
        busy: set[int] = set()
        merged = False
        order = sorted(zip(asked, agreed, strict=True), key=lambda item: (-round(item[1], 4), *self._ranks(item[0])))
        for (x, y), mean in order:
            if mean < AGREE:
                refused.add((x, y))
            elif x not in busy and y not in busy and self.may(x, y):
                busy |= {x, y}
                self.unite(x, y)
                merged = True
        return merged

    def _ranks(self, pair: tuple[int, int]) -> list[int]:
        return sorted(int(self.rank[self.members[group][0]]) for group in pair)

    def _agree(self, asked: Sequence[tuple[int, int]]) -> list[float]:
        """For each pair of groups the mean likeness of a few names of each."""
        a, b, owner = [], [], []
        for number, (x, y) in enumerate(asked):
            for i in spread(self.members[x]):
                for j in spread(self.members[y]):
                    a.append(i)
                    b.append(j)
                    owner.append(number)
        one, other = np.array(a, np.int32), np.array(b, np.int32)
        sure = k.likeness(self.lexicon, one, other, self.kinds[one])
        count = np.bincount(owner, minlength=len(asked))
        means: list[float] = (np.bincount(owner, sure, minlength=len(asked)) / count).tolist()
        return means


def spread(those: list[int]) -> list[int]:
    """A few of a group's names, from its beginning, middle and end."""
    if len(those) <= ASKED:
        return those
    return [those[at * (len(those) - 1) // (ASKED - 1)] for at in range(ASKED)]


def clusters(
    names: Sequence[str], languages: Sequence[str | None], kinds: Sequence[str], use_aliases: bool = True
) -> list[str]:
    """An id for each name; names that are the same have the same. The order of the names changes nothing."""
    if not names:
        return []
    parsed = n.parse_all(names, languages, kinds)
    lexicon = k.Lexicon(parsed, k.model())
    numbers = np.array([k.KINDS.get(kind, 1) for kind in kinds], np.int8)
    known = n.entities_of(names, kinds) if use_aliases else [None] * len(names)
    groups = Groups(names, known, lexicon, numbers)
    first: dict[str, int] = {}
    for i, (entity, place) in enumerate(zip(known, n.place_ids(names, kinds), strict=True)):
        if entity or place:
            groups.unite(first.setdefault(str(entity or place), i), i)
    pairs = candidates(lexicon, parsed, kinds, np.array([entity is not None for entity in known], np.bool_))
    a, b = (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)
    groups.grow(pairs, k.likeness(lexicon, a, b, numbers[a]))
    return _named(groups, [n.key_of(name, kind) for name, kind in zip(parsed, kinds, strict=True)], known)


def _named(groups: Groups, own: Sequence[str], known: Sequence[str | None]) -> list[str]:
    """The id of each group: what the table knows, else the first of its names' own; two groups never share one."""
    best: dict[int, str] = {}
    taken: dict[str, int] = {}
    for group in sorted(groups.members, key=lambda g: int(groups.rank[groups.members[g][0]])):
        ids = sorted({known[i] or own[i] for i in groups.members[group]}, key=lambda e: (not e.startswith("Q"), e))
        free = next((entity for entity in ids if entity not in taken), None)
        best[group] = free or f"{ids[0]}~{taken[ids[0]] + 1}"
        taken[ids[0] if free is None else free] = taken.get(ids[0], 0) + 1
    return [best[int(group)] for group in groups.group]


def entities_of(rows: Iterable[tuple[str, str | None, str]]) -> list[str]:
    """Ids of (name, language, type) rows, told together."""
    those = list(rows)
    return clusters([r[0] for r in those], [r[1] for r in those], [r[2] for r in those])
