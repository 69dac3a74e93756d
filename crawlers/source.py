"""What a source file says: one TOML file is one outlet, two keys are required, and a misspelt key fails the file."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from broadsheet.address import canonical
from broadsheet.errors import BadSource

ListKind = Literal["feed", "sitemap", "section"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One outlet. Each field but `name` is a key of its file."""

    name: str
    """The file's stem."""
    title: str
    """The outlet's name as readers know it; taken off page titles."""
    start: str | tuple[str, ...]
    """The home page, where feeds are looked for; or a list of feeds."""
    language: str | None = None
    """ISO 639-1, of the whole outlet."""
    country: str | None = None
    """ISO 3166-1 alpha-2, of the newsroom: decides ambiguous time zones."""
    feeds: tuple[str, ...] = ()
    """RSS, Atom, RDF or JSON feeds."""
    sitemaps: tuple[str, ...] = ()
    """News sitemaps or indexes of them; archives are not walked."""
    sections: tuple[str, ...] = ()
    """Pages whose links to articles are followed, for outlets without feeds."""
    delay: float | None = None
    """Seconds between requests to one of its hosts, where more is wanted than its robots.txt and the service ask."""
    interval: float | None = None
    """Minutes between two visits of a list; otherwise learned from how often it changes."""
    revisit: tuple[float, ...] = (1.0, 6.0, 24.0, 72.0)
    """Hours after the first fetch at which an article is looked at again for edits; empty: never."""
    enabled: bool = True
    include: tuple[str, ...] = ()
    """Regular expressions: only addresses in which one is found are articles."""
    exclude: tuple[str, ...] = ()
    """Regular expressions: addresses in which one is found are not fetched."""

    def lists(self) -> tuple[tuple[ListKind, str], ...]:
        """What to visit, in canonical spelling; the home page only where nothing else is named."""
        feeds = self.feeds if isinstance(self.start, str) else (*self.start, *self.feeds)
        named: list[tuple[ListKind, str]] = [("feed", url) for url in feeds]
        named += [("sitemap", url) for url in self.sitemaps]
        named += [("section", url) for url in self.sections]
        if not named and isinstance(self.start, str):
            named.append(("section", self.start))
        return tuple(dict.fromkeys((kind, canonical(url)) for kind, url in named))

    def wants(self, url: str) -> bool:
        """Whether an address is one of the articles this source is about."""
        if any(re.search(pattern, url) for pattern in self.exclude):
            return False
        return not self.include or any(re.search(pattern, url) for pattern in self.include)


_KEYS = {entry.name: entry for entry in fields(Source) if entry.name != "name"}
_REQUIRED = tuple(name for name, entry in _KEYS.items() if entry.default is MISSING)
_ADDRESSES = frozenset({"start", "feeds", "sitemaps", "sections"})
_PATTERNS = frozenset({"include", "exclude"})
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*$")


def load(path: Path) -> Source:
    """The source in a file; raises BadSource with file, line and value."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSource(f"{_shown(path)}: cannot be read: {error}") from error
    return parse(text, path)


def load_all(folder: Path) -> tuple[list[Source], list[BadSource]]:
    """Every source of a folder, by name, and what is wrong with those that are none."""
    good, bad = [], []
    if not folder.is_dir():
        raise BadSource(f"{folder}: no such folder of source files (BROADSHEET_SOURCES)")
    for path in sorted(folder.glob("*.toml")):
        try:
            good.append(load(path))
        except BadSource as error:
            bad.append(error)
    return good, bad


def parse(text: str, path: Path) -> Source:
    """The source that a file's text describes."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", str(error))
        line = int(found.group(1)) if found and found.group(1) else text.count("\n") + 1
        message = str(error)[: found.start()] if found else str(error)
        raise BadSource(f"{_shown(path)}:{line}: not TOML: {message}") from error
    return _Check(text, path).source(data)


