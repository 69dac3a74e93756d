"""What a change works with and what it answers: shared by all modules that change something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from broadsheet.errors import BadInput
from broadsheet.storage.postgres import PostgresTransaction
from broadsheet.web.services import Copies

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a change did, for the audit and for the person."""

    target: str
    said: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a change works with."""

    tx: PostgresTransaction
    form: Form
    who: str
    copies: Copies | None


Act = Callable[[Asked], Done]


def word(form: Form, name: str) -> str:
    """A value of the form; raises BadInput where it is missing."""
    value = form.get(name, "").strip()
    if not value:
        raise BadInput(f"{name}: expected a value, got ''")
    return value[:2000]


def number(form: Form, name: str) -> int:
    """A field of the form that is an id."""
    text = word(form, name)
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadInput(f"{name}: expected a number, got {text[:40]!r}")
    return int(text)
