"""Stores of a feed become store documents, and their ordinals in the ledger's registry."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from redis.asyncio import Redis

from indexing.indexes import as_stored, hset_command, wait_until_indexed
from indexing.workers import batched
from inventory.registry import StoreRegistry
from runtime.errors import translate_redis_errors
from search.documents import store_document
from search.index_info import index_info
from search.index_removal import drop_index
from search.models import Store
from search.schema import create_stores_index, store_key, stores_alias, stores_index

BATCH = 500


@dataclass(frozen=True, slots=True)
class StoresApplied:
    """`registered` stores got a new ordinal; `removed` ones keep theirs and lose their details."""

    written: int
    unchanged: int
    registered: int
    removed: int


class StoreImporter:
    """Applies stores under the lock of a run. Unless the feed is full, a store that it does not name stays as it is."""

    def __init__(self, redis: Redis, namespace: str, registry: StoreRegistry) -> None:
        self._redis = redis
        self._namespace = namespace
        self._registry = registry

    async def apply(self, stores: Mapping[str, Store], *, full: bool, spared: Collection[str] = ()) -> StoresApplied:
        """Write what differs, then register, then announce, so that no reader sees a store without its details.

        `spared` stores stay although a full feed does not have them.
        """
        await self._ensure_index()
        known = (await self._registry.load()).ordinals
        written = 0
        for batch in batched(stores.values(), BATCH):
            written += await self._write(batch)
        new = [store_id for store_id in stores if store_id not in known]
        if new:
            await self._registry.register(new)
        gone = [store_id for store_id in known if store_id not in stores and store_id not in spared]
        removed = await self._remove(gone) if full else 0
        # Even where nothing was written: a run that broke off before this line may have written it.
        await self._registry.announce()
        return StoresApplied(written, len(stores) - written, len(new), removed)

    async def _remove(self, store_ids: list[str]) -> int:
        keys = [store_key(self._namespace, store_id) for store_id in store_ids]
        with translate_redis_errors("removing stores"):
            return int(await self._redis.unlink(*keys)) if keys else 0

    async def _write(self, stores: list[Store]) -> int:
        reads = self._redis.pipeline(transaction=False)
        for store in stores:
            reads.hgetall(store_key(self._namespace, store.store_id))
        with translate_redis_errors("reading stores"):
            found = await reads.execute()
        writes = self._redis.pipeline(transaction=True)
        changed = 0
        for store, old in zip(stores, found, strict=True):
            document = store_document(store)
            if as_stored(document) == old:
                continue
            changed += 1
            key = store_key(self._namespace, store.store_id)
            writes.delete(key)  # a field that is no longer given must not stay
            writes.execute_command(*hset_command(key, document))
        if changed:
            with translate_redis_errors("writing stores"):
                await writes.execute()
        return changed

    async def _ensure_index(self) -> None:
        """The index is named by its definition: another definition is another index beside the old one."""
        definition = repr(create_stores_index(self._namespace, ""))
        name = stores_index(self._namespace, hashlib.blake2b(definition.encode(), digest_size=4).hexdigest())
        alias = stores_alias(self._namespace)
        serving = await index_info(self._redis, alias)
        old_name = serving["index_name"].decode() if serving else None
        if old_name == name:
            return
        with translate_redis_errors("creating the store index"):
            await drop_index(self._redis, name)
            await self._redis.execute_command(*create_stores_index(self._namespace, name.rpartition(":")[2]))
            await wait_until_indexed(self._redis, name)
            await self._redis.execute_command("FT.ALIASUPDATE", alias, name)
            if old_name:
                await drop_index(self._redis, old_name)
