"""Effect first, then the acknowledgement: a ledger that was gone in between costs no movement."""

import asyncio
from collections.abc import Sequence

import pytest
from inventory_builders import a_shelf, cell

from indexing.ingest import Ingest
from indexing.movement_stream import MovementStream
from inventory.functions import LedgerFunctions
from inventory.inventory import Inventory
from inventory.models import Kind
from inventory.movements import Movement, MovementsApplied
from inventory.parking import Parking
from runtime.errors import BackendUnavailable
from runtime.redis_client import RedisClients


async def test_a_message_is_done_only_after_it_has_had_its_effect(
    inventory: Inventory, redis_clients: RedisClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_id, sku = await a_shelf(inventory, 5)
    key, apply, outages = inventory.keyspace.movements(), inventory.ledger.apply_movements, [1]

    async def gone_once(movements: Sequence[Movement]) -> MovementsApplied:
        if outages:
            outages.clear()
            raise BackendUnavailable("gone for a moment")
        return await apply(movements)

    monkeypatch.setattr(inventory.ledger, "apply_movements", gone_once)
    monkeypatch.setattr("indexing.ingest.OUTAGE_SECONDS", 0.01)
    told = {"source": "till", "seq": 1, "type": "sell", "store_id": store_id, "sku": sku, "quantity": 2}
    await redis_clients.writes.xadd(key, {name: str(value) for name, value in told.items()})
    stream = MovementStream(redis_clients.writes, key, "group", "one")
    parking = Parking(redis_clients, LedgerFunctions(redis_clients, inventory.keyspace, inventory.library), key)
    ingest = Ingest(redis_clients, inventory, stream, parking, retry_seconds=0.05)
    await asyncio.wait_for(ingest.run(asyncio.Event(), once=True, tell=lambda _: None), 20)
    assert (ingest.tally.applied, ingest.tally.outages) == (1, 1)
    assert (await cell(inventory, store_id, sku))[Kind.ON_HAND] == 3
