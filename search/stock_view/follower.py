"""Follows the ledger for one build of the view: reads entries, coalesces per product, writes documents and position."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence

from inventory.models import Sku
from inventory.stream import LedgerStream
from search.stock_view.lease import Guard
from search.stock_view.pending import Pending
from search.stock_view.refresh import Refresher

#: A product is written at most once in so long, however often it moves.
REST_SECONDS = 0.2
#: Products that moved and are read together: many, so that a follower that is late catches up.
BATCH = 200
#: Products that did not move and are looked at all the same. The process answers shoppers meanwhile.
UNHURRIED_BATCH = 40
#: The position alone is written at most once in so long; whoever takes over does a little again.
TELL_SECONDS = 0.1
ENTRIES_PER_READ = 1_000


class Follower:
    """One build, from a position on. `guard` belongs to whoever may write that build."""

    def __init__(
        self,
        refresher: Refresher,
        stream: LedgerStream,
        build: str,
        position: str,
        catalogue: str,
        guard: Guard,
        *,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        self._refresher = refresher
        self._stream = stream
        self._guard = guard
        self._pending = Pending(position, rest_seconds)
        self._told, self._told_at = position, 0.0
        self._recheck: deque[Sku] = deque()
        self._rechecked_for: str | None = None
        self.build = build
        #: The catalogue from which products are read.
        self.catalogue = catalogue

    @property
    def position(self) -> str:
        """Every entry up to this one is in the view."""
        return self._pending.position

    def recheck(self, skus: Iterable[Sku], catalogue: str) -> None:
        """Compare these with another catalogue, which becomes the build's own once all are done."""
        self.catalogue = self._rechecked_for = catalogue
        self._recheck = deque(skus)

    async def step(self) -> bool:
        """Read and write a little. Answers whether there is more to do at once."""
        entries = await self._stream.changed(self._pending.read_to, ENTRIES_PER_READ)
        for entry_id, skus in entries:
            self._pending.meet(entry_id, skus)
        due = self._pending.due(BATCH, self._now())
        spare = max(0, UNHURRIED_BATCH - len(due))
        again = [self._recheck.popleft() for _ in range(min(spare, len(self._recheck)))]
        try:
            await self._write(due, [sku for sku in again if sku not in due])
        except BaseException:
            self._recheck.extendleft(again)
            raise
        return len(entries) == ENTRIES_PER_READ or len(due) == BATCH or bool(self._recheck)

    async def _write(self, due: Sequence[Sku], again: Sequence[Sku]) -> None:
        # What is due now is true once it is written; what was met before it and still waits is not.
        position = self._pending.position_without(due)
        now = self._now()
        late = position != self._told and now - self._told_at >= TELL_SECONDS
        about = {"position": position} if late else {}
        finished = self._rechecked_for is not None and not self._recheck
        if finished:
            about["catalogue"] = self.catalogue
        if not due and not again and not about:
            return
        await self._refresher.refresh(self.build, self.catalogue, [*due, *again], self._guard, about)
        self._pending.done(due, self._now())
        if about:
            self._told, self._told_at = about.get("position", self._told), now
        if finished:
            self._rechecked_for = None

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
