"""Scrapy's way to our Fetcher: the engine and its downloader stay Scrapy's, the socket is ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.core.downloader import Downloader
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Request, Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from scrapy.utils.defer import deferred_from_coro

from broadsheet.settings import Settings
from crawlers.fetch import Answer, Fetcher

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

SETTINGS = "BROADSHEET"
"""Scrapy's setting that holds ours."""


class Quiet(LogFormatter):
    """No line a page."""

    def crawled(self, *_: object) -> LogFormatterResult | None:  # type: ignore[override]
        """Nothing: the tally says it."""
        return None


class Straight(Downloader):
    """Scrapy's downloader without its queues and signals: whose turn it is has been decided in PostgreSQL."""

    def fetch(self, request: Request) -> Deferred[Response]:  # type: ignore[override]
        """The handler's response."""
        self.active.add(request)
        fetched: Deferred[Response] = deferred_from_coro(self.handlers.download_request_async(request))
        return fetched.addBoth(self._done, request)

    def _done(self, result: Response | Failure, request: Request) -> Response | Failure:
        self.active.discard(request)
        return result


class Ask(Request):
    """A request whose address is canonical already: Scrapy need not look at it again."""

    def _set_url(self, url: str) -> None:
        self._url = url


_shared: dict[int, Fetcher] = {}


class Download(BaseDownloadHandler):
    """Fetches what `request.meta` asks for; http and https share one pool of connections."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings: Settings = crawler.settings[SETTINGS]
        if id(crawler) not in _shared:
            _shared[id(crawler)] = Fetcher(settings)
        self._fetcher = _shared[id(crawler)]

    async def download_request(self, request: Request) -> Response:
        """A plain Response: nothing guesses the encoding of its body."""
        meta = request.meta
        answer = await self._fetcher.get(meta["address"], meta["sent"], meta["limit"])
        meta["answer"] = answer
        return Response(request.url, status=answer.status, body=answer.body, request=request)

    async def close(self) -> None:
        """Closes the connections."""
        _shared.pop(id(self.crawler), None)
        await self._fetcher.close()


def answer_of(response: Response) -> Answer:
    """The answer as it came, headers in order and unparsed."""
    answer = response.meta["answer"]
    assert isinstance(answer, Answer)
    return answer
