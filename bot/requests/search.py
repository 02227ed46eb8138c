"""What the endpoints of products, stores and availability accept."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from bot.requests.fields import Identifier, JsonPart, Latitude, Longitude, Money, NumberText, Part, Words
from bot.requests.parts import MAX_LIMIT, MAX_RADIUS_KM, OriginQuery, check_origin
from inventory.models import MAX_LINES, MAX_QUANTITY
from search.alternatives import Likeness

RadiusKm = Annotated[float, NumberText, Field(gt=0, le=MAX_RADIUS_KM, allow_inf_nan=False)]


class ProductsQuery(OriginQuery):
    q: Words | None = Field(None, description="Words, a SKU or a barcode; may be missing where `store_id` is given")
    limit: Annotated[int, NumberText] = Field(20, ge=1, le=MAX_LIMIT)
    offset: Annotated[int, NumberText] = Field(0, ge=0, le=10_000)
    brand: Words | None = Field(None, description="Only this brand, as the facets spell it")
    category: Words | None = Field(None, description="Only this category, as the facets spell it")
    price_min: Annotated[Money | None, NumberText] = None
    price_max: Annotated[Money | None, NumberText] = None
    store_id: Identifier | None = Field(
        None, description="Only products that are available at this store; without `q` all of them, by SKU"
    )
    in_stock: Literal["true", "false"] | None = Field(
        None, description="`true`: only what a store with pick-up within `radius_km` of the point hands out now"
    )
    radius_km: RadiusKm = Field(100.0, description="How far `nearest` stores may be")
    explain: Literal["true", "false"] | None = Field(
        None, description="`true`: why each hit is one, and where the time went"
    )

    @property
    def only_in_stock(self) -> bool:
        return self.in_stock == "true"

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.only_in_stock and not self.has_origin:
            raise ValueError("in_stock=true needs lat and lon, or near")
        if self.only_in_stock and self.store_id is not None:
            raise ValueError("give either in_stock=true or store_id: a store lists only what it has")
        if self.only_in_stock and self.q is None:
            raise ValueError("in_stock=true needs q")
        if self.price_min is not None and self.price_max is not None and self.price_min > self.price_max:
            raise ValueError("price_min is above price_max")
        if self.q is None and self.store_id is None:
            raise ValueError("give q, or store_id for all that a store has")
        return self


class FindProducts(Part):
    query: ProductsQuery


class ProductPath(Part):
    sku: Identifier


class AlternativesQuery(OriginQuery):
    kind: Likeness = Field(
        Likeness.SIMILAR, description="`cheaper` by the catalogue's price, of an `other_brand`, or just `similar`"
    )
    radius_km: RadiusKm = Field(100.0, description="How far a store may be that has them")
    limit: Annotated[int, NumberText] = Field(10, ge=1, le=MAX_LIMIT)

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.has_origin:
            raise ValueError("give either lat and lon, or near")
        return self


class FindAlternatives(Part):
    path: ProductPath
    query: AlternativesQuery


class SuggestQuery(OriginQuery):
    q: Annotated[str, StringConstraints(max_length=500)] = Field(description="What has been typed so far; may be empty")

    radius_km: RadiusKm = Field(100.0, description="How near a store that has a product must be, for it to come first")


class Suggest(Part):
    query: SuggestQuery


class StoresQuery(OriginQuery):
    q: Words | None = Field(None, description="Words of the store's name, town, address or postcode")
    limit: Annotated[int, NumberText] = Field(20, ge=1, le=MAX_LIMIT)
    open_now: Literal["true", "false"] | None = Field(None, description="`true`: only stores that are open now")


class FindStores(Part):
    query: StoresQuery


class StorePath(Part):
    store_id: Identifier


class ShowStore(Part):
    path: StorePath


class AvailabilityQuery(OriginQuery):
    sku: Identifier | None = Field(None, description="One product; give this or `q`")
    q: Words | None = Field(None, description="What the shopper calls it; give this or `sku`")
    quantity: Annotated[int, NumberText] = Field(1, ge=1, le=MAX_QUANTITY)
    radius_km: RadiusKm = 100.0
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


class WantedLine(JsonPart):
    sku: Identifier
    quantity: int = Field(1, ge=1, le=MAX_QUANTITY)


class BasketBody(JsonPart):
    """Several products at once; lines of the same product add up."""

    lines: list[WantedLine] = Field(min_length=1, max_length=MAX_LINES)
    lat: Latitude | None = Field(None, description="Latitude of the shopper, with `lon`")
    lon: Longitude | None = Field(None, description="Longitude of the shopper, with `lat`")
    near: Words | None = Field(None, description="A town, a postcode or a store instead of coordinates")
    radius_km: float = Field(100.0, gt=0, le=MAX_RADIUS_KM, allow_inf_nan=False)
    limit: int = Field(5, ge=1, le=MAX_LIMIT)

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        check_origin(self.lat, self.lon, self.near)
        if self.lat is None and self.near is None:
            raise ValueError("give either lat and lon, or near")
        return self


class FindBasket(Part):
    body: BasketBody


class FindAvailability(Part):
    query: AvailabilityQuery
