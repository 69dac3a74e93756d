"""The filter `broadsheet url`: the one spelling of an address, for anyone's rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from broadsheet.address import canonical


def url_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """`{id, url}` -> `{id, canonical}`; `canonical` is null, with `error` saying why, where there is none."""
    try:
        return {"id": row.get("id"), "canonical": canonical(str(row.get("url") or ""))}
    except ValueError as error:
        return {"id": row.get("id"), "canonical": None, "error": str(error)}
