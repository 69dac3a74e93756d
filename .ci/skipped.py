"""Reads pytest's report and fails if a test was skipped that this machine could have run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def java() -> bool:
    """Java 17 or newer, and Maven: what a local Elasticsearch needs."""
    found = shutil.which("java")
    if not found or not shutil.which("mvn"):
        return False
    said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'"(\d+)', said)
    return bool(version and int(version[1]) >= 17)


LACKING: list[tuple[str, Callable[[], bool]]] = [
    (r"labelled data|shared", lambda: not (ROOT.parent / "shared" / "bench" / "README.md").exists()),
    (r"(?i)java|maven|mvn|elasticsearch", lambda: not java()),
    (r"(?i)chromium|browser", lambda: not shutil.which("chromium")),
    (r"promtool", lambda: not shutil.which("promtool")),
    (r"systemd-analyze", lambda: not shutil.which("systemd-analyze")),
    (r"extra `large`", lambda: not find_spec("spacy")),
    (r"root", lambda: os.geteuid() != 0),
    (r"mounted", lambda: True),  # a container may forbid it to root too
    (r"Linux", lambda: sys.platform != "linux"),
]
"""Words of a reason to skip, and whether that reason is true here."""


def unjustified(report: Path) -> list[str]:
    """The skipped tests that could have run, with the reason they gave."""
    found = []
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - written by our own pytest
        skipped = case.find("skipped")
        if skipped is None or skipped.get("type") == "pytest.xfail":
            continue
        reason = skipped.get("message") or ""
        if not any(re.search(words, reason) and lacking() for words, lacking in LACKING):
            found.append(f"{case.get('classname')}::{case.get('name')}: {reason}")
    return found


def main() -> int:
    """1, naming them, where tests were skipped without need."""
    found = unjustified(Path(sys.argv[1]))
    for line in found:
        print(f"ci: skipped, though this machine can run it: {line}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
