"""Articles as bytes: how the tables keep them whole."""

from __future__ import annotations

import zstandard

from broadsheet.border import clean
from broadsheet.model import Article, from_json, to_json

LARGEST = 256 * 1024**2
"""Bytes of an article that are unpacked."""


def packed(article: Article) -> bytes:
    """An article as it is stored: zstd of JSON; unstorable characters replaced."""
    try:
        data = to_json(article)
    except ValueError as error:
        raise ValueError(f"article {article.id}: cannot be written: {error}") from error
    return zstandard.ZstdCompressor(level=3).compress(clean(data.decode()).encode())


def unpacked(data: bytes | memoryview) -> Article:
    """The article that `packed` wrote."""
    return from_json(Article, zstandard.ZstdDecompressor().decompress(bytes(data), max_output_size=LARGEST))
