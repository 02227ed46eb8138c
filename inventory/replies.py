"""Turns the function library's replies into values. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from inventory.errors import InvalidRequest
from inventory.functions import Reply
from inventory.models import (
    Customer,
    HeldLine,
    Hold,
    HoldId,
    HoldState,
    IdempotencyConflict,
    InsufficientStock,
    LimitReached,
    LineShortage,
    Refusal,
    Sku,
    StoreId,
    UnknownProduct,
    UnknownStore,
)


def moment(milliseconds: bytes | str | int) -> datetime:
    """A time from the ledger's clock."""
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def hold_from_fields(flat: Sequence[bytes]) -> Hold:
    """A hold from the flat list of field names and values that the library answers with."""
    fields = {name.decode(): value.decode() for name, value in zip(flat[::2], flat[1::2], strict=True)}
    pickup_by, moved_to, moved_from = (fields.get(name) for name in ("pickup_by_ms", "moved_to", "moved_from"))
    return Hold(
        hold_id=HoldId(fields["hold_id"]),
        state=HoldState(fields["state"]),
        store_id=StoreId(fields["store_id"]),
        lines=tuple(HeldLine(Sku(sku), requested, held) for sku, requested, held in orjson.loads(fields["lines"])),
        customer=customer_of(fields["customer"]),
        created_at=moment(fields["created_ms"]),
        updated_at=moment(fields["updated_ms"]),
        expires_at=moment(fields["due_ms"]) if pickup_by is None else None,
        pickup_by=None if pickup_by is None else moment(pickup_by),
        placed_by=fields.get("by", "anonymous"),
        customer_key=fields.get("customer_key", ""),
        group_id=fields.get("group_id"),
        moved_to=None if moved_to is None else HoldId(moved_to),
        moved_from=None if moved_from is None else HoldId(moved_from),
        wait_id=fields.get("wait_id"),
        reason=fields.get("reason"),
    )


def hold_from_reply(reply: Reply) -> Hold:
    """The hold that the status word of `read_hold` came with."""
    return hold_from_fields(reply.rest[0])


def holds_from_reply(reply: Reply) -> tuple[Hold, ...]:
    """The holds that a verdict is about: all that were settled together, or the one that stands in the way."""
    return tuple(hold_from_fields(flat) for flat in reply.rest[0])


def customer_json(customer: Customer | None) -> bytes:
    """The form in which the hold keeps it; `customer_of` reads it back. Raises InvalidRequest for text that is none."""
    try:
        return orjson.dumps(customer)
    except orjson.JSONEncodeError as error:  # half a surrogate pair cannot be stored or shown
        raise InvalidRequest("the customer's details must be plain text") from error


def customer_of(stored: str) -> Customer | None:
    """What `customer_json` wrote."""
    fields = orjson.loads(stored)
    return None if fields is None else Customer(**fields)


def first_answer(reply: Reply) -> tuple[Reply, bool]:
    """The answer that was kept under the key, and whether this is a repeat of it."""
    if reply.status != "replayed":
        return reply, False
    first = reply.rest[0]
    return Reply(first[0].decode(), tuple(first[1:])), True


def placed_holds(reply: Reply) -> tuple[Hold, ...]:
    """Every part of a placing that succeeded."""
    return tuple(hold_from_fields(flat) for flat in reply.rest[1::2])


def refusal(store_id: StoreId, reply: Reply, *, replayed: bool = False) -> Refusal:
    """What the caller hears when nothing was placed."""
    match reply.status:
        case "insufficient":
            return InsufficientStock(store_id, shortages(reply.rest[0]), replayed)
        case "limit":
            return limit_from(reply)
        case "unknown_store":
            return UnknownStore(StoreId(reply.rest[0].decode()))
        case "unknown_product":
            return UnknownProduct(tuple(Sku(sku.decode()) for sku in reply.rest[0]))
        case "conflict":
            return IdempotencyConflict()
    raise AssertionError(f"place_hold does not answer {reply.status}")


def limit_from(reply: Reply) -> LimitReached:
    """Which limit, how much is allowed, and from when on there is room again."""
    limit, maximum, until_ms = reply.rest[0]
    return LimitReached(limit.decode(), int(maximum), moment(until_ms) if int(until_ms) else None)


def shortages(flat: Sequence[bytes | int]) -> tuple[LineShortage, ...]:
    """Lines that fell short, five values each."""
    lines = zip(*(flat[place::5] for place in range(5)), strict=True)
    return tuple(
        LineShortage(StoreId(_text(store_id)), Sku(_text(sku)), int(requested), int(available), int(carried) == 1)
        for store_id, sku, requested, available, carried in lines
    )


def _text(value: bytes | int) -> str:
    assert isinstance(value, bytes)
    return value.decode()
