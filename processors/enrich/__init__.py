"""Enrich: from a cleaned text alone, who, where, what was said, how many, about what, each with its place in the text.

`enrich` is the stage's pure step, `enrich_row` the filter `broadsheet enrich`, `names_rows` the filter `broadsheet names`;
`larger` reads the setting `recogniser`.
"""

from __future__ import annotations

from processors.enrich.larger import larger
from processors.enrich.stage import VERSION, enrich, enrich_row, names_rows, version

__all__ = ["VERSION", "enrich", "enrich_row", "larger", "names_rows", "version"]
