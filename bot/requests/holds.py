"""What the endpoints of holds accept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from bot.requests.fields import Identifier, JsonPart, Part
from bot.requests.parts import IdempotencyHeaders, NoBody
from inventory.models import MAX_LINES, MAX_QUANTITY
from inventory.placing import MAX_PARTS

HandedOutId = Annotated[str, StringConstraints(min_length=1, max_length=128)]
TtlSeconds = Annotated[int, Field(ge=1, le=31_536_000)]


class HoldPath(Part):
    hold_id: HandedOutId


class GroupPath(Part):
    group_id: HandedOutId


class HoldLineBody(JsonPart):
    sku: Identifier
    quantity: int = Field(ge=1, le=MAX_QUANTITY)


Lines = Annotated[list[HoldLineBody], Field(min_length=1, max_length=MAX_LINES)]


def summed(lines: Iterable[HoldLineBody]) -> Counter[str]:
    """How many of each product; lines of the same product add up."""
    wanted: Counter[str] = Counter()
    for line in lines:
        wanted[line.sku] += line.quantity
    return wanted


def _check_sums(lines: Iterable[HoldLineBody]) -> None:
    if max(summed(lines).values()) > MAX_QUANTITY:
        raise ValueError(f"the lines of one product add up to more than {MAX_QUANTITY}")


class CustomerBody(JsonPart):
    id: Identifier | None = None
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    contact: Annotated[str, StringConstraints(min_length=1, max_length=254)] | None = Field(
        None, description="An e-mail address or a telephone number"
    )


class HoldBody(JsonPart):
    store_id: Identifier
    lines: Lines
    customer: CustomerBody | None = None
    ttl_seconds: TtlSeconds | None = Field(None, description="Life of the hold, within the settings")
    allow_partial: bool = Field(False, description="Hold what there is instead of refusing")
    replaces: HandedOutId | None = Field(
        None, description="A live hold whose place this one takes: its units count as available, and it ends as `moved`"
    )

    @model_validator(mode="after")
    def _sums_in_bounds(self) -> Self:
        _check_sums(self.lines)
        return self

    def totals(self) -> Counter[str]:
        """How many of each product; lines of the same product add up."""
        return summed(self.lines)


class ConfirmBody(JsonPart):
    customer: CustomerBody | None = Field(None, description="Who will come, where the hold does not know yet")


class ExtendBody(JsonPart):
    ttl_seconds: TtlSeconds | None = Field(None, description="Life from now on; missing: the usual life")


class MoveBody(JsonPart):
    store_id: Identifier = Field(description="Where the same units shall be held instead")


class ShortBody(JsonPart):
    missing: Lines | None = Field(
        None, description="How many of which products cannot be found; missing: all that is held. The others are free"
    )


class PartBody(JsonPart):
    store_id: Identifier
    lines: Lines

    @model_validator(mode="after")
    def _sums_in_bounds(self) -> Self:
        _check_sums(self.lines)
        return self


class GroupBody(JsonPart):
    parts: list[PartBody] = Field(min_length=1, max_length=MAX_PARTS, description="Each at another store")
    customer: CustomerBody | None = None
    ttl_seconds: TtlSeconds | None = Field(None, description="Life of the holds, within the settings")

    @model_validator(mode="after")
    def _small_enough_and_one_part_per_store(self) -> Self:
        if len({part.store_id for part in self.parts}) < len(self.parts):
            raise ValueError("each part is at another store")
        if sum(len(part.lines) for part in self.parts) > MAX_LINES:
            raise ValueError(f"the parts have at most {MAX_LINES} lines altogether")
        return self


class PlaceHold(Part):
    headers: IdempotencyHeaders
    body: HoldBody


class ShowHold(Part):
    path: HoldPath


class ChangeHold(Part):
    path: HoldPath
    body: NoBody = NoBody()


class ConfirmHold(Part):
    path: HoldPath
    body: ConfirmBody = ConfirmBody()


class ExtendHold(Part):
    path: HoldPath
    body: ExtendBody = ExtendBody()


class MoveHold(Part):
    path: HoldPath
    body: MoveBody


class ShortHold(Part):
    path: HoldPath
    body: ShortBody = ShortBody()


class PlaceGroup(Part):
    headers: IdempotencyHeaders
    body: GroupBody


class ShowGroup(Part):
    path: GroupPath


class ConfirmGroup(Part):
    path: GroupPath
    body: ConfirmBody = ConfirmBody()


class ChangeGroup(Part):
    path: GroupPath
    body: NoBody = NoBody()
