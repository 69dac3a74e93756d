"""How much of a bare download loop's speed the crawl keeps: pages per CPU-second of all our processes and of
PostgreSQL's, against an aiohttp loop that fetches the same pages from the same server and throws them away.

    python -m benchmarks.crawl [--hosts 200] [--pages 30]
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from socket import AF_INET
from typing import ClassVar

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from broadsheet.settings import Settings
from broadsheet.storage import server
from broadsheet.storage.postgres import Database, migrate
from crawlers.run import crawl_shard
from crawlers.source import Source, write

TICK = os.sysconf("SC_CLK_TCK")
TARGET = 0.25
AT_A_TIME = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One row of the table."""

    name: str
    pages: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Pages per CPU-second."""
        return self.pages / self.cpu


WORDS = ["".join(random.Random(n).choices("etaoinshrdlucmfwyp", k=2 + n % 9)) for n in range(3000)]


def page(number: int) -> bytes:
    """An article's page, compressed: 150 KB of markup, most of it furniture and scripts, some 35 KB on the wire:
    the means of the 1,450 labelled pages are 152 KB and 34 KB."""
    chance = random.Random(number)
    body = "".join(f"<p>{' '.join(chance.choices(WORDS, k=70))}.</p>\n" for _ in range(30))
    teasers = "".join(
        f'<li class="teaser teaser--{n % 4}"><a class="teaser__link" href="/news/{chance.choice(WORDS)}-'
        f'{chance.choice(WORDS)}-{chance.randint(1, 99999)}.html"><img class="teaser__image" loading="lazy" '
        f'src="/img/{chance.getrandbits(24):06x}.jpg" alt=""><span>{" ".join(chance.choices(WORDS, k=8))}</span></a></li>\n'
        for n in range(330)
    )
    script = ";".join(f"window.q{n}.push({{id:'{chance.getrandbits(24):x}',slot:'ad-{n}'}})" for n in range(1000))
    text = f"<html><head><title>{number}</title><script>{script}</script></head><body><ul>{teasers}</ul>{body}</body></html>"
    return gzip.compress(text.encode(), 6)


def feed(host: str, pages: int) -> bytes:
    """The host's feed of all its pages."""
    items = "".join(
        f"<item><title>Article number {n}</title><link>http://{host}/news/article-{n}.html</link></item>"
        for n in range(pages)
    )
    return f"<rss version='2.0'><channel><title>{host}</title>{items}</channel></rss>".encode()


class Web(asyncio.Protocol):
    """The least server that keeps connections: what it costs is nobody's whom we measure."""

    bodies: ClassVar[dict[tuple[str, str], bytes]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.waiting = b""

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            head, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            host = next(line[5:].strip() for line in lines if line.lower().startswith("host:"))
            self.answer(host, lines[0].split(" ")[1])

    def answer(self, host: str, path: str) -> None:
        body = self.bodies.get((host, path))
        head = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        if body is not None:
            kind = "text/html\r\nContent-Encoding: gzip" if path.endswith(".html") else "application/rss+xml"
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + (body or b""))  # type: ignore[attr-defined]


def serve(hosts: int, pages: int) -> None:
    """Serves until it is killed; the port is the first line."""
    names = [f"h{n}.bench.test" for n in range(hosts)]
    shared = [page(n) for n in range(200)]
    for number, name in enumerate(names):
        Web.bodies[name, "/feed.xml"] = feed(name, pages)
        for n in range(pages):
            Web.bodies[name, f"/news/article-{n}.html"] = shared[(number * pages + n) % len(shared)]

    async def run() -> None:
        listening = await asyncio.get_running_loop().create_server(Web, "127.0.0.1", 0, backlog=1024)
        print(listening.sockets[0].getsockname()[1], flush=True)
        await listening.serve_forever()

    asyncio.run(run())


