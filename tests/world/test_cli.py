import argparse
import json
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadsheet.world.cli import add_arguments, moment, run


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_a_world_tells_its_addresses_in_one_line_and_ends_on_sigterm(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "broadsheet.world",
        "--port",
        "0",
        "--tls-port",
        "0",
        "--folder",
        str(tmp_path / "new"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        ready = json.loads(process.stdout.readline())
        assert Path(ready["ca"]) == tmp_path / "new" / "ca.pem"
        assert ready["pid"] == process.pid
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=20)
    assert (process.returncode, rest, errors) == (0, "", "")


def test_a_busy_port_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(parsed("--port", str(port), "--tls-port", "0", "--folder", str(tmp_path))) == 1
    error = capsys.readouterr().err
    assert str(port) in error
    assert error.count("\n") == 1


def test_a_missing_file_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parsed("--pages", str(tmp_path / "none.jsonl"), "--folder", str(tmp_path))) == 1
    assert "none.jsonl" in capsys.readouterr().err


def test_a_time_without_a_zone_is_utc() -> None:
    assert moment("2026-11-26T06:00") == datetime(2026, 11, 26, 6, tzinfo=UTC)
    with pytest.raises(argparse.ArgumentTypeError, match="'noon' is no time"):
        moment("noon")
