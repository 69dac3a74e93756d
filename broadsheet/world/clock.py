"""The world's own time, which runs like ours but can be turned on."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

KEPT = "world.json"


@dataclass(slots=True, kw_only=True)
class Clock:
    start: datetime
    """When the world began, UTC: the prose's hours count from here."""
    ahead: timedelta = timedelta(0)
    """How far it is before our time."""
    folder: Path
    """Where it is kept, so that a world started again goes on where it was."""

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def turn(self, hours: float) -> None:
        self.ahead += timedelta(hours=hours)
        self.keep()

    def turn_to(self, moment: datetime) -> None:
        self.ahead = moment.astimezone(UTC) - datetime.now(UTC)
        self.keep()

    def keep(self) -> None:
        row = {"start": self.start.isoformat(), "ahead": self.ahead.total_seconds()}
        (self.folder / KEPT).write_text(json.dumps(row), encoding="utf-8")


def clock(folder: Path, now: datetime | None = None) -> Clock:
    """The folder's clock; a new one, starting this minute, where there is none or another time is asked for."""
    kept = folder / KEPT
    if now is None and kept.exists():
        row = json.loads(kept.read_text(encoding="utf-8"))
        return Clock(start=datetime.fromisoformat(row["start"]), ahead=timedelta(seconds=row["ahead"]), folder=folder)
    start = (now or datetime.now(UTC)).astimezone(UTC).replace(second=0, microsecond=0)
    ahead = start - datetime.now(UTC) if now else timedelta(0)
    made = Clock(start=start, ahead=ahead, folder=folder)
    made.keep()
    return made
