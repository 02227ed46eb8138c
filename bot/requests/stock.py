"""What the endpoints of stock accept."""

from __future__ import annotations

from pydantic import Field

from bot.requests.fields import JsonPart, Part
from inventory.movement_messages import MovementMessage

MAX_MOVEMENTS = 1_000


class MovementsBody(JsonPart):
    movements: list[MovementMessage] = Field(min_length=1, max_length=MAX_MOVEMENTS)


class ApplyMovements(Part):
    body: MovementsBody
