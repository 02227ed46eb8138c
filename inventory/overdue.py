"""Ends holds that have run out: called by whoever meets one, so that the answer is right without any sweeper."""

from __future__ import annotations

from collections.abc import Sequence

from inventory.freed import FreedUnits, cells_from
from inventory.hold_functions import HoldFunctions
from inventory.replies import hold_from_reply


class OverdueHolds:
    """Ends them one call each, because each call must name the rows it touches; the calls travel together."""

    def __init__(self, functions: HoldFunctions, freed: FreedUnits) -> None:
        self._functions = functions
        self._freed = freed

    async def find(self, limit: int) -> list[str]:
        """Ids of up to `limit` holds (at most 100) that have run out and still keep their units."""
        return await self._functions.overdue(limit)

    async def end(self, hold_ids: Sequence[str]) -> int:
        """How many of these had run out and are ended now. Of any other only the due time is put right."""
        if not hold_ids:
            return 0
        found = zip(hold_ids, await self._functions.read_holds(hold_ids), strict=True)
        calls = [(hold_id, None if reply.status == "not_found" else hold_from_reply(reply)) for hold_id, reply in found]
        replies = await self._functions.expire_each(calls)
        ended = [reply for reply in replies if reply.status == "expired"]
        await self._freed.tell([cell for reply in ended for cell in cells_from(reply.rest[1])])
        return len(ended)
