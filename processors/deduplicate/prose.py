"""Keeps the lines of a text that are sentences, because page furniture must not make two articles look alike."""

from __future__ import annotations

import re

SHORT = 20
"""Words below which a line without the end of a sentence is no prose (headlines have 5 to 15)."""
LEAST = 40
"""Words of prose below which the whole text counts: a poem, a table of results, a headline alone."""
LEAST_SHARE = 0.15
"""Share of the text that must be prose for it to stand for the text."""

_CLOSERS = "\"'”’»›)]}」』”“ \t\r"
_ENDS = ".!?…。！？।؟۔｡:;,"
_HARD_END = ".…。।۔｡"
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_WRAPPED_SHARE = 0.3


def prose(text: str) -> str:
    """The text's sentences, furniture left out: lists of headlines, labels, menus; all of it where little is left."""
    lines = unwrapped([line.strip() for line in text.split("\n")])
    lines = [line for line in lines if line]
    sizes = [size(line) for line in lines]
    marks = [sentence_like(line, count) for line, count in zip(lines, sizes, strict=True)]
    kept = [index for index, good in enumerate(marks) if good and not _among_furniture(index, lines, sizes, marks)]
    enough = sum(sizes[index] for index in kept)
    if enough < LEAST or enough < LEAST_SHARE * sum(sizes):
        return "\n".join(lines)
    return "\n".join(lines[index] for index in kept)


def size(line: str) -> int:
    """Words of a line; half its characters where words are not spaced."""
    if line.isascii():
        return line.count(" ") + 1
    unspaced = len(_UNSPACED.findall(line))
    return line.count(" ") + 1 + unspaced // 2


def sentence_like(line: str, count: int) -> bool:
    """Whether the line ends as a sentence does, or is too long for a headline."""
    if count >= SHORT:
        return True
    bare = line.rstrip(_CLOSERS)
    return count >= 4 and bool(bare) and bare[-1] in _ENDS


def _among_furniture(index: int, lines: list[str], sizes: list[int], marks: list[bool]) -> bool:
    """A short line such as `Will the minister resign?` between two lines of a headline list is one of them."""
    if sizes[index] >= SHORT or lines[index].rstrip(_CLOSERS)[-1:] in _HARD_END:
        return False
    before = index == 0 or not marks[index - 1]
    after = index + 1 == len(lines) or not marks[index + 1]
    return before and after and len(lines) > 1


def unwrapped(lines: list[str]) -> list[str]:
    """Paragraphs in one line each, where a sender broke them at a fixed width; otherwise the lines as they are."""
    full = [line for line in lines if line]
    lower = sum(line[0].islower() for line in full)
    if len(full) < 8 or lower < _WRAPPED_SHARE * len(full):
        return lines
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line:
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return [" ".join(paragraph) for paragraph in paragraphs if paragraph]
