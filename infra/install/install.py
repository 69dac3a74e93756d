"""Makes `.venv` from a lock file, with nothing but Python's standard library: what `make` runs before anything of ours can."""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OLDEST, NEWEST = (3, 11), (3, 13)
NEEDED = 2 * 1024**3
"""Bytes of free disk for a fresh environment."""


class Failed(Exception):
    """Raised with the sentence that is shown to the person; nothing else is."""


def main() -> int:
    """Installs unless the lock is the one installed last; 1, with a sentence, where that cannot be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock", type=Path, help="requirements.lock, or requirements-dev.lock with the tools for tests")
    given = parser.parse_args()
    try:
        check_python()
        install(given.lock.resolve(), ROOT / ".venv")
    except Failed as error:
        print(f"broadsheet: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"broadsheet: {error.filename or ROOT / '.venv'}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def check_python() -> None:
    """Airflow names the versions it runs on; pip's complaint about another would be pages long."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        found = ".".join(map(str, sys.version_info[:2]))
        raise Failed(f"Python 3.11, 3.12 or 3.13 is needed, {sys.executable} is {found}; try `make PYTHON=python3.12`")


def install(lock: Path, venv: Path) -> None:
    """The lock's packages and our own, each step only where it has something to do."""
    stamp = venv / "installed"
    wanted = fingerprint(lock)
    if stamp.exists() and stamp.read_text().splitlines()[:1] == [wanted]:
        return
    if stamp.exists() and lock.name == "requirements.lock" and contains(stamp, lock):
        return
    check_disk(venv)
    python = make_venv(venv)
    uv = get_uv(venv, python)
    say(f"installing {lock.name}")
    run(
        [uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", lock], "installing the packages"
    )
    link(python)
    stamp.write_text("\n".join([wanted, *include(lock)]) + "\n")


def fingerprint(lock: Path) -> str:
    """Of the lock and of the interpreter: another Python needs another environment."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    return f"{digest} {sys.version_info[0]}.{sys.version_info[1]} {ROOT}"


def include(lock: Path) -> list[str]:
    """The fingerprints that an environment made from this lock satisfies too: the dev lock holds all of the other."""
    smaller = lock.with_name("requirements.lock")
    return [fingerprint(smaller)] if lock != smaller and smaller.exists() else []


def contains(stamp: Path, lock: Path) -> bool:
    """Whether the environment, made for tests, has all that the service needs."""
    return fingerprint(lock) in stamp.read_text().splitlines()


def check_disk(venv: Path) -> None:
    """Says so before half of it is unpacked."""
    free = shutil.disk_usage(venv if venv.exists() else venv.parent).free
    if free < NEEDED and not venv.exists():
        raise Failed(f"the disk that holds {venv} is full: {free >> 20} MiB are free, {NEEDED >> 20} MiB are needed")


def make_venv(venv: Path) -> Path:
    """The environment's interpreter; a folder of another Python, or one that has moved, is made anew."""
    python = venv / "bin" / "python"
    if python.exists() and runs_ours(python, venv):
        return python
    say(f"making {venv.name} with Python {sys.version.split()[0]}")
    shutil.rmtree(venv, ignore_errors=True)
    try:
        run([sys.executable, "-m", "venv", venv], "making the environment")
    except Failed as error:
        shutil.rmtree(venv, ignore_errors=True)
        if "ensurepip" in str(error):
            raise Failed(
                "Python's venv module is incomplete; install it (on Debian: apt install python3-venv)"
            ) from error
        raise
    return python


def runs_ours(python: Path, venv: Path) -> bool:
    """Whether the environment's interpreter starts, is this version, and the folder is where it was made."""
    code = "import sys; print(sys.version_info[:2], sys.prefix)"
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False)
    ours = f"{sys.version_info[:2]} {venv}"
    config = venv / "bin" / "pip"
    moved = not config.exists() or str(venv) not in config.read_text(errors="replace").split("\n", 1)[0]
    return done.returncode == 0 and done.stdout.strip() == ours and not moved


def get_uv(venv: Path, python: Path) -> Path:
    """uv, pinned and checked by its hash."""
    pinned = (ROOT / "infra" / "install" / "uv.lock").read_text()
    version = pinned.split("==")[1].split()[0]
    uv = venv / "bin" / "uv"
    if uv.exists():
        said = subprocess.run([str(uv), "--version"], capture_output=True, text=True, check=False).stdout
        if said.split()[1:2] == [version]:
            return uv
    words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    run([python, *words, "-r", ROOT / "infra" / "install" / "uv.lock"], "installing uv")
    return uv


def link(python: Path) -> None:
    """Our own packages are used where they lie, and the command `broadsheet` is put beside the interpreter.

    What an editable install does, without its build tools: those are in no lock.
    """
    # Asked of the environment: Debian's own Python has another idea of where packages are.
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(subprocess.run([str(python), "-c", where], capture_output=True, text=True, check=True).stdout.strip())
    (site / "broadsheet-checkout.pth").write_text(f"{ROOT}\n")
    script = python.with_name("broadsheet")
    script.write_text(f"#!{python}\nimport sys\nfrom broadsheet.cli import main\nsys.exit(main())\n")
    script.chmod(0o755)


def run(command: list[str | Path], what: str) -> None:
    """Runs a program; raises Failed with what a person can do about its last words."""
    environment = {
        **os.environ,
        "PIP_NO_INPUT": "1",
        "UV_NO_PROGRESS": "1",
        "UV_LINK_MODE": "copy" if crossing() else "hardlink",
    }
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=environment,
    )
    if done.returncode:
        raise Failed(f"{what} failed: {explained(done.stdout)}")


def crossing() -> bool:
    """Whether uv's cache is on another disk, so that it cannot link."""
    cache = Path(os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache" / "uv")
    return not cache.exists() or cache.stat().st_dev != ROOT.stat().st_dev


def explained(said: str) -> str:
    """The last words of a failed installer as one sentence."""
    lowered = said.lower()
    if "no space left" in lowered:
        return "the disk is full"
    signs = ("resolution", "dns error", "connect", "network", "timed out", "unreachable", "no matching distribution")
    if any(sign in lowered for sign in signs):
        return f"the package index cannot be reached; is there a network, or a proxy to name? ({last(said)})"
    return last(said)


def last(said: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return (lines[-1] if lines else "no reason given")[:300]


def say(line: str) -> None:
    """Progress of what takes seconds."""
    print(f"broadsheet: {line} ...", flush=True)


if __name__ == "__main__":
    sys.exit(main())
