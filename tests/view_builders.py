"""A view of stock for tests: kept by a real keeper, and checked against the rows, cell by cell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np

from inventory.counts import Counts
from inventory.inventory import Inventory
from inventory.models import Kind, Sku
from runtime.redis_client import RedisClients
from search.availability import Availability
from search.in_store import StoreShelves
from search.models import Filters
from search.products import ProductSearch
from search.schema import catalogue_key, skus_key
from search.stock_view.builds import ViewBuilds
from search.stock_view.keeper import ViewKeeper
from search.stock_view.reading import StockView
from search.stock_view.schema import ViewKeys
from search.stores import StoreDirectory

PATIENCE_SECONDS = 20.0


def a_keeper(clients: RedisClients, inventory: Inventory) -> ViewKeeper:
    return ViewKeeper(clients, inventory.keyspace, inventory.rows, inventory.stream)


@asynccontextmanager
async def kept(
    clients: RedisClients, inventory: Inventory, *, patience_seconds: float = PATIENCE_SECONDS
) -> AsyncIterator[StockView]:
    """A keeper at work, and a view that shows everything so far."""
    async with at_work(a_keeper(clients, inventory)):
        await settled(clients, inventory, patience_seconds=patience_seconds)
        yield StockView(clients, inventory.keyspace, timeout_ms=5_000)


@asynccontextmanager
async def at_work(keeper: ViewKeeper) -> AsyncIterator[None]:
    """A keeper that runs until the block ends."""
    task = asyncio.create_task(keeper.run_forever())
    try:
        yield
    finally:
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=0.2)
        assert task.cancelled()


async def settled(clients: RedisClients, inventory: Inventory, *, patience_seconds: float = PATIENCE_SECONDS) -> str:
    """Wait until the view shows all that the ledger and the catalogue say; returns the live build."""
    builds = ViewBuilds(clients, ViewKeys(inventory.keyspace))
    async with asyncio.timeout(patience_seconds):
        while True:
            live = await builds.live()
            catalogue = await clients.reads.get(catalogue_key(inventory.keyspace.namespace))
            as_it_should_be = live is not None and live.catalogue.encode() == catalogue and live.as_defined
            if live is not None and as_it_should_be and live.position == await inventory.stream.last_id():
                return live.name
            await asyncio.sleep(0.01)


async def differences(clients: RedisClients, inventory: Inventory, view: StockView) -> list[str]:
    """What the view says of any store that the rows do not, and the other way round."""
    members = await clients.reads.smembers(skus_key(inventory.keyspace.namespace))
    skus = [Sku(bytes(sku).decode()) for sku in members]  # type: ignore[arg-type]
    read = await inventory.rows.read(skus, (Kind.AVAILABLE,))
    wrong = []
    for store_id, ordinal in (await inventory.registry.load()).ordinals.items():
        true = {str(sku) for sku in skus if read.rows[sku, Kind.AVAILABLE][ordinal] > 0}
        shown = set(await view.among(ordinal, skus))
        counted = (await view.browse(ordinal, Filters(), offset=0, limit=1)).total
        if shown != true or counted != len(true):
            wrong.append(f"{store_id}: {sorted(true ^ shown)[:5]} counted {counted} of {len(true)}")
    return wrong


def a_search(clients: RedisClients, inventory: Inventory, *, with_view: bool = True) -> ProductSearch:
    """Product search that knows stores, and their view."""
    directory = StoreDirectory(clients, inventory.keyspace, inventory.registry)
    view = StockView(clients, inventory.keyspace, timeout_ms=5_000) if with_view else None
    shelves = StoreShelves(Availability(directory, inventory.rows).sold_at, view, directory)
    return ProductSearch(clients, inventory.keyspace.namespace, timeout_ms=5_000, shelves=shelves)


async def stock(inventory: Inventory, store_ids: list[str], shelves: dict[str, list[int]]) -> None:
    """Units of each product at each of the stores, in their order."""
    ordinals = np.array([(await inventory.registry.register(store_ids))[store_id] for store_id in store_ids])
    counts = [
        Counts(Sku(sku), ordinals, np.array(units), np.zeros(len(units), dtype=np.int64))
        for sku, units in shelves.items()
    ]
    for first in range(0, len(counts), 500):
        await inventory.ledger.set_counts_many(counts[first : first + 500], source="test")
