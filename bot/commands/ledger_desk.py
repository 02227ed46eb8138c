"""Opens the ledger for commands that read all of it, without what only a service needs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from inventory.audit.ledger_audit import LedgerAudit
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from inventory.models import Kind
from runtime.errors import translate_redis_errors
from runtime.redis_client import open_redis
from runtime.settings import Settings
from search.models import Store
from search.schema import skus_key
from search.stores import StoreDirectory, StoreSnapshot

#: Reading a long ledger is batch work.
REDIS_TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Desk:
    """What an explanation is made with."""

    audit: LedgerAudit
    stores: StoreSnapshot
    _redis: Redis
    _keyspace: Keyspace

    def store(self, store_id: str) -> Store:
        """A store; one without details has its id for a name."""
        return self.stores.by_id(store_id) or Store(store_id, store_id, 0.0, 0.0)

    async def knows_product(self, sku: str) -> bool:
        """Whether the catalogue has it, or any store ever had a count of it."""
        with translate_redis_errors("looking for a product"):
            if await self._redis.exists(*[self._keyspace.row(kind, sku) for kind in Kind]):
                return True
            return bool(await self._redis.sismember(skus_key(self._keyspace.namespace), sku))


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Opens the ledger without what only a service needs."""
    async with open_redis(settings, timeout_seconds=REDIS_TIMEOUT_SECONDS) as clients:
        keyspace = Keyspace(settings.namespace, settings.region)
        inventory = await Inventory.open(clients, keyspace)
        stores = await StoreDirectory(clients, keyspace, inventory.registry).current()
        yield Desk(LedgerAudit.of(clients, inventory, settings), stores, clients.reads, keyspace)
