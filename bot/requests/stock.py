"""What the endpoints of stock accept."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from bot.requests.fields import Handle, Identifier, JsonPart, Part, TimestampText
from inventory.models import MAX_COUNT, MovementType

MAX_MOVEMENTS = 1_000
#: JSON numbers stay exact in every language up to here.
MAX_SEQUENCE = 2**53 - 1


class MovementBody(JsonPart):
    source: Handle
    seq: int = Field(ge=0, le=MAX_SEQUENCE)
    type: Annotated[MovementType, Field(strict=False)]
    store_id: Identifier
    sku: Identifier
    quantity: int = Field(ge=-MAX_COUNT, le=MAX_COUNT, description="Signed for `adjust`, absolute for `count`")
    at: Annotated[AwareDatetime | None, Field(strict=False), TimestampText] = None


class MovementsBody(JsonPart):
    movements: list[MovementBody] = Field(min_length=1, max_length=MAX_MOVEMENTS)


class ApplyMovements(Part):
    body: MovementsBody
