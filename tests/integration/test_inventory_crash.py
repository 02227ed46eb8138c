"""Redis is killed in the middle of a run on the shelf: what was acknowledged is there, once, after the restart."""

import asyncio
import contextlib
import os
import signal
from pathlib import Path

from inventory_builders import a_key, a_shelf, cell

from inventory.inventory import Inventory
from inventory.keys import Keyspace
from inventory.models import Hold, HoldId, HoldLine, HoldPlaced, Kind, Sku, StoreId
from runtime.errors import BackendUnavailable
from runtime.redis_client import open_redis
from runtime.settings import Settings

STOCK = 5_000


async def place_until_held(inventory: Inventory, store_id: StoreId, sku: Sku) -> HoldId:
    """What a caller does who gets no answer: the same request with the same key, until there is one."""
    key = a_key()
    while True:
        with contextlib.suppress(BackendUnavailable):
            outcome = await inventory.holds.place(store_id, [HoldLine(sku, 1)], idempotency_key=key)
            assert isinstance(outcome, HoldPlaced)
            return outcome.hold.hold_id
        await asyncio.sleep(0.05)


async def test_every_acknowledged_hold_survives_a_kill_and_no_request_counts_twice(tmp_path: Path) -> None:
    async with open_redis(Settings(data_dir=tmp_path, redis_timeout_seconds=5)) as clients:
        server = clients.embedded
        assert server is not None
        inventory = await Inventory.open(clients, Keyspace("crash", "main"))
        store_id, sku = await a_shelf(inventory, STOCK)
        acknowledged: list[HoldId] = []

        async def shopper() -> None:
            for _ in range(40):
                acknowledged.append(await place_until_held(inventory, store_id, sku))
                if len(acknowledged) in (150, 450):
                    os.kill(server.state["server_pid"], signal.SIGKILL)

        await asyncio.gather(*(shopper() for _ in range(20)))
        assert server.state["restarts"] == 2

        assert len(set(acknowledged)) == 800
        shown = [await inventory.holds.show(hold_id) for hold_id in acknowledged]
        assert all(isinstance(hold, Hold) and hold.state.live for hold in shown)
        left = await cell(inventory, store_id, sku)
        assert (left[Kind.HELD], left[Kind.AVAILABLE]) == (800, STOCK - 800)
        assert await clients.reads.zcard(inventory.keyspace.holds_due()) == 800
        placed = [entry for entry in await inventory.stream.read(count=5_000) if entry.op == "hold_placed"]
        assert len(placed) == 800
