"""Cut texts into sentences and sentences into stems, for all that compares what outlets say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

from broadsheet.search.fold import cut, folded
from broadsheet.search.stem import stems

LONGEST = 600
"""Characters of a sentence that is looked at."""

_ASIDE = re.compile(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]")
"""What an editor put in: `(Recep Tayyip Erdogan's)`."""
_TITLES = "Mr Mrs Ms Dr St Sen Rep Gov Gen Col Lt Sgt Prof No Nr Jr Sr г"
_NOT_AFTER = "".join(rf"(?<!\b{title})" for title in _TITLES.split())
_END = re.compile(rf"(?<!\b[A-ZА-ЯЁ]){_NOT_AFTER}\.+[”“\"»’)]*\s+" r"|[!?…][”“\"»’)]*\s+|[。！？؟][”」』]?\s*|\n+")
_UNSPACED = frozenset({"zh", "ja", "th"})


@lru_cache(maxsize=16_384)
def stems_of(text: str, language: str | None) -> Mapping[str, str]:
    """The stems of a text's words, each with a word that has it; pairs of characters where words are not set apart."""
    words = cut(_ASIDE.sub(" ", text))
    if (language or "") in _UNSPACED:
        return {a + b: a + b for a, b in pairwise(words)}
    found: dict[str, str] = {}
    for word in words:
        bare = word.partition("’")[0].partition("'")[0] if language == "tr" else word
        for stem in stems([bare], language) or folded([bare]):
            found.setdefault(stem, word)
    return found


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences between two places."""
    at = start
    for stop in [*(found.end() for found in _END.finditer(text, start, end)), end]:
        last = stop
        while last > at and text[last - 1].isspace():
            last -= 1
        if last - at > 1:
            yield at, min(last, at + LONGEST)
        at = stop
