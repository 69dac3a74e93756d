"""What operators said of stories and storylines, in a form that telling and repairing can ask: it stands above all
measurement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from broadsheet.storage.overrules import Level, Said


class Overrules:
    """The words of one level. Where they contradict each other the latest act counts."""

    def __init__(self, words: Iterable[Said] = (), level: Level = "story") -> None:
        self._root: dict[int, int] = {}
        self._members: defaultdict[int, set[int]] = defaultdict(set)
        self._apart: defaultdict[int, set[int]] = defaultdict(set)
        """Root -> roots that are never of one story with it."""
        for word in sorted(words, key=lambda word: (-word.act, word.one, word.other)):
            if word.level == level:
                self._take(word)

    def __bool__(self) -> bool:
        return bool(self._root)

    def same(self, id: int) -> set[int]:
        """Articles that are of one story with this one, itself among them."""
        return self._members[self._root[id]] if id in self._root else {id}

    def other(self, id: int) -> set[int]:
        """Articles that are never of one story with this one."""
        if id not in self._root:
            return set()
        return {one for root in self._apart[self._root[id]] for one in self._members[root]}

    def groups(self) -> list[set[int]]:
        """The groups of articles that are of one story."""
        return [members for members in self._members.values() if len(members) > 1]

    def _take(self, word: Said) -> None:
        one, other = self._known(word.one), self._known(word.other)
        if one == other or other in self._apart[one]:
            return
        if not word.same:
            self._apart[one].add(other)
            self._apart[other].add(one)
            return
        for id in self._members.pop(other):
            self._root[id] = one
            self._members[one].add(id)
        for third in self._apart.pop(other, set()):
            self._apart[third].discard(other)
            self._apart[third].add(one)
            self._apart[one].add(third)

    def _known(self, id: int) -> int:
        if id not in self._root:
            self._root[id] = id
            self._members[id].add(id)
        return self._root[id]
