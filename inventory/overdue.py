"""Ends holds that have run out: called by whoever meets one, so that the answer is right without any sweeper."""

from __future__ import annotations

from collections.abc import Sequence

from inventory.functions import LedgerFunctions
from inventory.models import HoldId
from inventory.replies import hold_from_fields
from runtime.errors import translate_redis_errors


class OverdueHolds:
    """Ends them one call each, because each call must name the rows it touches."""

    def __init__(self, functions: LedgerFunctions) -> None:
        self._functions = functions

    async def end(self, hold_ids: Sequence[HoldId]) -> int:
        """How many of these were still live and are now ended; one that is not due is left alone."""
        ended = 0
        for hold_id in hold_ids:
            found = await self._functions.read_hold(hold_id)
            skus = [line.sku for line in hold_from_fields(hold_id, found).lines]
            reply = await self._functions.settle_hold("expire", hold_id, skus)
            ended += reply.status == "changed"
        return ended
