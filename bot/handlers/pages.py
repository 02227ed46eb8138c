"""The pages for people: the demo with its chat, the interface's description, and the document behind it."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from aiohttp import web

from bot.app_keys import OPENAPI
from bot.requests.parts import NoParts, VisitPage


async def openapi(request: web.Request, _asked: NoParts) -> web.Response:
    return web.Response(body=request.app[OPENAPI], content_type="application/json")


async def docs(_request: web.Request, _asked: VisitPage) -> web.Response:
    return _page("docs.html")


async def demo(_request: web.Request, _asked: VisitPage) -> web.Response:
    return _page("index.html")


def static_folder() -> Path:
    """Where the style sheets and scripts of the pages lie."""
    with as_file(files("bot") / "static") as folder:
        return folder


def _page(name: str) -> web.Response:
    text = (static_folder() / name).read_text(encoding="utf-8")
    return web.Response(text=text, content_type="text/html", charset="utf-8")
