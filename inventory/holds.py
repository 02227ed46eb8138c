"""Holds: place, show, confirm, move along, move elsewhere, end. One call of the function library for each change."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

from inventory.errors import InvalidRequest
from inventory.freed import FreedUnits
from inventory.functions import Reply
from inventory.hold_functions import HoldFunctions, Settling
from inventory.models import (
    ChangeOutcome,
    ConfirmOutcome,
    ExtendOutcome,
    Hold,
    HoldChanged,
    HoldHasExpired,
    HoldId,
    HoldLimitReached,
    HoldLine,
    HoldNotFound,
    HoldPlaced,
    HoldState,
    HoldWrongState,
    LimitReached,
    PlaceOutcome,
    ReplaceOutcome,
    Sku,
    StoreId,
)
from inventory.overdue import OverdueHolds
from inventory.placing import Request, UnitTaker, check_key, check_lines, is_id
from inventory.replies import first_answer, hold_from_fields, hold_from_reply, placed_holds, refusal
from inventory.settling import BAD_TIME, HoldIsOverdue, HoldsChanged, HoldSettler, SettleOutcome
from inventory.terms import ANYBODY, NO_LIMITS, Asker, PickupWindow


class Holds:
    """The holds of one region."""

    def __init__(
        self,
        functions: HoldFunctions,
        taker: UnitTaker,
        settler: HoldSettler,
        overdue: OverdueHolds,
        freed: FreedUnits,
        *,
        ttl_max_seconds: int = 604_800,
        most_extensions: int = 10,
    ) -> None:
        self._functions = functions
        self._taker = taker
        self._settler = settler
        self._overdue = overdue
        self._freed = freed
        self._ttl_max_seconds = ttl_max_seconds
        self._most_extensions = most_extensions

    async def place(
        self,
        store_id: StoreId,
        lines: Sequence[HoldLine],
        *,
        idempotency_key: str,
        asker: Asker = ANYBODY,
        ttl_seconds: int = 900,
        allow_partial: bool = False,
    ) -> PlaceOutcome:
        """Take all lines at one store or none; with `allow_partial` take what there is, if anything.

        The same key and body get the first answer again. After a BackendUnavailable nobody knows whether it took
        effect: repeat it with the same key.
        """
        request = self._request(store_id, lines, idempotency_key, ttl_seconds, allow_partial)
        outcome = await self._place(request, asker)
        assert not isinstance(outcome, HoldNotFound | HoldWrongState | HoldHasExpired | None)
        return outcome

    async def replace(
        self,
        replaced_id: HoldId,
        store_id: StoreId,
        lines: Sequence[HoldLine],
        *,
        idempotency_key: str,
        asker: Asker = ANYBODY,
        ttl_seconds: int = 900,
        allow_partial: bool = False,
    ) -> ReplaceOutcome:
        """Like `place`, but in the place of a live hold of the same owner, whose units count as available to him.

        Either the new hold is there and the old one `moved`, or nothing has changed.
        """
        request = self._request(store_id, lines, idempotency_key, ttl_seconds, allow_partial)
        while True:
            found = await self.show(replaced_id)
            if isinstance(found, HoldNotFound):
                return found
            if outcome := await self._place(replace(request, replaced=found), asker):
                return outcome

    async def move(
        self,
        hold_id: HoldId,
        store_id: StoreId,
        *,
        window: PickupWindow | None = None,
        idempotency_key: str | None = None,
        asker: Asker = ANYBODY,
    ) -> ReplaceOutcome:
        """All units of a live hold at another store instead, which is checked for the full quantity in the same call.

        The new hold keeps customer, state and end; one that was ready has to be prepared again and is confirmed. A
        confirmed one needs the window of the new store. Moved there before: the new hold again.
        """
        while True:
            outcome = await self._move(hold_id, store_id, window, idempotency_key, asker)
            if outcome is not None:
                return outcome

    async def _move(
        self, hold_id: HoldId, store_id: StoreId, window: PickupWindow | None, idempotency_key: str | None, asker: Asker
    ) -> ReplaceOutcome | None:
        found = await self.show(hold_id)
        if isinstance(found, HoldNotFound):
            return found
        if found.state is HoldState.MOVED and found.moved_to is not None:
            there = await self.show(found.moved_to)
            if isinstance(there, Hold) and there.store_id == store_id:
                return HoldPlaced(there, replayed=True)
        if not found.state.live:
            return _not_live(found)
        if found.store_id == store_id:
            # It is there. Taking it anew would give a confirmed one a later end, as often as somebody asks.
            return HoldPlaced(found, replayed=True)
        if found.state is not HoldState.HELD and window is None:
            raise InvalidRequest("a confirmed hold needs a pick-up time at the new store")
        lines = tuple(HoldLine(line.sku, line.held) for line in found.lines if line.held)
        key = secrets.token_urlsafe(16) if idempotency_key is None else idempotency_key
        request = Request(
            wishes=((store_id, lines),),
            operation="move_hold",
            key=key,
            ttl_seconds=self._ttl_max_seconds,
            group_id=found.group_id or "",
            replaced=found,
            moves=True,
            window=window,
        )
        return await self._place(request, replace(asker, customer=found.customer, limits=NO_LIMITS, address=None))

    async def _place(self, request: Request, asker: Asker) -> ReplaceOutcome | None:
        """None where the hold to be replaced has to be read anew."""
        reply = await self._taker.take(request, asker)
        if not isinstance(reply, Reply):
            return reply
        first, replayed = first_answer(reply)
        if first.status == "stale":
            return None
        if first.status == "bad_time":
            raise InvalidRequest(BAD_TIME)
        if first.status == "replaced":
            assert request.replaced is not None
            old = request.replaced
            return _not_live(hold_from_fields(first.rest[0])) if first.rest else HoldNotFound(old.hold_id)
        if first.status != "placed":
            return refusal(request.wishes[0][0], first, replayed=replayed)
        if request.replaced is not None:
            old = request.replaced
            await self._freed.tell([(old.store_id, line.sku) for line in old.lines])
        return HoldPlaced(placed_holds(first)[0], replayed)

    def _request(
        self,
        store_id: StoreId,
        lines: Sequence[HoldLine],
        key: str,
        ttl_seconds: int,
        partial: bool,
    ) -> Request:
        check_lines(lines)
        check_key(key)
        self.check_ttl(ttl_seconds)
        return Request(((store_id, tuple(lines)),), "place_hold", key, ttl_seconds, partial)

    def check_ttl(self, ttl_seconds: int) -> None:
        """Raises InvalidRequest for a life that no hold may have."""
        if type(ttl_seconds) is not int or not 1 <= ttl_seconds <= self._ttl_max_seconds:
            raise InvalidRequest(f"a hold lives 1 to {self._ttl_max_seconds} seconds")

    async def show(self, hold_id: HoldId) -> Hold | HoldNotFound:
        """The hold as of now: one that has run out is ended first."""
        reply = await self._read(hold_id)
        if reply.status == "overdue":
            await self._overdue.end([hold_id])
            reply = await self._read(hold_id)
        return HoldNotFound(hold_id) if reply.status == "not_found" else hold_from_reply(reply)

    async def confirm(self, hold_id: HoldId, *, window: PickupWindow, asker: Asker = ANYBODY) -> ConfirmOutcome:
        """held → confirmed: the store keeps it until the window ends. One that has run out gets its units again if they
        are still there. A customer given here becomes the hold's.
        """
        found = await self._found(hold_id)
        if found is None:
            return HoldNotFound(hold_id)
        outcome = await self._settler.confirm([Settling(found, window)], asker)
        return outcome if isinstance(outcome, LimitReached) else _lone(hold_id, outcome)

    async def ready(self, hold_id: HoldId, *, principal: str = "anonymous") -> ChangeOutcome:
        """confirmed → ready."""
        return await self._settle("ready", hold_id, principal)

    async def pickup(self, hold_id: HoldId, *, principal: str = "anonymous") -> ChangeOutcome:
        """confirmed or ready → picked up: the units leave the store."""
        return await self._settle("pickup", hold_id, principal)

    async def cancel(self, hold_id: HoldId, *, principal: str = "anonymous") -> ChangeOutcome:
        """Any live state → cancelled: the units are free at once."""
        return await self._settle("cancel", hold_id, principal)

    async def no_show(self, hold_id: HoldId, *, principal: str = "anonymous") -> ChangeOutcome:
        """confirmed or ready → no show: the units are free, and it is noted with the customer."""
        return await self._settle("no_show", hold_id, principal)

    async def short(
        self, hold_id: HoldId, *, missing: Mapping[Sku, int] | None = None, principal: str = "anonymous"
    ) -> ChangeOutcome:
        """Any live state → shorted: the store cannot find the units, so the count goes down by as many.

        `missing` says how many of which products where others were found, which are free again.
        """
        found = await self._found(hold_id)
        if found is None:
            return HoldNotFound(hold_id)
        if missing is not None:
            _check_missing(found, missing)
        return _lone(hold_id, await self._settler.short(found, missing, by=principal))

    async def _settle(self, verb: str, hold_id: HoldId, principal: str) -> ChangeOutcome:
        found = await self._found(hold_id)
        if found is None:
            return HoldNotFound(hold_id)
        return _lone(hold_id, await self._settler.settle(verb, [found], by=principal))

    async def extend(self, hold_id: HoldId, *, ttl_seconds: int, principal: str = "anonymous") -> ExtendOutcome:
        """A held hold ends `ttl_seconds` from now, within what is allowed; one that has run out stays so."""
        self.check_ttl(ttl_seconds)
        found = await self._found(hold_id)
        if found is None:
            return HoldNotFound(hold_id)
        outcome = await self._settler.extend(
            [found], ttl_seconds, self._ttl_max_seconds, self._most_extensions, by=principal
        )
        if isinstance(outcome, HoldIsOverdue):
            await self._overdue.end([hold_id])
            ended = await self._found(hold_id)
            return HoldNotFound(hold_id) if ended is None else HoldHasExpired(ended)
        return outcome if isinstance(outcome, HoldLimitReached) else _lone(hold_id, outcome)

    async def expire_due(self, limit: int = 100) -> int:
        """End up to `limit` holds that have run out; answers how many."""
        return await self._overdue.end(await self._overdue.find(limit))

    async def _found(self, hold_id: HoldId) -> Hold | None:
        """The record as it is, run out or not."""
        reply = await self._read(hold_id)
        return None if reply.status == "not_found" else hold_from_reply(reply)

    async def _read(self, hold_id: HoldId) -> Reply:
        if not is_id("H", hold_id):
            return Reply("not_found", ())
        return (await self._functions.read_holds([hold_id]))[0]


def _check_missing(hold: Hold, missing: Mapping[Sku, int]) -> None:
    held = {line.sku: line.held for line in hold.lines}
    if not missing or any(not 1 <= units <= held.get(sku, 0) for sku, units in missing.items()):
        raise InvalidRequest("missing are 1 or more of the units that the hold has of a product")


def _lone(hold_id: HoldId, outcome: SettleOutcome) -> ChangeOutcome:
    """What one hold's caller hears."""
    if outcome is None:
        return HoldNotFound(hold_id)
    if isinstance(outcome, HoldsChanged):
        return HoldChanged(outcome.holds[0], outcome.repeated)
    return outcome


def _not_live(hold: Hold) -> HoldWrongState | HoldHasExpired:
    """Why a hold cannot be moved or replaced any more."""
    if hold.state in (HoldState.EXPIRED, HoldState.NO_SHOW):
        return HoldHasExpired(hold)
    return HoldWrongState(hold, HoldState.MOVED)
