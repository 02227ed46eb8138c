"""Serves those who wait with units that came free, first come first served among those who fit."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from inventory.freed import FreedCell
from inventory.models import HoldId, Sku
from inventory.placing import new_id
from inventory.wait_functions import InLine, WaitFunctions
from inventory.waits import Wait
from runtime.errors import AppError

_log = structlog.get_logger()

#: Each round offers to as many as can be served; races and long lines need another one.
_MOST_ROUNDS = 50
#: Offers per pipeline.
_BATCH = 200


class WaitServer:
    """Makes offers: holds of short life. Whatever is asked here twice, or by several processes, is done once."""

    def __init__(self, functions: WaitFunctions, *, offer_seconds: int = 1_800) -> None:
        self._functions = functions
        self._offer_seconds = offer_seconds
        #: Offers that this process has made.
        self.offers_made = 0

    async def hear(self, cells: Sequence[FreedCell]) -> None:
        """Serve, for whoever freed the units: his own change stands, whatever happens here. The keeper tries again."""
        try:
            await self.serve(cells)
        except AppError as error:
            _log.warning("waiting_not_served", code=error.code, cells=len(cells))

    async def serve(self, cells: Sequence[FreedCell]) -> int:
        """Offer what is available at these cells to those who wait there, in their order; answers how many offers."""
        offered, open_cells = 0, list(dict.fromkeys(cells))
        for _ in range(_MOST_ROUNDS):
            found = await self._functions.next_at(open_cells)
            named = {place: cell for cell, places in zip(open_cells, found, strict=True) for place in places}
            if not named:
                break
            offered += await self._offer(named)
            open_cells = [cell for cell, places in zip(open_cells, found, strict=True) if places]
        self.offers_made += offered
        return offered

    async def _offer(self, named: dict[InLine, FreedCell]) -> int:
        """To each of these, whom the line at that cell names."""
        offered, places = 0, list(named.items())
        for first in range(0, len(places), _BATCH):
            batch = places[first : first + _BATCH]
            _, waits = await self._functions.read([place.wait_id for place, _ in batch])
            calls = [
                # Without a record only the line itself can be put right.
                (place, sku, wait.stores if wait else (store_id,), wait.customer_key if wait else "")
                for (place, (store_id, sku)), wait in zip(batch, waits, strict=True)
            ]
            hold_ids = [HoldId(new_id("H")) for _ in calls]
            replies = await self._functions.offer_each(calls, hold_ids, self._offer_seconds * 1000)
            offered += sum(reply.status == "offered" for reply in replies)
        return offered

    async def serve_products(self, skus: Sequence[Sku]) -> int:
        """Like `serve`, wherever anybody waits for these."""
        return await self.serve(await self._functions.cells(await self._functions.waited_for(skus)))

    async def serve_all(self) -> int:
        """Like `serve`, wherever anybody waits at all: finds what a crash left undone."""
        skus, offered = await self._functions.skus(), 0
        for first in range(0, len(skus), _BATCH):
            cells = await self._functions.cells(skus[first : first + _BATCH])
            for place in range(0, len(cells), _BATCH):
                offered += await self.serve(cells[place : place + _BATCH])
        return offered

    async def give_back(self, wait: Wait) -> bool:
        """His place, with its rank, to somebody whose offer turned out not to be there; True where he has it again."""
        if wait.hold_id is None or (await self._functions.give_back(wait, wait.hold_id)).status != "returned":
            return False
        await self.serve([(store_id, wait.sku) for store_id in wait.stores])
        return True

    async def give_back_all(self, hold_ids: Sequence[HoldId]) -> None:
        """The same for those among these shorted holds that had been offered to somebody who waited."""
        wait_ids = [wait_id for wait_id in await self._functions.waits_of_holds(hold_ids) if wait_id is not None]
        _, waits = await self._functions.read(wait_ids)
        for wait in waits:
            if wait is not None:
                await self.give_back(wait)

    async def end_overdue(self, limit: int = 100) -> int:
        """End up to `limit` places that have lived their time; answers how many were met."""
        wait_ids = await self._functions.overdue(limit)
        _, waits = await self._functions.read(wait_ids)
        for wait_id, wait in zip(wait_ids, waits, strict=True):
            if wait is None:
                await self._functions.forget_end(wait_id)
            else:
                await self._functions.end("lapse", wait)
        return len(wait_ids)
