"""What the feed of events accepts."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from bot.requests.fields import NumberText, Part

MAX_EVENTS = 1_000
_PLACE = r"^[0-9]{1,15}(-[0-9]{1,10})?$"


def _place(value: object) -> object:
    if not (isinstance(value, str) and re.fullmatch(_PLACE, value)):
        raise PydanticCustomError("place", "should be `next` of the answer before, or 0 to begin with the oldest event")
    return value


class EventsQuery(Part):
    after: Annotated[str, StringConstraints(pattern=_PLACE), BeforeValidator(_place)] = Field(
        "0", description="`next` of the answer before; `0` starts with the oldest that is kept"
    )
    limit: Annotated[int, NumberText] = Field(100, ge=1, le=MAX_EVENTS)


class ReadEvents(Part):
    query: EventsQuery
