"""Availability against an oracle that is slow and obviously right, and rule by rule."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from inventory_builders import a_key
from search_builders import load_stores

from geo.distance import distance_km
from geo.models import Coordinates
from inventory.inventory import Inventory
from inventory.ledger import Counts
from inventory.models import HoldLine, HoldPlaced, Sku, StoreId
from runtime.redis_client import RedisClients
from search.availability import Availability
from search.errors import InvalidSearch
from search.models import Level, Product, Skipped, SkipReason, Store
from search.stores import StoreDirectory

SAN_FRANCISCO = Coordinates(37.7749, -122.4194)


@dataclass(frozen=True)
class Shelf:
    on_hand: int
    safety: int = 0


Stock = dict[tuple[str, str], Shelf]


@dataclass(frozen=True)
class Chain:
    """Some stores with their stock, and the thing under test."""

    inventory: Inventory
    availability: Availability
    stores: Sequence[Store]
    stock: Stock


async def a_chain(clients: RedisClients, inventory: Inventory, stores: Sequence[Store], stock: Stock) -> Chain:
    await load_stores(clients, inventory, stores)
    ordinals = (await inventory.registry.load()).ordinals
    for sku in sorted({sku for _, sku in stock}):
        cells = {store_id: shelf for (store_id, of), shelf in stock.items() if of == sku}
        counts = Counts(
            Sku(sku),
            np.array([ordinals[store_id] for store_id in cells]),
            np.array([shelf.on_hand for shelf in cells.values()]),
            np.array([shelf.safety for shelf in cells.values()]),
        )
        await inventory.ledger.set_counts(counts, source="test")
    directory = StoreDirectory(clients, inventory.keyspace, inventory.registry)
    return Chain(inventory, Availability(directory, inventory.rows), stores, stock)


def a_row_of_stores(count: int, **details: object) -> list[Store]:
    """Stores named 0, 1, 2, … each about 11 km farther north than the one before."""
    return [Store(str(i), f"Store {i}", 37.7749 + i / 10, -122.4194, **details) for i in range(count)]  # type: ignore[arg-type]


POT = Product("pot", "Pressure cooker")
PAN = Product("pan", "Frying pan")


async def test_the_nearest_store_with_enough_comes_first_and_the_ones_before_it_are_explained(
    redis_clients: RedisClients, inventory: Inventory
) -> None:
    stores = [
        *a_row_of_stores(5),
        Store("off", "No pickup", 37.77, -122.42, pickup=False),
        Store("dc", "Warehouse", 37.7749, -122.4194, kind="warehouse"),
    ]
    stock = {
        ("0", "pot"): Shelf(0),
        ("1", "pot"): Shelf(2),
        ("2", "pot"): Shelf(5, safety=5),
        ("4", "pot"): Shelf(9, safety=1),
        ("off", "pot"): Shelf(9),
        ("dc", "pot"): Shelf(999),
    }
    chain = await a_chain(redis_clients, inventory, stores, stock)
    answer = await chain.availability.nearest([POT], SAN_FRANCISCO, quantity=3)
    assert [(found.store.store_id, found.items[0].available) for found in answer.results] == [("4", 8)]
    assert answer.results[0].distance_km == pytest.approx(44.4, abs=0.2)
    assert [(s.store_id, s.reason, s.short_by) for s in answer.skipped] == [
        ("0", SkipReason.OUT_OF_STOCK, None),
        ("off", SkipReason.PICKUP_OFF, None),
        ("1", SkipReason.INSUFFICIENT, 1),
        ("2", SkipReason.SAFETY_STOCK, None),
        ("3", SkipReason.NOT_CARRIED, None),
    ]
    assert (answer.total, answer.next_cursor, answer.nearest_beyond_radius) == (1, None, None)


async def test_a_store_beyond_the_radius_is_told_only_when_there_is_none_within(
    redis_clients: RedisClients, inventory: Inventory
) -> None:
    stock = {("0", "pot"): Shelf(0), ("2", "pot"): Shelf(1), ("3", "pot"): Shelf(1)}
    chain = await a_chain(redis_clients, inventory, a_row_of_stores(4), stock)
    near = await chain.availability.nearest([POT], SAN_FRANCISCO, radius_km=15)
    assert (near.results, near.total) == ((), 0)
    assert near.nearest_beyond_radius is not None
    assert near.nearest_beyond_radius.store.store_id == "2"
    assert [skipped.store_id for skipped in near.skipped] == ["0", "1"]
    wide = await chain.availability.nearest([POT], SAN_FRANCISCO, radius_km=30)
    assert [found.store.store_id for found in wide.results] == ["2"]
    assert wide.nearest_beyond_radius is None


async def test_pages_show_every_store_once_even_when_stock_changes_between_them(
    redis_clients: RedisClients, inventory: Inventory
) -> None:
    stock = {(str(i), "pot"): Shelf(1) for i in range(7)}
    chain = await a_chain(redis_clients, inventory, a_row_of_stores(7), stock)
    first = await chain.availability.nearest([POT], SAN_FRANCISCO, limit=3)
    assert first.total == 7
    assert first.next_cursor is not None
    await chain.inventory.holds.place(StoreId("0"), [HoldLine(Sku("pot"), 1)], idempotency_key=a_key())
    second = await chain.availability.nearest([POT], SAN_FRANCISCO, limit=3, cursor=first.next_cursor)
    third = await chain.availability.nearest([POT], SAN_FRANCISCO, limit=3, cursor=second.next_cursor)
    pages = [[found.store.store_id for found in page.results] for page in (first, second, third)]
    assert pages == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
    assert third.next_cursor is None


async def test_a_cursor_holds_when_the_products_come_in_another_order(
    redis_clients: RedisClients, inventory: Inventory
) -> None:
    stock = {(str(i), "pot"): Shelf(1) for i in range(3)}
    chain = await a_chain(redis_clients, inventory, a_row_of_stores(3), stock)
    first = await chain.availability.nearest([POT, PAN], SAN_FRANCISCO, limit=2)
    second = await chain.availability.nearest([PAN, POT], SAN_FRANCISCO, limit=2, cursor=first.next_cursor)
    assert [found.store.store_id for found in second.results] == ["2"]


@pytest.mark.parametrize("cursor", ["x", "%%%", "é", "AAAA", "W10", "a" * 5_000])
async def test_a_cursor_that_is_not_ours_is_refused(
    redis_clients: RedisClients, inventory: Inventory, cursor: str
) -> None:
    chain = await a_chain(redis_clients, inventory, a_row_of_stores(1), {})
    with pytest.raises(InvalidSearch):
        await chain.availability.nearest([POT], SAN_FRANCISCO, cursor=cursor)


async def test_a_cursor_of_another_question_is_refused(redis_clients: RedisClients, inventory: Inventory) -> None:
    stock = {(str(i), "pot"): Shelf(1) for i in range(3)}
    chain = await a_chain(redis_clients, inventory, a_row_of_stores(3), stock)
    page = await chain.availability.nearest([POT], SAN_FRANCISCO, limit=1)
    with pytest.raises(InvalidSearch):
        await chain.availability.nearest([POT], SAN_FRANCISCO, limit=1, quantity=2, cursor=page.next_cursor)


async def test_a_hold_is_seen_by_the_next_question(redis_clients: RedisClients, inventory: Inventory) -> None:
    chain = await a_chain(redis_clients, inventory, a_row_of_stores(1), {("0", "pot"): Shelf(1)})
    placed = await chain.inventory.holds.place(StoreId("0"), [HoldLine(Sku("pot"), 1)], idempotency_key=a_key())
    assert isinstance(placed, HoldPlaced)
    answer = await chain.availability.nearest([POT], SAN_FRANCISCO)
    assert answer.results == ()
    assert [skipped.reason for skipped in answer.skipped] == [SkipReason.OUT_OF_STOCK]


async def test_a_store_shows_the_products_that_it_can_give_in_the_order_of_the_match_set(
    redis_clients: RedisClients, inventory: Inventory
) -> None:
    stock = {("0", "pan"): Shelf(2), ("1", "pot"): Shelf(3), ("1", "pan"): Shelf(1)}
    chain = await a_chain(redis_clients, inventory, a_row_of_stores(2), stock)
    answer = await chain.availability.nearest([POT, PAN], SAN_FRANCISCO)
    shown = [[(item.product.sku, item.level) for item in found.items] for found in answer.results]
    assert shown == [[("pan", Level.LOW)], [("pot", Level.IN_STOCK), ("pan", Level.LOW)]]
    twice = await chain.availability.nearest([POT, PAN], SAN_FRANCISCO, quantity=3)
    assert [found.store.store_id for found in twice.results] == ["1"]
    assert twice.skipped == (
        Skipped("0", "Store 0", twice.skipped[0].distance_km, SkipReason.INSUFFICIENT, short_by=1),
    )


async def test_a_basket_needs_every_line_at_one_store(redis_clients: RedisClients, inventory: Inventory) -> None:
    stock = {("0", "pot"): Shelf(5), ("1", "pot"): Shelf(5), ("1", "pan"): Shelf(2)}
    chain = await a_chain(redis_clients, inventory, a_row_of_stores(2), stock)
    answer = await chain.availability.nearest_for_basket([(POT, 1), (PAN, 1), (PAN, 1)], SAN_FRANCISCO)
    assert [found.store.store_id for found in answer.results] == ["1"]
    assert [item.product.sku for item in answer.results[0].items] == ["pot", "pan"]
    assert [(skipped.store_id, skipped.reason) for skipped in answer.skipped] == [("0", SkipReason.NOT_CARRIED)]
    assert (await chain.availability.nearest_for_basket([(PAN, 3)], SAN_FRANCISCO)).total == 0
    assert (await chain.availability.nearest_for_basket([], SAN_FRANCISCO)).total == 0


async def test_one_store_tells_every_product_even_the_missing_ones(
    redis_clients: RedisClients, inventory: Inventory
) -> None:
    chain = await a_chain(redis_clients, inventory, a_row_of_stores(1), {("0", "pot"): Shelf(1)})
    there = await chain.availability.at_store([POT, PAN], "0")
    assert there is not None
    assert [(item.available, item.level, item.carried) for item in there.items] == [
        (1, Level.LOW, True),
        (0, Level.OUT, False),
    ]
    assert await chain.availability.at_store([POT], "nowhere") is None
    assert await chain.availability.sold_at(["pot", "pan"], "0") == {"pot"}
    assert await chain.availability.sold_at(["pot"], "nowhere") == frozenset()


async def test_a_store_that_opens_is_found_without_a_restart(redis_clients: RedisClients, inventory: Inventory) -> None:
    chain = await a_chain(redis_clients, inventory, a_row_of_stores(2), {("0", "pot"): Shelf(1)})
    assert (await chain.availability.nearest([POT], SAN_FRANCISCO)).total == 1
    opened = Store("new", "New", 37.7749, -122.4194)
    again = await a_chain(redis_clients, inventory, [opened], {("new", "pot"): Shelf(4)})
    assert again.inventory is chain.inventory
    answer = await chain.availability.nearest([POT], SAN_FRANCISCO)
    assert [found.store.store_id for found in answer.results] == ["0", "new"]


async def test_an_aisle_and_a_store_price_are_shown(redis_clients: RedisClients, inventory: Inventory) -> None:
    chain = await a_chain(redis_clients, inventory, a_row_of_stores(1), {})
    numbers = await inventory.ledger.aisle_numbers(["A1", "F37"])
    one = np.array([1])
    counts = Counts(Sku("pot"), np.array([0]), one, None, one * numbers["F37"], one * 49_990)
    await inventory.ledger.set_counts(counts, source="test")
    answer = await chain.availability.nearest([POT], SAN_FRANCISCO)
    assert answer.results[0].items[0].aisle == "F37"
    assert str(answer.results[0].items[0].price) == "49.99"


@pytest.mark.parametrize(
    "wrong",
    [{"quantity": 0}, {"quantity": -1}, {"radius_km": -1.0}, {"radius_km": float("nan")}, {"limit": 0}, {"limit": 101}],
)
async def test_numbers_that_cannot_be_meant_are_refused(
    redis_clients: RedisClients, inventory: Inventory, wrong: dict[str, float]
) -> None:
    chain = await a_chain(redis_clients, inventory, a_row_of_stores(1), {})
    with pytest.raises(InvalidSearch):
        await chain.availability.nearest([POT], SAN_FRANCISCO, **wrong)  # type: ignore[arg-type]


async def test_no_products_are_available_nowhere(redis_clients: RedisClients, inventory: Inventory) -> None:
    chain = await a_chain(redis_clients, inventory, a_row_of_stores(3), {})
    answer = await chain.availability.nearest([], SAN_FRANCISCO)
    assert (answer.results, answer.skipped, answer.nearest_beyond_radius, answer.total) == ((), (), None, 0)


def oracle(chain: Chain, skus: Sequence[str], origin: Coordinates, quantity: int, radius_km: float) -> list[str]:
    """Every store in the radius that can give the quantity, nearest first: one at a time, in plain Python."""
    found = []
    for store in chain.stores:
        distance = distance_km(origin, Coordinates(store.lat, store.lon))
        shelves = [chain.stock.get((store.store_id, sku), Shelf(0)) for sku in skus]
        enough = any(max(0, shelf.on_hand - shelf.safety) >= quantity for shelf in shelves)
        if store.kind == "store" and store.pickup and enough and distance <= radius_km:
            found.append((distance, store.store_id))
    return [store_id for _, store_id in sorted(found)]


async def test_answers_equal_the_oracle_anywhere_on_earth(redis_clients: RedisClients, inventory: Inventory) -> None:
    draw = random.Random(20)
    special = [(0.0, 0.0), (0.0, 180.0), (51.9, -179.9), (52.0, 179.9), (90.0, 0.0), (-90.0, 10.0), (18.4, -66.0)]
    places = [*special, *((draw.uniform(-90, 90), draw.uniform(-180, 180)) for _ in range(80))]
    stores = [
        Store(
            f"s{draw.randrange(10**6)}-{i}",
            "A store",
            *places[i % len(places)],  # some stores share a place
            kind="warehouse" if i % 17 == 0 else "store",
            pickup=i % 13 != 0,
        )
        for i in range(120)
    ]
    skus = [f"p{i}" for i in range(6)]
    stock = {
        (store.store_id, sku): Shelf(draw.choice([0, 0, 1, 2, 3, 9, 300]), draw.choice([0, 0, 1, 4]))
        for store in stores
        for sku in skus
        if draw.random() < 0.4
    }
    chain = await a_chain(redis_clients, inventory, stores, stock)
    for _ in range(200):
        asked = draw.sample(skus, draw.randint(1, 4))
        origin = Coordinates(*draw.choice([*special, (draw.uniform(-90, 90), draw.uniform(-180, 180))]))
        quantity, radius_km = draw.choice([1, 2, 5, 400]), draw.choice([0.0, 500.0, 5_000.0, 25_000.0])
        answer = await chain.availability.nearest(
            [Product(sku, sku) for sku in asked], origin, quantity=quantity, radius_km=radius_km, limit=100
        )
        expected = oracle(chain, asked, origin, quantity, radius_km)
        assert [found.store.store_id for found in answer.results] == expected[:100]
        assert answer.total == len(expected)
        beyond = oracle(chain, asked, origin, quantity, 1e9)[:1] if not expected else []
        shown = [answer.nearest_beyond_radius.store.store_id] if answer.nearest_beyond_radius else []
        assert shown == beyond
