"""One spelling for the forms of a word, endings and accents aside, so that lists find names in text."""

from __future__ import annotations

import re
import unicodedata
from itertools import filterfalse

_ARABIC = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": None}
)
_ARABIC_PREFIX = re.compile(r"^(?:[وفبلك]{0,2}ال|لل|[وبلف](?=[\u0621-\u064a]{4}))(?=[\u0621-\u064a]{3})")
_LATIN = str.maketrans({"ı": "i", "ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
_CYRILLIC_ENDING = re.compile(
    r"(?<=[\u0400-\u04ff]{3})(?:ого|его|ому|ему|ыми|ими|ами|ями|ая|яя|ой|ей|ую|юю|ою|ею|ый|ий|ым|им|ом|ем|ах|ях|ам|ям|ов|ев|ия|ии|ию|"
    r"[аяоеиыуюйьії])$"
)


def fold(word: str) -> str:
    """The word without case, accents and the endings or prefixes that inflect names."""
    if word.isascii():
        return word.lower()
    first = ord(word[0])
    if 0x4E00 <= first <= 0x9FFF:
        return word
    plain = word.lower()
    if 0x0400 <= first <= 0x04FF:
        return _CYRILLIC_ENDING.sub("", plain.replace("ё", "е"))
    plain = "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", plain)))
    if 0x0600 <= first <= 0x06FF:
        return _ARABIC_PREFIX.sub("", plain.translate(_ARABIC))
    return plain.translate(_LATIN)
