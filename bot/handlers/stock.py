"""Stock movements over HTTP."""

from __future__ import annotations

from aiohttp import web

from bot.app_keys import METRICS, SERVICES
from bot.requests.parts import NoParts
from bot.requests.stock import ApplyMovements
from bot.responses.stock import movements_json, source_json
from bot.responses.values import json_response


async def apply(request: web.Request, asked: ApplyMovements) -> web.Response:
    movements = [sent.movement() for sent in asked.body.movements]
    outcome = await request.app[SERVICES].ledger.apply_movements(movements)
    events = request.app[METRICS].stock_events
    events.labels("applied").inc(outcome.applied)
    events.labels("duplicate").inc(outcome.duplicate)
    events.labels("rejected").inc(len(outcome.rejected))
    return json_response(movements_json(outcome))


async def sources(request: web.Request, _asked: NoParts) -> web.Response:
    """How far each source has come and what is missing, so that somebody sends it."""
    reports = await request.app[SERVICES].ledger.sources()
    return json_response({"sources": [source_json(report) for report in reports]})
