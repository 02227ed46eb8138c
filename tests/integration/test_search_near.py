"""What can be had near a point: listed, counted and measured exactly as a count by hand over the ledger says."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from inventory_builders import put
from search_builders import load_catalogue, load_stores
from view_builders import stock

from geo.distance import distances_km
from geo.models import Coordinates
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from runtime.redis_client import RedisClients
from search.availability import Availability
from search.in_store import StoreShelves
from search.models import Filters, MatchSet, NearestStore, Product, Store, Tier
from search.near import Around, NearShelves
from search.products import ProductSearch
from search.schema import products_index
from search.stores import StoreDirectory

CHANCE = random.Random(5)
#: Around the date line, the equator at Greenwich, a pole, a city; twins share a point, so their ids decide.
CENTRES = [(0.0, 180.0), (0.0, 0.0), (89.5, 10.0), (42.36, -71.06)]
STORES = [
    Store(
        f"s{number:02d}",
        f"Store {number}",
        round(max(-90.0, min(90.0, lat + CHANCE.uniform(-1, 1) * (number % 3))), 6),
        round(((lon + CHANCE.uniform(-1, 1) * (number % 3)) + 180) % 360 - 180, 6),
        kind="warehouse" if number % 11 == 5 else "store",
        pickup=number % 7 != 3,
    )
    for number, (lat, lon) in enumerate(CENTRES * 10)
]
CATALOGUE = [
    Product(
        f"lamp-{number:03d}",
        f"Desk lamp {('oak', 'steel')[number % 2]} no {number}",
        brand=f"B{number % 3}",
        category=("Lamps", "Office")[number % 2],
    )
    for number in range(180)
] + [Product(f"vase-{number}", f"Glass vase {number}", category="Home") for number in range(9)]
STOCK = {p.sku: [CHANCE.choice((0, 0, 0, 0, 0, 0, 1, 4)) for _ in STORES] for p in CATALOGUE}


@dataclass(frozen=True)
class Chain:
    search: ProductSearch
    near: NearShelves


@pytest.fixture(scope="module")
async def chain(redis_clients: RedisClients) -> AsyncIterator[Chain]:
    namespace = f"test-{secrets.token_hex(6)}"
    inventory = await Inventory.open(redis_clients, Keyspace(namespace, "main"))
    build = await load_catalogue(redis_clients, namespace, CATALOGUE)
    await load_stores(redis_clients, inventory, STORES)
    await stock(inventory, [store.store_id for store in STORES], STOCK)
    yield a_chain(redis_clients, inventory)
    await redis_clients.writes.execute_command("FT.DROPINDEX", products_index(namespace, build), "DD")


def a_chain(clients: RedisClients, inventory: Inventory) -> Chain:
    directory = StoreDirectory(clients, inventory.keyspace, inventory.registry)
    availability, near = Availability(directory, inventory.rows), NearShelves(directory, inventory.rows)
    search = ProductSearch(
        clients,
        inventory.keyspace.namespace,
        timeout_ms=5_000,
        shelves=StoreShelves(availability.sold_at),
        near=near,
    )
    return Chain(search, near)


def truth(word: str, around: Around) -> dict[str, NearestStore]:
    """By hand: one product after the other, one store after the other."""
    found = {}
    for product in CATALOGUE:
        if word not in product.title.lower():
            continue
        options = []
        for store, units in zip(STORES, STOCK[product.sku], strict=True):
            km = float(distances_km(around.origin, [store.lat], [store.lon])[0])
            if units > 0 and store.kind == "store" and store.pickup and km <= around.radius_km:
                options.append((km, store.store_id, store.name, units))
        if options:
            km, store_id, name, units = min(options)
            found[product.sku] = NearestStore(store_id, name, km, units)
    return found


def shown(matches: MatchSet) -> dict[str, NearestStore]:
    return {hit.product.sku: hit.nearest for hit in matches.hits if hit.nearest is not None}


DRAWN = [
    (lat + CHANCE.uniform(-1, 1) * spread, (lon + CHANCE.uniform(-2, 2) * spread + 180) % 360 - 180)
    for lat, lon in CENTRES[:2] + CENTRES[3:]
    for spread in (0, 0.2, 1)
] + [(0.0, -180.0), (90.0, 0.0), (-90.0, 0.0)]


@pytest.mark.parametrize("radius_km", [0.5, 60, 250, 20_040])
@pytest.mark.parametrize("point", DRAWN)
@pytest.mark.parametrize("word", ["lamp", "vase"])
async def test_what_is_listed_is_what_a_count_by_hand_finds(
    chain: Chain, word: str, point: tuple[float, float], radius_km: float
) -> None:
    around = Around(Coordinates(*point), radius_km)
    true = truth(word, around)
    matches = await chain.search.find(word, around=around, limit=200, facets=True)
    assert shown(matches) == true
    assert len(matches.hits) == matches.total == len(true)
    assert matches.degraded == ()
    assert matches.tier is (Tier.ALL_TERMS if true else None)
    categories = Counter(product.category for product in CATALOGUE if product.sku in true)
    assert {each.value: each.count for each in matches.facets["category"]} == dict(categories)


async def test_pages_neither_repeat_nor_miss(chain: Chain) -> None:
    around = Around(Coordinates(0.0, 0.0), 2_000)
    whole = [hit.product.sku for hit in (await chain.search.find("lamp", around=around, limit=200)).hits]
    assert len(whole) > 60
    leafed: list[str] = []
    for offset in range(0, len(whole) + 7, 7):
        page = await chain.search.find("lamp", around=around, limit=7, offset=offset)
        assert page.total == len(whole)
        leafed += [hit.product.sku for hit in page.hits]
    assert leafed == whole


async def test_filters_hold_near_a_point_too(chain: Chain) -> None:
    around = Around(Coordinates(0.0, 180.0), 20_040)
    matches = await chain.search.find("lamp", around=around, limit=200, filters=Filters(brand="b1"))
    own = {product.sku for product in CATALOGUE if product.brand == "B1"}
    assert shown(matches) == {sku: store for sku, store in truth("lamp", around).items() if sku in own}


async def test_without_narrowing_hits_keep_their_order_and_tell_their_nearest_store(chain: Chain) -> None:
    around = Around(Coordinates(0.0, 0.0), 300)
    plain = await chain.search.find("lamp", limit=30)
    located = await chain.search.with_nearest(plain, around)
    assert [hit.product.sku for hit in located.hits] == [hit.product.sku for hit in plain.hits]
    true = truth("lamp", around)
    assert [hit.nearest for hit in located.hits] == [true.get(hit.product.sku) for hit in plain.hits]


async def test_rows_that_are_read_in_pieces_say_the_same(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    around = Around(Coordinates(0.0, 0.0), 2_000)
    whole = await chain.search.find("lamp", around=around, limit=200, facets=True)
    monkeypatch.setattr("search.near.READ_TOGETHER", 7)
    assert await chain.search.find("lamp", around=around, limit=200, facets=True) == whole


async def test_more_matches_than_are_judged_are_told(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.near.MOST_JUDGED", 60)
    matches = await chain.search.find("lamp", around=Around(Coordinates(0.0, 0.0), 20_040), limit=100)
    assert matches.degraded == ("store_filter",)
    assert matches.total == len(matches.hits) <= 60


async def test_a_movement_shows_at_once(redis_clients: RedisClients, inventory: Inventory, namespace: str) -> None:
    build = await load_catalogue(redis_clients, namespace, [Product("lamp", "Desk lamp")])
    await load_stores(redis_clients, inventory, [Store("near", "Near", 1.0, 1.0), Store("far", "Far", 2.0, 2.0)])
    await put(inventory, "near", "lamp", 1)
    await put(inventory, "far", "lamp", 2)
    search, around = a_chain(redis_clients, inventory).search, Around(Coordinates(1.0, 1.0), 500)
    before = await search.find("lamp", around=around)
    await put(inventory, "near", "lamp", 0)
    after = await search.find("lamp", around=around)
    assert [hit.nearest.store_id for hit in (*before.hits, *after.hits) if hit.nearest] == ["near", "far"]
    await put(inventory, "far", "lamp", 3, safety=3)
    nothing = await search.find("lamp", around=around)
    assert (nothing.hits, nothing.total, nothing.tier) == ((), 0, None)
    await redis_clients.writes.execute_command("FT.DROPINDEX", products_index(namespace, build), "DD")
