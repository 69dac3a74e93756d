"""Make the table of how common words are: `processors/enrich/models/cc-by-sa/frequencies.npz`.

usage: python -m benchmarks.enrich.build_frequencies

From wordfreq==3.1.1 (word lists, CC BY-SA 4.0), which is in no lock: install it beside the `bench` extra.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import wordfreq

from processors.enrich.frequencies import salted
from processors.enrich.words import whole_hashes

OUT = Path(__file__).parents[2] / "processors/enrich/models/cc-by-sa/frequencies.npz"
MOST = {"en": 20_000, "de": 16_000, "fr": 16_000, "es": 14_000, "ru": 20_000, "tr": 14_000, "ar": 14_000, "pt": 14_000}
MOST_OTHERS = 5_000
LEFT_OUT = {"zh", "ja", "ko", "fil", "sh"}


def main() -> None:
    table: dict[int, int] = {}
    for language in sorted(set(wordfreq.available_languages("small")) - LEFT_OUT):
        most = MOST.get(language, MOST_OTHERS)
        words = [w for w in wordfreq.top_n_list(language, most * 2, "small") if w[0].isalpha()][:most]
        hashes = salted(whole_hashes(words), "no" if language == "nb" else language)
        for word, h in zip(words, hashes.tolist(), strict=True):
            table.setdefault(h, round(wordfreq.zipf_frequency(word, language, "small") * 30))
    order = np.array(sorted(table), np.uint32)
    np.savez_compressed(OUT, hashes=order, zipf=np.array([table[int(h)] for h in order], np.uint8))
    print(f"{OUT}: {len(order)} words, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
