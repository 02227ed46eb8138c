"""What happened, over HTTP: the ledger is the outbox, and whoever reads keeps his own place in it."""

from __future__ import annotations

from aiohttp import web

from bot.answers.events import EventsAnswer
from bot.app_keys import SERVICES
from bot.requests.events import ReadEvents
from bot.responses.events import event_json
from bot.responses.values import json_response
from inventory.stream import LedgerStream


async def read(request: web.Request, asked: ReadEvents) -> web.Response:
    services, query = request.app[SERVICES], asked.query
    entries = await LedgerStream(services.clients, services.keyspace).read(query.after, query.limit)
    answer: EventsAnswer = {
        "events": [event_json(entry) for entry in entries],
        "next": entries[-1].entry_id if entries else query.after,
    }
    return json_response(answer)
