import numpy as np

from processors.enrich.lists import phrase_hashes
from processors.enrich.vectors import FIRST, LAST, gaps, longest, packed, ungapped, unpacked
from processors.enrich.words import whole_hashes


def test_half_bytes_keep_numbers_to_half_a_step() -> None:
    rows = np.random.default_rng(0).normal(size=(500, 8)).astype(np.float32)
    halves, scale = packed(rows)
    assert halves.nbytes == rows.nbytes // 8
    inside = np.abs(rows) < 7 * scale
    assert (np.abs(unpacked(halves, scale) - rows) <= scale / 2 + 1e-6)[inside].all()


def test_hashes_come_back_from_their_gaps() -> None:
    hashes = np.unique(np.random.default_rng(0).integers(0, 1 << 32, 1000, np.uint32))
    planes = gaps(hashes)
    assert (ungapped(planes["low"], planes["high"]) == hashes).all()


def test_the_longest_known_word_covers_its_characters() -> None:
    text = "在北京大学里"
    folds = whole_hashes(list(text))
    known = np.sort(
        np.array(
            [phrase_hashes(whole_hashes(list(word)))[len(word) - 1][0] for word in ("北京", "北京大学")], np.uint32
        )
    )
    rows, place = longest(folds, np.ones(len(text), np.bool_), known)
    assert [bool(row) for row in rows] == [False, True, True, True, True, False]
    assert len(set(rows[1:5].tolist())) == 1
    assert (place[1], place[4]) == (FIRST, LAST)
