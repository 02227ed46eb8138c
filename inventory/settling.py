"""Moves holds from state to state, one or several together, and tells whoever waits about units that came free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from inventory.customers import CustomerNames
from inventory.errors import InvalidRequest
from inventory.freed import FreedUnits, cells_from
from inventory.functions import Reply
from inventory.hold_functions import HoldFunctions, Settling
from inventory.models import (
    Hold,
    HoldHasExpired,
    HoldId,
    HoldLimitReached,
    HoldState,
    HoldWrongState,
    LimitReached,
    Sku,
)
from inventory.placing import UnitTaker
from inventory.replies import customer_json, holds_from_reply, limit_from, shortages
from inventory.terms import Asker, Limits

_TARGETS = {
    "confirm": HoldState.CONFIRMED,
    "ready": HoldState.READY,
    "pickup": HoldState.PICKED_UP,
    "cancel": HoldState.CANCELLED,
    "no_show": HoldState.NO_SHOW,
    "short": HoldState.SHORTED,
    "short_oversold": HoldState.SHORTED,
}
BAD_TIME = "the pick-up time must lie ahead, and within a year"
_ENDED_BY_TIME = (HoldState.EXPIRED, HoldState.NO_SHOW)


@dataclass(frozen=True, slots=True)
class HoldsChanged:
    """All holds after the change, in the order asked. `repeated`: all were in that state already."""

    holds: tuple[Hold, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class HoldIsOverdue:
    """It has run out and must be ended before anything else."""

    hold_id: HoldId


@dataclass(frozen=True, slots=True)
class Confirming:
    """Who confirms: the principal, and the customer as the hold keeps him and as he is counted."""

    by: str
    customer: bytes
    customer_key: str
    limits: Limits


#: None where a hold is gone.
SettleOutcome = HoldsChanged | HoldWrongState | HoldHasExpired | None


class HoldSettler:
    """Settles holds whose records were just read: lines never change once a hold is placed, so that cannot race."""

    def __init__(self, functions: HoldFunctions, names: CustomerNames, taker: UnitTaker, freed: FreedUnits) -> None:
        self._functions = functions
        self._names = names
        self._taker = taker
        self._freed = freed

    async def settle(self, verb: str, holds: Sequence[Hold], *, by: str) -> SettleOutcome:
        """Any verb but confirm."""
        reply = await self._functions.settle(verb, [Settling(hold) for hold in holds], by=by)
        return await self._outcome(verb, reply)

    async def short(self, hold: Hold, missing: Mapping[Sku, int] | None, *, by: str) -> SettleOutcome:
        """Its units are not to be found: so many of each product, or all of them."""
        said = b"" if missing is None else orjson.dumps(missing)
        reply = await self._functions.settle("short", [Settling(hold)], by=by, customer=said)
        return await self._outcome("short", reply)

    async def short_while_oversold(self, hold: Hold) -> bool:
        """End a hold whose units a till has sold, unless the shelf has enough for everybody; True where it ended."""
        reply = await self._functions.settle("short_oversold", [Settling(hold)])
        if reply.status not in ("changed", "expired"):
            return False
        await self._freed.tell(cells_from(reply.rest[1]))
        return reply.status == "changed"

    async def confirm(self, holds: Sequence[Settling], asker: Asker) -> SettleOutcome | LimitReached:
        """A hold that has run out gets its units again if they are still there; all of a group or none."""
        customer = b"" if asker.customer is None else customer_json(asker.customer)
        key = "" if asker.customer is None else self._names.customer(asker)
        who = Confirming(asker.principal, customer, key, asker.limits)
        reply = await self._functions.settle(
            "confirm", holds, by=who.by, customer=who.customer, customer_key=who.customer_key
        )
        outcome = await self._outcome("confirm", reply)
        if not isinstance(outcome, HoldHasExpired) or outcome.hold.state is not HoldState.EXPIRED:
            return outcome
        return await self._retake(holds, who, outcome)

    async def _retake(
        self, holds: Sequence[Settling], who: Confirming, expired: HoldHasExpired
    ) -> SettleOutcome | LimitReached:
        reply = await self._taker.when_clear(
            lambda: self._functions.retake(
                holds, by=who.by, customer=who.customer, customer_key=who.customer_key, limits=who.limits
            )
        )
        if reply.status == "insufficient":
            return HoldHasExpired(expired.hold, shortages(reply.rest[0]))
        if reply.status == "limit":
            return limit_from(reply)
        if reply.status == "wrong_state" and holds_from_reply(reply)[0].state.live:
            return expired  # that part is further on than confirmed, and is not what stands in the way
        return await self._outcome("confirm", reply)

    async def extend(
        self, holds: Sequence[Hold], ttl_seconds: int, max_seconds: int, most_extensions: int, *, by: str
    ) -> SettleOutcome | HoldLimitReached | HoldIsOverdue:
        """More time for all of them, counted from now."""
        reply = await self._functions.extend(holds, ttl_seconds * 1000, max_seconds * 1000, most_extensions, by=by)
        match reply.status:
            case "overdue":
                return HoldIsOverdue(holds_from_reply(reply)[0].hold_id)
            case "limit":
                return HoldLimitReached(holds_from_reply(reply)[0], max_seconds)
        return await self._outcome("extend", reply)

    async def _outcome(self, verb: str, reply: Reply) -> SettleOutcome | None:
        match reply.status:
            case "not_found":
                return None
            case "bad_time":
                raise InvalidRequest(BAD_TIME)
        settled = holds_from_reply(reply)
        await self._freed.tell(cells_from(reply.rest[1]) if len(reply.rest) > 1 else ())
        match reply.status:
            case "changed":
                return HoldsChanged(settled)
            case "repeated":
                return HoldsChanged(settled, repeated=True)
            case "wrong_state":
                return HoldWrongState(settled[0], _TARGETS.get(verb, HoldState.HELD))
            case "expired":
                return HoldHasExpired(next(hold for hold in settled if hold.state in _ENDED_BY_TIME))
        raise AssertionError(f"the library does not answer {reply.status}")
