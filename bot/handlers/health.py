"""Is the process alive, can it answer, and what has it counted."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from math import nan

from aiohttp import web

from bot.app_keys import API_KEYS, METRICS, SERVICES
from bot.ledger_figures import read_figures
from bot.metrics import Metrics
from bot.problems import Code
from bot.readiness import check_dependencies, overall
from bot.requests.parts import NoParts
from bot.responses.values import json_response
from runtime.errors import AppError

CHECK_SECONDS = 1.5


async def live(_request: web.Request, _asked: NoParts) -> web.Response:
    """Touches nothing: a probe that asked Redis would restart every worker together with it."""
    return json_response({"status": "up"})


async def ready(request: web.Request, _asked: NoParts) -> web.Response:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            dependencies = await check_dependencies(request.app[SERVICES])
    except TimeoutError:
        dependencies = {"redis": "down"}
    if request.app[API_KEYS].broken:
        dependencies["api_keys"] = "degraded"
    status = overall(dependencies)
    if status != "down":
        return json_response({"status": status, "dependencies": dependencies})
    error = {
        "code": Code.UNAVAILABLE,
        "message": "The service cannot answer right now",
        "details": {"dependencies": dependencies},
        "alternatives": [],
    }
    body = {"status": status, "dependencies": dependencies, "error": error}
    return json_response(body, status=503, headers={"Retry-After": "1"})


async def _take_figures(request: web.Request, counted: Metrics) -> None:
    """While Redis is away nobody knows them, and the scrape tells the rest."""
    services = request.app[SERVICES]
    live, lag, oversold, waiting = nan, nan, nan, nan
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            figures = await read_figures(services.clients, services.keyspace)
        live, lag, oversold = figures.live_holds, figures.expiry_lag_seconds, figures.oversold_cells
        waiting = figures.waiting
        counted.wait_offers.set(services.inventory.wait_server.offers_made)
    except (AppError, TimeoutError):
        pass
    counted.holds_active.set(live)
    counted.expiry_lag_seconds.set(lag)
    counted.oversold_cells.set(oversold)
    counted.waits_active.set(waiting)


async def metrics(request: web.Request, _asked: NoParts) -> web.Response:
    counted = request.app[METRICS]
    embedded = request.app[SERVICES].clients.embedded
    if embedded is not None:
        counted.embedded_restarts.set(float(embedded.state.get("restarts", 0)))
    await _take_figures(request, counted)
    with suppress(AppError):  # while Redis is away the last known lag stands
        lag = (await request.app[SERVICES].stock_view.state()).lag_seconds
        counted.view_lag_seconds.set(float("nan") if lag is None else lag)
    return web.Response(body=counted.exposition(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
