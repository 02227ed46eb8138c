"""Serves those who wait with units that came free unheard: counts of feeds, and whatever a crash left undone."""

from __future__ import annotations

import asyncio

import structlog

from inventory.models import Sku
from inventory.serving import WaitServer
from inventory.stream import LedgerStream
from runtime.errors import AppError

_log = structlog.get_logger()

#: Between two looks at the ledger while nothing moves.
POLL_SECONDS = 1.0
#: Between two passes over everything that anybody waits for.
PASS_SECONDS = 60.0
_ENTRIES = 1_000
_PLACES = 100


class WaitKeeper:
    """Follows the ledger; what it may have missed, the pass over all lines finds. Any number of processes may do so."""

    def __init__(self, server: WaitServer, stream: LedgerStream) -> None:
        self._server = server
        self._stream = stream
        self._after: str | None = None
        self._pass_at = 0.0

    async def run_forever(self) -> None:
        """Run until cancelled; what goes wrong is told once and tried again."""
        failing = False
        while True:
            try:
                busy = await self.step()
                failing = False
            except AppError as error:
                busy = False
                if not failing:
                    _log.warning("waitlist_failing", code=error.code)
                failing = True
            await asyncio.sleep(0 if busy else POLL_SECONDS)

    async def step(self) -> bool:
        """One look; True where more is there to be looked at already."""
        ended = await self._server.end_overdue(_PLACES)
        now = asyncio.get_running_loop().time()
        if self._after is None or now >= self._pass_at:
            after = await self._stream.last_id()
            await self._server.serve_all()
            self._after, self._pass_at = after, now + PASS_SECONDS
        entries = await self._stream.changed(self._after, _ENTRIES)
        if entries:
            changed: dict[Sku, None] = dict.fromkeys(sku for _, skus in entries for sku in skus)
            await self._server.serve_products(list(changed))
            self._after = entries[-1][0]
        return len(entries) == _ENTRIES or ended == _PLACES
