"""Prometheus, Grafana and systemd accept their files, and every metric that these name exists."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from broadsheet.metrics import exposition
from broadsheet.settings import ROOT, Settings
from broadsheet.storage import server
from broadsheet.storage.postgres import Database

INFRA = ROOT / "infra"
DASHBOARD: dict[str, Any] = json.loads((INFRA / "grafana" / "dashboards" / "broadsheet.json").read_text())
NAME = re.compile(r"\b(?:broadsheet_\w+)\b")


def _program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


def _check(*command: str | Path) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_prometheus_accepts_its_configuration(tmp_path: Path) -> None:
    promtool = _program("promtool")
    token = tmp_path / "token"
    token.write_text("x")
    for name in ("prometheus.yml", "rules.yml"):
        text = (INFRA / "prometheus" / name).read_text()
        (tmp_path / name).write_text(text.replace("/run/secrets/broadsheet_token", str(token)))
    _check(promtool, "check", "config", tmp_path / "prometheus.yml")
    _check(promtool, "check", "rules", tmp_path / "rules.yml")


def test_an_alert_fires_when_it_should(tmp_path: Path) -> None:
    promtool = _program("promtool")
    shutil.copy(INFRA / "prometheus" / "rules.yml", tmp_path / "rules.yml")
    series = {"series": "broadsheet_balanced", "values": "0x30"}
    alert = {"exp_labels": {"severity": "page"}, "exp_annotations": _annotations("Unbalanced")}
    test = {
        "rule_files": ["rules.yml"],
        "tests": [
            {
                "interval": "1m",
                "input_series": [series],
                "alert_rule_test": [
                    {"eval_time": "5m", "alertname": "Unbalanced", "exp_alerts": []},
                    {"eval_time": "15m", "alertname": "Unbalanced", "exp_alerts": [alert]},
                ],
            }
        ],
    }
    (tmp_path / "test.yml").write_text(yaml.safe_dump(test))
    _check(promtool, "test", "rules", tmp_path / "test.yml")


def test_names_that_are_missing_are_told_where_enough_articles_say_so(tmp_path: Path) -> None:
    promtool = _program("promtool")
    shutil.copy(INFRA / "prometheus" / "rules.yml", tmp_path / "rules.yml")
    lacking = {"series": 'broadsheet_newest_articles_lacking_ratio{what="names"}', "values": "0.95x60"}
    note = {"summary": "95% of the newest articles have no names: is a model of enrich missing?"}
    alert = {"exp_labels": {"severity": "ticket", "what": "names"}, "exp_annotations": note}
    tests = [
        {
            "interval": "1m",
            "input_series": [lacking, {"series": "broadsheet_newest_articles", "values": f"{articles}x60"}],
            "alert_rule_test": [{"eval_time": "45m", "alertname": "NamesMissing", "exp_alerts": expected}],
        }
        for articles, expected in ((40, []), (400, [alert]))
    ]
    (tmp_path / "test.yml").write_text(yaml.safe_dump({"rule_files": ["rules.yml"], "tests": tests}))
    _check(promtool, "test", "rules", tmp_path / "test.yml")


def _rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((INFRA / "prometheus" / "rules.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def _annotations(alert: str) -> dict[str, str]:
    found: dict[str, str] = next(rule for rule in _rules() if rule.get("alert") == alert)["annotations"]
    return found


@pytest.fixture
def known(database: Database) -> set[str]:
    """The names of all metrics that an empty service and its code give."""
    text = exposition(database, None, Settings())
    return set(re.findall(r"^# TYPE (\S+)", text, re.M))


def _asked() -> set[str]:
    expressions = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    expressions += [rule["expr"] for rule in _rules()]
    return {name for expression in expressions for name in NAME.findall(expression)}


def test_every_metric_that_is_asked_for_exists(known: set[str]) -> None:
    assert _asked()
    assert _asked() <= known


def test_the_dashboard_asks_its_own_source() -> None:
    uids = {target["datasource"]["uid"] for panel in DASHBOARD["panels"] for target in panel["targets"]}
    source = yaml.safe_load((INFRA / "grafana" / "provisioning" / "datasources" / "prometheus.yml").read_text())
    assert uids == {source["datasources"][0]["uid"]}
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + i, at["y"] + j) for i in range(at["w"]) for j in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_the_provider_reads_the_folder_that_is_mounted() -> None:
    provider = yaml.safe_load((INFRA / "grafana" / "provisioning" / "dashboards" / "broadsheet.yml").read_text())
    mounts = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["grafana"]["volumes"]
    assert f"./infra/grafana/dashboards:{provider['providers'][0]['options']['path']}:ro" in mounts


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    analyze = _program("systemd-analyze")
    text = (INFRA / "systemd" / "broadsheet.service").read_text()
    unit = tmp_path / "broadsheet.service"
    unit.write_text(text.replace("/opt/broadsheet/.venv/bin/python", sys.executable))
    said = _check(analyze, "verify", "--man=no", unit)
    assert "broadsheet.service" not in said, said


def test_postgresql_accepts_its_configuration(postgres_settings: Settings, tmp_path: Path) -> None:
    place = server.cluster(postgres_settings)
    config = tmp_path / "postgresql.conf"
    config.write_text((INFRA / "postgres" / "postgresql.conf").read_text())
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith(("pytest", "test_")):
            folder.chmod(0o755)
    # max_connections and its like are overruled by the cluster's own postgresql.auto.conf; this one is not.
    postgres = str(place.binaries / "postgres")
    command = [postgres, "-D", str(place.data), "-c", f"config_file={config}", "-C", "log_lock_waits"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **place.account)
    assert done.stdout.strip() == "on", done.stderr
