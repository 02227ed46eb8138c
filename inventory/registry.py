"""The append-only list of stores: an ordinal, once given, is that store's cell in every row for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.errors import InvalidRequest
from inventory.functions import LedgerFunctions
from inventory.keys import Keyspace, fits_in_key
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

#: A cell's ordinal travels as 16 bits.
MAX_STORES = 65_535


@dataclass(frozen=True, slots=True)
class RegistrySnapshot:
    """All stores at one version."""

    version: int
    ordinals: dict[str, int]


class StoreRegistry:
    """Gives out ordinals and tells them."""

    def __init__(self, clients: RedisClients, keyspace: Keyspace, functions: LedgerFunctions) -> None:
        self._clients = clients
        self._keyspace = keyspace
        self._functions = functions

    async def register(self, store_ids: Sequence[str]) -> dict[str, int]:
        """The ordinal of each store, new ones appended in the order given. The same call twice changes nothing."""
        if any(not fits_in_key(store_id) or len(store_id) > 128 for store_id in store_ids):
            raise InvalidRequest("a store id has 1 to 128 printable characters")
        ordinals: dict[str, int] = {}
        for first in range(0, len(store_ids), 1_000):
            batch = list(store_ids[first : first + 1_000])
            ordinals.update(zip(batch, await self._functions.register_stores(batch), strict=True))
        return ordinals

    async def load(self) -> RegistrySnapshot:
        """All stores, and the version that says when to load again."""
        with translate_redis_errors("loading the store registry"):
            pipe = self._clients.reads.pipeline(transaction=True)
            pipe.get(self._keyspace.registry_version())
            pipe.hgetall(self._keyspace.registry())
            version, ordinals = await pipe.execute()
        return RegistrySnapshot(
            version=int(version or 0),
            ordinals={store_id.decode(): int(ordinal) for store_id, ordinal in ordinals.items()},
        )

    async def announce(self) -> int:
        """Raise the version after store details were rewritten, so that every reader loads them again."""
        with translate_redis_errors("announcing a change of stores"):
            return int(await self._clients.writes.incr(self._keyspace.registry_version()))
