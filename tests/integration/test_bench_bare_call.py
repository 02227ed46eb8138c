"""The bare call takes effect every time: a floor of replays would make every contender look bad."""

from pathlib import Path

from inventory_builders import a_key, a_shelf, cell

from bench.bare_call import BareCall
from inventory.inventory import Inventory
from inventory.models import HoldLine, Kind
from runtime.redis_client import RedisClients


async def test_every_bare_call_places_a_hold_of_its_own(redis_clients: RedisClients, inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 100_000)

    async def place() -> None:
        await inventory.holds.place(store_id, [HoldLine(sku, 1)], idempotency_key=a_key())

    call = await BareCall.from_library(redis_clients.reads, place)
    server = redis_clients.embedded
    assert server is not None
    measured = await call.measure("bare", server.socket, Path(server.folder) / "lib", callers=8, calls=500)

    assert (await cell(inventory, store_id, sku))[Kind.HELD] == 502
    assert await redis_clients.reads.zcard(inventory.keyspace.holds_due()) == 502
    assert measured.count == 500
    assert 0 < measured.percentile(50) <= measured.percentile(99)
