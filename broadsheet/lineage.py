"""What a house did to a text it took over: who had it first, what it cut, added and edited."""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.edits import Edits
from broadsheet.model import Article
from broadsheet.significance import Significance, reading, significance


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """A copy beside the text it was made from."""

    kept: float
    """Share of the first text's words that the copy has, in place; 0 to 1."""
    cut: int
    """Words of the first text that the copy lacks."""
    added: int
    """Words of the copy that the first text lacks."""
    kinds: tuple[Significance, ...]
    """What kinds of edits lie between them, as between two versions of one article."""


def lineage(first: Article, copy: Article) -> Lineage:
    """What became of the first text in the copy. Pure."""
    edits = Edits(first.text, copy.text)
    return Lineage(
        kept=round(edits.kept, 4),
        cut=sum(hunk.gone[1] - hunk.gone[0] for hunk in edits.hunks),
        added=sum(hunk.new[1] - hunk.new[0] for hunk in edits.hunks),
        kinds=significance(reading(first), reading(copy), edits),
    )
