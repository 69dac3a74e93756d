"""The web service: the search page, the article, what operators see and change, and the API."""

from broadsheet.web.app import app, serve

__all__ = ["app", "serve"]
