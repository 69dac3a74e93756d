"""Documents of our own in which every name is marked, for the languages that have few rows to learn from.

`documents/<language>-<kind>.txt`: a paragraph a line, a blank line between documents, `#` begins a comment. `{P Anna Belova}` is a
person, `{L Kazan}` a place, `{O Gazprom}` an organisation; `{? Heathrow}` is what schemes disagree about: nothing is learned there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "documents"
TYPES = {"P": "PER", "L": "LOC", "O": "ORG"}
UNSURE = "?"
MARK = re.compile(r"\{([^{}\s]*) ?([^{}]*)\}")
STRAY = re.compile(r"[{}\[\]]")

Line = tuple[int, str]
"""Number and text."""


def marked_rows(folder: Path = FOLDER) -> Iterator[dict[str, Any]]:
    """Rows like those of the entity sets: each document whole, then each of its lines alone, as headlines and single sentences are read."""
    for path in sorted(folder.glob("*.txt")):
        for number, lines in enumerate(documents(path)):
            parts = [lines, *([line] for line in lines)] if len(lines) > 1 else [lines]
            for part, kept in enumerate(parts):
                yield row(path, f"marked-{path.stem}-{part}-{number}", kept)


def documents(path: Path) -> Iterator[list[Line]]:
    """The documents of a file, as numbered lines without comments."""
    kept: list[Line] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            kept.append((number, line.strip()))
        elif kept and not line.strip():
            yield kept
            kept = []
    if kept:
        yield kept


def row(path: Path, name: str, lines: list[Line]) -> dict[str, Any]:
    """A row of some lines of a document; the language is what the file's name begins with."""
    text, entities, ignored = "", [], []
    for number, line in lines:
        plain, marks = unmarked(path, number, line)
        text += "\n" if text else ""
        for start, end, kind in marks:
            place = {"start": len(text) + start, "end": len(text) + end}
            if kind == UNSURE:
                ignored.append(place)
            else:
                entities.append(place | {"type": TYPES[kind]})
        text += plain
    found = {"id": name, "lang": path.stem.split("-")[0], "set": "marked", "licence": "ours", "use": "train"}
    return found | {"text": text, "entities": entities, "ignore": ignored}


def unmarked(path: Path, number: int, line: str) -> tuple[str, list[tuple[int, int, str]]]:
    """The line without its marks, and where they were; raises ValueError naming file, line and mark."""
    text, marks, at = "", [], 0
    for mark in MARK.finditer(line):
        kind, name = mark[1], mark[2]
        if kind not in TYPES and kind != UNSURE:
            raise ValueError(f"{path.name}:{number}: {mark[0]}: a mark begins with P, L, O or ?")
        if not name or name != name.strip() or "  " in name:
            raise ValueError(
                f"{path.name}:{number}: {mark[0]}: a mark encloses exactly the name, without blanks beside it"
            )
        text += line[at : mark.start()]
        marks.append((len(text), len(text) + len(name), kind))
        text += name
        at = mark.end()
    text += line[at:]
    if stray := STRAY.search(text):
        raise ValueError(f"{path.name}:{number}: {stray[0]!r} belongs to no mark: {line!r}")
    return text, marks
