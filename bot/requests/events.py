"""What the feed of events accepts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from bot.requests.fields import NumberText, Part

MAX_EVENTS = 1_000


class EventsQuery(Part):
    after: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15}(-[0-9]{1,10})?$")] = Field(
        "0", description="`next` of the answer before; `0` starts with the oldest that is kept"
    )
    limit: Annotated[int, NumberText] = Field(100, ge=1, le=MAX_EVENTS)


class ReadEvents(Part):
    query: EventsQuery