class Here(AbstractResolver):
    """Every name is on this machine: the loop has the same hosts, and their connections, as the crawl."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def resolve(self, host: str, *_: object, **__: object) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=self.port, family=AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        return None


async def bare(port: int, hosts: int, pages: int) -> int:
    """A download loop and nothing else: no order, no manners, nothing kept."""
    urls = [f"http://h{n}.bench.test/news/article-{m}.html" for m in range(pages) for n in range(hosts)]
    urls.reverse()
    done = 0
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_A_TIME, resolver=Here(port))) as session:

        async def work() -> None:
            nonlocal done
            while urls:
                async with session.get(urls.pop()) as response:
                    await response.read()
                    done += response.status == 200

        await asyncio.gather(*(work() for _ in range(AT_A_TIME)))
    return done


def children_cpu() -> float:
    """CPU-seconds of the subprocesses that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def cluster_cpu(postmaster: int) -> float:
    """CPU-seconds of a PostgreSQL server: its own, of its children that live and of those that have ended."""
    total = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        own, waited = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
        if int(folder.name) == postmaster:
            total += own + waited
        elif int(fields[1]) == postmaster:
            total += own
    return total / TICK


def measure_bare(port: int, hosts: int, pages: int) -> Result:
    before, started = children_cpu(), time.monotonic()
    command = [
        sys.executable,
        "-m",
        "benchmarks.crawl",
        "--bare",
        str(port),
        "--hosts",
        str(hosts),
        "--pages",
        str(pages),
    ]
    done = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return Result(name="bare aiohttp", pages=done, seconds=time.monotonic() - started, cpu=children_cpu() - before)


def measure_crawl(port: int, hosts: int, folder: Path) -> Result:
    settings = Settings(
        var=folder, sources=folder / "sources", resolve=f"127.0.0.1:{port}:{port}", crawl_delay=0.0, free_disk=0
    )
    settings.sources.mkdir()
    for n in range(hosts):
        source = Source(name=f"h{n}", title=f"Host {n}", start=(f"http://h{n}.bench.test/feed.xml",), revisit=())
        write(source, settings.sources)
    server.start(settings)
    try:
        database = Database(server.database_url(settings))
        migrate(database)
        postmaster = server.postmaster(settings)
        assert postmaster is not None
        ours, theirs, started = children_cpu(), cluster_cpu(postmaster), time.monotonic()
        crawl_shard(settings, 0, 1, minutes=10, until_empty=True)
        seconds, cpu = time.monotonic() - started, (children_cpu() - ours, cluster_cpu(postmaster) - theirs)
        print(f"crawler {cpu[0]:.2f} CPU-s, PostgreSQL {cpu[1]:.2f} CPU-s")
        with database.transaction() as tx:
            kept = tx.rows("SELECT count(*) AS n FROM page")[0]["n"]
        database.close()
    finally:
        server.stop(settings, "immediate")
    return Result(name="crawl, with PostgreSQL", pages=kept, seconds=seconds, cpu=sum(cpu))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--pages", type=int, default=30, help="of each host")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--bare", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or each process compiles all it imports, which is not the crawl
    if options.serve:
        serve(options.hosts, options.pages)
    if options.bare:
        print(asyncio.run(bare(options.bare, options.hosts, options.pages)))
        return 0
    command = [sys.executable, "-m", "benchmarks.crawl", "--serve", "--hosts", str(options.hosts), "--pages"]
    web = subprocess.Popen([*command, str(options.pages)], stdout=subprocess.PIPE, text=True)
    folder = Path(tempfile.mkdtemp(prefix="broadsheet-bench-"))
    folder.chmod(0o755)
    try:
        assert web.stdout is not None
        port = int(web.stdout.readline())
        results = [measure_bare(port, options.hosts, options.pages), measure_crawl(port, options.hosts, folder)]
    finally:
        web.send_signal(signal.SIGKILL)
        web.wait()
        shutil.rmtree(folder, ignore_errors=True)
    show(results)
    return 0


def show(results: list[Result]) -> None:
    """The table, and the ratio as a line of JSON."""
    print(f"{'':24}{'pages':>8}{'seconds':>10}{'CPU-s':>8}{'pages/CPU-s':>13}")
    for row in results:
        print(f"{row.name:24}{row.pages:8}{row.seconds:10.1f}{row.cpu:8.2f}{row.rate:13.0f}")
    ratio = results[1].rate / results[0].rate
    print(json.dumps({"ratio": round(ratio, 3), "target": TARGET, "reached": ratio >= TARGET}))


if __name__ == "__main__":
    sys.exit(main())
