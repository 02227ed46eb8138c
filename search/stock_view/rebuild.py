"""Makes the view anew from the rows while the old build keeps serving: fill, catch up with the ledger, swap, remove."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from inventory.models import Sku
from inventory.stream import LedgerStream
from runtime.errors import AppError, translate_redis_errors
from runtime.redis_client import RedisClients
from search.errors import IndexMissing
from search.index_info import index_info
from search.replies import text_of
from search.schema import skus_key
from search.stock_view.builds import ViewBuilds
from search.stock_view.follower import UNHURRIED_BATCH, Follower
from search.stock_view.lease import Guard, leased
from search.stock_view.refresh import CatalogueSwapped, Refresher
from search.stock_view.schema import ViewKeys, definition

#: After each batch the builder rests as long as the batch took, so that it never takes more than half of Redis' time.
REST_SHARE = 1.0


class ViewBeingBuilt(AppError):
    """Another process is making the view anew just now."""

    code = "unavailable"
    retryable = True


class ViewIncomplete(AppError):
    """The new build does not hold what was written to it; the old one keeps serving."""

    code = "unavailable"
    retryable = True


class ViewBuilder:
    """Makes builds, one at a time for all processes."""

    def __init__(
        self, clients: RedisClients, keys: ViewKeys, refresher: Refresher, stream: LedgerStream, builds: ViewBuilds
    ) -> None:
        self._clients = clients
        self._keys = keys
        self._refresher = refresher
        self._stream = stream
        self._builds = builds

    async def rebuild(self) -> int:
        """Replace the live build. Answers how many products are on a shelf.

        Raises ViewBeingBuilt, IndexMissing where there is no catalogue, and LeaseLost after a pause of seconds.
        """
        async with leased(self._clients.writes, self._keys.builder()) as guard:
            if guard is None:
                raise ViewBeingBuilt("another process is making the stock view anew")
            await self._builds.remove_doomed()
            while True:
                try:
                    documents = await self._make(guard)
                    break
                except CatalogueSwapped:
                    continue  # by the next products feed: its facts are the ones to show
            await self._builds.remove_doomed()
            return documents

    async def tidy(self) -> None:
        """Remove what a builder left that did not live to see its end; nothing while one is at work."""
        async with leased(self._clients.writes, self._keys.builder()) as guard:
            if guard is not None:
                await self._builds.remove_doomed()

    async def skus(self) -> list[Sku]:
        """The products of the live catalogue."""
        with translate_redis_errors("listing the catalogue"):
            found = await self._clients.reads.smembers(skus_key(self._keys.namespace))
        return sorted(Sku(text_of(sku)) for sku in found)

    async def _make(self, guard: Guard) -> int:
        catalogue = await self._refresher.catalogue()
        if catalogue is None:
            raise IndexMissing("there is no catalogue yet: run `onhand index`")
        build = await self._builds.create()
        try:
            return await self._made(build, catalogue, guard)
        except Exception:
            # What was cancelled is tidied up by the next keeper or builder: nobody waits for it at shutdown.
            await self._builds.remove(build)
            raise

    async def _made(self, build: str, catalogue: str, guard: Guard) -> int:
        # What moves from here on is caught up with below, or by whoever follows the ledger after that.
        position = await self._stream.last_id()
        about = {"definition": definition(self._keys), "catalogue": catalogue, "position": position}
        await self._refresher.refresh(build, catalogue, (), guard, about)
        await self._fill(build, catalogue, await self.skus(), guard)
        follower = Follower(self._refresher, self._stream, build, position, catalogue, guard, rest_seconds=0.0)
        while await follower.step():
            pass
        documents = await self._check(build)
        await self._builds.publish(build, guard)
        return documents

    async def _fill(self, build: str, catalogue: str, skus: Sequence[Sku], guard: Guard) -> None:
        clock = asyncio.get_running_loop()
        for first in range(0, len(skus), UNHURRIED_BATCH):
            started = clock.time()
            await self._refresher.refresh(build, catalogue, skus[first : first + UNHURRIED_BATCH], guard)
            await asyncio.sleep((clock.time() - started) * REST_SHARE)

    async def _check(self, build: str) -> int:
        info = await index_info(self._clients.reads, self._keys.index(build))
        with translate_redis_errors("checking the stock view"):
            written = int(await self._clients.reads.hget(self._keys.about(build), "documents") or 0)
        found, failed = (int(info["num_docs"]), int(info["hash_indexing_failures"])) if info else (0, 0)
        if found != written or failed:
            raise ViewIncomplete(f"the new stock view holds {found:,} of {written:,} products; the old one serves on")
        return found
