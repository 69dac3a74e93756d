"""Hosts that hold nothing but traps: what a crawler meets in the wild and must outlive."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from html import escape

from broadsheet.world.address import address_key
from broadsheet.world.answer import Answer, Asked, html, redirect
from broadsheet.world.feeds import Announced, Masthead, rss
from broadsheet.world.sites import DOMAIN
from broadsheet.world.truth import Disposition, Truth, Verdict

CURIOSITIES = f"curiosity-shop.{DOMAIN}"
BOMBS = f"powder-mill.{DOMAIN}"
NO_FEED = f"misnomer.{DOMAIN}"

BIG = 50 * 1024 * 1024
"""Bytes of the page that is too large, and of the one that unpacks to as much."""
DEPTH = 100_000
LONG_URL = 10_000
SENTENCE = "The keeper of the lighthouse on Inish Tarn has counted nine hundred passing ships since spring. "

ROBOTS = b"User-agent: *\nDisallow: /closed/\nCrawl-delay: 0.1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    path: str
    title: str
    make: Callable[[], Answer]
    reason: str
    verdict: Verdict = "none"
    disposition: Disposition = "rejected"
    also: tuple[Disposition, ...] = ()
    paragraphs: tuple[str, ...] = ()
    language: str = "en"


def page(body: str) -> Answer:
    return html(f"<!DOCTYPE html><html><head><title>Curiosities</title></head><body>{body}</body></html>".encode())


def huge() -> Answer:
    """50 MB of paragraphs, made while they are sent."""
    part = f"<p>{SENTENCE * 40}</p>\n".encode()

    async def parts() -> AsyncIterator[bytes]:
        yield b"<!DOCTYPE html><html><body><h1>The long count</h1>"
        for _ in range(BIG // len(part)):
            yield part
            await asyncio.sleep(0)
        yield b"</body></html>"

    return Answer(headers={"Content-Type": "text/html; charset=utf-8"}, chunks=parts)


def packed_bomb() -> Answer:
    """A page of some kilobytes that unpacks to 50 MB."""
    body = gzip.compress(b"<html><body>" + b"<p>a</p>" * (BIG // 8), 9, mtime=0)
    return Answer(headers={"Content-Type": "text/html", "Content-Encoding": "gzip"}, body=body)


def deep() -> Answer:
    return page("<div>" * DEPTH + f"<p>{SENTENCE * 6}</p>" + "</div>" * DEPTH)


def binary() -> Answer:
    return html(bytes(range(256)) * 64, "text/html")


def cut_short() -> Answer:
    """A page whose connection breaks in the middle of a sentence."""

    async def parts() -> AsyncIterator[bytes]:
        yield f"<!DOCTYPE html><html><body><h1>Cut short</h1><p>{SENTENCE * 3}".encode()
        await asyncio.sleep(0.05)
        raise ConnectionResetError("as the trap has it")

    return Answer(headers={"Content-Type": "text/html; charset=utf-8"}, chunks=parts)


def article(title: str, paragraphs: Sequence[str]) -> str:
    body = "".join(f"<p>{text}</p>\n" for text in paragraphs)
    head = f"<head><title>{title}</title></head>"
    return f"<!DOCTYPE html><html>{head}<body><article><h1>{title}</h1>\n{body}</article></body></html>"


def mislabelled() -> Answer:
    """A page in windows-1251 that its header calls UTF-8."""
    return html(article("Маяк на Тарнском острове", KEEPER_RU).encode("windows-1251"), "text/html; charset=utf-8")


def wide() -> Answer:
    """A page in UTF-16 that only its first two bytes tell of."""
    return html(b"\xff\xfe" + article("The keeper's book", KEEPER_EN).encode("utf-16-le"), "text/html")


KEEPER_EN = (
    "The keeper of the lighthouse on Inish Tarn has filled his forty-first notebook. Every ship that passed the island "
    "since 1985 is in it, with the hour, the wind and the colour of the funnel.",
    "Maurice Tiernan, 71, began to count when the automatic lamp left him little else to do. “A light should know whom it "
    "is for,” he said on the pier at Sligo, where the notebooks are now on show.",
    "Historians of the port have found 312 ships in his books that no register knows of, most of them small colliers that "
    "crossed at night without calling anywhere.",
)
KEEPER_RU = (
    "Смотритель маяка на Тарнском острове исписал сорок первую тетрадь. В ней все суда, прошедшие мимо острова с 1985 года: "
    "час, ветер и цвет трубы.",
    "Морис Тирнан начал считать, когда автоматическая лампа оставила его почти без работы. «Свет должен знать, кому он "
    "светит», — сказал он на пристани, где теперь выставлены тетради.",
    "Историки порта нашли в его записях 312 судов, которых нет ни в одном реестре: это малые угольщики, ходившие ночью.",
)


TRAPS: tuple[Trap, ...] = (
    Trap(path="/long-count", title="The long count", make=huge, reason="too large"),
    Trap(path="/small-parcel", title="A small parcel", make=packed_bomb, reason="too large when unpacked"),
    Trap(
        path="/well",
        title="The well",
        make=deep,
        reason="nested 100,000 deep",
        verdict="not-an-article",
        also=("indexed", "merged"),
    ),
    Trap(path="/nothing", title="Nothing", make=lambda: html(b""), reason="empty", verdict="not-an-article"),
    Trap(path="/static-noise", title="Static", make=binary, reason="binary under text/html", verdict="not-an-article"),
    Trap(
        path="/carousel/1",
        title="The carousel",
        make=lambda: redirect("/carousel/2", 302),
        reason="redirect loop",
    ),
    Trap(
        path="/intranet",
        title="The intranet",
        make=lambda: redirect("http://10.0.0.1/", 302),
        reason="redirect to a private address",
    ),
    Trap(
        path="/metadata",
        title="The metadata",
        make=lambda: redirect("http://169.254.169.254/latest/meta-data/", 301),
        reason="redirect to a private address",
    ),
    Trap(path="/closed/cabinet", title="The closed cabinet", make=lambda: page("Closed."), reason="robots.txt"),
    Trap(
        path="/tape/" + "a" * (LONG_URL - len(f"http://{CURIOSITIES}/tape/")),
        title="The endless tape",
        make=lambda: page("<h1>The endless tape</h1>"),
        reason="address of 10,000 characters",
        also=("unseen",),
    ),
    Trap(path="/cut-short", title="Cut short", make=cut_short, reason="the connection breaks", also=("indexed",)),
    Trap(
        path="/mislabelled",
        title="Маяк на Тарнском острове",
        make=mislabelled,
        reason="windows-1251 called UTF-8",
        verdict="article",
        disposition="indexed",
        also=("rejected",),
        paragraphs=KEEPER_RU,
        language="ru",
    ),
    Trap(
        path="/keepers-book",
        title="The keeper's book",
        make=wide,
        reason="UTF-16 told by its first bytes",
        verdict="article",
        disposition="indexed",
        paragraphs=KEEPER_EN,
    ),
    Trap(
        path="/errors/500",
        title="Out of order",
        make=lambda: html(b"<h1>Out of order</h1>", status=500),
        reason="status 500",
    ),
    Trap(
        path="/leaflet.pdf",
        title="The leaflet",
        make=lambda: Answer(headers={"Content-Type": "application/pdf"}, body=b"%PDF-1.4\n%%EOF\n"),
        reason="not a page",
        verdict="not-an-article",
    ),
)


class Curiosities:
    """The host whose feed lists one trap after the other."""

    def __init__(self) -> None:
        self.by_key = {address_key(trap.path): trap for trap in TRAPS}

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/robots.txt":
            return Answer(headers={"Content-Type": "text/plain"}, body=ROBOTS)
        if asked.path == "/feed.xml":
            return feed_answer(rss(self.head(), self.items()))
        if asked.path == "/":
            return page("<h1>The Curiosity Shop</h1><p>Everything here is odd.</p>")
        if asked.path == "/carousel/2":
            return redirect("/carousel/1", 302)
        trap = self.by_key.get(address_key(asked.target))
        return trap.make() if trap else replace(page("<h1>Not found</h1>"), status=404)

    def head(self) -> Masthead:
        return Masthead(title="The Curiosity Shop", home=f"http://{CURIOSITIES}/", language="en")

    def items(self) -> list[Announced]:
        return [Announced(url=f"http://{CURIOSITIES}{trap.path}", title=trap.title) for trap in TRAPS]


class Bombs:
    """The host whose feed and sitemap unfold to gigabytes for parsers that let them."""

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/robots.txt":
            return Answer(headers={"Content-Type": "text/plain"}, body=b"User-agent: *\nDisallow:\n")
        if asked.path == "/feed.xml":
            return feed_answer(
                bomb("rss", "<channel><title>&h;</title><item><link>http://{host}/a</link></item></channel>")
            )
        if asked.path == "/sitemap.xml":
            return feed_answer(bomb("urlset", "<url><loc>http://{host}/&h;</loc></url>"))
        if asked.path == "/":
            return page("<h1>The Powder Mill</h1>")
        return replace(page("<h1>Not found</h1>"), status=404)


def bomb(root: str, body: str) -> str:
    """A billion laughs, and a file of the machine for parsers that fetch what they are told to."""
    layers = "".join(
        f'<!ENTITY {name} "{f"&{below};" * 10}">' for below, name in zip("abcdefg", "bcdefgh", strict=True)
    )
    outside = '<!ENTITY outside SYSTEM "file:///etc/hostname">'
    text = body.replace("{host}", BOMBS)
    head = f'<!DOCTYPE {root} [<!ENTITY a "boom boom ">{layers}{outside}]>'
    return f'<?xml version="1.0"?>\n{head}\n<{root}>{text}&outside;</{root}>'


class NoFeed:
    """The host whose feed is a web page."""

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/robots.txt":
            return replace(page("<h1>Not found</h1>"), status=404)
        if asked.path in ("/", "/feed"):
            title = escape("Misnomer & Sons, feed merchants")
            return page(f"<h1>{title}</h1><p>Hay, oats and barley since 1911.</p><p><a href='/contact'>Contact</a></p>")
        return replace(page("<h1>Not found</h1>"), status=404)


def feed_answer(text: str) -> Answer:
    return Answer(headers={"Content-Type": "application/rss+xml; charset=utf-8"}, body=text.encode())


def trap_truths() -> list[Truth]:
    return [
        Truth(
            url=f"http://{CURIOSITIES}{trap.path}",
            urls=(f"http://{CURIOSITIES}{trap.path}",),
            site=CURIOSITIES,
            language=trap.language,
            title=trap.title if trap.paragraphs else "",
            text="\n\n".join(trap.paragraphs),
            verdict=trap.verdict,
            disposition=trap.disposition,
            also=trap.also,
            reason=trap.reason,
        )
        for trap in TRAPS
    ]
