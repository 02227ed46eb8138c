"""Products, stores and availability as they are answered."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from search.alternatives import Likeness
from search.models import Level, SkipReason, Tier


class ProductJson(TypedDict):
    sku: str
    title: str
    brand: str | None
    category: str | None
    price: str | None
    currency: str | None
    gtin: str | None
    image_url: str | None


class NearestJson(TypedDict):
    store_id: str
    name: str
    distance_km: float
    available: int
    #: There are more than `available` tells this caller.
    available_capped: NotRequired[Literal[True]]


class TermMetJson(TypedDict):
    """`places` are title, brand, category, description, other_text (texts that are not shown), sku, gtin."""

    term: str
    places: list[str]
    #: The other wording that the hit has.
    said_as: NotRequired[str]


class ScoresJson(TypedDict):
    """Each part from 0 to 1; `boost` is the factor of the shop's own settings."""

    lexical: NotRequired[float]
    title: NotRequired[float]
    category: NotRequired[float]
    meaning: NotRequired[float]
    boost: float


class HitExplanationJson(TypedDict):
    tier: Tier | None
    terms: list[TermMetJson]
    scores: ScoresJson
    corrected: NotRequired[str]


class QueryExplanationJson(TypedDict):
    """`timings_ms` by what was done, with the `total`; stages that ran at the same time overlap."""

    terms: list[str]
    corrected: NotRequired[str]
    relaxed: list[str]
    synonyms: dict[str, list[str]]
    timings_ms: dict[str, float]
    trips: int


class ProductHitJson(ProductJson):
    score: float
    tier: Tier | None
    #: Only where a point was given; null where no store within the radius has any.
    nearest: NotRequired[NearestJson | None]
    explanation: NotRequired[HitExplanationJson]


class FacetJson(TypedDict):
    value: str
    count: int


class ProductQueryJson(TypedDict):
    q: str
    tier: Tier | None
    lat: NotRequired[float]
    lon: NotRequired[float]
    place: NotRequired[str]
    radius_km: NotRequired[float]
    in_stock: NotRequired[Literal[True]]
    explanation: NotRequired[QueryExplanationJson]
    corrected: NotRequired[str]
    relaxed: NotRequired[list[str]]


class ProductsAnswer(TypedDict):
    query: ProductQueryJson
    total: int
    facets: dict[str, list[FacetJson]]
    products: list[ProductHitJson]
    degraded: list[str]


class AlternativesQueryJson(TypedDict):
    sku: str
    kind: Likeness
    lat: float
    lon: float
    place: NotRequired[str]
    radius_km: float


class AlternativesAnswer(TypedDict):
    query: AlternativesQueryJson
    product: ProductJson
    total: int
    products: list[ProductHitJson]
    degraded: list[str]


class SuggestionJson(TypedDict):
    """`sku` of a product; `in_stock_near` of a product where a point was given."""

    text: str
    kind: Literal["product", "brand", "category", "search"]
    sku: NotRequired[str]
    in_stock_near: NotRequired[bool]


class SuggestAnswer(TypedDict):
    suggestions: list[SuggestionJson]


class StoreJson(TypedDict):
    store_id: str
    name: str
    kind: Literal["store", "warehouse"]
    address: str | None
    city: str | None
    region: str | None
    postal_code: str | None
    country: str | None
    lat: float
    lon: float
    timezone: str | None
    open_now: bool | None
    hours_today: str | None
    hours: str | None
    phone: str | None
    services: list[str]
    pickup: bool
    distance_km: NotRequired[float]


class StoresQueryJson(TypedDict):
    q: NotRequired[str]
    lat: NotRequired[float]
    lon: NotRequired[float]
    place: NotRequired[str]


class StoresAnswer(TypedDict):
    query: StoresQueryJson
    stores: list[StoreJson]


class ItemJson(ProductJson):
    available: int
    #: There are more than `available` tells this caller.
    available_capped: NotRequired[Literal[True]]
    level: Level
    aisle: NotRequired[str]


class ResultJson(TypedDict):
    store: StoreJson
    distance_km: float
    as_of: str
    items: list[ItemJson]


class SkippedJson(TypedDict):
    store_id: str
    name: str
    distance_km: float
    reason: SkipReason
    short_by: NotRequired[int]


class SplitLineJson(TypedDict):
    sku: str
    title: str
    quantity: int


class SplitPartJson(TypedDict):
    """What one store gives; store id and lines go into a part of a group of holds as they are."""

    store_id: str
    store: StoreJson
    distance_km: float
    lines: list[SplitLineJson]


class SplitJson(TypedDict):
    """Stores that have everything between them, or the nearest beyond the radius that has it alone."""

    parts: list[SplitPartJson]
    total_distance_km: float


class WantedJson(TypedDict):
    sku: str
    quantity: int


class BasketQueryJson(TypedDict):
    lines: list[WantedJson]
    lat: float
    lon: float
    place: NotRequired[str]
    radius_km: float


class AvailabilityQueryJson(TypedDict):
    sku: NotRequired[str]
    q: NotRequired[str]
    tier: NotRequired[Tier | None]
    relaxed: NotRequired[list[str]]
    corrected: NotRequired[str]
    lat: float
    lon: float
    place: NotRequired[str]
    quantity: int
    radius_km: float
    matched: int


class FoundJson(TypedDict):
    """Where it is; `splits` only where no store within the radius has everything and several together have."""

    results: list[ResultJson]
    skipped: list[SkippedJson]
    nearest_beyond_radius: ResultJson | None
    splits: NotRequired[list[SplitJson]]
    total: int
    next_cursor: str | None
    as_of: str
    degraded: list[str]


class AvailabilityJson(FoundJson):
    query: AvailabilityQueryJson


class BasketJson(FoundJson):
    query: BasketQueryJson
