"""What goes into a turn and what comes out, whatever the channel. Channels and HTTP give it their own shapes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.intents import Intent
from geo.models import Coordinates
from inventory.models import Hold
from search.models import Product, Skipped, Store, StoreAvailability

#: What a caller may call a conversation or a message.
HANDLE = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One message of a shopper. `locale` is a BCP 47 tag; a missing conversation or message id is made by us."""

    text: str
    received_at: datetime  # aware
    conversation_id: str | None = None
    message_id: str | None = None
    location: Coordinates | None = None
    locale: str | None = None
    channel: str = "web"
    #: The most of a shelf that this shopper may be told, 0 for all.
    available_cap: int = 0
    #: What the shopper's holds are counted by, and where he sends from where that is counted too.
    identity: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A button: what it shows, and the text that it sends back as the shopper's next message."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    text: str
    language: str  # "en" | "fr"
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """What the message was taken to mean, as the contract shows it; None means not said and not carried over."""

    intent: Intent
    product: str | None = None
    sku: str | None = None
    brand: str | None = None
    excluded_brands: tuple[str, ...] = ()
    quantity: int | None = None
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    place: str | None = None
    store_id: str | None = None
    radius_km: float | None = None
    when: str | None = None
    option: int | None = None
    hold_id: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a yes will hold. Only a yes before `expires_at` (aware) holds, and only this."""

    proposal_id: str
    product: Product
    store: Store
    quantity: int
    price: Decimal | None  # of one piece, in the product's currency
    expires_at: datetime
    hold_until: datetime  # a yes now holds until then; a later yes a little longer
    hold_ttl_seconds: int
    distance_km: float | None = None


@dataclass(frozen=True, slots=True)
class TurnAnswer:
    """The whole answer of one turn. What depends on the time is judged at `answered_at`, so a replay is identical."""

    conversation_id: str
    message_id: str
    answered_at: datetime
    reply: Reply
    understood: Understood
    results: tuple[StoreAvailability, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    nearest_beyond_radius: StoreAvailability | None = None
    proposal: Proposal | None = None
    hold: Hold | None = None
    products: tuple[Product, ...] = ()  # named in the reply or the hold; titles come from here
    stores: tuple[Store, ...] = ()  # named in the reply beyond results and proposal
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationBusy:
    """Another message of the same conversation is still being answered; nothing was done. Send the same again."""

    conversation_id: str
    message_id: str
    retry_after_seconds: int = 1


TurnOutcome = TurnAnswer | ConversationBusy
