import numpy as np

from processors.enrich.hashed import Hashed, summed
from processors.enrich.words import edges, grams


def test_the_sieve_lets_every_known_hash_through() -> None:
    luck = np.random.default_rng(0)
    hashes = np.sort(luck.integers(0, 1 << 32, 3000, np.uint32))
    hashes = np.sort(np.r_[hashes, hashes[:50]])  # names that are several places stand several times
    keys = np.r_[luck.permutation(hashes)[:500], luck.integers(0, 1 << 32, 5000, np.uint32), np.uint32(2**32 - 1)]
    at, rows = Hashed(hashes).find(keys)
    assert at.tolist() == np.flatnonzero(np.isin(keys, hashes)).tolist()
    assert rows.tolist() == np.searchsorted(hashes, keys[at], "left").tolist()


def test_an_empty_text_finds_nothing() -> None:
    known = Hashed(np.array([7, 9], np.uint32))
    assert [len(part) for part in known.find(np.zeros(0, np.uint32))] == [0, 0]
    assert [len(part) for part in summed(grams([]), known, np.zeros((2, 3), np.int8))] == [0, 0, 0]


def test_edges_are_the_grams_at_the_borders() -> None:
    words = ["a", "Bo", "der", "Straße", "İzmir", "мир", "北", "e\u0301te\u0301", "x" * 40]
    whole, known = grams(words), edges(words)
    for number in range(len(words)):
        own = whole.owner == number
        for size in range(1, 5):
            for edge, sides in ((1, known.begins), (2, known.ends)):
                asked = whole.hash[own & (whole.edge == edge) & (whole.length == size + 1)].tolist()
                assert asked == ([int(sides[size - 1][number])] if known.size[number] >= size else [])
        assert whole.hash[own & (whole.length == 0)].tolist() == [int(known.whole[number])]
    assert len(edges([]).whole) == 0
