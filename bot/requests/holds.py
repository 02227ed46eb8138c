"""What the endpoints of holds accept."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from bot.requests.fields import Identifier, JsonPart, Part
from bot.requests.parts import IdempotencyHeaders, NoBody
from inventory.models import MAX_LINES, MAX_QUANTITY


class HoldPath(Part):
    hold_id: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class HoldLineBody(JsonPart):
    sku: Identifier
    quantity: int = Field(ge=1, le=MAX_QUANTITY)


class CustomerBody(JsonPart):
    id: Identifier | None = None
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    contact: Annotated[str, StringConstraints(min_length=1, max_length=254)] | None = None


class HoldBody(JsonPart):
    store_id: Identifier
    lines: list[HoldLineBody] = Field(min_length=1, max_length=MAX_LINES)
    customer: CustomerBody | None = None
    ttl_seconds: int | None = Field(None, ge=1, le=31_536_000, description="Life of the hold, within the settings")
    allow_partial: bool = Field(False, description="Hold what there is instead of refusing")

    @model_validator(mode="after")
    def _sums_in_bounds(self) -> Self:
        if max(self.totals().values()) > MAX_QUANTITY:
            raise ValueError(f"the lines of one product add up to more than {MAX_QUANTITY}")
        return self

    def totals(self) -> Counter[str]:
        """How many of each product; lines of the same product add up."""
        wanted: Counter[str] = Counter()
        for line in self.lines:
            wanted[line.sku] += line.quantity
        return wanted


class ExtendBody(JsonPart):
    ttl_seconds: int | None = Field(None, ge=1, le=31_536_000, description="Life from now on; missing: the usual life")


class PlaceHold(Part):
    headers: IdempotencyHeaders
    body: HoldBody


class ShowHold(Part):
    path: HoldPath


class ChangeHold(Part):
    path: HoldPath
    body: NoBody = NoBody()


class ExtendHold(Part):
    path: HoldPath
    body: ExtendBody = ExtendBody()
