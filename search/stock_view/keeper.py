"""Keeps a region's view true for as long as the process lives: one process of all follows the ledger, and makes the
view anew when it is missing, defined otherwise, or older than what is left of the ledger."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from inventory.keys import Keyspace
from inventory.models import Sku
from inventory.rows import RowReader
from inventory.stream import LedgerStream
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients
from runtime.repeating import repeat_forever
from search.errors import IndexMissing
from search.stock_view.builds import LiveBuild, ViewBuilds
from search.stock_view.follower import Follower
from search.stock_view.lease import Guard, LeaseLost, leased
from search.stock_view.rebuild import ViewBeingBuilt, ViewBuilder
from search.stock_view.refresh import CatalogueSwapped, Refresher
from search.stock_view.schema import ViewKeys

#: Between two looks at the ledger while nothing moves.
POLL_SECONDS = 0.025
#: Between two looks at what else may have changed: the catalogue, the live build, the beginning of the ledger.
LOOK_SECONDS = 0.5
#: Between two attempts to become the follower, and after a failure.
RETRY_SECONDS = 1.0

_log = structlog.get_logger()


class ViewKeeper:
    """One region's view, in this process."""

    def __init__(self, clients: RedisClients, keyspace: Keyspace, rows: RowReader, stream: LedgerStream) -> None:
        self._clients = clients
        self._keys = ViewKeys(keyspace)
        self._stream = stream
        self._refresher = Refresher(clients, self._keys, rows)
        self._builds = ViewBuilds(clients, self._keys)
        self._builder = ViewBuilder(clients, self._keys, self._refresher, stream, self._builds)
        self._rebuilding: asyncio.Task[int] | None = None

    async def rebuild(self) -> int:
        """Make the view anew, whoever follows the ledger. Answers how many products are on a shelf."""
        return await self._builder.rebuild()

    async def run_forever(self) -> None:
        """Run until cancelled."""
        await repeat_forever(self._turn, RETRY_SECONDS, failing="stock_view_failing")

    async def _turn(self) -> bool:
        """Keep the view for as long as the lease is ours; it never ends with more to do at once."""
        with suppress(LeaseLost):
            async with leased(self._clients.writes, self._keys.follower()) as guard:
                if guard is not None:
                    await self._keep(guard)
        return False

    async def _keep(self, lease: Guard) -> None:
        """Follow while the lease is held; ends by LeaseLost or another error only."""
        await self._builder.tidy()
        follower: Follower | None = None
        clock, look_at = asyncio.get_running_loop(), 0.0
        try:
            while True:
                if clock.time() >= look_at:
                    follower = await self._look(follower, lease)
                    look_at = clock.time() + LOOK_SECONDS
                busy = False
                if follower is not None:
                    try:
                        busy = await follower.step()
                    except (CatalogueSwapped, LeaseLost):
                        look_at = 0.0  # finds out what is live now, or that the lease is lost
                await asyncio.sleep(0 if busy else POLL_SECONDS)
        finally:
            await self._stop_rebuilding()

    async def _look(self, follower: Follower | None, lease: Guard) -> Follower | None:
        """The follower for what is live now. Starts what has to be done beside it."""
        await self._hear_rebuilding()
        await self._refuse_without(lease)
        live, catalogue = await self._builds.live(), await self._refresher.catalogue()
        if catalogue is None:
            return None
        if live is None or not live.as_defined or not await self._reaches(live, follower):
            self._start_rebuilding()
        if live is None:
            return None
        if follower is None or follower.build != live.name:
            guard = {**lease, self._keys.live(): live.name.encode()}
            follower = Follower(self._refresher, self._stream, live.name, live.position, live.catalogue, guard)
        if follower.catalogue != catalogue:
            follower.recheck(await self._all_skus(live), catalogue)
        return follower

    async def _refuse_without(self, lease: Guard) -> None:
        with translate_redis_errors("looking at the lease of the stock view"):
            held = await self._clients.reads.mget(list(lease))
        if held != list(lease.values()):
            raise LeaseLost("another process follows the ledger now")

    async def _reaches(self, live: LiveBuild, follower: Follower | None) -> bool:
        same = follower is not None and follower.build == live.name
        return await self._stream.reaches_back_to(follower.position if same and follower else live.position)

    async def _all_skus(self, live: LiveBuild) -> list[Sku]:
        """Of the catalogue and of the view: what left the one must leave the other."""
        prefix = self._keys.prefix(live.name)
        skus = dict.fromkeys(await self._builder.skus())
        with translate_redis_errors("listing the stock view"):
            async for key in self._clients.reads.scan_iter(match=f"{prefix}*", count=2_000):
                skus.setdefault(Sku(bytes(key).decode().removeprefix(prefix)))
        return list(skus)

    def _start_rebuilding(self) -> None:
        if self._rebuilding is None:
            self._rebuilding = asyncio.create_task(self.rebuild(), name="rebuild the stock view")

    async def _hear_rebuilding(self) -> None:
        if self._rebuilding is None or not self._rebuilding.done():
            return
        task, self._rebuilding = self._rebuilding, None
        with suppress(ViewBeingBuilt, IndexMissing):
            _log.info("stock_view_rebuilt", products=await task)

    async def _stop_rebuilding(self) -> None:
        task, self._rebuilding = self._rebuilding, None
        if task is None:
            return
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=0.2)
        if not task.cancelled():
            task.exception()
