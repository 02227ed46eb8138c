"""What happened to holds and stock."""

from __future__ import annotations

from typing import Any

from bot.answers.events import EventsAnswer
from bot.api_keys import Scope
from bot.endpoint import Endpoint
from bot.handlers import events
from bot.problems import Code
from bot.requests.events import ReadEvents

ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint(
        "GET",
        "/v1/events",
        events.read,
        ReadEvents,
        {200: EventsAnswer},
        "What happened to holds and stock, oldest first",
        "events",
        problems=(Code.NOT_FOUND,),
        scope=Scope.EVENTS,
    ),
)
