"""Tells stories as articles come, and repairs them afterwards: the core that the stage and the filter share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from broadsheet.storage.overrules import Said
from processors.stories.affairs import Affairs, Event, names_of
from processors.stories.chances import Judge, chances
from processors.stories.clusters import MERGE, Mark, Span, in_time, linked
from processors.stories.overrules import Overrules
from processors.stories.window import Edge, Telling, Window

VOICES = 8
"""Members of a story that speak for it: its mean chance is taken over the likeliest ones."""
YOUNG = 6
"""Articles of a story up to which its affair is looked for again: the first one seldom names all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An article's place."""

    id: int
    story: int
    storyline: int


class Stories:
    """The open stories in memory."""

    def __init__(self, number: Callable[[], int], judge: Judge | None = None) -> None:
        self.number = number
        """Gives the id of a new story or storyline."""
        self.window = Window()
        self.affairs = Affairs()
        self.story: dict[int, int] = {}
        """Article -> story."""
        self.members: defaultdict[int, set[int]] = defaultdict(set)
        self.storyline: dict[int, int] = {}
        """Story -> storyline."""
        self.relined: set[int] = set()
        """Stories whose storyline changed after they had articles; the caller empties it."""
        self.overrules = Overrules()
        self._line_words: list[Said] = []
        self._spans: dict[int, Span | None] = {}
        self.judge = judge

    def hear(self, words: Iterable[Said]) -> None:
        """Takes in all that operators said."""
        those = list(words)
        self.overrules = Overrules(those)
        self._line_words = [word for word in those if word.level == "storyline"]

    def tell(self, telling: Telling) -> tuple[Told, list[Edge]]:
        """Places an article, new or changed: in the story it fits best, or in a new one."""
        before = self.story.get(telling.id)
        self._leave(telling.id)
        edges = self.window.neighbours(telling)
        self.window.add(telling, edges)
        story = self._said(telling.id) or self._best(telling)
        if story is None:
            story = before if before is not None and before not in self.members else self.number()
        self._enter(telling.id, story)
        return self.told(telling.id), edges

    def take(self, telling: Telling, edges: Iterable[Edge], told: Told) -> None:
        """Takes in an article that was placed before."""
        self._leave(telling.id)
        self.window.add(telling, list(edges))
        self.storyline[told.story] = told.storyline
        self._join(telling.id, told.story)

    def copy(self, id: int, head: int) -> bool:
        """Places a copy where its first is; False where that is not known."""
        if head not in self.story:
            return False
        self.window.remove(id)
        self.move(Told(id=id, story=self.story[head], storyline=self.storyline[self.story[head]]))
        return True

    def trim(self, most: int) -> None:
        """Forgets the oldest articles beyond so many."""
        window = self.window.trimmed(most)
        if window is not self.window:
            for id in [id for id in self.story if id not in window.tellings]:
                self._leave(id)
            self.window = window

    def told(self, id: int) -> Told:
        """The article's place now."""
        story = self.story[id]
        return Told(id=id, story=story, storyline=self.storyline[story])

    def move(self, told: Told) -> None:
        """Another worker, or a repair, placed the article anew."""
        self.storyline[told.story] = told.storyline
        self._leave(told.id)
        self._join(told.id, told.story)

    def repair(self, ids: Iterable[int]) -> tuple[list[Told], dict[int, int]]:
        """Looks again at all pairs of these articles: those whose place changed, and the merged stories with what they
        were merged into. A story keeps its id where most of its articles are."""
        chosen = sorted(id for id in ids if id in self.window.tellings)
        groups = linked(
            chosen,
            self._chances(chosen),
            marks={id: mark(self.window.tellings[id]) for id in chosen},
            overrules=self.overrules,
        )
        before = {id: self.story[id] for id in chosen}
        places = self._renamed(groups)
        changed = [id for id in chosen if places[id] != before[id]]
        for id in changed:
            self._leave(id)
        for id in changed:
            self._enter(id, places[id])
        self._arrange(chosen)
        return [self.told(id) for id in changed], self._redirects(before)

    def around(self, ids: Iterable[int]) -> list[int]:
        """These articles, those that they resemble, and whole stories of them all."""
        known = self.window.tellings
        near = {id for id in ids if id in known}
        near |= {other for id in near for other in self.window.edges[id]}
        return sorted({one for id in near if id in self.story for one in self.members[self.story[id]]})

    def _chances(self, chosen: list[int]) -> dict[tuple[int, int], float]:
        known = set(chosen)
        found: dict[tuple[int, int], float] = {}
        for id in chosen:
            others = sorted(other for other in self.window.edges[id] if other > id and other in known)
            for other, chance in zip(others, chances(self.window, id, others, self.judge), strict=True):
                found[id, other] = chance
        return found

    def _renamed(self, groups: list[list[int]]) -> dict[int, int]:
        """Article -> story, each story going to the group that has most of it; the largest shares choose first."""
        claims = []
        for index, group in enumerate(groups):
            counts: defaultdict[int, int] = defaultdict(int)
            for id in group:
                counts[self.story[id]] += 1
            claims += [(-count, story, index) for story, count in counts.items()]
        names: dict[int, int] = {}
        used: set[int] = set()
        for _, story, index in sorted(claims):
            if index not in names and story not in used:
                names[index] = story
                used.add(story)
        return {
            id: names[index] if index in names else names.setdefault(index, self.number())
            for index, group in enumerate(groups)
            for id in group
        }

    def _redirects(self, before: Mapping[int, int]) -> dict[int, int]:
        """Stories that have no article any more -> the story most of theirs went to."""
        went: defaultdict[int, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
        for id, story in before.items():
            if story not in self.members:
                went[story][self.story[id]] += 1
        return {story: max(targets, key=lambda target: (targets[target], -target)) for story, targets in went.items()}

    def _said(self, id: int) -> int | None:
        """The story that an operator put the article into, by what it was put together with."""
        told = sorted({self.story[other] for other in self.overrules.same(id) if other in self.story})
        return told[0] if told else None

    def _best(self, telling: Telling) -> int | None:
        """The story whose members the article fits best."""
        others = sorted(self.window.edges[telling.id])
        voices: defaultdict[int, list[float]] = defaultdict(list)
        for other, chance in zip(others, chances(self.window, telling.id, others, self.judge), strict=True):
            if other in self.story:
                voices[self.story[other]].append(chance)
        for other in self.overrules.other(telling.id):
            voices.pop(self.story.get(other, 0), None)
        means = {
            story: sum(sorted(said, reverse=True)[:VOICES]) / min(VOICES, len(self.members[story]))
            for story, said in voices.items()
            if max(said) >= MERGE
        }
        best, score = None, MERGE
        for story in sorted(means, key=lambda story: (-means[story], story)):
            if means[story] >= score:
                mean = means[story] * in_time(Span.of(mark(telling)), self._span(story))
                best, score = (story, mean) if mean >= score else (best, score)
        return best

    def _span(self, story: int) -> Span | None:
        if story not in self._spans:
            self._spans[story] = Span.over(Span.of(mark(self.window.tellings[id])) for id in self.members[story])
        return self._spans[story]

    def _enter(self, id: int, story: int) -> None:
        self._join(id, story)
        size = len(self.members[story])
        if story not in self.storyline:
            self.storyline[story] = self.affairs.place(
                self._event(story), self.storyline, self.number, self.line_overrules
            )
        elif size <= YOUNG and self.affairs.lines[self.storyline[story]].events == 1:
            self._look_again(story)

    def _look_again(self, story: int) -> None:
        """A story that is alone in its affair may belong to another one, now that more of it is known."""
        line = self.storyline.pop(story)
        self.affairs.leave(line)
        self.storyline[story] = self.affairs.place(
            self._event(story), self.storyline, lambda: line, self.line_overrules
        )
        if self.storyline[story] != line:
            self.relined.add(story)

    def _event(self, story: int) -> Event:
        """Who and where a story is about, and since when."""
        those = [self.window.tellings[id] for id in sorted(self.members[story])[:YOUNG]]
        return Event(
            story=story,
            names=names_of(one.terms for one in those),
            moment=min((one.moment for one in those if one.dated), default=None),
        )

    @property
    def line_overrules(self) -> Overrules:
        """What operators said of storylines, by the stories that their articles are in now."""
        return Overrules(
            [
                replace(word, one=self.story[word.one], other=self.story[word.other])
                for word in self._line_words
                if word.one in self.story and word.other in self.story
            ],
            "storyline",
        )

    def _arrange(self, chosen: Collection[int]) -> None:
        """Tells the affairs of these articles' stories anew, as far as all their events are among them."""
        known = set(chosen)
        whole = [story for story in sorted({self.story[id] for id in chosen}) if self.members[story] <= known]
        lines = {self.storyline[story] for story in self.members if story not in set(whole)}
        first = min((self.window.tellings[id].moment for id in chosen), default=0.0)
        lines |= {id for id, line in self.affairs.lines.items() if line.first is not None and line.first < first}
        found = self.affairs.arrange(
            (self._event(story) for story in whole), self.storyline, lines, self.number, self.line_overrules
        )
        for story, line in found.items():
            if self.storyline[story] != line:
                self.storyline[story] = line
                self.relined.add(story)

    def _join(self, id: int, story: int) -> None:
        self.story[id] = story
        # Copies say nothing of their own: a story's voices are the articles of the window.
        if id in self.window.tellings:
            self.members[story].add(id)
            if story in self._spans:
                self._spans[story] = Span.over([self._spans[story], Span.of(mark(self.window.tellings[id]))])

    def _leave(self, id: int) -> None:
        story = self.story.pop(id, None)
        if story is not None and story in self.members:
            self.members[story].discard(id)
            self._spans.pop(story, None)
            if not self.members[story]:
                del self.members[story]


def mark(one: Telling) -> Mark:
    """What the article's groups must know of it."""
    return Mark(language=one.language, moment=one.moment if one.dated else None, timed=one.timed)
