"""Turns the bytes of a page into text the way a browser does, except where the bytes themselves prove the label wrong."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from processors.extract.mislabelled import true_encoding

PRESCAN = 4096
"""Bytes looked through for a `<meta charset>`; the standard says 1024, but real pages open with long comments."""
SAMPLE = 200_000
"""Bytes whose decoding is judged when labels disagree."""

_META = re.compile(rb"""<meta[^>]*?charset\s*=\s*["']?\s*([a-zA-Z0-9_:.\-]{2,40})""", re.I)
_XML = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([a-zA-Z0-9_:.\-]{2,40})["']""", re.I)
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([a-zA-Z0-9_:.\-]{2,40})""", re.I)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

# The Encoding Standard reads these labels as their supersets.
_SUPERSETS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "johab": "cp949",
}
_WESTERN = ("cp1252", "iso8859-15", "utf-8", "cp1254")
# Fallbacks for bytes that carry no label and are not UTF-8; the page's language decides.
_BY_LANGUAGE = {
    "ru": "cp1251", "uk": "cp1251", "be": "cp1251", "bg": "cp1251", "sr": "cp1251", "mk": "cp1251",
    "el": "cp1253", "tr": "cp1254", "az": "cp1254", "he": "cp1255", "ar": "cp1256", "fa": "cp1256", "ur": "cp1256",
    "lt": "cp1257", "lv": "cp1257", "et": "cp1257", "vi": "cp1258", "th": "cp874",
    "pl": "iso8859-2", "cs": "cp1250", "sk": "cp1250", "hu": "iso8859-2", "sl": "cp1250", "hr": "cp1250", "ro": "cp1250",
    "zh": "gb18030", "ja": "cp932", "ko": "cp949",
}  # fmt: skip
_LANG = re.compile(rb"""<html[^>]*?\slang\s*=\s*["']?([a-zA-Z]{2})""", re.I)
_CONTROL = re.compile("[\x80-\x9f�]")
_MOJIBAKE = re.compile(
    r"[ÃÂ][\x80-\xbf¡-¿€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|â‚¬|[ÐÑ][\x80-\xbf¡-¿°±²³‚ƒ„…†‡€‘’“”•–—][ÐÑ]?|Ä[±°Ÿž]|Å[ŸžŒœ¡]|ï»¿|Ø[§-¿]|Ù[\x80-\x8a„…†ˆ‡Š]"
)


def encoding_name(label: str) -> str | None:
    """Python's name for a label of the Encoding Standard; None where there is none."""
    try:
        name = codecs.lookup(label.strip()).name
    except (LookupError, ValueError):
        return None
    if name in ("utf-16", "utf-32", "utf-7", "utf-32-le", "utf-32-be", "idna", "punycode", "unicode_escape"):
        return None
    return _SUPERSETS.get(name, name)


def _labels(body: bytes, headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    found = []
    for name, value in headers:
        match = _HEADER.search(value) if name.lower() == "content-type" else None
        if match and (encoding := encoding_name(match.group(1))):
            found.append((encoding, "header"))
    head = body[:PRESCAN]
    for pattern in (_XML, _META):
        match_bytes = pattern.search(head)
        if match_bytes and (encoding := encoding_name(match_bytes.group(1).decode("ascii"))):
            # A meta element that could be read at all cannot be in UTF-16.
            found.append(("utf-8" if encoding.startswith("utf-16") else encoding, "meta"))
    return found


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _damage(sample: bytes, encoding: str) -> float:
    text = sample.decode(encoding, "replace")
    return len(_CONTROL.findall(text)) / max(1, sum(byte > 127 for byte in sample[:20_000]) * len(sample) / 20_000)


def sniff(body: bytes, headers: Sequence[tuple[str, str]] = ()) -> tuple[str, str]:
    """The page's encoding and how it was found: `bom`, `header`, `meta`, `bytes`, `language` or `fallback`.

    UTF-8 that is valid and has letters beyond ASCII is never an accident, so it wins over a label; a label that leaves
    replacement or control characters loses to one that does not.
    """
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return encoding, "bom"
    labels = _labels(body, headers)
    if body.isascii():
        return labels[0] if labels and labels[0][0] in ("iso2022_jp", "hz") else ("utf-8", "bytes")
    sample = body[:SAMPLE]
    if _is_utf8(sample):
        return "utf-8", next((how for name, how in labels if name == "utf-8"), "bytes")
    zeros = sample[:2000].count(0)
    if zeros > len(sample[:2000]) // 4:
        return ("utf-16-le" if sample[1:2000:2].count(0) >= zeros // 2 else "utf-16-be"), "bytes"
    language = _LANG.search(body[:PRESCAN])
    spare = _BY_LANGUAGE.get(language.group(1).decode().lower(), "cp1252") if language else "cp1252"
    choices = [*labels, ("utf-8", "bytes"), (spare, "language" if language else "fallback")]
    if choices[0][0] in _WESTERN and (true := true_encoding(body)):
        return true, "bytes"
    if len({name for name, _ in choices[:1]}) == 1 and labels and _damage(sample, labels[0][0]) < 0.01:
        return labels[0]
    return min(choices, key=lambda choice: round(_damage(sample, choice[0]), 2))


_TRACES = ("Ã", "Â", "â€", "â‚", "Ð", "Ñ", "Ä", "Å", "ï»", "Ø", "Ù")
"""One of them is in all such text."""


def damaged(text: str) -> bool:
    """Whether the text looks as if UTF-8 had been read as a Western code page."""
    return any(map(text.__contains__, _TRACES)) and bool(_MOJIBAKE.search(text))


def without_nul(text: str) -> tuple[str, bool]:
    """The decoded text with U+FFFD for NUL, and whether there was any; no decoder leaves lone surrogates."""
    return (text.replace("\x00", "\ufffd"), True) if "\x00" in text else (text, False)


def decode(body: bytes, headers: Sequence[tuple[str, str]] = ()) -> tuple[str, str, str]:
    """The text, the name of its encoding and how that was found."""
    encoding, how = sniff(body, headers)
    text = body.decode(encoding, "replace")
    return text.removeprefix("\ufeff"), encoding, how


def binary(body: bytes) -> str | None:
    """What the bytes are when they are no text at all (`PDF`, `image`, ...); None for text."""
    for magic, name in _MAGIC:
        if body.startswith(magic):
            return name
    head = body[:1000]
    odd = len(head) - len(head.translate(None, _CONTROLS))
    return "binary data" if odd > 40 and head.count(0) not in range(odd - 20, odd + 1) else None


_CONTROLS = bytes((*range(9), *range(14, 32)))
_MAGIC = (
    (b"%PDF-", "PDF"), (b"\x89PNG", "image"), (b"GIF8", "image"), (b"\xff\xd8\xff", "image"), (b"RIFF", "media"),
    (b"PK\x03\x04", "zip archive"), (b"\x1f\x8b", "gzip data"), (b"BZh", "bzip2 data"), (b"\x7fELF", "program"),
    (b"\xd0\xcf\x11\xe0", "office document"), (b"OggS", "media"), (b"ID3", "media"), (b"wOF", "font"),
)  # fmt: skip
