"""All settings of the process: one frozen object, read once from `BROADSHEET_*` and passed down as an argument."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from broadsheet.errors import BadSetting

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Each field is the variable `BROADSHEET_<FIELD>` in capitals."""

    var: Path = ROOT / "var"
    """Folder of everything that is kept between runs."""
    database_url: str = ""
    """`postgresql://user:password@host:port/name`; empty: the embedded server under `var`."""
    search: str = "embedded"
    """`embedded` (tantivy) or `elasticsearch`."""
    elasticsearch_url: str = ""
    """`http(s)://[user:password@]host:port`; empty: a local node under `var`, where `search` is `elasticsearch`."""
    elasticsearch_ca: str = ""
    """File with the certificate authority of an https node."""
    elasticsearch_prefix: str = "broadsheet"
    """Names of indexes and aliases start with it."""
    sources: Path = ROOT / "crawlers" / "sources"
    """Folder of the source files."""
    web_host: str = "127.0.0.1"
    web_port: int = 8000
    web_names: str = ""
    """Further host names, with commas, under which the pages may be asked for when bound outside loopback."""
    airflow_port: int = 8080
    token: str = ""
    """Needed to serve anything but loopback; signs a person in for changes."""
    keep_pages: int = 180
    """Days that raw pages are kept."""
    agent: str = "Broadsheet/0.1 (+https://example.org/broadsheet; contact: set BROADSHEET_CONTACT)"
    """User agent of the crawler; `contact` is put into it."""
    contact: str = ""
    """Mail or web address at which an outlet reaches the operator."""
    shards: int = 4
    """Crawl shards: a host belongs to one."""
    crawl_minutes: float = 10.0
    """How long one crawl subprocess lives at most."""
    crawl_delay: float = 1.0
    """Seconds between requests to one host where its robots.txt asks for nothing."""
    page_limit: int = 10 * 1024 * 1024
    """Bytes of a response body, decompressed; more is rejected as `too-large`."""
    page_seconds: float = 30.0
    """Seconds for one response as a whole."""
    allow_private: bool = False
    """Private and loopback addresses may be crawled: only for the news world and tests."""
    resolve: str = ""
    """`127.0.0.1:PORT:TLSPORT`: every host name is dialled there; only for the news world and tests."""
    crawl_ca: str = ""
    """File with one more certificate authority the crawler trusts."""
    batch: int = 8
    """Documents a worker claims at once: fewer are searchable sooner, more cost less."""
    stages: str = "extract,strip,deduplicate,enrich|index"
    """Groups of stages for the ingest DAG: `|` between groups, each a task of its own."""
    workers: int = 1
    """Workers side by side for each group of stages of the ingest DAG; the index has one writer, so one worker."""
    document_seconds: float = 20.0
    """CPU-seconds one document may take in a worker before it counts as hung."""
    document_memory: int = 2 * 1024**3
    """Bytes of address space for a suspicious document's own process, beyond what an idle one has."""
    free_disk: int = 2 * 1024**3
    """Bytes of free disk below which crawling pauses."""
    duplicate_days: int = 90
    """Window in which near duplicates are looked for."""
    recogniser: str = "own"
    """What finds people, organisations and places: `own`; `spacy` in the languages of the extra `large` (`make large`); or, with
    commas, `LANGUAGE=PACKAGE` of spaCy pipelines that are installed. Our own in all other languages."""
    began: float = 0.0
    """When `make` was started, in seconds since 1970; the demo's times count from there. 0: from its own start."""


def _boolean(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("expected true or false")


_READERS: dict[str, Callable[[str], Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": _boolean,
    "Path": lambda text: Path(text).expanduser().resolve(),
}


def read(environment: Mapping[str, str]) -> Settings:
    """The settings that the environment asks for; raises BadSetting naming variable and value."""
    given: dict[str, Any] = {}
    for entry in fields(Settings):
        variable = f"BROADSHEET_{entry.name.upper()}"
        if variable not in environment:
            continue
        try:
            given[entry.name] = _READERS[str(entry.type)](environment[variable])
        except ValueError as error:
            raise BadSetting(f"{variable}: cannot read {environment[variable]!r}: {error}") from error
    settings = Settings(**given)
    check(settings)
    return settings


def check(settings: Settings) -> None:
    """Raises BadSetting for values that can do no good."""
    if settings.search not in {"embedded", "elasticsearch"}:
        raise BadSetting(f"BROADSHEET_SEARCH: expected embedded or elasticsearch, got {settings.search!r}")
    if settings.resolve and not re.fullmatch(r"[0-9.]+:\d+:\d+", settings.resolve):
        raise BadSetting(f"BROADSHEET_RESOLVE: expected ADDRESS:PORT:TLSPORT, got {settings.resolve!r}")
    if not re.fullmatch(r"own|spacy|[a-z]{2,3}=\w+(,[a-z]{2,3}=\w+)*", settings.recogniser):
        raise BadSetting(
            f"BROADSHEET_RECOGNISER: expected own, spacy or LANGUAGE=PACKAGE, with commas, got {settings.recogniser!r}"
        )
    for name in ("batch", "shards", "workers", "page_limit", "web_port", "airflow_port"):
        if getattr(settings, name) < 1:
            raise BadSetting(f"BROADSHEET_{name.upper()}: expected at least 1, got {getattr(settings, name)!r}")


def agent(settings: Settings) -> str:
    """The honest user agent, with the operator's contact in it."""
    if not settings.contact:
        return settings.agent
    return settings.agent.replace("contact: set BROADSHEET_CONTACT", f"contact: {settings.contact}")
