"""Counts what each host is asked, so that a test can see whether a crawler kept the rules."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from time import monotonic

ROBOTS = "/robots.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    at: float
    """Seconds of the monotonic clock when it arrived."""
    target: str
    scheme: str
    in_flight: int
    """How many the host was answering, this one among them."""


@dataclass(slots=True)
class HostTally:
    requests: list[Request] = field(default_factory=list)
    in_flight: int = 0
    idle_since: float | None = None
    """When the last answer had been given."""
    rest: float | None = None
    """Smallest time in seconds between the end of an answer and the next request; 0 where they overlapped."""


class Tally:
    """All requests since the start or the last reset."""

    def __init__(self) -> None:
        self.hosts: dict[str, HostTally] = defaultdict(HostTally)

    @contextmanager
    def counted(self, host: str, target: str, scheme: str) -> Iterator[None]:
        tally, now = self.hosts[host], monotonic()
        rest = 0.0 if tally.in_flight else None if tally.idle_since is None else now - tally.idle_since
        if rest is not None:
            tally.rest = rest if tally.rest is None else min(tally.rest, rest)
        tally.in_flight += 1
        tally.requests.append(Request(at=now, target=target, scheme=scheme, in_flight=tally.in_flight))
        try:
            yield
        finally:
            tally.in_flight -= 1
            tally.idle_since = monotonic()

    def summary(self) -> dict[str, dict[str, object]]:
        """Per host: how many requests, how many at a time at most, and the smallest gaps in seconds between their starts, of
        all and without robots.txt (None below two)."""
        return {host: summed(tally) for host, tally in sorted(self.hosts.items())}

    def log(self, host: str) -> list[Request]:
        return list(self.hosts[host].requests) if host in self.hosts else []

    def reset(self) -> None:
        """Forgets the past; answers still under way stay counted as such."""
        for host in list(self.hosts):
            kept = HostTally(in_flight=self.hosts[host].in_flight)
            if kept.in_flight:
                self.hosts[host].requests.clear()
                self.hosts[host].rest = None
                continue
            del self.hosts[host]


def summed(tally: HostTally) -> dict[str, object]:
    pages = [request for request in tally.requests if request.target != ROBOTS]
    return {
        "count": len(tally.requests),
        "most": max((request.in_flight for request in tally.requests), default=0),
        "gap": gap(tally.requests),
        "rest": tally.rest,
        "pages": len(pages),
        "pages_gap": gap(pages),
    }


def gap(requests: list[Request]) -> float | None:
    """Smallest time between the starts of two requests."""
    return min((after.at - before.at for before, after in pairwise(requests)), default=None)
