"""Serves those who wait with units that came free unheard: counts of feeds, and whatever a crash left undone."""

from __future__ import annotations

import asyncio

from inventory.models import Sku
from inventory.stream import LedgerStream
from inventory.wait_functions import WaitFunctions
from inventory.wait_server import WaitServer
from runtime.repeating import repeat_forever

#: Between two looks at the ledger while nothing moves.
POLL_SECONDS = 1.0
#: Between two passes over everything that anybody waits for.
PASS_SECONDS = 60.0
_ENTRIES = 1_000
_PLACES = 100


class WaitKeeper:
    """Follows the ledger from where anybody left off; units that were missed even so, the pass over all lines finds.

    Any number of processes may do so.
    """

    def __init__(self, functions: WaitFunctions, server: WaitServer, stream: LedgerStream) -> None:
        self._functions = functions
        self._server = server
        self._stream = stream
        self._after: str | None = None
        self._pass_at = 0.0

    async def run_forever(self) -> None:
        """Run until cancelled."""
        await repeat_forever(self.step, POLL_SECONDS, failing="waitlist_failing")

    async def step(self) -> bool:
        """One look; True where more is there to be looked at already."""
        ended = await self._server.end_overdue(_PLACES)
        if self._after is None:
            self._after = await self._functions.followed() or await self._stream.last_id()
        now = asyncio.get_running_loop().time()
        if now >= self._pass_at:
            await self._server.serve_all()
            self._pass_at = now + PASS_SECONDS
        entries = await self._stream.notices(self._after, _ENTRIES)
        if entries:
            await self._server.give_back_all([entry.hold_id for entry in entries if entry.op == "hold_shorted"])
            changed: dict[Sku, None] = dict.fromkeys(sku for entry in entries for sku in entry.skus)
            await self._server.serve_products(list(changed))
            self._after = entries[-1].entry_id
            await self._functions.note_followed(self._after)
        return len(entries) == _ENTRIES or ended == _PLACES
