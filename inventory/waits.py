"""The waiting line's values: what a place in line is, and every answer that the line may give. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from inventory.models import (
    Customer,
    Hold,
    HoldId,
    IdempotencyConflict,
    LimitReached,
    Sku,
    StoreId,
    UnknownProduct,
    UnknownStore,
)

WaitId = NewType("WaitId", str)


class WaitState(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"  # units are held for him, and he has to say that he comes
    TAKEN = "taken"  # he said so
    LAPSED = "lapsed"  # his place has lived its time, or he did not answer the offer
    LEFT = "left"  # he gave up his place or what he was offered
    SHORTED = "shorted"  # the units that he was offered were not there, and his place could not be given back


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody's place in the line for a product, at one store or at several."""

    wait_id: WaitId
    state: WaitState
    sku: Sku
    quantity: int
    #: Where he would fetch it, best first.
    stores: tuple[StoreId, ...]
    customer: Customer | None
    joined_at: datetime
    updated_at: datetime
    #: When the place ends by itself.
    until: datetime
    #: Grows with every place that is taken in the region.
    rank: int
    placed_by: str = "anonymous"
    #: Digest of the customer's identity.
    customer_key: str = ""
    hold_id: HoldId | None = None
    #: What was offered, as it is now.
    hold: Hold | None = None
    #: 1 is next; at several stores, where the line before him is shortest. None for somebody who does not wait.
    position: int | None = None


@dataclass(frozen=True, slots=True)
class WaitJoined:
    """The place as it is now. `replayed` says that the same key took it before."""

    wait: Wait
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class NotCarried:
    """None of the stores has the product in its range."""

    sku: Sku
    stores: tuple[StoreId, ...]


@dataclass(frozen=True, slots=True)
class WaitLeft:
    """The place after leaving. `repeated` says that it had ended before."""

    wait: Wait
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class WaitTaken:
    """What was offered is a confirmed hold by now, and ends like any other."""

    wait: Wait


@dataclass(frozen=True, slots=True)
class WaitNotFound:
    wait_id: WaitId


JoinOutcome = WaitJoined | UnknownStore | UnknownProduct | NotCarried | LimitReached | IdempotencyConflict
LeaveOutcome = WaitLeft | WaitTaken | WaitNotFound
