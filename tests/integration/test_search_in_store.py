"""Products at one store: totals and facets are exact for any number of matches; what is not there is not shown."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from inventory_builders import put
from search_builders import load_catalogue
from view_builders import a_search, kept, settled, stock

from inventory.inventory import Inventory
from inventory.keys import Keyspace
from runtime.redis_client import RedisClients
from search.errors import InvalidSearch
from search.folding import fold_value
from search.models import Filters, MatchSet, Product, Tier
from search.products import ProductSearch
from search.schema import catalogue_key, products_index

STORES = ["north", "south {*}|$x", 'e"a\\st', "bare"]
#: A few words have thousands of products, and some have few.
LAMPS = 2_300
CATALOGUE = [
    Product(
        f"lamp-{number:04d}",
        f"Desk lamp {('oak', 'steel', 'brass')[number % 3]} no {number}",
        brand=("Lumen", "LUMEN", "Été & Fils", None)[number % 4],
        category=("Home > Lamps", "Office")[number % 2],
        price=Decimal(number) / 10 if number % 5 else None,
    )
    for number in range(LAMPS)
] + [Product(f"vase-{number}", f"Glass vase {number}", brand="Lumen", category="Home") for number in range(70)]


def shelves() -> dict[str, list[int]]:
    chance = random.Random(11)
    return {product.sku: [chance.choice((0, 0, 1, 2)), chance.choice((0, 1)), 1, 0] for product in CATALOGUE}


@pytest.fixture(scope="module")
async def search(redis_clients: RedisClients) -> AsyncIterator[ProductSearch]:
    """With a view that is kept; its tests change nothing."""
    namespace = f"test-{secrets.token_hex(6)}"
    inventory = await Inventory.open(redis_clients, Keyspace(namespace, "main"))
    build = await load_catalogue(redis_clients, namespace, CATALOGUE)
    await stock(inventory, STORES, shelves())
    async with kept(redis_clients, inventory):
        yield a_search(redis_clients, inventory)
    await redis_clients.writes.execute_command("FT.DROPINDEX", products_index(namespace, build), "DD")


def at(place: int, word: str = "", **filters: object) -> list[Product]:
    """The truth: what the store at this place has of the products with the word in their title."""
    there = shelves()
    return [product for product in CATALOGUE if there[product.sku][place] and word in product.title]


def counted(products: list[Product], field: str) -> dict[str, int]:
    return dict(Counter(fold_value(getattr(product, field)) for product in products if getattr(product, field)))


def shown(matches: MatchSet, facet: str) -> dict[str, int]:
    return {fold_value(each.value): each.count for each in matches.facets[facet]}


@pytest.mark.parametrize("place", range(len(STORES)))
@pytest.mark.parametrize("word", ["lamp", "vase", "oak", "brass", "1234"])
async def test_totals_and_facets_are_those_of_a_count_by_hand(search: ProductSearch, place: int, word: str) -> None:
    matches = await search.find(word, filters=Filters(store_id=STORES[place]), limit=50, facets=True)
    true = at(place, word)
    assert matches.total == len(true)
    assert matches.degraded == ()
    assert matches.tier is (Tier.ALL_TERMS if true else None)
    for field in ("brand", "category"):
        assert shown(matches, field) == counted(true, field)
    assert {hit.product.sku for hit in matches.hits} <= {product.sku for product in true}
    assert len(matches.hits) == min(50, len(true))


async def test_leafing_through_shows_each_product_once_and_the_same_each_time(search: ProductSearch) -> None:
    filters, true = Filters(store_id=STORES[0]), at(0, "lamp")
    pages = [await search.find("lamp", filters=filters, limit=70, offset=offset) for offset in range(0, len(true), 70)]
    seen = [hit.product.sku for page in pages for hit in page.hits]
    assert len(seen) == len(set(seen)) == len(true)
    assert set(seen) == {product.sku for product in true}
    again = await search.find("lamp", filters=filters, limit=70, offset=140)
    assert [hit.product.sku for hit in again.hits] == seen[140:210]


async def test_the_order_is_that_of_the_words(search: ProductSearch) -> None:
    everywhere = await search.find("brass lamp", limit=50)
    there = await search.find("brass lamp", filters=Filters(store_id=STORES[2]), limit=50)
    assert [hit.product.sku for hit in there.hits] == [hit.product.sku for hit in everywhere.hits]
    assert [hit.score for hit in there.hits] == [hit.score for hit in everywhere.hits]


async def test_filters_narrow_what_the_words_and_the_store_leave(search: ProductSearch) -> None:
    filters = Filters("été & fils", "office", Decimal(10), Decimal("100.5"), STORES[1])
    matches = await search.find("lamp", filters=filters, facets=True)
    true = [
        product
        for product in at(1, "lamp")
        if product.brand == "Été & Fils" and product.category == "Office" and product.price
        if 10 <= product.price <= Decimal("100.5")
    ]
    assert (matches.total, shown(matches, "category")) == (len(true), counted(true, "category"))


@pytest.mark.parametrize("place", range(len(STORES)))
async def test_all_that_a_store_has_is_listed_by_sku_and_counted(search: ProductSearch, place: int) -> None:
    filters, true = Filters(store_id=STORES[place]), at(place)
    page = await search.browse(filters, limit=30, offset=60, facets=True)
    assert page.total == len(true)
    assert [hit.product.sku for hit in page.hits] == sorted(product.sku for product in true)[60:90]
    assert shown(page, "brand") == counted(true, "brand")
    assert shown(page, "category") == counted(true, "category")
    assert (page.tier, page.degraded) == (None, ())


@pytest.mark.parametrize(
    ("brand", "low", "high"),
    [
        ("LUMEN", None, None),
        (None, "0.1", "9.9"),
        ("Été & fils", "50", None),
        (None, None, "77.7"),
        ("no | such", None, None),
    ],
)
async def test_what_a_store_has_can_be_filtered(
    search: ProductSearch, brand: str | None, low: str | None, high: str | None
) -> None:
    low_price, high_price = (Decimal(text) if text else None for text in (low, high))
    page = await search.browse(Filters(brand, None, low_price, high_price, STORES[0]), facets=True)
    true = [
        product
        for product in at(0)
        if (brand is None or fold_value(product.brand or "") == fold_value(brand))
        and (low_price is None or (product.price is not None and product.price >= low_price))
        and (high_price is None or (product.price is not None and product.price <= high_price))
    ]
    assert (page.total, shown(page, "category")) == (len(true), counted(true, "category"))


async def test_filters_that_mean_nothing_are_refused(search: ProductSearch) -> None:
    with pytest.raises(InvalidSearch):
        await search.browse(Filters(brand=" ", store_id=STORES[0]))
    with pytest.raises(InvalidSearch):
        await search.browse(Filters(price_min=Decimal("nan"), store_id=STORES[0]))
    assert (await search.browse(Filters(store_id="$x|*"))).total == 0


async def test_what_was_sold_a_moment_ago_is_neither_shown_nor_counted(
    redis_clients: RedisClients, inventory: Inventory, namespace: str
) -> None:
    build = await load_catalogue(redis_clients, namespace, CATALOGUE)
    await stock(inventory, STORES, shelves())
    async with kept(redis_clients, inventory):
        await settled(redis_clients, inventory)
    search = a_search(redis_clients, inventory)  # nobody keeps the view from here on
    first = (await search.find("lamp", filters=Filters(store_id=STORES[0]), limit=1)).hits[0].product
    before = await search.find("lamp", filters=Filters(store_id=STORES[0]), facets=True)
    await put(inventory, STORES[0], first.sku, 0)
    after = await search.find("lamp", filters=Filters(store_id=STORES[0]), facets=True)
    assert after.total == before.total - 1
    assert first.sku not in {hit.product.sku for hit in after.hits}
    assert sum(shown(after, "category").values()) == sum(shown(before, "category").values()) - 1

    page = await search.browse(Filters(store_id=STORES[0]), limit=100)
    gone = page.hits[0].product.sku
    await put(inventory, STORES[0], gone, 0)
    page = await search.browse(Filters(store_id=STORES[0]), limit=100, facets=True)
    assert gone not in {hit.product.sku for hit in page.hits}
    assert page.total <= len(at(0)) - 1
    await redis_clients.writes.execute_command("FT.DROPINDEX", products_index(namespace, build), "DD")


async def test_without_a_view_as_many_as_the_rows_can_judge_are_looked_at_and_that_is_said(
    redis_clients: RedisClients, inventory: Inventory, namespace: str
) -> None:
    build = await load_catalogue(redis_clients, namespace, CATALOGUE)
    await stock(inventory, STORES, shelves())
    search = a_search(redis_clients, inventory)
    cut = await search.find("lamp", filters=Filters(store_id=STORES[2]), facets=True)
    assert (cut.total, cut.degraded) == (200, ("stock_view", "store_filter"))
    whole = await search.find("vase", filters=Filters(store_id=STORES[2]), facets=True)
    assert (whole.total, whole.degraded) == (70, ())
    assert await redis_clients.reads.get(catalogue_key(namespace)) == build.encode()
    await redis_clients.writes.execute_command("FT.DROPINDEX", products_index(namespace, build), "DD")
