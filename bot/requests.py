"""What each endpoint accepts. One model per endpoint, used both to check requests and to write the OpenAPI document.

A model has a field for each part of the request that the endpoint reads: `path`, `query`, `headers`, `body`.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, model_validator

from bot.request_fields import (
    IDEMPOTENCY_KEY,
    Handle,
    Identifier,
    JsonPart,
    Latitude,
    Longitude,
    MessageText,
    Money,
    NumberText,
    Part,
    TimestampText,
    Words,
)
from inventory.models import MAX_COUNT, MAX_LINES, MAX_QUANTITY, MovementType

#: Half of the earth's circumference, rounded up: no store is further away.
MAX_RADIUS_KM = 20_040.0
MAX_LIMIT = 100
MAX_MOVEMENTS = 1_000
#: JSON numbers stay exact in every language up to here.
MAX_SEQUENCE = 2**53 - 1


class NoParts(Part):
    """An endpoint that takes nothing."""


class AnyQuery(BaseModel):
    """Whatever a link may carry; pages for people are not strict."""


class VisitPage(Part):
    query: AnyQuery


# Paths ---------------------------------------------------------------------------------------------------------------


class StorePath(Part):
    store_id: Identifier


class HoldPath(Part):
    hold_id: Annotated[str, StringConstraints(min_length=1, max_length=128)]


# Queries -------------------------------------------------------------------------------------------------------------


class _Origin(Part):
    """A point, either as coordinates or as the name of a place."""

    lat: Annotated[Latitude | None, NumberText] = Field(None, description="Latitude of the shopper, with `lon`")
    lon: Annotated[Longitude | None, NumberText] = Field(None, description="Longitude of the shopper, with `lat`")
    near: Words | None = Field(None, description="A town, a postcode or a store instead of coordinates")

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon go together")
        if self.lat is not None and self.near is not None:
            raise ValueError("give either lat and lon, or near, not both")
        return self

    @property
    def has_origin(self) -> bool:
        return self.lat is not None or self.near is not None


class ProductsQuery(Part):
    q: Words = Field(description="Words, a SKU or a barcode")
    limit: Annotated[int, NumberText] = Field(20, ge=1, le=MAX_LIMIT)
    offset: Annotated[int, NumberText] = Field(0, ge=0, le=10_000)
    brand: Words | None = Field(None, description="Only this brand, as the facets spell it")
    category: Words | None = Field(None, description="Only this category, as the facets spell it")
    price_min: Annotated[Money | None, NumberText] = None
    price_max: Annotated[Money | None, NumberText] = None
    store_id: Identifier | None = Field(None, description="Only products that this store has in its range")

    @model_validator(mode="after")
    def _prices_in_order(self) -> Self:
        if self.price_min is not None and self.price_max is not None and self.price_min > self.price_max:
            raise ValueError("price_min is above price_max")
        return self


class SuggestQuery(Part):
    q: Annotated[str, StringConstraints(max_length=500)] = Field(description="What has been typed so far; may be empty")


class StoresQuery(_Origin):
    q: Words | None = Field(None, description="Words of the store's name, town, address or postcode")
    limit: Annotated[int, NumberText] = Field(20, ge=1, le=MAX_LIMIT)
    open_now: Literal["true", "false"] | None = Field(None, description="`true`: only stores that are open now")


class AvailabilityQuery(_Origin):
    sku: Identifier | None = Field(None, description="One product; give this or `q`")
    q: Words | None = Field(None, description="What the shopper calls it; give this or `sku`")
    quantity: Annotated[int, NumberText] = Field(1, ge=1, le=MAX_QUANTITY)
    radius_km: Annotated[float, NumberText] = Field(100.0, gt=0, le=MAX_RADIUS_KM, allow_inf_nan=False)
    limit: Annotated[int, NumberText] = Field(5, ge=1, le=MAX_LIMIT)
    cursor: Annotated[str, StringConstraints(max_length=500)] | None = Field(
        None, description="`next_cursor` of the answer before; empty means the first page"
    )

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if (self.sku is None) == (self.q is None):
            raise ValueError("give either sku or q")
        if not self.has_origin:
            raise ValueError("give either lat and lon, or near")
        return self


# Headers -------------------------------------------------------------------------------------------------------------


class IdempotencyHeaders(Part):
    idempotency_key: Annotated[str, StringConstraints(pattern=IDEMPOTENCY_KEY)] = Field(
        alias="Idempotency-Key", description="1 to 255 visible ASCII characters, new for every new wish"
    )


# Bodies --------------------------------------------------------------------------------------------------------------


class NoBody(JsonPart):
    """Nothing, or an empty object."""


class Location(JsonPart):
    lat: Latitude
    lon: Longitude


class ChatBody(JsonPart):
    text: MessageText
    conversation_id: Handle | None = Field(None, description="From the answer before; missing starts a conversation")
    message_id: Handle | None = Field(None, description="The same id gets the same answer and does nothing twice")
    location: Location | None = None
    locale: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}$")] | None = None
    channel: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")] | None = None


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


# Endpoints -----------------------------------------------------------------------------------------------------------


class FindProducts(Part):
    query: ProductsQuery


class Suggest(Part):
    query: SuggestQuery


class FindStores(Part):
    query: StoresQuery


class ShowStore(Part):
    path: StorePath


class FindAvailability(Part):
    query: AvailabilityQuery


class Chat(Part):
    body: ChatBody


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


class ApplyMovements(Part):
    body: MovementsBody
