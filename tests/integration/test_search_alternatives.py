"""Instead of a product: cheaper, another brand, or alike, its own category first, and only what can be had near by."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import numpy as np
import pytest
from inventory_builders import put
from search_builders import a_catalogue, load_stores

from geo.models import Coordinates
from inventory.inventory import Inventory
from runtime.redis_client import RedisClients
from search.alternatives import Alternatives, Likeness
from search.documents import vector_document
from search.models import Product, Store
from search.near import Around, NearShelves
from search.products import ProductSearch
from search.schema import VECTOR_DIMENSIONS, create_vectors_index, vector_key, vectors_index
from search.stores import StoreDirectory

POTS = "Pressure Cookers"
CATALOGUE = [
    Product("duo-6", "Kuhn Duo pressure cooker 6 qt", brand="Kuhn", category=POTS, price=Decimal(100), currency="USD"),
    Product("duo-3", "Kuhn Duo pressure cooker 3 qt", brand="KUHN", category=POTS, price=Decimal(80), currency="USD"),
    Product("foodi", "Ninja pressure cooker", brand="Ninja", category=POTS, price=Decimal(120), currency="USD"),
    Product("steam", "Plain steamer", brand="Ninja", category=POTS, price=Decimal(20), currency="USD"),
    Product("same", "Pressure cooker of equal price", brand="Acme", category=POTS, price=Decimal(100), currency="USD"),
    Product("euro", "Pressure cooker Euro", brand="Acme", category=POTS, price=Decimal(10), currency="EUR"),
    Product("gone", "Pressure cooker gone", brand="Acme", category=POTS, price=Decimal(10), currency="USD"),
    Product("away", "Pressure cooker away", brand="Acme", category=POTS, price=Decimal(10), currency="USD"),
    Product("rice", "Rice cooker", brand="Ninja", category="Rice Cookers", price=Decimal(30), currency="USD"),
    Product("bare", "Pressure cooker bare"),
]
HERE = Around(Coordinates(0.0, 0.0), 50)


@pytest.fixture
async def search(redis_clients: RedisClients, inventory: Inventory, namespace: str) -> AsyncIterator[ProductSearch]:
    async with a_catalogue(redis_clients, namespace, CATALOGUE):
        await load_stores(redis_clients, inventory, [Store("near", "Near", 0.0, 0.1), Store("far", "Far", 9.0, 9.0)])
        for product in CATALOGUE:
            if product.sku != "gone":
                await put(inventory, "far" if product.sku == "away" else "near", product.sku, 2)
        yield a_search(redis_clients, inventory)


def a_search(clients: RedisClients, inventory: Inventory, embedder: object = None) -> ProductSearch:
    directory = StoreDirectory(clients, inventory.keyspace, inventory.registry)
    near = NearShelves(directory, inventory.rows)
    return ProductSearch(clients, inventory.keyspace.namespace, embedder, timeout_ms=5_000, near=near)  # type: ignore[arg-type]


async def instead(search: ProductSearch, sku: str, kind: Likeness, limit: int = 10) -> Alternatives:
    found = await search.alternatives(sku, kind, HERE, limit=limit)
    assert found is not None
    return found


def skus(found: Alternatives) -> list[str]:
    return [hit.product.sku for hit in found.hits]


async def test_alike_are_those_of_the_category_that_are_near_most_alike_first(search: ProductSearch) -> None:
    found = await instead(search, "duo-6", Likeness.SIMILAR)
    assert skus(found)[0] == "duo-3"
    assert set(skus(found)) == {"duo-3", "foodi", "steam", "same", "euro"}
    assert skus(found)[-1] == "steam"
    assert {hit.nearest.store_id for hit in found.hits if hit.nearest} == {"near"}
    assert all(hit.nearest for hit in found.hits)
    assert found.degraded == ("vectors",)


async def test_cheaper_is_strictly_cheaper_in_the_same_currency(search: ProductSearch) -> None:
    assert skus(await instead(search, "duo-6", Likeness.CHEAPER)) == ["duo-3", "steam"]
    assert skus(await instead(search, "steam", Likeness.CHEAPER)) == []


async def test_another_brand_is_not_the_same_one_in_capitals(search: ProductSearch) -> None:
    assert set(skus(await instead(search, "duo-6", Likeness.OTHER_BRAND))) == {"foodi", "steam", "same", "euro"}


async def test_what_cannot_be_compared_is_said(search: ProductSearch) -> None:
    assert (await instead(search, "bare", Likeness.CHEAPER)).degraded == ("price",)
    assert (await instead(search, "bare", Likeness.OTHER_BRAND)).degraded == ("brand",)


async def test_a_product_without_a_category_is_compared_by_its_words(search: ProductSearch) -> None:
    found = await instead(search, "bare", Likeness.SIMILAR)
    assert {"duo-6", "foodi", "rice"} <= set(skus(found))
    assert "steam" not in skus(found)


async def test_the_limit_cuts_what_is_shown_and_not_what_is_counted(search: ProductSearch) -> None:
    found = await instead(search, "duo-6", Likeness.SIMILAR, limit=2)
    assert (len(found.hits), found.total) == (2, 5)


async def test_an_unknown_product_has_none(search: ProductSearch) -> None:
    assert await search.alternatives("NOPE", Likeness.SIMILAR, HERE) is None
    assert await search.alternatives("duo-6}|*", Likeness.SIMILAR, HERE) is None
    assert await search.alternatives("DUO-6", Likeness.SIMILAR, HERE) is None


class Model:
    """Only its name is asked for: the product's own vector is in the index already."""

    digest = "testmodel"


async def test_neighbours_of_other_categories_come_after_the_own_one(
    search: ProductSearch, redis_clients: RedisClients, inventory: Inventory, namespace: str
) -> None:
    await redis_clients.writes.execute_command(*create_vectors_index(namespace, Model.digest))
    for number, product in enumerate(CATALOGUE):
        vector = np.zeros(VECTOR_DIMENSIONS, dtype=np.float32)
        vector[0] = 1
        vector[1] = 0.1 if product.sku == "rice" else number
        document = vector_document(product, vector)
        await redis_clients.writes.hset(vector_key(namespace, Model.digest, product.sku), mapping=dict(document))
    found = await instead(a_search(redis_clients, inventory, Model()), "duo-6", Likeness.SIMILAR)
    assert found.degraded == ()
    assert skus(found)[-1] == "rice"
    assert set(skus(found)) == {"duo-3", "foodi", "steam", "same", "euro", "rice"}
    await redis_clients.writes.execute_command("FT.DROPINDEX", vectors_index(namespace, Model.digest), "DD")
