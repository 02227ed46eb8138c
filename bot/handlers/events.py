"""What happened, over HTTP: the ledger is the outbox, and whoever reads keeps his own place in it."""

from __future__ import annotations

from aiohttp import web

from bot.answers.events import EventsAnswer
from bot.app_keys import SERVICES
from bot.events import EventsGone, read_events
from bot.problems import Code, Refused
from bot.requests.events import ReadEvents
from bot.responses.events import event_json
from bot.responses.values import json_response


async def read(request: web.Request, asked: ReadEvents) -> web.Response:
    query = asked.query
    try:
        entries = await read_events(request.app[SERVICES], query.after, query.limit)
    except EventsGone as gone:
        message = "Some events after this one are archived elsewhere; the others begin after `kept_after`"
        raise Refused(Code.NOT_FOUND, message, details={"kept_after": gone.kept_after}) from None
    answer: EventsAnswer = {
        "events": [event_json(entry) for entry in entries],
        "next": entries[-1].entry_id if entries else query.after,
    }
    return json_response(answer)
