"""What is remembered between the turns of one conversation. Frozen: a turn makes a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.intents import StoreTopic
from bot.messages import Proposal, TurnAnswer
from bot.understanding.models import Expecting
from geo.models import Coordinates, Place


class OptionKind(StrEnum):
    STORE = "store"  # a product at a store
    PLACE = "place"
    PRODUCT = "product"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of the list that was shown last. `label` is what its button says."""

    kind: OptionKind
    label: str
    store_id: str | None = None
    sku: str | None = None
    place: Place | None = None
    hold_id: str | None = None
    cancels: bool = False  # choosing the hold cancels it


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for, as far as it is known."""

    product: str | None = None
    sku: str | None = None
    brand: str | None = None
    excluded_brands: tuple[str, ...] = ()
    quantity: int | None = None
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    radius_km: float | None = None
    when: str | None = None

    @property
    def query(self) -> str | None:
        """The words to search with; a code says more than words."""
        words = self.sku or self.product
        return f"{self.brand} {words}" if words and self.brand and not self.sku else words

    @property
    def count(self) -> int:
        return 1 if self.quantity is None else self.quantity


@dataclass(frozen=True, slots=True)
class DevicePosition:
    coordinates: Coordinates
    at: datetime


@dataclass(frozen=True, slots=True)
class Focus:
    """The product and the store that "it" and "there" mean."""

    sku: str | None = None
    store_id: str | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it stands after its last turn."""

    conversation_id: str
    language: str = "en"
    language_known: bool = False
    locale: str | None = None  # the tag that the channel sent last
    wanted: Wanted = Wanted()
    place: Place | None = None  # said
    device: DevicePosition | None = None
    near_me: bool = False  # "near me" was the last word on where
    options: tuple[Option, ...] = ()
    shown: int = 0  # how many stores of the last search were listed, this list included
    expecting: Expecting = Expecting.NOTHING
    store_asked: str | None = None  # whether this store has something was asked before it was said what
    stores_asked: bool = False  # which stores are near was asked before it was said where
    topics_asked: tuple[StoreTopic, ...] = ()  # about a store, before it was said which; with the words for a time
    when_asked: str | None = None
    focus: Focus = Focus()
    proposal: Proposal | None = None
    hold_ids: tuple[str, ...] = ()  # made in this conversation, the newest last
    message_ids: tuple[str, ...] = ()  # answered and still remembered, the newest last

    def live_proposal(self, now: datetime) -> Proposal | None:
        return self.proposal if self.proposal and now < self.proposal.expires_at else None

    def fresh_device(self, now: datetime, ttl: timedelta) -> Coordinates | None:
        return self.device.coordinates if self.device and now - self.device.at < ttl else None


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known before a turn: the answer if this message was answered already, and the conversation so far."""

    answer: TurnAnswer | None
    conversation: Conversation | None
