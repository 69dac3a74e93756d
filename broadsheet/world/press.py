"""Sets articles into their outlets' pages: the words of an entry poured into the outlet's template."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from broadsheet.world.almanac import Language, american, day_and_month, long_date
from broadsheet.world.edition import Entry
from broadsheet.world.furniture import WORDS, Words
from broadsheet.world.prose import Telling
from broadsheet.world.sites import Site

TEMPLATES = Path(__file__).parent / "templates"
NOTHING = Markup("")
RIGHT_TO_LEFT = Markup(' dir="rtl"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    href: str
    title: str
    teaser: str = ""
    type: str = ""
    """Media type, where it leads to a feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands around an article: always the same for one article, so that a page changes only when its text does."""

    nav: tuple[Link, ...] = ()
    most_read: tuple[Link, ...] = ()
    related: tuple[Link, ...] = ()
    pool: tuple[Link, ...] = ()
    """Headlines that lead nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything a template may ask for."""

    site: Site
    words: Words
    meta_charset: str
    direction: Markup
    nav: tuple[Link, ...]
    title: str
    year: int
    url: str = ""
    amp: str = ""
    number: int = 0
    standfirst: str = ""
    paragraphs: tuple[str, ...] = ()
    lead: str = ""
    """Dateline and agency before the first paragraph."""
    agency: str = ""
    byline: str = ""
    author_slug: str = ""
    caption: str = ""
    credit: str = ""
    image: str = ""
    image_url: str = ""
    quote: str = ""
    section: str = ""
    section_key: str = ""
    section_href: str = ""
    visible_date: str = ""
    machine_date: str = ""
    updated_date: str = ""
    updated_machine: str = ""
    json_ld: Markup = NOTHING
    state: Markup = NOTHING
    most_read: tuple[Link, ...] = ()
    related: tuple[Link, ...] = ()
    pool: tuple[Link, ...] = ()
    items: tuple[Link, ...] = ()
    feeds: tuple[Link, ...] = ()
    next_href: str = ""
    head: str = ""
    text: str = ""
    button: str = ""


@cache
def templates() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)


def render(template: str, sheet: Sheet) -> str:
    """The page's source."""
    return templates().get_template(f"{template}.html").render(p=sheet)


def plain_sheet(site: Site, title: str, year: int, nav: tuple[Link, ...] = ()) -> Sheet:
    """What pages other than articles need."""
    return Sheet(
        site=site,
        words=WORDS[site.language],
        meta_charset=meta_charset(site),
        direction=RIGHT_TO_LEFT if site.language == "ar" else NOTHING,
        nav=nav,
        title=title,
        year=year,
    )


def article_sheet(entry: Entry, words: Telling, around: Around, updated: datetime | None) -> Sheet:
    """An article's sheet, with `words` as they stand now."""
    site, furniture = entry.site, WORDS[entry.site.language]
    updated = updated.astimezone(site.clock) if updated else None
    return Sheet(
        site=site,
        words=furniture,
        meta_charset=meta_charset(site),
        direction=RIGHT_TO_LEFT if site.language == "ar" else NOTHING,
        nav=around.nav,
        title=words.title,
        year=entry.local.year,
        url=entry.url,
        amp=site.home.rstrip("/") + entry.amp_path if site.amp else "",
        number=entry.number,
        standfirst=words.standfirst,
        paragraphs=words.paragraphs,
        lead=lead(words, entry.local, site.language),
        agency=words.agency,
        byline=words.byline,
        author_slug=str(entry.number % 97),
        caption=words.caption,
        credit=words.credit or site.title,
        image=f"/img/{entry.number}.gif",
        image_url=f"{site.home}img/{entry.number}.gif",
        quote=words.quotes[0].text if words.quotes else "",
        section=furniture.section(entry.event.section),
        section_key=entry.event.section,
        section_href=f"/{entry.event.section}/",
        visible_date=visible_date(entry.local, site),
        machine_date=machine_date(entry.local, site),
        updated_date=visible_date(updated, site) if updated else "",
        updated_machine=machine_date(updated, site) if updated else "",
        json_ld=json_ld(entry, words, updated),
        state=script({"id": entry.number, "headline": words.title}),
        most_read=around.most_read,
        related=around.related,
        pool=around.pool,
    )


def lead(words: Telling, day: date, language: Language) -> str:
    """Dateline and agency as they stand before the first words."""
    agency = words.agency if words.agency not in words.dateline else ""
    if language == "zh":
        return chinese_lead(words.dateline, agency, day)
    return " ".join(part for part in (words.dateline, f"({agency})" if agency else "") if part)


def chinese_lead(dateline: str, agency: str, day: date) -> str:
    if agency:
        return f"{agency}{dateline}{day_and_month(day, 'zh')}电"
    return f"本报{dateline}讯" if dateline else ""


def meta_charset(site: Site) -> str:
    if site.charset_how == "wrong-meta":
        return "utf-8" if site.charset != "utf-8" else "iso-8859-1"
    return "gb2312" if site.charset_how == "old-name" else site.charset


def visible_date(moment: datetime, site: Site) -> str:
    """The date line a reader sees, in the outlet's own time."""
    if site.country == "US":
        return f"{american(moment)} {moment.hour % 12 or 12}:{moment:%M} {'a.m.' if moment.hour < 12 else 'p.m.'}"
    day = long_date(moment, site.language)
    if site.page_date == "day":
        return day
    match site.language:
        case "fr":
            return f"{day} à {moment:%H}h{moment:%M}"
        case "de":
            return f"{day}, {moment:%H:%M} Uhr"
        case "zh":
            return f"{day} {moment:%H:%M}"
        case _:
            return f"{day}, {moment:%H:%M}"


def machine_date(moment: datetime, site: Site) -> str:
    """The date that programs read, or nothing where the outlet gives none."""
    if site.page_date == "offset":
        return moment.isoformat()
    return moment.replace(tzinfo=None).isoformat() if site.page_date == "naive" else ""


def json_ld(entry: Entry, words: Telling, updated: datetime | None) -> Markup:
    site = entry.site
    row: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": words.title,
        "mainEntityOfPage": entry.url,
        "publisher": {"@type": "Organization", "name": site.title},
        "articleSection": WORDS[site.language].section(entry.event.section),
        "isAccessibleForFree": site.quirk != "paywall",
    }
    if machine_date(entry.local, site):
        row["datePublished"] = machine_date(entry.local, site)
        row["dateModified"] = machine_date(updated or entry.local, site)
    if words.byline:
        row["author"] = [{"@type": "Person", "name": words.byline}]
    if words.standfirst:
        row["description"] = words.standfirst
    return script(row)


def script(row: dict[str, object]) -> Markup:
    """The row as JSON that cannot end the script element around it."""
    return Markup(json.dumps(row, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704
