"""What no database and no JSON can hold is replaced here, at the border."""

from __future__ import annotations

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
REPLACEMENT = "\ufffd"


def clean(text: str) -> str:
    """The text with NUL and lone surrogates replaced by U+FFFD."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def damage(text: str) -> int:
    """How many characters `clean` would replace."""
    return len(_UNSTORABLE.findall(text))
