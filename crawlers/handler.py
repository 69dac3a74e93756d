"""Scrapy's way to our Fetcher: the engine and its downloader stay Scrapy's, the socket is ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.http import Request, Response

from broadsheet.settings import Settings
from crawlers.fetch import Answer, Fetcher

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

SETTINGS = "BROADSHEET"
"""Scrapy's setting that holds ours."""

_shared: dict[int, Fetcher] = {}


class Download(BaseDownloadHandler):
    """Fetches what `request.meta` asks for; http and https share one pool of connections."""

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings: Settings = crawler.settings[SETTINGS]
        self._fetcher = _shared.setdefault(id(crawler), Fetcher(settings))

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
