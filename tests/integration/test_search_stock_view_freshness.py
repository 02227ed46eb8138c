"""The view shows a movement within a second while five hundred come each second. `make soak` has the long version."""

from __future__ import annotations

from search_builders import a_catalogue
from view_builders import differences, kept, settled, stock
from view_freshness import PROBED, Traffic

from inventory.inventory import Inventory
from runtime.redis_client import RedisClients
from search.models import Product

STORES = [f"shop {number}" for number in range(30)]


async def test_five_hundred_movements_a_second_are_seen_within_a_second(
    redis_clients: RedisClients, inventory: Inventory, namespace: str
) -> None:
    products = [Product(f"sku-{number}", f"Thing {number}") for number in range(400)]
    async with a_catalogue(redis_clients, namespace, products):
        await stock(inventory, [*STORES, PROBED], {product.sku: [1] * (len(STORES) + 1) for product in products})
        async with kept(redis_clients, inventory) as view:
            traffic = Traffic(inventory, STORES, [product.sku for product in products])
            result = await traffic.run(view, rate=500, seconds=3)
            assert len(result.seconds) > 20
            assert result.percentile(0.9) <= 1.0, str(result)
            await settled(redis_clients, inventory)
            assert not await differences(redis_clients, inventory, view)
