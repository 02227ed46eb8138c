"""A server that lost the function library (restarted without its files, or tidied by a newer release) gets it again."""

from __future__ import annotations

from hold_builders import held, place, shown
from inventory_builders import a_shelf, a_store_id, available

from inventory.inventory import Inventory
from inventory.models import HoldPlaced, HoldState, StoreId
from inventory.movements import Movement, MovementType
from runtime.redis_client import RedisClients


async def lose(inventory: Inventory, clients: RedisClients) -> None:
    await clients.writes.function_delete(inventory.library.name)


async def test_whatever_is_called_first_brings_the_library_back(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 5)
    hold = await held(inventory, store_id, (sku, 1))

    await lose(inventory, redis_clients)
    assert isinstance(await place(inventory, store_id, (sku, 1)), HoldPlaced)
    await lose(inventory, redis_clients)
    assert await available(inventory, store_id, sku) == 3
    await lose(inventory, redis_clients)
    assert (await shown(inventory, hold)).state is HoldState.HELD
    await lose(inventory, redis_clients)
    sale = Movement("till", 1, MovementType.SELL, StoreId(store_id), sku, 1)
    assert (await inventory.ledger.apply_movements([sale])).applied == 1
    await lose(inventory, redis_clients)
    assert await inventory.registry.register([a_store_id()])