class _Check:
    """Turns a table into a Source, or says where it is wrong."""

    def __init__(self, text: str, path: Path) -> None:
        self.text = text
        self.path = path

    def source(self, data: Mapping[str, Any]) -> Source:
        if not _NAME.match(self.path.stem):
            raise BadSource(f"{_shown(self.path)}: its name may have small letters, digits, dots and dashes only")
        for key in data:
            if key not in _KEYS:
                self._unexpected(key)
        for key in _REQUIRED:
            if key not in data:
                raise BadSource(f"{_shown(self.path)}:1: key '{key}' is missing")
        return Source(name=self.path.stem, **{key: self._value(key, value) for key, value in data.items()})

    def _unexpected(self, key: str) -> None:
        near = difflib.get_close_matches(key, _KEYS, n=1, cutoff=0.6)
        hint = f" (did you mean '{near[0]}'?)" if near else f" (known: {', '.join(_KEYS)})"
        self._fail(key, f"unexpected key '{key}'{hint}")

    def _fail(self, key: str, message: str) -> None:
        pattern = re.compile(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*[.=\]]|^\s*\[+\s*{re.escape(key)}\b")
        lines = self.text.splitlines()
        line = next((number for number, text in enumerate(lines, start=1) if pattern.search(text)), 1)
        raise BadSource(f"{_shown(self.path)}:{line}: {message}")

    def _value(self, key: str, value: Any) -> Any:
        if key in {"delay", "interval"}:
            return self._number(key, value)
        if key == "revisit":
            return self._hours(key, value)
        if key == "enabled":
            if not isinstance(value, bool):
                self._fail(key, f"'enabled' is true or false, not {value!r}")
            return value
        if key in {"title", "language", "country"}:
            return self._word(key, value)
        if key == "start" and isinstance(value, str):
            return self._address(key, value)
        return self._many(key, value)

    def _number(self, key: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 86_400:
            self._fail(key, f"'{key}' is a number from 0 to 86400, not {value!r}")
        return float(value)

    def _hours(self, key: str, value: Any) -> tuple[float, ...]:
        good = isinstance(value, list) and all(
            isinstance(item, int | float) and not isinstance(item, bool) and 0 <= item <= 8760 for item in value
        )
        if not good or list(value) != sorted(value):
            self._fail(key, f"'{key}' is a list of hours, the smallest first, not {value!r}")
        return tuple(float(item) for item in value)

    def _word(self, key: str, value: Any) -> str:
        shapes = {"language": r"[a-z]{2,3}", "country": r"[A-Z]{2}", "title": r"[\s\S]*\S[\s\S]*"}
        examples = {"language": "a code such as 'en'", "country": "a code such as 'GB'", "title": "the outlet's name"}
        if not isinstance(value, str) or not re.fullmatch(shapes[key], value):
            self._fail(key, f"'{key}' is {examples[key]}, not {value!r}")
        return str(value)

    def _many(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            kind = "an address or a list of addresses" if key == "start" else "a list of texts"
            self._fail(key, f"'{key}' is {kind}, not {value!r}")
        if key == "start" and not value:
            self._fail(key, "'start' is empty: give the home page or a feed")
        check = self._address if key in _ADDRESSES else self._pattern
        return tuple(check(key, item) for item in value)

    def _address(self, key: str, value: str) -> str:
        try:
            canonical(value)
        except ValueError as error:
            self._fail(key, f"'{key}': {value!r} is no address: {error}")
        return value

    def _pattern(self, key: str, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            self._fail(key, f"'{key}': {value!r} is no regular expression: {error}")
        return value


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def write(source: Source, folder: Path) -> Path:
    """Writes a new source file; raises BadSource where it is there already."""
    path = folder / f"{source.name}.toml"
    if path.exists():
        raise BadSource(f"{_shown(path)}: is there already; edit it, or remove it first")
    path.write_text(toml(source), encoding="utf-8")
    return path


def toml(source: Source) -> str:
    """The file's text: a key a line, defaults left out."""
    lines = []
    for name, entry in _KEYS.items():
        value = getattr(source, name)
        if entry.default is MISSING or value != entry.default:
            lines.append(f"{name} = {_toml_value(value)}")
    return "\n".join(lines) + "\n"


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml_value(item) for item in value) + "]"
    escaped = "".join(_toml_letter(letter) for letter in str(value))
    return f'"{escaped}"'


def _toml_letter(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    return f"\\u{ord(letter):04X}" if letter < " " or letter == "\x7f" else letter
