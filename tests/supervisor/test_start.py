"""What a person has to put right is one sentence and exit code 1, and nothing is left running."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet import supervisor
from broadsheet.errors import BadInput, Unavailable
from broadsheet.parts import boot, free_port, start_time, write_atomically
from broadsheet.settings import Settings
from crawlers.source import parse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var", web_port=free_port(), airflow_port=free_port())


def _demo(settings: Settings, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "broadsheet.cli", "demo", *more],
        env={**os.environ, **supervisor.as_environment(settings)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def _sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("broadsheet: ")
    return lines[0]


@contextmanager
def _listening() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield int(taken.getsockname()[1])


def test_a_busy_port_is_named_with_its_setting(settings: Settings) -> None:
    with _listening() as port:
        said = _sentence(_demo(replace(settings, web_port=port)))
    assert str(port) in said
    assert "BROADSHEET_WEB_PORT" in said
    with _listening() as port, pytest.raises(Unavailable, match=f"port {port} .*BROADSHEET_AIRFLOW_PORT"):
        supervisor.check(replace(settings, airflow_port=port), "demo", None)


def test_a_data_folder_of_another_postgresql_is_refused(settings: Settings) -> None:
    data = settings.var / "postgres" / "data"
    data.mkdir(parents=True)
    for folder in (settings.var, *settings.var.parents):
        if "pytest" in str(folder):
            folder.chmod(0o755)
    (data / "PG_VERSION").write_text("12\n")
    said = _sentence(_demo(settings))
    assert "PostgreSQL 12" in said
    assert supervisor.record(settings) is None


def test_a_full_disk_is_said_before_anything_is_started(settings: Settings, tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount], capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted without being root")
    try:
        said = _sentence(_demo(replace(settings, var=mount / "var")))
    finally:
        subprocess.run(["umount", mount], check=True)
    assert "full" in said
    assert str(mount) in said


def test_pages_that_are_not_there_are_named(settings: Settings) -> None:
    assert "nowhere.jsonl" in _sentence(_demo(settings, "--pages", "nowhere.jsonl"))


def test_a_var_that_cannot_be_made_is_named(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="BROADSHEET_VAR"):
        supervisor.check(replace(settings, var=tmp_path / "file" / "var"), "demo", None)


def test_a_recogniser_that_is_not_installed_is_named(settings: Settings) -> None:
    said = _sentence(_demo(replace(settings, recogniser="en=no_such_pipeline")))
    assert "BROADSHEET_RECOGNISER: 'en' needs" in said
    assert "no_such_pipeline" in said


def test_up_without_sources_says_so(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="BROADSHEET_SOURCES"):
        supervisor.check(replace(settings, sources=tmp_path), "up", None)


def test_one_supervisor_at_a_time(settings: Settings) -> None:
    supervisor.folder(settings).mkdir(parents=True)
    with supervisor.alone(settings), pytest.raises(Unavailable, match="another supervisor"), supervisor.alone(settings):
        pass


def test_a_second_start_with_other_wishes_is_refused(settings: Settings) -> None:
    supervisor.folder(settings).mkdir(parents=True)
    me = {"pid": os.getpid(), "boot": boot(), "start": start_time(os.getpid())}
    path = supervisor.folder(settings) / "supervisor.json"
    write_atomically(path, {**me, "act": "up", "pages": "", "search": "embedded"})
    said = _sentence(_demo(settings))
    assert f"`make up` runs already (process {os.getpid()}" in said
    assert "make down" in said


def test_a_command_asks_what_the_running_service_uses(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from broadsheet import tasks

    monkeypatch.setenv("BROADSHEET_VAR", str(settings.var))
    supervisor.folder(settings).mkdir(parents=True)
    running = replace(settings, search="elasticsearch", elasticsearch_url="http://127.0.0.1:9", token="secret")
    told = {"environment": supervisor.as_environment(running)}
    write_atomically(supervisor.folder(settings) / "state.json", told)
    assert tasks.settings().search == "embedded"  # nothing runs
    me = {"pid": os.getpid(), "boot": boot(), "start": start_time(os.getpid())}
    path = supervisor.folder(settings) / "supervisor.json"
    write_atomically(path, {**me, "act": "demo", "pages": "", "search": "elasticsearch"})
    assert tasks.settings() == replace(running, token="")
    monkeypatch.setenv("BROADSHEET_SEARCH", "embedded")
    assert tasks.settings().search == "embedded"


def test_a_record_of_before_a_reboot_is_not_believed(settings: Settings) -> None:
    supervisor.folder(settings).mkdir(parents=True)
    me = {"pid": os.getpid(), "boot": "another boot", "start": start_time(os.getpid())}
    path = supervisor.folder(settings) / "supervisor.json"
    write_atomically(path, {**me, "act": "up", "pages": "", "search": "embedded"})
    assert supervisor.record(settings) is None


def test_down_where_nothing_runs_says_so(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert supervisor.down(settings) == 0
    assert capsys.readouterr().out == "nothing was running\n"


def test_the_settings_survive_their_way_through_the_environment(settings: Settings) -> None:
    from broadsheet.settings import read

    given = replace(settings, allow_private=True, crawl_delay=0.25, token="secret", resolve="127.0.0.1:1:2")
    assert read(supervisor.as_environment(given)) == given


def test_a_worlds_site_becomes_a_source_file(tmp_path: Path) -> None:
    site = {"name": "x", "title": 'The "Daily" \\ Müller', "home": "http://x.test/", "language": "de", "country": None}
    text = supervisor.source_file({**site, "feeds": ["http://x.test/feed"], "sitemaps": [], "sections": []}, often=True)
    source = parse(text, tmp_path / "x.toml")
    assert source.title == site["title"]
    assert source.feeds == ("http://x.test/feed",)
    assert tomllib.loads(text)["interval"] == 0.5
