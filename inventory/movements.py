"""What a movement of stock is, what makes it acceptable before Redis is asked, how refusals are worded. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from inventory.functions import Argument
from inventory.keys import fits_in_key
from inventory.models import MAX_COUNT, MAX_QUANTITY, HoldId, Sku, StoreId

#: JSON numbers, sorted sets and Lua stay exact up to here.
MAX_SEQ = 2**53 - 1


class MovementType(StrEnum):
    RECEIVE = "receive"
    SELL = "sell"
    RETURN = "return"  # to the shelf, or to quality control where returns are inspected
    ADJUST = "adjust"  # signed
    COUNT = "count"  # absolute
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"
    ALLOCATE = "allocate"  # for an order that the store will ship; the only one that may find too little
    DEALLOCATE = "deallocate"
    SHIP = "ship"  # what was allocated leaves the store
    PASS_INSPECTION = "pass_inspection"  # from quality control to the shelf
    FAIL_INSPECTION = "fail_inspection"  # from quality control to the waste


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of stock told by a till or a stock room; `(source, seq)` names it once and for all."""

    source: str
    seq: int
    type: MovementType
    store_id: StoreId
    sku: Sku
    #: Signed for `adjust`, absolute for `count`, 1 or more for the others.
    quantity: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MovementRejected:
    """`index` is the place in the list that was sent."""

    index: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class MovementShortfall:
    """Units that a movement told of beyond what the count had. `index` is the place in the list that was sent."""

    index: int
    units: int


@dataclass(frozen=True, slots=True)
class MovementsApplied:
    applied: int
    duplicate: int
    rejected: tuple[MovementRejected, ...]
    #: Movements that took effect although the count had too little: the till was right, the count was not.
    shortfalls: tuple[MovementShortfall, ...] = ()
    #: Holds that lost their units to these movements.
    shorted: tuple[HoldId, ...] = ()


_LEAST = {MovementType.ADJUST: -MAX_QUANTITY, MovementType.COUNT: 0}
_WORDS = {
    "unknown_store": ("not_found", "no such store"),
    "unknown_product": ("not_found", "no such product"),
    "too_much": ("limit_exceeded", "the count would grow past what a cell can hold"),
    "insufficient": ("insufficient_stock", "less is available than is to be allocated"),
    "busy": ("unavailable", "others stand in the way of the allocation right now; send it again"),
    "bad_source": ("bad_request", "a source has 1 to 256 printable characters"),
    "bad_seq": ("bad_request", f"a sequence number is a whole number from 0 to {MAX_SEQ}"),
    "bad_quantity": ("bad_request", "the quantity is no whole number in the range of this type of movement"),
}


def refusal_of(movement: Movement) -> str | None:
    """Why this movement cannot be applied by anyone, or None."""
    if not fits_in_key(movement.source):
        return "bad_source"
    if type(movement.seq) is not int or not 0 <= movement.seq <= MAX_SEQ:
        return "bad_seq"
    most = MAX_COUNT if movement.type is MovementType.COUNT else MAX_QUANTITY
    if type(movement.quantity) is not int or not _LEAST.get(movement.type, 1) <= movement.quantity <= most:
        return "bad_quantity"
    if not fits_in_key(movement.store_id):
        return "unknown_store"
    return None if fits_in_key(movement.sku) else "unknown_product"


def words_for(status: str) -> tuple[str, str]:
    """Code and message of a refusal."""
    return _WORDS[status]


def arguments_of(movement: Movement, *, returns_need_inspection: bool) -> list[Argument]:
    """The arguments of `apply_movement`."""
    at = movement.at.isoformat() if movement.at else ""
    inspect = int(returns_need_inspection)
    place: list[Argument] = [movement.source, movement.sku, movement.seq, movement.type, movement.store_id]
    return [*place, movement.quantity, at, inspect]
