"""The command line: a twin for everything a DAG does, filters over JSONL, and what operators need."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from broadsheet import tasks
from broadsheet.errors import BroadsheetError
from broadsheet.filters import Row, each, whole
from broadsheet.status import moment

Run = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; its exit code. Errors of ours are one sentence on standard error and code 1."""
    given = parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if given.verbose else logging.WARNING, format="%(levelname)s %(name)s %(message)s"
    )
    run: Run = given.run
    try:
        return run(given)
    except BroadsheetError as error:
        print(f"broadsheet: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """All commands."""
    top = argparse.ArgumentParser(prog="broadsheet", description="A streaming ingestion service for news.")
    top.add_argument("--verbose", action="store_true", help="log everything to standard error")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for add in (_service, _pipeline, _reading, _operating, _filters, _elsewhere):
        add(commands)
    return top


def _command(commands: Any, name: str, run: Run, about: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    made.set_defaults(run=run)
    return made


def _show(value: object) -> int:
    print(json.dumps(value, ensure_ascii=False, indent=1, default=moment))
    return 0


# The service


def _service(commands: Any) -> None:
    database = _command(commands, "database", _database, "start, stop or name the embedded PostgreSQL")
    database.add_argument("act", choices=["start", "stop", "url"])
    _command(commands, "migrate", _migrate, "bring the database's schema up to date; safe to repeat")
    _command(commands, "web", _web, "serve the pages and the API")
    for name, about in (
        ("demo", "run everything on the news world, and show it working"),
        ("up", "run everything on the sources of BROADSHEET_SOURCES"),
        ("down", "stop everything; what is in var/ stays"),
    ):
        made = _command(commands, name, _supervise, about)
        made.set_defaults(act=name)
        if name == "demo":
            made.add_argument(
                "--pages", type=Path, help="serve these pages (JSONL(.xz) of id, url, html) in place of the world"
            )


def _database(given: argparse.Namespace) -> int:
    from broadsheet.storage import server

    settings = tasks.settings()
    if given.act == "start":
        print(server.start(settings))
    elif given.act == "stop":
        print("stopped" if server.stop(settings) else "was not running")
    else:
        print(server.database_url(settings))
    return 0


def _migrate(_given: argparse.Namespace) -> int:
    from broadsheet.storage import server
    from broadsheet.storage.postgres import Database, migrate

    for name in migrate(Database(server.database_url(tasks.settings()))):
        print(name)
    return 0


def _web(_given: argparse.Namespace) -> int:
    from broadsheet.web import serve

    return serve(tasks.settings(), tasks.copies())


def _supervise(given: argparse.Namespace) -> int:
    from broadsheet import supervisor

    settings = tasks.settings()
    if given.act != "down" and settings.recogniser != "own":
        from processors.enrich import larger

        larger(settings.recogniser)  # said now, where a person reads it, and not by a red task
    return supervisor.command(given.act, settings, pages=getattr(given, "pages", None))


# The pipeline: a twin for every task of the DAGs


def _pipeline(commands: Any) -> None:
    work = _command(commands, "work", _work, "run stages over the queue (twin of the ingest DAG's tasks)")
    work.add_argument("--stages", default="extract,strip,deduplicate,enrich", help="neighbours, or `index`")
    work.add_argument("--lane", default="live")
    _bounds(work)
    _bounds(_command(commands, "index", _index, "feed the search index (twin of the ingest DAG's index task)"))
    crawl = _command(commands, "crawl", _crawl, "crawl one shard, or all (twin of the crawl DAG)")
    crawl.add_argument("--shard", type=int)
    crawl.add_argument("--of", type=int)
    _bounds(crawl)
    again = _command(commands, "reprocess", _reprocess, "make articles again after a rule or a model changed")
    again.add_argument("--from", dest="stage", default="extract", metavar="STAGE")
    again.add_argument("--source")
    again.add_argument("--host")
    again.add_argument("--ids", type=int, nargs="*", default=())
    again.add_argument("--rejected", metavar="REASON", help="also what was rejected for this reason (`*`: any)")
    again.add_argument("--limit", type=int)
    again.add_argument("--wait", type=float, default=0.0, help="seconds to wait for the index at the end")
    _command(
        commands, "upkeep", lambda _: _show(tasks.upkeep()), "retention, roll-ups, checks (twin of the upkeep DAG)"
    )
    _command(commands, "reindex", _reindex, "fill a new index beside the old one, then switch over")
    load = _command(commands, "import", _import, "take pages or texts that you have into the queue")
    load.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="JSONL(.xz) of id, url, html | text, fetched_at; or text files",
    )
    load.add_argument("--source", default="import", help="the source they are booked under")


def _bounds(made: argparse.ArgumentParser) -> None:
    made.add_argument("--minutes", type=float, default=5.0)
    made.add_argument("--until-empty", action="store_true", help="end as soon as nothing is left")


def _work(given: argparse.Namespace) -> int:
    return _show(tasks.run_stages(given.stages.split(","), given.lane, given.minutes, given.until_empty))


def _index(given: argparse.Namespace) -> int:
    return _show(tasks.run_stages(["index"], "live", given.minutes, given.until_empty))


def _crawl(given: argparse.Namespace) -> int:
    # Without a shard one process takes them all: faster than one after the other.
    shard, of = (0, 1) if given.shard is None else (given.shard, given.of or tasks.settings().shards)
    return _show(tasks.crawl(shard, of, given.minutes, given.until_empty))


def _reprocess(given: argparse.Namespace) -> int:
    lane = tasks.reprocess_begin(
        given.stage, source=given.source, host=given.host, ids=given.ids, rejected=given.rejected, limit=given.limit
    )
    # A document without a stored extraction begins at `extract`, whatever was asked.
    for stage in tasks.stage_names():
        tasks.reprocess_stage(lane, stage)
    return _show(tasks.reprocess_finish(lane, given.wait))


def _reindex(_given: argparse.Namespace) -> int:
    tasks.reindex()
    return 0


def _import(given: argparse.Namespace) -> int:
    from broadsheet.importing import load

    def show(path: Path, done: int) -> None:
        print(f"{path}: {done} rows", file=sys.stderr, flush=True)

    done = load(
        tasks.open_database(tasks.settings()), given.files, given.source, lambda m: print(m, file=sys.stderr), show
    )
    _show({name: getattr(done, name) for name in done.__slots__})
    return 1 if done.bad else 0


# Reading


def _reading(commands: Any) -> None:
    search = _command(commands, "search", _search, "search the index")
    search.add_argument("q", nargs="*")
    search.add_argument("--size", type=int, default=10)
    search.add_argument("--collapse", choices=("copies", "story", "none"), default="copies", help="one hit for each")
    search.add_argument("--json", action="store_true")
    trace = _command(commands, "trace", _trace, "all that is known of a URL, in order")
    trace.add_argument("url")
    digest = _command(commands, "digest", lambda given: _show(tasks.digest(given.hours)), "what the last day came to")
    digest.add_argument("--hours", type=float, default=24.0)
    _command(commands, "status", _status, "the conservation law, the flow, the sources")


def _search(given: argparse.Namespace) -> int:
    from broadsheet.ports import SearchRequest

    settings = tasks.settings()
    engine = tasks.open_engine(settings, tasks.open_database(settings))
    result = engine.search(SearchRequest(q=" ".join(given.q), size=given.size, collapse=given.collapse))
    if given.json:
        hits = [
            {"id": h.document.id, "url": h.document.url, "title": h.document.title, "score": h.score}
            | {"story": h.document.story, "copies": h.copies, "outlets": h.outlets}
            for h in result.hits
        ]
        return _show({"total": result.total, "hits": hits})
    print(f"{result.total} found")
    for hit in result.hits:
        document = hit.document
        also = f", also in {hit.outlets} {'outlet' if hit.outlets == 1 else 'outlets'}" if hit.outlets else ""
        print(
            f"\n{document.title}\n  {document.url}\n  {document.source}, {document.published_text or 'undated'}{also}"
        )
    return 0


def _trace(given: argparse.Namespace) -> int:
    from broadsheet.address import canonical
    from broadsheet.status import trace

    with tasks.open_database(tasks.settings()).transaction() as tx:
        found = trace(tx, given.url) or trace(tx, canonical(given.url))
    if found is None:
        print(f"broadsheet: {given.url}: never seen", file=sys.stderr)
        return 1
    return _show(found)


def _status(_given: argparse.Namespace) -> int:
    from broadsheet.status import snapshot

    settings = tasks.settings()
    database = tasks.open_database(settings)
    return _show(snapshot(database, tasks.open_engine(settings, database)))


# Operating


def _operating(commands: Any) -> None:
    dead = _command(commands, "dead", _dead, "dead letters: list, show or revive them")
    dead.add_argument("act", choices=["list", "show", "revive"])
    dead.add_argument("ids", type=int, nargs="*", help="of dead letters; `revive` without any revives all")
    dead.add_argument("--stage", help="only of this stage")
    _command(commands, "resume", _resume, "let a paused stage go on").add_argument("stage")
    release = _command(commands, "release", _release, "let the pages of a held host or source go on")
    release.add_argument("name", help="of a host or a source")
    release.add_argument("--anew", action="store_true", help="of a source: learn its new layout as it is read")


def _dead(given: argparse.Namespace) -> int:
    from broadsheet.storage import queue

    columns = "id, lane, url_id, stage, error, at, revived" + (", traceback" if given.act == "show" else "")
    with tasks.open_database(tasks.settings()).transaction() as tx:
        rows = tx.rows(
            f"SELECT {columns}, (SELECT url FROM url WHERE id = url_id) AS url FROM dead_letter"  # noqa: S608 - our own columns
            " WHERE (%(ids)s::bigint[] = '{}' AND revived IS NULL OR id = ANY(%(ids)s::bigint[]))"
            " AND (%(stage)s::text IS NULL OR stage = %(stage)s) ORDER BY id",
            {"ids": given.ids, "stage": given.stage},
        )
        if given.act == "revive":
            print(f"{queue.revive(tx, [row['id'] for row in rows])} revived")
            return 0
    return _show(rows)


def _resume(given: argparse.Namespace) -> int:
    from broadsheet.storage import queue

    with tasks.open_database(tasks.settings()).transaction() as tx:
        done = queue.resume(tx, given.stage)
    print("resumed" if done else f"{given.stage}: was not paused")
    return 0 if done else 1


def _release(given: argparse.Namespace) -> int:
    from broadsheet.storage import queue, sightings

    with tasks.open_database(tasks.settings()).transaction() as tx:
        done = [queue.release(tx, given.name), sightings.release(tx, given.name, anew=given.anew) is not None]
    print("released" if any(done) else f"{given.name}: was not held")
    return 0 if any(done) else 1


# Filters


def _filters(commands: Any) -> None:
    for name, about in (
        ("extract", "{id, url, html | html_base64 | text, headers, status} -> the article, with its ledger"),
        ("enrich", "{id, title, text, language, ...} -> entities, places, quotes, numbers, topics, keywords, summary"),
        ("feed", "{id, url, content_type, body | body_base64} -> its entries"),
        ("robots", "{id, status, body, agent, path} -> {allowed, delay}"),
        ("url", "{id, url} -> {canonical}"),
    ):
        _command(commands, name, _each, f"filter: {about}").set_defaults(filter=name)
    for name, about in (
        ("duplicates", "{id, title, text, date, source, url} -> {a, b, kind, score}"),
        ("stories", "{id, title, text, date, source, url} -> {id, story, storyline}"),
        ("names", "{id, name, lang, type} -> {id, entity}"),
    ):
        _command(commands, name, _whole, f"filter: {about}").set_defaults(filter=name)


def _each(given: argparse.Namespace) -> int:
    return 1 if each(_row_filter(given.filter), sys.stdin.buffer, sys.stdout) else 0


def _row_filter(name: str) -> Callable[[Row], Row]:
    """The function behind a filter that answers row by row; only its own part of the program is loaded."""
    if name == "extract":
        from processors.extract import extract_row

        return extract_row
    if name == "enrich":
        from processors.enrich import enrich_row, larger

        return partial(enrich_row, larger=larger(tasks.settings().recogniser))
    if name == "feed":
        from crawlers.discover import feed_row

        return feed_row
    if name == "robots":
        from crawlers.robots import robots_row

        return robots_row
    from crawlers.url import url_row

    return url_row


def _whole(given: argparse.Namespace) -> int:
    return 1 if whole(_rows_filter(given.filter), sys.stdin.buffer, sys.stdout) else 0


def _rows_filter(name: str) -> Callable[[Iterable[Row]], Iterable[Row]]:
    """The function behind a filter that needs all rows together."""
    if name == "duplicates":
        from processors.deduplicate.filter import duplicates_rows

        return duplicates_rows
    if name == "stories":
        from processors.stories.filter import stories_rows

        return stories_rows
    from processors.enrich import names_rows

    return names_rows


# Commands that live with what they command


def _elsewhere(commands: Any) -> None:
    world = _command(commands, "world", _world, "serve the news world, or real pages as the sites they came from")
    sources = _command(commands, "sources", _sources, "list, check or add sources")
    if any(name in sys.argv for name in ("world",)):
        from broadsheet.world.cli import add_arguments

        add_arguments(world)
    if "sources" in sys.argv:
        from crawlers.sources_cli import add_arguments as add_source_arguments

        add_source_arguments(sources)


def _world(given: argparse.Namespace) -> int:
    from broadsheet.world.cli import run

    return run(given)


def _sources(given: argparse.Namespace) -> int:
    from crawlers.sources_cli import run

    return run(given, tasks.settings())


if __name__ == "__main__":
    sys.exit(main())
