"""Who may ask and who may change: what comes from elsewhere is refused, and every change is written down."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from broadsheet.errors import BadSetting
from broadsheet.search import open_index
from broadsheet.settings import Settings
from broadsheet.storage.postgres import Database
from broadsheet.web import serve
from broadsheet.web.app import app, bound
from broadsheet.web.guard import Guard, is_loopback
from tests.web import newsroom
from tests.web.conftest import Site, serving

TOKEN = "a long random word"


def page_token(client: httpx.Client, path: str = "/ops") -> str:
    """The token of the first form on a page."""
    found = LexborHTMLParser(client.get(path).text).css_first("input[name=token]")
    return str(found.attributes["value"]) if found else ""


def change(site: Site, act: str, **form: str) -> httpx.Response:
    """A change the way the page's own form makes it."""
    form = {"token": page_token(site.client), "back": "/ops", **form}
    return site.client.post(f"/changes/{act}", data=form)


def paused(site: Site) -> bool:
    return bool(newsroom.one(site.database, "SELECT count(*) FROM source_hold WHERE source = 'north-wire'"))


def test_a_change_with_the_pages_token_is_done_and_written_down(door: Site) -> None:
    answer = change(door, "pause-source", source="north-wire")
    assert answer.status_code == 303
    assert paused(door)
    row = newsroom.one(door.database, "SELECT action || ' ' || target FROM audit")
    assert row == "pause-source north-wire"
    assert "Source north-wire is paused." in door.client.get(answer.headers["location"]).text
    assert "pause-source" in door.client.get("/audit").text


def test_a_change_without_a_token_is_refused(door: Site) -> None:
    door.client.get("/ops")
    for form in ({}, {"token": ""}, {"token": "0" * 64}, {"token": "ü"}):
        answer = door.client.post("/changes/pause-source", data={"source": "north-wire", **form})
        assert answer.status_code == 403
    assert not paused(door)
    assert newsroom.one(door.database, "SELECT count(*) FROM audit") == 0


def test_a_token_of_another_session_is_refused(door: Site) -> None:
    with httpx.Client(base_url=door.url) as other:
        token = page_token(other)
    door.client.get("/ops")
    answer = door.client.post("/changes/pause-source", data={"source": "north-wire", "token": token})
    assert answer.status_code == 403


def test_a_token_without_its_session_is_refused(door: Site) -> None:
    token = page_token(door.client)
    answer = httpx.post(f"{door.url}/changes/pause-source", data={"source": "north-wire", "token": token})
    assert answer.status_code == 403
    assert not paused(door)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_change_from_a_foreign_page_is_refused(door: Site, headers: dict[str, str]) -> None:
    form = {"token": page_token(door.client), "source": "north-wire"}
    answer = door.client.post("/changes/pause-source", data=form, headers=headers)
    assert answer.status_code == 403
    assert not paused(door)


def test_a_change_from_our_own_page_is_taken(door: Site) -> None:
    form = {"token": page_token(door.client), "source": "north-wire"}
    headers = {"origin": door.url, "sec-fetch-site": "same-origin"}
    assert door.client.post("/changes/pause-source", data=form, headers=headers).status_code == 303
    assert paused(door)


@pytest.mark.parametrize("path", ["/", "/api/search", "/healthz", "/ops", "/static/broadsheet.css"])
def test_a_foreign_host_is_refused(paper: Site, path: str) -> None:
    port = paper.settings.web_port
    for host in (
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1:1",
        "127.0.0.1",
        f"localhost.evil.example:{port}",
        "",
    ):
        assert paper.client.get(path, headers={"host": host}).status_code == 400
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", f"LOCALHOST:{port}"):
        assert paper.client.get(path, headers={"host": host}).status_code == 200


def test_a_change_with_a_foreign_host_is_refused(door: Site) -> None:
    form = {"token": page_token(door.client), "source": "north-wire"}
    host = f"evil.example:{door.settings.web_port}"
    answer = door.client.post("/changes/pause-source", data=form, headers={"host": host, "origin": f"http://{host}"})
    assert answer.status_code == 400
    assert not paused(door)


def test_two_host_headers_are_refused(paper: Site) -> None:
    with socket.create_connection(("127.0.0.1", paper.settings.web_port)) as raw:
        raw.sendall(
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{paper.settings.web_port}\r\nHost: evil.example\r\n\r\n".encode()
        )
        assert raw.recv(100).startswith(b"HTTP/1.1 400")


def test_a_change_asked_for_by_get_changes_nothing(door: Site) -> None:
    token = page_token(door.client)
    answer = door.client.get("/changes/pause-source", params={"source": "north-wire", "token": token})
    assert answer.status_code == 405
    assert not paused(door)


def test_every_answer_carries_the_headers_that_keep_scripts_out(paper: Site) -> None:
    for path in (
        "/",
        "/api/search",
        "/nowhere",
        "/api/nowhere",
        "/static/broadsheet.js",
        f"/articles/{paper.ids[6]}/raw",
    ):
        headers = paper.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    raw = paper.client.get(f"/articles/{paper.ids[6]}/raw")
    assert raw.headers["content-type"].startswith("text/plain")
    assert "<script>" in raw.text


