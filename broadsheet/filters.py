"""Runs a pure part as a filter: JSONL in on standard input, JSONL out on standard output, bad rows named on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, TextIO

from broadsheet.status import moment

Row = dict[str, Any]


def rows(lines: Iterable[bytes], complain: Callable[[str], None]) -> Iterator[tuple[int, Row]]:
    """(line number, row) of every line that holds a JSON object; `complain` hears of the others."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            complain(f"line {number}: not JSON: {error}")
            continue
        if not isinstance(row, dict):
            complain(f"line {number}: expected an object, got {type(row).__name__}")
            continue
        yield number, row


def each(call: Callable[[Row], Row], given: BinaryIO, out: TextIO) -> int:
    """Answers row by row; the number of bad ones. An `id` that is given comes back first."""
    bad = Complaints()
    for number, row in rows(given, bad):
        try:
            answer = call(row)
        except (ValueError, TypeError, KeyError, LookupError, RecursionError, OverflowError) as error:
            bad(f"line {number}: {type(error).__name__}: {error}")
            continue
        write({"id": row["id"], **answer} if "id" in row else answer, out)
    return bad.n


def whole(call: Callable[[Iterable[Row]], Iterable[Row]], given: BinaryIO, out: TextIO) -> int:
    """Answers to all rows together; the number of bad ones."""
    bad = Complaints()
    for answer in call(row for _, row in rows(given, bad)):
        write(answer, out)
    return bad.n


class Complaints:
    """Counts bad rows and names them on standard error."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, message: str) -> None:
        self.n += 1
        print(message, file=sys.stderr, flush=True)


def write(row: Row, out: TextIO) -> None:
    """One line of JSON; lone surrogates are escaped, so that any reader can take it."""
    text = json.dumps(row, ensure_ascii=False, default=moment)
    try:
        out.write(text + "\n")
    except UnicodeEncodeError:
        out.write(json.dumps(row, default=moment) + "\n")
