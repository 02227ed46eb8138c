"""Holds: place, show, confirm, ready, pick up, cancel, extend. The only writer of held units, one call each."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

import orjson

from inventory.errors import InvalidRequest
from inventory.functions import Argument, Reply
from inventory.hold_functions import HoldFunctions
from inventory.keys import Keyspace, fits_in_key
from inventory.models import (
    MAX_LINES,
    MAX_QUANTITY,
    ChangeOutcome,
    Customer,
    ExtendOutcome,
    Hold,
    HoldChanged,
    HoldHasExpired,
    HoldId,
    HoldLimitReached,
    HoldLine,
    HoldNotFound,
    HoldState,
    HoldWrongState,
    PlaceOutcome,
    StoreId,
    UnknownProduct,
    UnknownStore,
)
from inventory.overdue import OverdueHolds
from inventory.replies import customer_json, hold_from_reply, place_outcome

IDEMPOTENCY_RECORD_MS = 48 * 3_600_000
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_HOLD_ID_LENGTH = 27


def new_hold_id() -> HoldId:
    """128 random bits: whoever knows the id may ask about the hold, so it must not be guessed."""
    number = secrets.randbits(128)
    return HoldId("H" + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5)))


class Holds:
    """The holds of one region."""

    def __init__(
        self, functions: HoldFunctions, keyspace: Keyspace, overdue: OverdueHolds, *, ttl_max_seconds: int = 604_800
    ) -> None:
        self._functions = functions
        self._keyspace = keyspace
        self._overdue = overdue
        self._ttl_max_seconds = ttl_max_seconds

    async def place(
        self,
        store_id: StoreId,
        lines: Sequence[HoldLine],
        *,
        idempotency_key: str,
        principal: str = "anonymous",
        customer: Customer | None = None,
        ttl_seconds: int = 900,
        allow_partial: bool = False,
    ) -> PlaceOutcome:
        """Take all lines at one store or none; with `allow_partial` take what there is, if anything.

        The same key and body get the first answer again. After a BackendUnavailable nobody knows whether it took
        effect: repeat it with the same key.
        """
        self._check_request(lines, idempotency_key, ttl_seconds)
        if not fits_in_key(store_id):
            return UnknownStore(store_id)
        if odd := tuple(line.sku for line in lines if not fits_in_key(line.sku)):
            return UnknownProduct(odd)
        details = customer_json(customer)
        body = [store_id, [[line.sku, line.quantity] for line in lines], ttl_seconds, allow_partial]
        fingerprint = hashlib.sha256(orjson.dumps(body) + details).hexdigest()
        terms: list[Argument] = [fingerprint, IDEMPOTENCY_RECORD_MS, store_id, ttl_seconds * 1000, int(allow_partial)]
        pairs: list[Argument] = [value for line in lines for value in (line.sku, line.quantity)]
        reply = await self._place_after_overdue(
            self._keyspace.idempotency(principal, "place_hold", idempotency_key),
            list(dict.fromkeys(line.sku for line in lines)),
            [*terms, details, principal, *pairs],
        )
        return place_outcome(store_id, reply)

    async def _place_after_overdue(self, record: str, skus: Sequence[str], arguments: Sequence[Argument]) -> Reply:
        """The library refuses nobody before holds that have run out are ended; it names them and is asked again."""
        while True:
            reply = await self._functions.place_hold(new_hold_id(), record, skus, arguments)
            if reply.status != "due_first":
                return reply
            await self._overdue.end([hold_id.decode() for hold_id in reply.rest[0]])

    def _check_request(self, lines: Sequence[HoldLine], idempotency_key: str, ttl_seconds: int) -> None:
        if not 1 <= len(lines) <= MAX_LINES:
            raise InvalidRequest(f"a hold has 1 to {MAX_LINES} lines")
        totals: dict[str, int] = {}
        for line in lines:
            if type(line.quantity) is not int or line.quantity < 1:
                raise InvalidRequest("a quantity is a whole number of 1 or more")
            totals[line.sku] = totals.get(line.sku, 0) + line.quantity
        if max(totals.values()) > MAX_QUANTITY:
            raise InvalidRequest(f"a quantity is at most {MAX_QUANTITY}")
        if not 1 <= len(idempotency_key) <= 255:
            raise InvalidRequest("an idempotency key has 1 to 255 characters")
        self._check_ttl(ttl_seconds)

    def _check_ttl(self, ttl_seconds: int) -> None:
        if type(ttl_seconds) is not int or not 1 <= ttl_seconds <= self._ttl_max_seconds:
            raise InvalidRequest(f"a hold lives 1 to {self._ttl_max_seconds} seconds")

    async def show(self, hold_id: HoldId) -> Hold | HoldNotFound:
        """The hold as of now: one that has run out is ended first."""
        reply = await self._read(hold_id)
        if reply.status == "overdue":
            await self._overdue.end([hold_id])
            reply = await self._read(hold_id)
        return HoldNotFound(hold_id) if reply.status == "not_found" else hold_from_reply(hold_id, reply)

    async def confirm(self, hold_id: HoldId, *, pickup_by: datetime, principal: str = "anonymous") -> ChangeOutcome:
        """held → confirmed; the store keeps it until `pickup_by`, which must lie ahead."""
        pickup_by_ms = int(pickup_by.timestamp() * 1000)
        return await self._settle("confirm", HoldState.CONFIRMED, hold_id, principal, pickup_by_ms)

    async def ready(self, hold_id: HoldId, *, principal: str = "anonymous") -> ChangeOutcome:
        """confirmed → ready."""
        return await self._settle("ready", HoldState.READY, hold_id, principal)

    async def pickup(self, hold_id: HoldId, *, principal: str = "anonymous") -> ChangeOutcome:
        """confirmed or ready → picked up: the units leave the store."""
        return await self._settle("pickup", HoldState.PICKED_UP, hold_id, principal)

    async def cancel(self, hold_id: HoldId, *, principal: str = "anonymous") -> ChangeOutcome:
        """Any live state → cancelled: the units are free at once."""
        return await self._settle("cancel", HoldState.CANCELLED, hold_id, principal)

    async def _settle(
        self, verb: str, wanted: HoldState, hold_id: HoldId, principal: str, pickup_by_ms: int | None = None
    ) -> ChangeOutcome:
        # A hold's lines never change once it is placed, so reading them first cannot race with the call.
        found = await self._read(hold_id)
        if found.status == "not_found":
            return HoldNotFound(hold_id)
        skus = [line.sku for line in hold_from_reply(hold_id, found).lines]
        replies = await self._functions.settle_holds(verb, [(hold_id, skus)], by=principal, pickup_by_ms=pickup_by_ms)
        return _change_outcome(hold_id, wanted, replies[0])

    async def extend(self, hold_id: HoldId, *, ttl_seconds: int, principal: str = "anonymous") -> ExtendOutcome:
        """A held hold ends `ttl_seconds` from now, never past its longest lifetime; one that has run out stays so."""
        self._check_ttl(ttl_seconds)
        if not _is_hold_id(hold_id):
            return HoldNotFound(hold_id)
        reply = await self._functions.extend_hold(
            hold_id, ttl_seconds * 1000, self._ttl_max_seconds * 1000, by=principal
        )
        if reply.status == "overdue":
            await self._overdue.end([hold_id])
            return HoldHasExpired(hold_from_reply(hold_id, await self._read(hold_id)))
        if reply.status == "limit":
            return HoldLimitReached(hold_from_reply(hold_id, reply), self._ttl_max_seconds)
        return _change_outcome(hold_id, HoldState.HELD, reply)

    async def expire_due(self, limit: int = 100) -> int:
        """End up to `limit` holds that have run out; answers how many."""
        return await self._overdue.end(await self._overdue.find(limit))

    async def _read(self, hold_id: HoldId) -> Reply:
        if not _is_hold_id(hold_id):
            return Reply("not_found", ())
        return (await self._functions.read_holds([hold_id]))[0]


def _change_outcome(hold_id: HoldId, wanted: HoldState, reply: Reply) -> ChangeOutcome:
    if reply.status == "not_found":
        return HoldNotFound(hold_id)
    if reply.status == "bad_time":
        raise InvalidRequest("the pick-up time must lie ahead, and within a year")
    hold = hold_from_reply(hold_id, reply)
    match reply.status:
        case "changed":
            return HoldChanged(hold)
        case "repeated":
            return HoldChanged(hold, repeated=True)
        case "expired":
            return HoldHasExpired(hold)
        case "wrong_state":
            return HoldWrongState(hold, wanted)
    raise AssertionError(f"the library does not answer {reply.status}")


def _is_hold_id(text: str) -> bool:
    return len(text) == _HOLD_ID_LENGTH and text[0] == "H" and all(letter in _ALPHABET for letter in text[1:])
