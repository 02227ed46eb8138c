"""Redis has no memory left: nothing new is held, but what is held ends in time and the truth can still be read."""

from pathlib import Path

import pytest
from inventory_builders import a_key, a_shelf, available

from inventory.inventory import Inventory
from inventory.keys import Keyspace
from inventory.models import HoldChanged, HoldLine, HoldPlaced
from runtime.errors import BackendUnavailable
from runtime.redis_client import open_redis
from runtime.settings import Settings


async def test_without_memory_holds_still_end_and_stock_can_be_read(tmp_path: Path) -> None:
    async with open_redis(Settings(data_dir=tmp_path, redis_timeout_seconds=5)) as clients:
        inventory = await Inventory.open(clients, Keyspace("full", "main"))
        store_id, sku = await a_shelf(inventory, 5)
        holds = []
        for _ in range(2):
            placed = await inventory.holds.place(store_id, [HoldLine(sku, 2)], idempotency_key=a_key())
            assert isinstance(placed, HoldPlaced)
            holds.append(placed.hold)
        await clients.writes.hset(inventory.keyspace.hold(holds[0].hold_id), "due_ms", 1)
        await clients.writes.zadd(inventory.keyspace.holds_due(), {holds[0].hold_id: 1})
        await clients.writes.config_set("maxmemory", "1mb")
        with pytest.raises(BackendUnavailable):
            await inventory.holds.place(store_id, [HoldLine(sku, 1)], idempotency_key=a_key())
        assert await available(inventory, store_id, sku) == 3
        assert isinstance(await inventory.holds.cancel(holds[1].hold_id), HoldChanged)
        assert await available(inventory, store_id, sku) == 5
