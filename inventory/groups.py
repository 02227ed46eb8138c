"""Groups: holds at several stores of one region that are placed, confirmed, extended and cancelled together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from inventory.errors import InvalidRequest
from inventory.functions import Reply
from inventory.hold_functions import Settling
from inventory.holds import Holds
from inventory.keys import Keyspace
from inventory.models import (
    MAX_LINES,
    GroupChanged,
    GroupChangeOutcome,
    GroupConfirmOutcome,
    GroupNotFound,
    GroupPlaced,
    GroupPlaceOutcome,
    Hold,
    HoldGroup,
    HoldId,
    HoldLine,
    LimitReached,
    StoreId,
)
from inventory.placing import MAX_PARTS, Request, UnitTaker, check_key, check_lines, is_id, new_id
from inventory.replies import first_answer, placed_holds, refusal
from inventory.settling import HoldsChanged, HoldSettler, SettleOutcome
from inventory.terms import ANYBODY, Asker, PickupWindow
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

#: What each store is asked for.
Parts = Sequence[tuple[StoreId, Sequence[HoldLine]]]


class HoldGroups:
    """All or nothing: each method is one call of the function library over every hold of the group."""

    def __init__(
        self, clients: RedisClients, keyspace: Keyspace, holds: Holds, taker: UnitTaker, settler: HoldSettler
    ) -> None:
        self._clients = clients
        self._keyspace = keyspace
        self._holds = holds
        self._taker = taker
        self._settler = settler

    async def place(
        self,
        parts: Parts,
        *,
        idempotency_key: str,
        asker: Asker = ANYBODY,
        ttl_seconds: int = 900,
        group_id: str | None = None,
    ) -> GroupPlaceOutcome:
        """Every line at every store, or nothing at all. The same key and body get the first answer again.

        A caller that must be able to find the group after a crash chooses its id (`new_id("G")`).
        """
        if not 1 <= len(parts) <= MAX_PARTS or len({store_id for store_id, _ in parts}) < len(parts):
            raise InvalidRequest(f"a group has 1 to {MAX_PARTS} parts, each at another store")
        for _, lines in parts:
            check_lines(lines)
        if sum(len(lines) for _, lines in parts) > MAX_LINES:
            raise InvalidRequest(f"the parts of a group have {MAX_LINES} lines altogether")
        check_key(idempotency_key)
        self._holds.check_ttl(ttl_seconds)
        wishes = tuple((store_id, tuple(lines)) for store_id, lines in parts)
        request = Request(wishes, "place_group", idempotency_key, ttl_seconds, group_id=group_id or new_id("G"))
        reply = await self._taker.take(request, asker)
        if not isinstance(reply, Reply):
            return reply
        first, replayed = first_answer(reply)
        if first.status != "placed":
            return refusal(wishes[0][0], first, replayed=replayed)
        holds = placed_holds(first)
        assert holds[0].group_id is not None
        return GroupPlaced(HoldGroup(holds[0].group_id, holds), replayed)

    async def show(self, group_id: str) -> HoldGroup | GroupNotFound:
        """The group as of now; parts that have run out are ended first."""
        found = [await self._holds.show(hold_id) for hold_id in await self._members(group_id)]
        holds = tuple(hold for hold in found if isinstance(hold, Hold))
        return HoldGroup(group_id, holds) if holds else GroupNotFound(group_id)

    async def confirm(
        self, group_id: str, *, windows: Mapping[StoreId, PickupWindow], asker: Asker = ANYBODY
    ) -> GroupConfirmOutcome:
        """Every part held → confirmed, each until its store's window ends; parts that ran out are retaken too."""
        found = await self.show(group_id)
        if isinstance(found, GroupNotFound):
            return found
        settling = [Settling(hold, windows[hold.store_id]) for hold in found.holds]
        outcome = await self._settler.confirm(settling, asker)
        return outcome if isinstance(outcome, LimitReached) else _of_group(group_id, outcome)

    async def cancel(self, group_id: str, *, principal: str = "anonymous") -> GroupChangeOutcome:
        """Every part → cancelled."""
        found = await self.show(group_id)
        if isinstance(found, GroupNotFound):
            return found
        return _of_group(group_id, await self._settler.settle("cancel", found.holds, by=principal))

    async def _members(self, group_id: str) -> list[HoldId]:
        if not is_id("G", group_id):
            return []
        with translate_redis_errors("reading a group"):
            stored = await self._clients.reads.hget(self._keyspace.group(group_id), "holds")
        return [HoldId(hold_id) for hold_id in orjson.loads(stored)] if stored else []


def _of_group(group_id: str, outcome: SettleOutcome) -> GroupChangeOutcome:
    if outcome is None:
        return GroupNotFound(group_id)
    if isinstance(outcome, HoldsChanged):
        return GroupChanged(HoldGroup(group_id, outcome.holds), outcome.repeated)
    return outcome
