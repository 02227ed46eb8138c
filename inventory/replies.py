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
    HoldPlaced,
    HoldState,
    IdempotencyConflict,
    InsufficientStock,
    LineShortage,
    PlaceOutcome,
    Sku,
    StoreId,
    UnknownProduct,
    UnknownStore,
)


def moment(milliseconds: bytes | int) -> datetime:
    """A time from the ledger's clock."""
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def hold_from_fields(hold_id: HoldId, flat: Sequence[bytes]) -> Hold:
    """A hold from the flat list of field names and values that the library answers with."""
    fields = dict(zip(flat[::2], flat[1::2], strict=True))
    state = HoldState(fields[b"state"].decode())
    pickup_by = fields.get(b"pickup_by_ms")
    return Hold(
        hold_id=hold_id,
        state=state,
        store_id=StoreId(fields[b"store_id"].decode()),
        lines=tuple(HeldLine(Sku(sku), requested, held) for sku, requested, held in orjson.loads(fields[b"lines"])),
        customer=_customer(fields[b"customer"]),
        created_at=moment(fields[b"created_ms"]),
        updated_at=moment(fields[b"updated_ms"]),
        expires_at=moment(fields[b"due_ms"]) if pickup_by is None else None,
        pickup_by=None if pickup_by is None else moment(pickup_by),
    )


def hold_from_reply(hold_id: str, reply: Reply) -> Hold:
    """The hold that a status word came with."""
    return hold_from_fields(HoldId(hold_id), reply.rest[0])


def customer_json(customer: Customer | None) -> bytes:
    """The form in which the hold keeps it; `_customer` reads it back. Raises InvalidRequest for text that is none."""
    try:
        return orjson.dumps(customer)
    except orjson.JSONEncodeError as error:  # half a surrogate pair cannot be stored or shown
        raise InvalidRequest("the customer's details must be plain text") from error


def _customer(stored: bytes) -> Customer | None:
    fields = orjson.loads(stored)
    return None if fields is None else Customer(**fields)


def place_outcome(store_id: StoreId, reply: Reply) -> PlaceOutcome:
    """What the caller hears about an attempt to hold."""
    replayed = reply.status == "replayed"
    if replayed:
        first = reply.rest[0]
        reply = Reply(first[0].decode(), tuple(first[1:]))
    match reply.status:
        case "placed":
            hold_id, fields = reply.rest
            return HoldPlaced(hold_from_fields(HoldId(hold_id.decode()), fields), replayed)
        case "insufficient":
            return InsufficientStock(store_id, _shortages(reply.rest[0]), replayed)
        case "unknown_store":
            return UnknownStore(store_id)
        case "unknown_product":
            return UnknownProduct(tuple(Sku(sku.decode()) for sku in reply.rest[0]))
        case "conflict":
            return IdempotencyConflict()
    raise AssertionError(f"place_hold does not answer {reply.status}")


def _shortages(flat: Sequence[bytes | int]) -> tuple[LineShortage, ...]:
    lines = zip(flat[::4], flat[1::4], flat[2::4], flat[3::4], strict=True)
    return tuple(
        LineShortage(sku=Sku(_text(sku)), requested=int(requested), available=int(available), carried=int(carried) == 1)
        for sku, requested, available, carried in lines
    )


def _text(value: bytes | int) -> str:
    assert isinstance(value, bytes)
    return value.decode()