def test_outside_loopback_without_a_token_the_service_does_not_start(database: Database, tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1", "news.example", ""):
        settings = Settings(var=tmp_path, web_host=host)
        with pytest.raises(BadSetting, match="BROADSHEET_TOKEN"):
            serve(settings)
        engine = open_index(settings)
        with pytest.raises(BadSetting, match="BROADSHEET_TOKEN"):
            app(settings, database, engine)
    assert is_loopback("127.0.0.2")
    assert is_loopback("::1")
    assert is_loopback("localhost")


def test_a_busy_port_is_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BadSetting, match=f"port {port} of 127.0.0.1 is taken"):
            bound(Settings(var=tmp_path, web_port=port))


@pytest.fixture
def outside(database: Database, tmp_path: Path) -> Iterator[Site]:
    """A service that believes to be bound to all interfaces, with a token."""
    settings = Settings(var=tmp_path, web_host="0.0.0.0", web_names="news.example", token=TOKEN)
    engine = open_index(settings)
    ids = newsroom.publish(database, engine, newsroom.PAPER[:2])
    with (
        serving(settings, database, engine) as running,
        httpx.Client(base_url=f"http://127.0.0.1:{running.web_port}", timeout=30) as client,
    ):
        yield Site(settings=running, database=database, engine=engine, client=client, ids=ids)
    engine.close()


def test_outside_nothing_is_read_without_a_sign_in(outside: Site) -> None:
    for path in ("/", "/ops", f"/articles/{outside.ids[0]}", "/about"):
        assert outside.client.get(path).headers["location"] == "/sign-in"
    for path in ("/api/search", "/api/status", "/metrics"):
        assert outside.client.get(path).status_code == 401
    assert outside.client.get("/healthz").status_code == 200
    assert outside.client.get("/sign-in").status_code == 200


def test_a_script_brings_the_token_along(outside: Site) -> None:
    for path in ("/api/search", "/metrics"):
        good = outside.client.get(path, headers={"authorization": f"Bearer {TOKEN}"})
        assert good.status_code == 200
        assert outside.client.get(path, headers={"authorization": "Bearer wrong"}).status_code == 401
        assert outside.client.get(path, headers={"authorization": f"Basic {TOKEN}"}).status_code == 401


def test_the_token_signs_a_person_in(outside: Site) -> None:
    assert outside.client.post("/sign-in", data={"secret": "wrong"}).status_code == 403
    assert outside.client.get("/").status_code == 303
    answer = outside.client.post("/sign-in", data={"secret": TOKEN})
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert outside.client.get("/").status_code == 200
    assert change(outside, "pause-source", source="north-wire").status_code == 303
    assert newsroom.one(outside.database, "SELECT who FROM audit") == "operator"
    outside.client.post("/sign-out")
    assert outside.client.get("/ops").status_code == 303


def test_a_sign_in_from_a_foreign_page_is_refused(outside: Site) -> None:
    answer = outside.client.post("/sign-in", data={"secret": TOKEN}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


def test_outside_the_given_names_and_addresses_are_ours(outside: Site) -> None:
    for host in ("news.example", "news.example:443", "192.0.2.7:8000", "localhost"):
        assert outside.client.get("/healthz", headers={"host": host}).status_code == 200
    assert outside.client.get("/healthz", headers={"host": "evil.example"}).status_code == 400


def test_with_a_token_on_loopback_reading_is_free_and_changing_is_not(database: Database, tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, token=TOKEN)
    engine = open_index(settings)
    with (
        serving(settings, database, engine) as running,
        httpx.Client(base_url=f"http://127.0.0.1:{running.web_port}", timeout=30) as client,
    ):
        assert client.get("/ops").status_code == 200
        assert page_token(client) == ""
        assert client.post("/changes/resume", data={"stage": "extract", "token": ""}).status_code == 403
    engine.close()


def test_a_session_cannot_be_forged_or_kept_over_a_change_of_the_token(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, token=TOKEN)
    guard = Guard(settings)
    value = guard.new_session(signed_in=True).value
    assert guard.session({"broadsheet": value}).signed_in
    assert Guard(settings).session({"broadsheet": value}).signed_in
    assert not Guard(replace(settings, token="another")).session({"broadsheet": value}).value
    out = guard.new_session(signed_in=False).value
    assert not guard.session({"broadsheet": out.replace(".out.", ".in.")}).value
    for forged in ("", "x", "a.b.in.c", value[:-1] + ("1" if value.endswith("0") else "0"), "é.1.in.x"):
        assert not guard.session({"broadsheet": forged}).signed_in
    assert (tmp_path / "web.key").stat().st_mode & 0o77 == 0


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "x"]
)
def test_a_change_never_leads_to_another_site(door: Site, back: str) -> None:
    answer = change(door, "pause-source", source="north-wire", back=back)
    assert answer.headers["location"].startswith("/ops?done=")


def test_a_form_of_another_kind_or_size_is_refused(door: Site) -> None:
    token = page_token(door.client)
    assert door.client.post("/changes/resume", json={"token": token, "stage": "extract"}).status_code == 415
    assert door.client.post("/changes/resume", data={"token": token, "stage": "x" * 100_000}).status_code == 413
    assert change(door, "no-such-act").status_code == 404
