"""The JSON that each endpoint answers with, as types: serialisers fill them, the OpenAPI document is made from them."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from bot.intents import Intent
from bot.problems import ErrorPart
from inventory.models import HoldState
from search.models import Level, SkipReason, Tier

State = Literal["up", "degraded", "down"]


class ProductJson(TypedDict):
    sku: str
    title: str
    brand: str | None
    category: str | None
    price: str | None
    currency: str | None
    gtin: str | None
    image_url: str | None


class ProductHitJson(ProductJson):
    score: float
    tier: Tier


class FacetJson(TypedDict):
    value: str
    count: int


class ProductQueryJson(TypedDict):
    q: str
    tier: Tier | None
    corrected: NotRequired[str]
    relaxed: NotRequired[list[str]]


class ProductsAnswer(TypedDict):
    query: ProductQueryJson
    total: int
    facets: dict[str, list[FacetJson]]
    products: list[ProductHitJson]
    degraded: list[str]


class SuggestionJson(TypedDict):
    text: str
    kind: str


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


class AvailabilityJson(TypedDict):
    query: AvailabilityQueryJson
    results: list[ResultJson]
    skipped: list[SkippedJson]
    nearest_beyond_radius: ResultJson | None
    total: int
    next_cursor: str | None
    as_of: str
    degraded: list[str]


class HoldLineJson(TypedDict):
    sku: str
    title: str | None
    requested: int
    held: int


class HoldJson(TypedDict):
    hold_id: str
    state: HoldState
    store_id: str
    lines: list[HoldLineJson]
    expires_at: str | None
    pickup_by: NotRequired[str]
    created_at: str
    updated_at: str


class ButtonJson(TypedDict):
    label: str
    text: str


class ReplyJson(TypedDict):
    text: str
    language: str
    suggestions: list[ButtonJson]


class UnderstoodJson(TypedDict):
    intent: Intent
    product: NotRequired[str]
    sku: NotRequired[str]
    brand: NotRequired[str]
    excluded_brands: NotRequired[list[str]]
    quantity: NotRequired[int]
    price_min: NotRequired[str]
    price_max: NotRequired[str]
    place: NotRequired[str]
    store_id: NotRequired[str]
    radius_km: NotRequired[float]
    when: NotRequired[str]
    option: NotRequired[int]
    hold_id: NotRequired[str]


class ProposalJson(TypedDict):
    proposal_id: str
    product: ProductJson
    store: StoreJson
    quantity: int
    price: str | None
    currency: str | None
    distance_km: float | None
    expires_at: str
    hold_until: str
    hold_ttl_seconds: int


class ChatAnswer(TypedDict):
    conversation_id: str
    message_id: str
    reply: ReplyJson
    understood: UnderstoodJson
    results: list[ResultJson]
    skipped: list[SkippedJson]
    nearest_beyond_radius: ResultJson | None
    products: list[ProductJson]
    stores: list[StoreJson]
    proposal: ProposalJson | None
    hold: HoldJson | None
    degraded: list[str]


class MovementRejectedJson(TypedDict):
    index: int
    code: str
    message: str


class MovementsAnswer(TypedDict):
    applied: int
    duplicate: int
    rejected: list[MovementRejectedJson]


class LivezAnswer(TypedDict):
    status: Literal["up"]


class ReadyzAnswer(TypedDict):
    status: State
    dependencies: dict[str, State]


class NotReadyAnswer(ReadyzAnswer):
    """The error shape, with the same dependencies beside it."""

    error: ErrorPart
