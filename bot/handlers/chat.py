"""The web chat over HTTP: one turn per request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_never

from aiohttp import web

from bot.app_keys import METRICS, SERVICES
from bot.callers import shown_cap
from bot.handlers.hold_terms import asker_of
from bot.intents import Intent
from bot.messages import ConversationBusy, IncomingMessage, TurnAnswer
from bot.metrics import Metrics
from bot.problems import Code, Refused
from bot.requests.chat import Chat
from bot.responses.chat import chat_json
from bot.responses.values import json_response
from geo.models import Coordinates

DEFAULT_CHANNEL = "web"


async def take_turn(request: web.Request, asked: Chat) -> web.Response:
    body, counted = asked.body, asker_of(request, None, None)
    message = IncomingMessage(
        text=body.text,
        received_at=datetime.now(UTC),
        conversation_id=body.conversation_id,
        message_id=body.message_id,
        location=None if body.location is None else Coordinates(body.location.lat, body.location.lon),
        locale=body.locale,
        channel=body.channel or DEFAULT_CHANNEL,
        available_cap=shown_cap(request),
        identity=counted.identity,
        address=counted.address,
    )
    outcome = await request.app[SERVICES].turns.run(message)
    match outcome:
        case TurnAnswer():
            _count(request.app[METRICS], outcome)
            return json_response(chat_json(outcome))
        case ConversationBusy():
            raise Refused(
                Code.IDEMPOTENCY_IN_FLIGHT,
                "The message before is still being answered; send this one again",
                details={"conversation_id": outcome.conversation_id, "message_id": outcome.message_id},
                headers={"Retry-After": str(outcome.retry_after_seconds)},
            )
        case _:
            assert_never(outcome)


def _count(metrics: Metrics, answer: TurnAnswer) -> None:
    """The channel's name comes from outside, so no label holds it."""
    intent = answer.understood.intent
    metrics.turns.labels(intent).inc()
    for reason in answer.degraded:
        metrics.search_degraded.labels(reason).inc()
    if intent in (Intent.FIND_STOCK, Intent.STORE_STOCK):
        metrics.lookups.labels("chat", "found" if answer.results else "none").inc()
