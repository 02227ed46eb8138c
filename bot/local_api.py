"""The HTTP interface inside one process, over a private socket: what a command answers is what the service answers."""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from aiohttp import ClientSession, UnixConnector, web
from yarl import URL

from bot.app import create_app
from bot.app_keys import SERVICES
from bot.services import Services
from runtime.settings import Settings

#: A command is one person's patience, not one of many requests.
COMMAND_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """One answer: a status and its JSON."""

    status: int
    body: dict[str, Any]

    @property
    def ok(self) -> bool:
        return self.status < 400


@dataclass(frozen=True, slots=True)
class LocalApi:
    """Calls endpoints by path. `services` is what stands behind them.

    What the terminal sent that is not UTF-8 is sent on as it is, and refused by the service like anybody's.
    """

    services: Services
    _session: ClientSession

    async def get(self, path: str, params: Mapping[str, object]) -> ApiAnswer:
        """GET with those parameters that are not None."""
        given = {name: str(value) for name, value in params.items() if value is not None}
        query = urlencode(given, errors="surrogateescape")
        async with self._session.get(URL(f"{path}?{query}", encoded=True)) as response:
            return ApiAnswer(response.status, orjson.loads(await response.read()))

    async def post(
        self, path: str, body: Mapping[str, object | None], headers: Mapping[str, str] | None = None
    ) -> ApiAnswer:
        """POST those fields that are not None."""
        given = json.dumps({name: value for name, value in body.items() if value is not None})
        content = {"Content-Type": "application/json", **(headers or {})}
        async with self._session.post(path, data=given, headers=content) as response:
            return ApiAnswer(response.status, orjson.loads(await response.read()))


@asynccontextmanager
async def local_api(settings: Settings) -> AsyncIterator[LocalApi]:
    """Start everything, answer on a socket that only this user can reach, stop everything."""
    # Who can start this can reach Redis itself, so keys would protect nothing.
    patient = settings.model_copy(update={"request_timeout_seconds": COMMAND_TIMEOUT_SECONDS, "api_keys_file": None})
    runner = web.AppRunner(create_app(patient), access_log=None)
    await runner.setup()
    try:
        with tempfile.TemporaryDirectory(prefix="onhand-") as folder:
            socket = str(Path(folder) / "api.sock")
            await web.UnixSite(runner, socket).start()
            async with ClientSession("http://onhand", connector=UnixConnector(socket)) as session:
                yield LocalApi(runner.app[SERVICES], session)
    finally:
        await runner.cleanup()
