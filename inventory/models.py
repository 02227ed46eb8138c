"""The ledger's values: what a hold is, and every answer that the ledger may give. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

Sku = NewType("Sku", str)
StoreId = NewType("StoreId", str)
HoldId = NewType("HoldId", str)

#: Largest count that a cell may hold.
MAX_COUNT = 1_000_000_000
#: Largest quantity of one line of a hold or of one movement.
MAX_QUANTITY = 1_000_000
#: Most lines in one hold, so that one call stays short.
MAX_LINES = 100


class Kind(StrEnum):
    """What a packed row holds, one cell per store."""

    ON_HAND = "on_hand"
    SAFETY = "safety"  # never promised
    HELD = "held"  # live holds
    ALLOCATED = "allocated"  # outgoing
    AVAILABLE = "available"  # derived by the function library, in one place
    CARRIED = "carried"  # a bit: the store has this product in its range, even at 0
    AISLE = "aisle"  # 1-based index into the list of aisle labels, 0 for none
    PRICE = "price"  # thousandths of the currency unit, 0 for none
    QUALITY_CONTROL = "quality_control"  # returned and not inspected yet; never promised


class HoldState(StrEnum):
    HELD = "held"
    CONFIRMED = "confirmed"
    READY = "ready"
    PICKED_UP = "picked_up"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_SHOW = "no_show"
    SHORTED = "shorted"
    MOVED = "moved"

    @property
    def live(self) -> bool:
        """True while the hold keeps units from others."""
        return self in (HoldState.HELD, HoldState.CONFIRMED, HoldState.READY)


@dataclass(frozen=True, slots=True)
class HoldLine:
    """What is asked for."""

    sku: Sku
    quantity: int


@dataclass(frozen=True, slots=True)
class HeldLine:
    """What was asked for and what is held of it."""

    sku: Sku
    requested: int
    held: int


@dataclass(frozen=True, slots=True)
class Customer:
    """Who the units are held for; every part is optional."""

    id: str | None = None
    name: str | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Units of one store kept for one customer."""

    hold_id: HoldId
    state: HoldState
    store_id: StoreId
    lines: tuple[HeldLine, ...]
    customer: Customer | None
    created_at: datetime
    updated_at: datetime
    #: When a hold that was never confirmed ends by itself, or would have; None from `confirmed` on.
    expires_at: datetime | None = None
    #: Until when a confirmed hold waits at the store, as the customer was told.
    pickup_by: datetime | None = None
    #: Whose hold it is: the principal that placed it.
    placed_by: str = "anonymous"
    #: Digest of the customer's identity, "" for nobody known.
    customer_key: str = ""
    group_id: str | None = None
    #: The hold that took this one's place, and the one whose place this took.
    moved_to: HoldId | None = None
    moved_from: HoldId | None = None
    #: The place in a waiting line that this hold was offered to.
    wait_id: str | None = None
    #: Why it was shorted: "not_found" on the shelf, or "oversold" by a till.
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class HoldGroup:
    """Holds at several stores that are confirmed and cancelled together."""

    group_id: str
    holds: tuple[Hold, ...]


@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """The units are held. `replayed` says that this was the first answer to the same key, given again."""

    hold: Hold
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class LineShortage:
    """A line that cannot be held in full; `requested` sums duplicate lines."""

    store_id: StoreId
    sku: Sku
    requested: int
    available: int
    carried: bool


@dataclass(frozen=True, slots=True)
class InsufficientStock:
    """Nothing is held. Every line that fell short is listed; the store is the one asked, of a group the first one."""

    store_id: StoreId
    lines: tuple[LineShortage, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class UnknownStore:
    """No such store in the registry."""

    store_id: StoreId


@dataclass(frozen=True, slots=True)
class UnknownProduct:
    """No store has ever had these products in its range."""

    skus: tuple[Sku, ...]


@dataclass(frozen=True, slots=True)
class IdempotencyConflict:
    """The same key was used before with another body."""


@dataclass(frozen=True, slots=True)
class LimitReached:
    """More than one customer or one address may hold; there is room again at `until`, where that is known."""

    limit: str
    maximum: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class GroupPlaced:
    """All parts are held."""

    group: HoldGroup
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class GroupChanged:
    """The group after the change. `repeated` says that all of it was in that state already."""

    group: HoldGroup
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class GroupNotFound:
    group_id: str


@dataclass(frozen=True, slots=True)
class HoldChanged:
    """The hold after the change. `repeated` says that it was in that state already."""

    hold: Hold
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class HoldNotFound:
    hold_id: HoldId


@dataclass(frozen=True, slots=True)
class HoldWrongState:
    """The hold is in a state from which the wanted one cannot be reached."""

    hold: Hold
    wanted: HoldState


@dataclass(frozen=True, slots=True)
class HoldHasExpired:
    """The hold ended by time: its units are free again. `short` are lines that could not be taken a second time."""

    hold: Hold
    short: tuple[LineShortage, ...] = ()


@dataclass(frozen=True, slots=True)
class HoldLimitReached:
    """The hold cannot be extended any further."""

    hold: Hold
    #: The longest that a hold may live, counted from when it was placed.
    max_seconds: int


Refusal = InsufficientStock | UnknownStore | UnknownProduct | IdempotencyConflict | LimitReached
PlaceOutcome = HoldPlaced | Refusal
#: Also what may stand against the hold whose place is to be taken.
ReplaceOutcome = HoldPlaced | Refusal | HoldNotFound | HoldWrongState | HoldHasExpired
GroupPlaceOutcome = GroupPlaced | Refusal
GroupChangeOutcome = GroupChanged | GroupNotFound | HoldWrongState | HoldHasExpired
ChangeOutcome = HoldChanged | HoldNotFound | HoldWrongState | HoldHasExpired
#: A hold that has run out takes units anew when it is confirmed, so what a customer may hold counts again.
ConfirmOutcome = ChangeOutcome | LimitReached
GroupConfirmOutcome = GroupChangeOutcome | LimitReached
ExtendOutcome = HoldChanged | HoldNotFound | HoldWrongState | HoldHasExpired | HoldLimitReached


@dataclass(frozen=True, slots=True)
class Cell:
    """One product at one store, every kind, for people to read."""

    store_id: StoreId
    on_hand: int
    safety: int
    held: int
    allocated: int
    available: int
    carried: bool
    aisle: str | None
    #: Thousandths of the currency unit.
    price_thousandths: int | None
    quality_control: int = 0


@dataclass(frozen=True, slots=True)
class CellsChanged:
    """How many cells a count changed; 0 when the feed said what was known already."""

    count: int
