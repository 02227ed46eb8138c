"""What the waiting line accepts."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from bot.requests.fields import Identifier, JsonPart, Latitude, Longitude, Part, Words
from bot.requests.holds import HandedOutId
from bot.requests.parts import MAX_RADIUS_KM, IdempotencyHeaders, NoBody, check_origin
from inventory.models import MAX_QUANTITY


class WaitPath(Part):
    wait_id: HandedOutId


class WaitingCustomerBody(JsonPart):
    """Somebody who can be told."""

    id: Identifier | None = None
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    contact: Annotated[str, StringConstraints(min_length=1, max_length=254)] = Field(
        description="An e-mail address or a telephone number: where he is told that it is there"
    )


class WaitBody(JsonPart):
    """Either one store, or a point and the stores around it."""

    sku: Identifier
    quantity: int = Field(1, ge=1, le=MAX_QUANTITY)
    store_id: Identifier | None = None
    lat: Latitude | None = Field(None, description="Latitude of the shopper, with `lon`")
    lon: Longitude | None = Field(None, description="Longitude of the shopper, with `lat`")
    near: Words | None = Field(None, description="A town, a postcode or a store instead of coordinates")
    radius_km: float | None = Field(
        None, gt=0, le=MAX_RADIUS_KM, allow_inf_nan=False, description="How far around the point; missing: 100 km"
    )
    customer: WaitingCustomerBody

    @model_validator(mode="after")
    def _one_where(self) -> Self:
        check_origin(self.lat, self.lon, self.near)
        has_origin = self.lat is not None or self.near is not None
        if has_origin == (self.store_id is not None):
            raise ValueError("give either store_id, or a point: lat and lon, or near")
        if self.radius_km is not None and not has_origin:
            raise ValueError("radius_km goes with a point")
        return self


class JoinWaitlist(Part):
    headers: IdempotencyHeaders
    body: WaitBody


class ShowWait(Part):
    path: WaitPath


class LeaveWaitlist(Part):
    path: WaitPath
    body: NoBody = NoBody()
