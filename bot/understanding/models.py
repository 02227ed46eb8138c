"""What understanding is told about the conversation, and what it makes of a message."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.intents import Intent, Preference, StoreTopic
from geo.models import Place


class Expecting(StrEnum):
    """The question that was asked last."""

    NOTHING = "nothing"
    PLACE = "place"
    PRODUCT = "product"
    YES = "yes"  # to a proposal


@dataclass(frozen=True, slots=True)
class Context:
    """As much of the conversation as reading a message needs."""

    language: str = "en"
    language_known: bool = False
    expecting: Expecting = Expecting.NOTHING
    option_labels: tuple[str, ...] = ()  # the last list that was shown
    has_product: bool = False  # something was searched before
    has_hold: bool = False


@dataclass(frozen=True, slots=True)
class SaidPlace:
    """A place as it was said. `place` is set where the words mean exactly one."""

    text: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """The meaning of one message. None or empty means that it was not said."""

    intent: Intent
    language: str
    language_asked: bool = False
    product: str | None = None
    others: tuple[str, ...] = ()  # further products of the same message
    refines: bool = False  # `product` only narrows what was asked before: "the 8 litre one"
    sku: str | None = None
    brand: str | None = None
    excluded_brands: tuple[str, ...] = ()
    quantity: int | None = None
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    place: SaidPlace | None = None
    near_me: bool = False
    store: str | None = None  # a store by name
    radius_km: float | None = None
    when: str | None = None
    option: int | None = None  # 1 is the first; -1 the last
    hold_id: str | None = None
    topics: tuple[StoreTopic, ...] = ()
    preference: Preference | None = None
    more: bool = False  # the next part of the list
    doubtful: bool = False  # a yes or no that is asked rather than said
