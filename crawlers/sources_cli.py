"""The command `broadsheet sources`: list them, check their files and their sites, add one."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import replace

from broadsheet.settings import Settings
from crawlers import probe
from crawlers.probe import Found
from crawlers.source import Source, load_all, write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds `list`, `check` and `add`."""
    commands = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    commands.add_parser("list", help="every source with its language, country and lists")
    check = commands.add_parser("check", help="read every file; with --live try every feed, sitemap and page in it")
    check.add_argument("names", nargs="*", metavar="NAME", help="only these")
    check.add_argument("--live", action="store_true", help="ask each site, politely")
    add = commands.add_parser("add", help="find a site's feeds and sitemaps and write its file")
    add.add_argument("url", metavar="URL")
    add.add_argument("--name", default="", help="the file's name (default: from the host)")
    add.add_argument("--language", help="ISO 639-1 (default: what the site says)")
    add.add_argument("--country", help="ISO 3166-1 alpha-2")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Runs the command; 1 where something is wrong with a file or, when asked, with a site."""
    if given.act == "list":
        return _list(settings)
    if given.act == "check":
        return _check(settings, given.names, given.live)
    return _add(settings, given)


def _load(settings: Settings) -> tuple[list[Source], int]:
    good, bad = load_all(settings.sources)
    for error in bad:
        print(error, file=sys.stderr)
    return good, len(bad)


def _list(settings: Settings) -> int:
    good, bad = _load(settings)
    for source in good:
        state = "" if source.enabled else "  (disabled)"
        lists = ", ".join(f"{kind} {url}" for kind, url in source.lists())
        print(f"{source.name:28} {source.language or '-':3} {source.country or '--'} {source.title}: {lists}{state}")
    return 1 if bad else 0


def _check(settings: Settings, names: list[str], live: bool) -> int:
    good, bad = _load(settings)
    unknown = set(names) - {source.name for source in good}
    for name in sorted(unknown):
        print(f"{name}: no such source in {settings.sources}", file=sys.stderr)
    chosen = [source for source in good if not names or source.name in names]
    if not live:
        print(f"{len(chosen)} sources are in order, {bad} files are not")
        return 1 if bad or unknown else 0
    results = asyncio.run(probe.check(settings, chosen))
    failing = 0
    for source, found in results:
        failing += not any(item.word == "ok" for item in found)
        for item in found:
            print(_line(source, item), flush=True)
    print(
        f"{len(results) - failing} of {len(results)} sources answer with at least one list, {bad} files are not in order"
    )
    return 1 if bad or unknown or failing else 0


def _line(source: Source, item: Found) -> str:
    if item.word != "ok":
        return f"{source.name:28} {item.word:20} {item.url}"
    parts = [f"{item.entries} entries"]
    parts += [f"newest {item.newest}"] if item.newest else []
    if item.language and source.language and not item.language.lower().startswith(source.language):
        parts.append(f"language {item.language}, not {source.language}")
    parts += [f"robots.txt asks for {item.delay:g} s"] if item.delay else []
    return f"{source.name:28} {'ok ' + item.kind:20} {item.url}  {', '.join(parts)}"


def _add(settings: Settings, given: argparse.Namespace) -> int:
    source = asyncio.run(probe.explore(settings, given.url, given.name))
    source = replace(source, language=given.language or source.language, country=given.country or source.country)
    path = write(source, settings.sources)
    print(f"{path}:")
    print(path.read_text(encoding="utf-8"), end="")
    return 0
