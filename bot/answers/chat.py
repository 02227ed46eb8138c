"""One turn of a conversation as it is answered."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from bot.answers.holds import HoldJson
from bot.answers.search import ProductJson, ResultJson, SkippedJson, StoreJson
from bot.intents import Intent


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
