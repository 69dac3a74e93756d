"""Airflow as a part of the service: its folder, secrets and environment, its schema, its pools. Nothing here imports Airflow."""

from __future__ import annotations

import base64
import importlib.metadata
import json
import os
import secrets
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from broadsheet.errors import BadInput, Unavailable
from broadsheet.parts import write_atomically
from broadsheet.settings import ROOT, Settings

USER = "admin"
STATE = "airflow.json"
"""The host's state file, beside the supervisor's."""
SHARED_SETTINGS = ROOT / "infra" / "airflow" / "settings.env"
POOLS = {"crawl": 16, "ingest": 16, "upkeep": 2, "reprocess": 8}
"""Slots. Tasks of a pool that is not there yet are not started: none runs before the api-server answers."""


def folder(settings: Settings) -> Path:
    """AIRFLOW_HOME."""
    return settings.var / "airflow"


def passwords(settings: Settings) -> Path:
    """The file with the sign-in of Airflow's pages."""
    return folder(settings) / "passwords.json"


def address(settings: Settings) -> str:
    """Where Airflow's pages are."""
    return f"http://127.0.0.1:{settings.airflow_port}"


def prepare(settings: Settings) -> dict[str, str]:
    """Makes the folder and, once, the secrets; these, by their Airflow variable."""
    home = folder(settings)
    home.mkdir(parents=True, exist_ok=True)
    (settings.var / "log" / "airflow").mkdir(parents=True, exist_ok=True)
    if not passwords(settings).exists():
        _write_secret(passwords(settings), {USER: secrets.token_urlsafe(12)})
    kept = home / "secrets.json"
    if not kept.exists():
        _write_secret(kept, _fresh_secrets())
    try:
        read: dict[str, str] = json.loads(kept.read_text())
        return read
    except ValueError as error:
        raise BadInput(f"{kept}: cannot be read ({error}); remove it, and new secrets are made") from error


def _fresh_secrets() -> dict[str, str]:
    return {
        "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(32),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(48),
    }


def _write_secret(path: Path, value: Mapping[str, str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps(value) + "\n")


def shared_settings() -> dict[str, str]:
    """The settings that the laptop and the compose file share."""
    lines = (line.strip() for line in SHARED_SETTINGS.read_text().splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def environment(settings: Settings, server: str) -> dict[str, str]:
    """What Airflow's programs need; `server` is a database URL on the server that gets Airflow's own database."""
    metadata = server.rpartition("/")[2] and server.rpartition("/")[0] + "/airflow"
    return {
        **shared_settings(),
        **prepare(settings),
        "AIRFLOW_HOME": str(folder(settings)),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords(settings)),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address(settings)}/execution/",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata.replace("postgresql://", "postgresql+psycopg2://", 1),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(settings.airflow_port),
        "AIRFLOW__API__BASE_URL": address(settings),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(settings.var / "log" / "airflow"),
        "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(settings.var / "log" / "airflow" / "parse"),
    }


def schema_is_current(settings: Settings, rows: Sequence[Mapping[str, object]]) -> bool:
    """Whether the metadata database (`rows` of its alembic_version) is what this Airflow made last time."""
    stamp = folder(settings) / "schema.json"
    try:
        known = json.loads(stamp.read_text())
    except (OSError, ValueError):
        return False
    return bool(known == _stamp(rows))


def note_schema(settings: Settings, rows: Sequence[Mapping[str, object]]) -> None:
    """Remembers that the metadata database is migrated: the check alone costs Airflow five CPU-seconds."""
    write_atomically(folder(settings) / "schema.json", _stamp(rows))


def _stamp(rows: Sequence[Mapping[str, object]]) -> dict[str, Any]:
    version = importlib.metadata.version("apache-airflow-core")
    return {"airflow": version, "revision": [row["version_num"] for row in rows]}


def make_pools(settings: Settings) -> None:
    """Makes the pools through Airflow's own API; safe to repeat. Raises Unavailable while the api-server is away."""
    user, password = next(iter(json.loads(passwords(settings).read_text()).items()))
    # The first request of a task makes the api-server build its routes, 3 CPU-seconds; better now than in a task.
    with urllib.request.urlopen(f"{address(settings)}/execution/health", timeout=60):  # noqa: S310 - loopback
        pass
    token = _ask(settings, "/auth/token", {"username": user, "password": password})["access_token"]
    for name, slots in POOLS.items():
        pool = {"name": name, "slots": slots, "description": f"tasks of {name}", "include_deferred": False}
        _ask(settings, "/api/v2/pools", pool, token)


def _ask(settings: Settings, path: str, body: Mapping[str, Any], token: str = "") -> dict[str, Any]:
    """The answer to a POST; a pool that is there already (409) is as good as a new one."""
    request = urllib.request.Request(  # noqa: S310 - our own loopback address
        address(settings) + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
            answer: dict[str, Any] = json.load(response)
            return answer
    except urllib.error.HTTPError as error:
        if error.code == 409:
            return {}
        raise Unavailable(
            f"Airflow: {path} answered {error.code}: {error.read(300).decode(errors='replace')}"
        ) from error
    except OSError as error:
        raise Unavailable(f"Airflow: {path}: {error}") from error
