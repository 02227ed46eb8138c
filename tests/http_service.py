"""Runs the HTTP application on a free port of this machine, connection class included, and gives a client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, DummyCookieJar

from bot.app import create_app
from bot.serving import listening, reserve
from runtime.settings import Settings


@asynccontextmanager
async def http_service(settings: Settings, services: Any = None) -> AsyncIterator[ClientSession]:
    """A client whose paths are those of the service. Without services the application opens its own."""
    with reserve("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        async with (
            listening(create_app(settings, services), bound, settings),
            ClientSession(f"http://127.0.0.1:{port}", cookie_jar=DummyCookieJar()) as client,
        ):
            yield client
