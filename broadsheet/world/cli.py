"""The command `broadsheet world`: serves the news world, or given pages, until it is told to stop."""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from broadsheet.world.authority import Authority
from broadsheet.world.clock import Clock, clock
from broadsheet.world.pages import BadPages, Replayed
from broadsheet.world.prose import BadProse
from broadsheet.world.server import LOOPBACK, Server, Web
from broadsheet.world.world import Invented


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `run` reads."""
    parser.add_argument(
        "--pages", type=Path, metavar="FILE", help="serve the pages of a JSONL(.xz) file of {id, url, html}"
    )
    parser.add_argument("--port", type=int, default=8400, metavar="N", help="port for http; 0 takes a free one (8400)")
    parser.add_argument(
        "--tls-port", type=int, default=8443, metavar="N", help="port for https; 0 takes a free one (8443)"
    )
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where ca.pem and the world's clock are kept")
    parser.add_argument("--now", type=moment, metavar="ISO", help="the time at which the world starts")


def moment(text: str) -> datetime:
    """A time in ISO 8601, UTC where it has no zone."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no time in ISO 8601") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def run(args: argparse.Namespace) -> int:
    """Serves until SIGTERM or SIGINT; 1, with one sentence, where it cannot start."""
    with ExitStack() as stack:
        folder = args.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsworld-")))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            world = made(clock(folder, args.now), args.pages)
            asyncio.run(serve(Server(world, Authority(folder)), args))
        except (BadPages, BadProse, OSError) as error:
            print(f"broadsheet world: {error}", file=sys.stderr)
            return 1
    return 0


def made(kept: Clock, pages: Path | None) -> Web:
    return Replayed(pages, kept) if pages else Invented(kept)


async def serve(server: Server, args: argparse.Namespace) -> None:
    """Prints the addresses as one line of JSON when ready."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await server.start(args.port, args.tls_port)
    ready = {
        "http": f"{LOOPBACK}:{server.port}",
        "https": f"{LOOPBACK}:{server.tls_port}",
        "ca": str(server.authority.path.resolve()),
        "control": f"http://{LOOPBACK}:{server.port}/_world/",
        "sources": len(server.world.sources),
        "pid": os.getpid(),
    }
    print(json.dumps(ready), flush=True)
    await stop.wait()
    await server.stop()
