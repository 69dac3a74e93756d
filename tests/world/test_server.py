"""Counting, control, proxying and https."""

import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import pairwise

import pytest

from broadsheet.world.process import World, WorldFailed, start
from broadsheet.world.tally import Tally


def raw(world: World, request: str) -> bytes:
    """What the plain port says to a request as it stands."""
    with socket.create_connection(("127.0.0.1", world.port), 10) as connection:
        connection.sendall(request.replace("\n", "\r\n").encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


def test_polite_requests_are_one_at_a_time(world: World) -> None:
    world.reset()
    for _ in range(3):
        world.get("http://cape-chronicle.world.test/")
    world.get("http://cape-chronicle.world.test/robots.txt")
    counted = world.requests()["cape-chronicle.world.test"]
    assert (counted["count"], counted["pages"], counted["most"]) == (4, 3, 1)
    log = world.log("cape-chronicle.world.test")
    gaps = [after["at"] - before["at"] for before, after in pairwise(log)]
    assert counted["gap"] == pytest.approx(min(gaps))
    assert counted["pages_gap"] == pytest.approx(min(gaps[:2]))
    assert 0 < counted["rest"] <= counted["gap"]
    assert [item["target"] for item in log] == ["/", "/", "/", "/robots.txt"]


def test_rude_requests_are_seen_to_overlap(world: World) -> None:
    world.reset()
    slow = next(truth.url for truth in world.truth() if truth.reason == "slow")
    with ThreadPoolExecutor(3) as pool:
        replies = list(pool.map(world.get, [slow] * 3))
    assert {reply.status for reply in replies} == {200}
    counted = world.requests()["slow-coach.world.test"]
    assert (counted["count"], counted["most"], counted["rest"]) == (3, 3, 0)
    assert sorted(item["in_flight"] for item in world.log("slow-coach.world.test")) == [1, 2, 3]


def test_an_answer_is_under_way_until_its_client_has_gone(world: World) -> None:
    world.reset()
    for _ in range(2):
        with pytest.raises(TimeoutError):
            world.get("http://deadline-dispatch.world.test/robots.txt", timeout=0.3)
    assert world.requests()["deadline-dispatch.world.test"]["most"] == 1


def test_a_tally_counts_hosts_apart() -> None:
    tally = Tally()
    with tally.counted("a", "/", "http"), tally.counted("b", "/", "http"):
        pass
    summary = tally.summary()
    assert [summary[host]["most"] for host in ("a", "b")] == [1, 1]
    assert summary["a"]["gap"] is None


def test_a_reset_forgets(world: World) -> None:
    world.get("http://cape-chronicle.world.test/")
    world.reset()
    assert world.requests() == {}


# Forms of request


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("GET http://cape-chronicle.world.test/robots.txt HTTP/1.1\nHost: other.test\nConnection: close\n\n", b"200"),
        ("GET http://cape-chronicle.world.test HTTP/1.1\nHost: x\nConnection: close\n\n", b"200"),
        ("GET /robots.txt HTTP/1.1\nHost: cape-chronicle.world.test:80\nConnection: close\n\n", b"200"),
        ("GET /robots.txt HTTP/1.1\nHost: CAPE-Chronicle.World.Test.\nConnection: close\n\n", b"200"),
        ("GET /robots.txt HTTP/1.1\nHost: nowhere.test\nConnection: close\n\n", b"421"),
        ("POST / HTTP/1.1\nHost: cape-chronicle.world.test\nContent-Length: 0\nConnection: close\n\n", b"405"),
        ("HEAD / HTTP/1.1\nHost: cape-chronicle.world.test\nConnection: close\n\n", b"200"),
        ("GET /_world/truth HTTP/1.1\nHost: cape-chronicle.world.test\nConnection: close\n\n", b"404"),
        ("GET /_world/nothing HTTP/1.1\nHost: 127.0.0.1\nConnection: close\n\n", b"404"),
        ("nonsense\n\n", b"400"),
    ],
)
def test_requests_in_every_form(world: World, request_: str, status: bytes) -> None:
    assert raw(world, request_).split(b" ")[1] == status


def test_a_head_has_no_body(world: World) -> None:
    answer = raw(world, "HEAD / HTTP/1.1\nHost: cape-chronicle.world.test\nConnection: close\n\n")
    assert answer.endswith(b"\r\n\r\n")


def test_https_is_under_the_worlds_authority(world: World) -> None:
    assert world.get("https://harbour-gazette.world.test/robots.txt").status == 200
    strange = ssl.create_default_context()
    with (
        socket.create_connection(("127.0.0.1", world.tls_port), 10) as connection,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        strange.wrap_socket(connection, server_hostname="harbour-gazette.world.test")


def test_a_certificate_is_for_one_host(world: World) -> None:
    context = ssl.create_default_context(cafile=world.ca)
    with (
        socket.create_connection(("127.0.0.1", world.tls_port), 10) as connection,
        context.wrap_socket(connection, server_hostname="elbkurier.world.test") as secure,
    ):
        certificate = secure.getpeercert()
    assert certificate
    assert certificate["subjectAltName"] == (("DNS", "elbkurier.world.test"),)


def test_a_proxys_client_reaches_https_through_connect(world: World) -> None:
    connection = HTTPConnection("127.0.0.1", world.port, timeout=10)
    connection.set_tunnel("harbour-gazette.world.test", 443)
    connection.connect()
    context = ssl.create_default_context(cafile=world.ca)
    secure = context.wrap_socket(connection.sock, server_hostname="harbour-gazette.world.test")
    secure.sendall(b"GET /feed.xml HTTP/1.1\r\nHost: harbour-gazette.world.test\r\nConnection: close\r\n\r\n")
    answer = b""
    while part := secure.recv(65536):
        answer += part
    secure.close()
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.rstrip().endswith(b"</rss>")


def test_sources_are_all_a_crawler_needs(world: World) -> None:
    sources = world.sources()
    assert len(sources) == len({source["name"] for source in sources}) >= 15
    for source in sources:
        assert source["feeds"] or source["sitemaps"] or source["sections"]
        assert source["home"].endswith("/")


def test_addresses_have_the_identity_that_feeds_give(world: World) -> None:
    feed = world.get("https://harbour-gazette.world.test/feed.xml").body.decode()
    known = [key for key in world.addresses() if key.startswith("harbour-gazette-")]
    assert any(f">{key}</guid>" in feed for key in known)


def test_a_refused_order_says_why(world: World) -> None:
    with pytest.raises(WorldFailed, match="no order 'GET /_world/weather'"):
        world.order("GET", "weather")


def test_a_stopped_world_may_be_stopped_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    world = start(tmp_path_factory.mktemp("stopped"))
    world.stop()
    world.stop()
    assert world.process.returncode == 0
