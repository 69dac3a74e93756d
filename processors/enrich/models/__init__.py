"""Where the models of enrich lie: those that may be passed on freely here, those made of CC BY-SA rows in `cc-by-sa`."""

from __future__ import annotations

from pathlib import Path

FREE = Path(__file__).parent
SHARE_ALIKE = FREE / "cc-by-sa"


def path_of(name: str) -> Path | None:
    """The better model of that name: the share-alike one where it is installed, else the free one, else None."""
    return next((folder / name for folder in (SHARE_ALIKE, FREE) if (folder / name).exists()), None)
