"""A child's log lines keep their levels on the way through its parent."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from crawlers.relay import FORMAT, relay, relayed

LINES = [
    "2026-11-26 05:00:00,123 INFO crawlers.spider visited 12 pages\n",
    "2026-11-26 05:00:01,123 ERROR crawlers.run it broke: INFO x y\n",
    "Traceback (most recent call last):\n",
    "ValueError: no\n",
    "2026-11-26 05:00:02,123 WARNING scrapy.core slow\n",
]


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, str]]:
    return [(record.levelname, record.name, record.getMessage()) for record in caplog.records]


def test_each_line_is_logged_at_its_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    relay(LINES)
    assert told(caplog) == [
        ("INFO", "crawlers.spider", "visited 12 pages"),
        ("ERROR", "crawlers.run", "it broke: INFO x y"),
        ("ERROR", "crawlers.run", "Traceback (most recent call last):"),
        ("ERROR", "crawlers.run", "ValueError: no"),
        ("WARNING", "scrapy.core", "slow"),
    ]


def test_what_nobody_logs_is_not_lost(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.ERROR)
    relay(LINES[:1])
    assert told(caplog) == []
    assert capsys.readouterr().err == LINES[0]


def test_a_child_that_ends_or_is_killed_has_told_all(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    script = (
        f"import logging, os; logging.basicConfig(level=20, format={FORMAT!r}); logging.getLogger('a.b').info('one')"
    )
    for end in ("", "; os.kill(os.getpid(), 9)"):
        with relayed() as descriptor:
            subprocess.run([sys.executable, "-c", script + end], stderr=descriptor, check=False)
        assert told(caplog) == [("INFO", "a.b", "one")]
        caplog.clear()
