"""The installer's own sentences; that it installs is what every run of these tests shows."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from broadsheet.settings import ROOT


@pytest.fixture(scope="module")
def installer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("installer", ROOT / "infra" / "install" / "install.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("error: Failed to fetch x\n  Caused by: dns error: failed to lookup address", "cannot be reached"),
        ("ERROR: Could not find a version\nERROR: No matching distribution found for uv==1", "cannot be reached"),
        ("error: failed to copy\n  Caused by: No space left on device (os error 28)", "the disk is full"),
        ("line one\nTHESE PACKAGES DO NOT MATCH THE HASHES\n", "DO NOT MATCH THE HASHES"),
        ("", "no reason given"),
    ],
)
def test_what_an_installer_says_becomes_a_sentence(installer: ModuleType, said: str, told: str) -> None:
    assert told in installer.explained(said)
    assert "\n" not in installer.explained(said)


def test_no_network_is_a_sentence(tmp_path: Path) -> None:
    # An index that nobody serves, no caches, and a checkout that holds only what the installer needs.
    clone = tmp_path / "clone"
    (clone / "infra" / "install").mkdir(parents=True)
    for name in ("install.py", "uv.lock"):
        (clone / "infra" / "install" / name).write_bytes((ROOT / "infra" / "install" / name).read_bytes())
    (clone / "requirements.lock").write_bytes((ROOT / "requirements.lock").read_bytes())
    unreachable = "http://127.0.0.1:9/simple/"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))},
        "PIP_INDEX_URL": unreachable,
        "PIP_NO_CACHE_DIR": "1",
        "PIP_RETRIES": "0",
        "PIP_CONFIG_FILE": os.devnull,
        "UV_INDEX_URL": unreachable,
        "UV_NO_CACHE": "1",
    }
    done = subprocess.run(
        [sys.executable, clone / "infra" / "install" / "install.py", clone / "requirements.lock"],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert "cannot be reached" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_another_lock_is_another_fingerprint(installer: ModuleType, tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("a==1\n")
    before = installer.fingerprint(lock)
    lock.write_text("a==2\n")
    assert installer.fingerprint(lock) != before


def test_the_locks_name_no_host_and_carry_hashes() -> None:
    locks = [f"requirements{part}.lock" for part in ("", "-dev", "-scale", "-large")]
    for name in (*locks, "infra/install/uv.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text, name
        pinned = [line for line in text.splitlines() if line[:1].isalnum()]
        assert all(line.rstrip().endswith("\\") for line in pinned), name
