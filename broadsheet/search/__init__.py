"""Search: one query language on two engines."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from broadsheet.settings import Settings

if TYPE_CHECKING:
    from broadsheet.ports import SearchIndex
    from broadsheet.search.embedded import Lock


def open_index(settings: Settings, lock: Lock = nullcontext) -> SearchIndex:
    """The engine that the settings ask for; `lock` guards the embedded engine's one writer.

    Engines are imported here, so that a process loads only the one it uses.
    """
    if settings.search == "elasticsearch":
        from broadsheet.search.elastic import LOCAL, open_elastic

        url = settings.elasticsearch_url or LOCAL
        return open_elastic(url, prefix=settings.elasticsearch_prefix, ca=settings.elasticsearch_ca)
    from broadsheet.search.embedded import open_embedded

    return open_embedded(settings.var / "search", lock)
