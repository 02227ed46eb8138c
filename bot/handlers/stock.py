"""Stock movements over HTTP."""

from __future__ import annotations

from aiohttp import web

from bot.app_keys import METRICS, SERVICES
from bot.requests.stock import ApplyMovements
from bot.responses.stock import movements_json
from bot.responses.values import json_response


async def apply(request: web.Request, asked: ApplyMovements) -> web.Response:
    movements = [sent.movement() for sent in asked.body.movements]
    outcome = await request.app[SERVICES].ledger.apply_movements(movements)
    events = request.app[METRICS].stock_events
    events.labels("applied").inc(outcome.applied)
    events.labels("duplicate").inc(outcome.duplicate)
    events.labels("rejected").inc(len(outcome.rejected))
    return json_response(movements_json(outcome))
