"""Scores the whole of `extract` + `strip` on labelled pages, with the block scores that pages of other sites taught.

python -m benchmarks.extract.train --pages P --out M --scores S      (writes the cross-validated scores)
python -m benchmarks.extract.validate --pages P --scores S
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections import Counter, defaultdict
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

import processors.extract as stage
from benchmarks.extract.measure import Score, compare, harmonic, overlap
from processors.extract.features import Matrix, words
from processors.extract.pieces import Cut
from processors.extract.row import extract_row


def names(authors: Any) -> Counter[Any]:
    """The words of the names."""
    return Counter(words(authors if isinstance(authors, str) else " ".join(authors or [])))


class Taught:
    """Stands in for the model: answers with the scores that models of the other folds gave."""

    def __init__(self, path: Path) -> None:
        with path.open(encoding="utf-8") as lines:
            rows = map(json.loads, lines)
            self.scores = {row["id"]: np.array(row["scores"], np.float32) for row in rows}
        self.page = ""

    def __call__(self, cut: Cut, described: Matrix) -> Matrix:  # noqa: ARG002  (called in the place of the model)
        found = self.scores[self.page]
        if len(found) != len(cut.pieces):
            raise ValueError(f"{self.page}: {len(found)} scores for {len(cut.pieces)} pieces: train again")
        return found


def cell(values: list[float], wide: int) -> str:
    """Their mean, or a dash where there are none."""
    return f"{mean(values):{wide}.3f}" if values else f"{'-':>{wide}}"


def main() -> None:
    """Print a row for each data set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--scores", type=Path, help="without it the shipped model's own scores are used")
    given = parser.parse_args()
    taught = Taught(given.scores) if given.scores else None
    if taught:
        setattr(stage, "scores", taught)  # noqa: B010  (the name is the stage's own, not exported)
    text: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    fields: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with lzma.open(given.pages, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if taught:
                taught.page = row["id"]
                if row["id"] not in taught.scores:
                    continue
            answer = extract_row({"id": row["id"], "url": row["url"], "html": row["html"]})
            text[row["dataset"]].append(compare(row["body"], answer["text"] or ""))
            column = fields[row["dataset"]]
            if row.get("title"):
                column["title"].append(words(row["title"]) == words(answer["title"] or ""))
            if row.get("date"):
                column["date"].append(str(row["date"])[:10] == (answer["date"] or "")[:10])
            if row.get("authors"):
                column["authors"].append(harmonic(*overlap(names(row["authors"]), names(answer["authors"]))))
    print(f"{'data set':14}{'pages':>6}{'F1':>8}{'P':>8}{'R':>8}{'bad':>8}{'title':>8}{'date':>8}{'authors':>9}")
    table = {name: Score.of(rows) for name, rows in sorted(text.items())}
    for name, score in table.items():
        column = fields[name]
        rest = "".join(cell(column[key], wide) for key, wide in (("title", 8), ("date", 8), ("authors", 9)))
        print(f"{name:14}{score.pages:6}{score.f1:8.4f}{score.precision:8.3f}{score.recall:8.3f}{score.bad:8.1%}{rest}")
    print(
        f"{'mean of sets':14}{sum(score.pages for score in table.values()):6}{mean(score.f1 for score in table.values()):8.4f}"
    )


if __name__ == "__main__":
    main()
