"""What several endpoints take: nothing, a place to ask from, an idempotency key."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from bot.requests.fields import IDEMPOTENCY_KEY, JsonPart, Latitude, Longitude, NumberText, Part, Words

#: Half of the earth's circumference, rounded up: no store is further away.
MAX_RADIUS_KM = 20_040.0
MAX_LIMIT = 100


class NoParts(Part):
    """An endpoint that takes nothing."""


class AnyQuery(BaseModel):
    """Whatever a link may carry; pages for people are not strict."""


class VisitPage(Part):
    query: AnyQuery


def check_origin(lat: float | None, lon: float | None, near: str | None) -> None:
    """Raises ValueError for half a point, and for two."""
    if (lat is None) != (lon is None):
        raise ValueError("lat and lon go together")
    if lat is not None and near is not None:
        raise ValueError("give either lat and lon, or near, not both")


class OriginQuery(Part):
    """A point, either as coordinates or as the name of a place."""

    lat: Annotated[Latitude | None, NumberText] = Field(None, description="Latitude of the shopper, with `lon`")
    lon: Annotated[Longitude | None, NumberText] = Field(None, description="Longitude of the shopper, with `lat`")
    near: Words | None = Field(None, description="A town, a postcode or a store instead of coordinates")

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        check_origin(self.lat, self.lon, self.near)
        return self

    @property
    def has_origin(self) -> bool:
        return self.lat is not None or self.near is not None


class IdempotencyHeaders(Part):
    idempotency_key: Annotated[str, StringConstraints(pattern=IDEMPOTENCY_KEY)] = Field(
        alias="Idempotency-Key", description="1 to 255 visible ASCII characters, random, and new for every new wish"
    )


class NoBody(JsonPart):
    """Nothing, or an empty object."""
