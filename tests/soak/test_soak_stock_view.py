"""Ten minutes of five hundred movements a second over a catalogue of full size: p99 of a movement's way into the view.

SOAK_VIEW_SECONDS shortens it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from search_builders import a_catalogue
from view_builders import differences, kept, settled, stock
from view_freshness import PROBED, Traffic

from inventory.inventory import Inventory
from runtime.redis_client import RedisClients
from search.models import Product

WriteResult = Callable[[str, Mapping[str, object]], None]

SECONDS = float(os.environ.get("SOAK_VIEW_SECONDS", "600"))
PRODUCTS, STORES_EACH = 20_000, 200


@pytest.mark.soak
@pytest.mark.timeout(SECONDS + 900)
async def test_the_view_stays_within_a_second_of_the_ledger(
    redis_clients: RedisClients, inventory: Inventory, namespace: str, write_result: WriteResult
) -> None:
    stores = [f"shop {number}" for number in range(STORES_EACH)]
    products = [Product(f"sku-{number:06d}", f"Thing {number}", brand=f"B{number % 90}") for number in range(PRODUCTS)]
    shelf = [1] * (STORES_EACH + 1)
    async with a_catalogue(redis_clients, namespace, products):
        await stock(inventory, [*stores, PROBED], {product.sku: shelf for product in products})
        async with kept(redis_clients, inventory, patience_seconds=300) as view:
            skus = [product.sku for product in products]
            traffic = Traffic(inventory, stores, [str(sku) for sku in np.random.default_rng(3).permutation(skus)])
            result = await traffic.run(view, rate=500, seconds=SECONDS)
            print(f"\n{result}")
            assert result.rate >= 475
            assert result.percentile(0.99) <= 1.0, str(result)
            await settled(redis_clients, inventory)
            assert not await differences(redis_clients, inventory, view)
    write_result(
        "soak-stock-view",
        {
            "movements_per_second": round(result.rate, 1),
            "seconds": SECONDS,
            "probes": len(result.seconds),
            "seen_after_ms": result.milliseconds(),
        },
    )
