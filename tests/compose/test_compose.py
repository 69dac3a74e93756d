"""The production files hold together: the compose file, what it mounts, and what it needs from the environment."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import compose_spec
import pytest
import yaml

from broadsheet.settings import ROOT, Settings
from broadsheet.settings import read as read_settings

COMPOSE = ROOT / "docker-compose.yml"
TEXT = COMPOSE.read_text()
DATA: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = DATA["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
REFERENCE = re.compile(r"(?<!\$)\$\{(\w+)(:\?|:-)?([^}]*)\}")


def _filled(text: str) -> str:
    """The file as it is after its variables were put in."""
    return REFERENCE.sub(lambda found: found[3] if found[2] == ":-" else "filled-in", text).replace("$$", "$")


def test_the_file_is_valid_compose() -> None:
    # The anchors are merged by YAML before the specification is looked at, as Compose does.
    merged = yaml.safe_dump(yaml.safe_load(_filled(TEXT)))
    read = compose_spec.PyCompose.from_yaml(merged).services
    assert read
    assert read.keys() == SERVICES.keys()


def test_a_misspelt_key_would_be_noticed() -> None:
    # The check above must be one: the library refuses what the specification does not know.
    broken = yaml.safe_load(_filled(TEXT))
    broken["services"]["web"]["helthcheck"] = {"test": ["NONE"]}
    with pytest.raises(ValueError, match="helthcheck"):
        compose_spec.PyCompose.from_yaml(yaml.safe_dump(broken))


def test_all_parts_are_there() -> None:
    needed = {"postgres", "elasticsearch", "web", "prometheus", "grafana", "prepare"}
    needed |= {f"airflow-{part}" for part in ("api-server", "scheduler", "dag-processor", "triggerer")}
    assert needed <= SERVICES.keys()
    assert {name for name, service in SERVICES.items() if service.get("profiles") == ["scale"]} == {
        "redis",
        "airflow-worker",
    }
    assert SERVICES["elasticsearch"]["image"] == "elasticsearch:8.19.16"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_bounded_and_unprivileged(name: str) -> None:
    service = SERVICES[name]
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["user"].split(":")[0] not in {"0", "root"}
    assert service["networks"]
    assert not service.get("privileged")


@pytest.mark.parametrize("name", SERVICES.keys() - {"prepare"})
def test_a_service_says_whether_it_is_well(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_images_are_pinned() -> None:
    for service in SERVICES.values():
        assert re.search(r":v?\d+\.\d+", service["image"]), service["image"]


def test_ports_are_published_on_loopback_only() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_databases_cannot_be_reached_from_outside() -> None:
    assert DATA["networks"]["inside"]["internal"] is True
    for name in ("postgres", "elasticsearch", "redis"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_no_secret_has_a_default() -> None:
    for name, form, default in REFERENCE.findall(TEXT):
        if re.search(r"PASSWORD|SECRET|TOKEN|KEY$", name):
            assert form == ":?", f"{name} has {default!r}"
    assert not re.search(r"(?i)(password|secret|token)\w*: *['\"]?(?!\$|\[|broadsheet_token)\w", TEXT)


def test_the_example_names_every_variable() -> None:
    example = set(re.findall(r"^#?(\w+)=", (ROOT / ".env.example").read_text(), re.M))
    assert {name for name, _, _ in REFERENCE.findall(TEXT)} == example


def test_the_example_has_no_secret_in_it() -> None:
    filled = re.findall(r"^(\w+)=(.+)$", (ROOT / ".env.example").read_text(), re.M)
    assert filled == []


def test_what_is_mounted_exists() -> None:
    for service in SERVICES.values():
        for path in [v.split(":")[0] for v in service.get("volumes", []) if v.startswith("./")]:
            assert (ROOT / path).exists(), path
        for path in service.get("env_file", []):
            assert (ROOT / path).exists(), path
    named = {v.split(":")[0] for service in SERVICES.values() for v in service.get("volumes", []) if v[0] != "."}
    assert named == DATA["volumes"].keys()


def test_the_services_dependencies_exist_and_are_waited_for() -> None:
    for service in SERVICES.values():
        for name, how in service.get("depends_on", {}).items():
            assert how["condition"] in {"service_healthy", "service_completed_successfully"}
            assert "healthcheck" in SERVICES[name] or how["condition"] == "service_completed_successfully"


@pytest.mark.parametrize("name", OURS)
def test_our_settings_can_be_read(name: str) -> None:
    given = yaml.safe_load(_filled(TEXT))["services"][name]["environment"]
    settings = read_settings({key: str(value) for key, value in given.items()})
    assert settings.search == "elasticsearch"
    assert settings.database_url.startswith("postgresql://")


def test_every_setting_of_ours_exists() -> None:
    fields = {f"BROADSHEET_{name.upper()}" for name in Settings.__slots__}
    for name in OURS:
        assert {key for key in SERVICES[name]["environment"] if key.startswith("BROADSHEET_")} <= fields


def test_the_image_has_what_its_services_start() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    ignored = (ROOT / ".dockerignore").read_text().split()
    for source in re.findall(r"^COPY (?!--from)(.+) /", dockerfile, re.M):
        for path in source.split():
            assert f"!{path}" in ignored
            assert (ROOT / path).exists() or path in {"LICENSE", "NOTICE"}
    assert "USER 10001:10001" in dockerfile
    assert "--require-hashes" in dockerfile


@pytest.mark.parametrize("name", ["start", "prepare", "healthy"])
def test_the_scripts_can_be_run(name: str) -> None:
    assert Path(ROOT / "infra" / "airflow" / name).stat().st_mode & stat.S_IXOTH


def test_airflow_settings_are_known_to_airflow() -> None:
    import importlib.util

    spec = importlib.util.find_spec("airflow")
    assert spec
    assert spec.submodule_search_locations
    known = yaml.safe_load((Path(spec.submodule_search_locations[0]) / "config_templates" / "config.yml").read_text())
    lines = (ROOT / "infra" / "airflow" / "settings.env").read_text().splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            _, section, option = line.split("=")[0].lower().split("__")
            assert option in known[section]["options"], line
