"""`.ci/run` fails for a test that was skipped without need, and for no other."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from broadsheet.settings import ROOT


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`.ci/skipped.py` on a machine that has promtool, and no browser."""
    spec = importlib.util.spec_from_file_location("skipped", ROOT / ".ci" / "skipped.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "LACKING", [("promtool", lambda: False), ("browser", lambda: True)])
    return module


def test_only_what_could_have_run_is_named(judge: ModuleType, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    cases = {
        "passes": "",
        "lazy": '<skipped type="pytest.skip" message="promtool is not installed"/>',
        "blind": '<skipped type="pytest.skip" message="there is no browser here"/>',
        "vague": '<skipped type="pytest.skip" message="not today"/>',
        "known": '<skipped type="pytest.xfail" message="a known bug"/>',
    }
    lines = [f'<testcase classname="tests.test_x" name="{name}">{inside}</testcase>' for name, inside in cases.items()]
    report.write_text(f"<testsuites><testsuite>{''.join(lines)}</testsuite></testsuites>")
    assert [line.split(":")[2] for line in judge.unjustified(report)] == ["lazy", "vague"]


def test_every_reason_to_skip_is_known_to_it() -> None:
    spec = importlib.util.spec_from_file_location("skipped", ROOT / ".ci" / "skipped.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for path in (ROOT / "tests").rglob("*.py"):
        for reason in re.findall(r"""pytest\.skip\(\s*f?["']([^"']+)["']""", path.read_text()):
            text = reason.replace("{name}", "promtool").replace("{SHARED.name}", "shared")
            assert any(re.search(words, text) for words, _ in module.LACKING), f"{path.name}: {reason}"
