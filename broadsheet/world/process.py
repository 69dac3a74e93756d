"""Starts a news world beside the caller and speaks with it: what the tests and the demo use."""

import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from broadsheet.world.server import LOOPBACK
from broadsheet.world.truth import Truth, from_json

STOP_TIME = 5.0
"""Seconds that a world has to end."""


class WorldFailed(RuntimeError):
    """The news world ended before it was ready, or refused an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    """Names in small letters; of a repeated one the last."""
    body: bytes
    """As sent: compressed where the headers say so."""


@dataclass(frozen=True, kw_only=True)
class World:
    process: "subprocess.Popen[str]"
    port: int
    tls_port: int
    ca: Path
    """The certificate to trust."""

    def stop(self) -> None:
        """Ends the world; may be called twice."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_TIME)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def order(self, method: str, name: str, body: object = None) -> bytes:
        """The answer to an order under /_world/; raises WorldFailed with what it says where it is refused."""
        connection = HTTPConnection(LOOPBACK, self.port, timeout=30)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, f"/_world/{name}", text, {"Host": f"{LOOPBACK}:{self.port}"})
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise WorldFailed(answer.decode(errors="replace").strip())
        return answer

    def get(self, url: str, headers: Mapping[str, str] | None = None, timeout: float = 30) -> Reply:
        """What the world answers at the address; no redirect is followed and nothing unpacked."""
        split = urlsplit(url)
        host, target = split.hostname or "", split.path + (f"?{split.query}" if split.query else "")
        connection = HTTPConnection(host, timeout=timeout)
        connection.sock = self.connect(host, split.scheme, timeout)
        try:
            connection.request("GET", target or "/", headers=dict(headers or {}))
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Reply(status=response.status, headers=named, body=response.read())
        finally:
            connection.close()

    def connect(self, host: str, scheme: str, timeout: float) -> socket.socket:
        """A connection to the port of the scheme, for https under the world's authority."""
        if scheme == "http":
            return socket.create_connection((LOOPBACK, self.port), timeout)
        context = ssl.create_default_context(cafile=self.ca)
        raw = socket.create_connection((LOOPBACK, self.tls_port), timeout)
        return context.wrap_socket(raw, server_hostname=host)

    def truth(self) -> list[Truth]:
        """What is true now of each address."""
        return [from_json(line) for line in self.order("GET", "truth").decode().splitlines()]

    def turn(self, hours: float) -> datetime:
        """Turns the clock on and tells the new time."""
        return datetime.fromisoformat(json.loads(self.order("POST", "clock", {"hours": hours}))["now"])

    def now(self) -> datetime:
        return datetime.fromisoformat(json.loads(self.order("GET", "clock"))["now"])

    def requests(self) -> dict[str, dict[str, Any]]:
        """Per host: count, most (at a time), gap and pages_gap (seconds between starts), rest, pages."""
        answer: dict[str, dict[str, Any]] = json.loads(self.order("GET", "requests"))
        return answer

    def log(self, host: str) -> list[dict[str, Any]]:
        """The host's requests in order: at, target, scheme, in_flight."""
        answer: list[dict[str, Any]] = json.loads(self.order("GET", f"requests?host={host}"))
        return answer

    def sources(self) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = json.loads(self.order("GET", "sources"))
        return answer

    def addresses(self) -> dict[str, str]:
        """The address of each article or page, by the id that feeds and the header X-World-Id give it."""
        rows = map(json.loads, self.order("GET", "addresses").splitlines())
        return {row["id"]: row["url"] for row in rows}

    def reset(self) -> None:
        self.order("POST", "reset")


def start(folder: Path, pages: Path | None = None, now: datetime | None = None) -> World:
    """A world on free ports, ready; whoever starts it stops it."""
    command = [sys.executable, "-m", "broadsheet.world", "--port", "0", "--tls-port", "0", "--folder", str(folder)]
    command += ["--pages", str(pages)] if pages else []
    command += ["--now", now.isoformat()] if now else []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.stdout.close()
        raise WorldFailed(f"the news world ended with {process.wait()} before it was ready: {' '.join(command)}")
    ready = json.loads(line)
    ports = (int(ready[scheme].rpartition(":")[2]) for scheme in ("http", "https"))
    port, tls_port = ports
    return World(process=process, port=port, tls_port=tls_port, ca=Path(ready["ca"]))
