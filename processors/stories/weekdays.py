"""Dates an article that only names a weekday, by the dates of the others of its story."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from broadsheet.model import Article
from processors.extract.weekday import METHOD, resolve_weekday
from processors.stories.telling import Stories
from processors.strip.chosen import choose

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def redated(article: Article, stories: Stories) -> Article:
    """The article with the day that its weekday means in its story, below .8 of confidence; as it was where it has a date
    of its own, names no weekday, or the others tell none. Told anew each time: a story may get, or lose, its dates."""
    if not any(claim.method == METHOD for claim in article.dates):
        return article
    dates = resolve_weekday(article.dates, dates_of(article, stories))
    if dates == article.dates:
        return article
    published, updated = choose(dates)
    return replace(article, dates=dates, published=published, updated=updated)


def dates_of(article: Article, stories: Stories) -> list[datetime]:
    """When the other articles of its story say they were published."""
    others = stories.members.get(stories.story.get(article.id, 0), set()) - {article.id}
    known = [stories.window.tellings[id] for id in sorted(others)]
    return [EPOCH + timedelta(days=one.moment) for one in known if one.dated]
