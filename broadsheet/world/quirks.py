"""Bends the pages of the odd outlets: walls, shells, soft errors, slow and rough pages, impossible dates, broken feeds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from broadsheet.world.answer import Answer, Asked
from broadsheet.world.edition import Entry
from broadsheet.world.press import Sheet, render
from broadsheet.world.sites import Site

SLOW = 4.0
"""Seconds before the slow page."""
DRIPS = 180
"""How many seconds the page that never gets done goes on."""
IMPOSSIBLE = (
    ("1246-05-01T12:00:00+00:00", "Tue, 01 May 1246 12:00:00 +0000", "1 May 1246"),
    ("9999-12-31T23:59:59+00:00", "Fri, 31 Dec 9999 23:59:59 +0000", "31 December 9999"),
)
"""What the machine-readable date, the feed and the visible line say."""

Encode = Callable[[str], Answer]


def bent(entry: Entry, sheet: Sheet, template: str, encode: Encode, asked: Asked) -> Answer:
    """The article's page as its outlet's quirk has it; the plain page where there is none."""
    words = sheet.words
    match entry.site.quirk:
        case "consent" if "consent=1" not in asked.headers.get("cookie", ""):
            return notice(sheet, encode, words.consent, words.consent_text, words.accept)
        case "bots":
            return replace(notice(sheet, encode, words.robot, words.robot_text, ""), status=200)
        case "soft-404":
            return notice(sheet, encode, words.missing, words.missing_text, "")
        case "shell":
            return encode(render("shell", sheet))
        case "paywall":
            return encode(render("paywall", sheet))
        case "slow" if entry.place == 0:
            return replace(encode(render(template, sheet)), wait=SLOW)
        case "slow":
            return dripping(encode(render(template, sheet)))
        case "dates":
            machine, _, visible = IMPOSSIBLE[entry.place % len(IMPOSSIBLE)]
            return encode(render(template, replace(sheet, machine_date=machine, visible_date=visible)))
        case "rough":
            return rough(encode(render(template, sheet)), sheet.paragraphs[1], entry.place)
        case _:
            return encode(render(template, sheet))


def notice(sheet: Sheet, encode: Encode, head: str, text: str, button: str) -> Answer:
    return encode(render("notice", replace(sheet, head=head, text=text, button=button)))


def dripping(page: Answer) -> Answer:
    """The page's first bytes, one a second, and never the last."""

    async def drips() -> AsyncIterator[bytes]:
        for place in range(DRIPS):
            yield page.body[place : place + 1]
            await asyncio.sleep(1)

    return Answer(headers=page.headers, chunks=drips)


def rough(page: Answer, paragraph: str, place: int) -> Answer:
    """The page with NUL bytes or with halves of surrogate pairs after its second paragraph's words."""
    end = paragraph[-12:].encode()
    assert end in page.body
    dirt = b"\x00\x00&#0;" if place % 2 == 0 else b"&#xD83D;&#xDC4D;&#55357;&#xFFFE;"
    return replace(page, body=page.body.replace(end, end + dirt, 1))


def quirky_date(entry: Entry) -> str:
    """What the feed says of the date, where that is nonsense."""
    return IMPOSSIBLE[entry.place % len(IMPOSSIBLE)][1] if entry.site.quirk == "dates" else ""


def spoiled_feed(site: Site, feed: str) -> str:
    """The feed with entities it does not know and without its end, where the outlet's quirk is that."""
    if site.quirk != "broken-feed":
        return feed
    loose = feed.replace("</title><link>", "&nbsp;& more</title><link>", 3)
    return loose[: loose.rindex("<item>") + len("<item><title>") + 9]
