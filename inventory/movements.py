"""What makes a movement acceptable before Redis is asked, and how refusals are worded. Pure."""

from __future__ import annotations

from inventory.functions import Argument
from inventory.keys import fits_in_key
from inventory.models import MAX_COUNT, MAX_QUANTITY, Movement, MovementType

#: JSON numbers, sorted sets and Lua stay exact up to here.
MAX_SEQ = 2**53 - 1

_LEAST = {MovementType.ADJUST: -MAX_QUANTITY, MovementType.COUNT: 0}
_WORDS = {
    "unknown_store": ("not_found", "no such store"),
    "unknown_product": ("not_found", "no such product"),
    "too_much": ("limit_exceeded", "the count would grow past what a cell can hold"),
    "insufficient": ("insufficient_stock", "less is available than is to be allocated"),
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
    named = [movement.source, movement.sku, movement.seq, movement.type, movement.store_id]
    return [*named, movement.quantity, at, inspect]
