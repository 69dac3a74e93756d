"""The node of one's own: reachable only with its certificate and password, safe to start twice."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from broadsheet.errors import Unavailable
from broadsheet.search.elastic import open_elastic
from tests.contract.conftest import Node

pytestmark = pytest.mark.elasticsearch


def test_a_node_is_reached_with_its_certificate_and_password_only(node: Node) -> None:
    secret, place = quote((node.folder / "password").read_text()), f"127.0.0.1:{node.port}"
    assert node.open("safe").count() == 0
    for url, ca in (
        (f"https://admin:wrong@{place}", node.ca),
        (f"https://{place}", node.ca),
        (f"https://admin:{secret}@{place}", ""),
        (f"http://admin:{secret}@{place}", ""),
    ):
        with pytest.raises(Unavailable):
            open_elastic(url, prefix="safe", ca=ca).count()


def test_its_password_is_nobody_elses(node: Node) -> None:
    assert (node.folder / "password").stat().st_mode & 0o077 == 0
    assert len((node.folder / "password").read_text()) >= 20
    assert Path(node.ca).exists()


def test_a_second_start_finds_the_running_node(node: Node) -> None:
    running = (node.folder / "pid").read_text()
    assert node.start() == f"https://127.0.0.1:{node.port}\n"
    assert (node.folder / "pid").read_text() == running
