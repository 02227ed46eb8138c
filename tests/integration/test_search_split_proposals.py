"""Splits from the real ledger: which stores count, what stands beside them, and when none are proposed."""

from collections.abc import Mapping

import pytest
from inventory_builders import a_key, put
from search_builders import load_stores

from geo.models import Coordinates
from inventory.inventory import Inventory
from inventory.models import HoldLine, HoldPlaced, Sku, StoreId
from runtime.redis_client import RedisClients
from search.availability import Availability
from search.errors import InvalidSearch
from search.models import Product, SplitProposal, Store
from search.stores import StoreDirectory

#: On the equator and the prime meridian: a place like any other.
ZERO = Coordinates(0.0, 0.0)
POT, PAN, LID = Product("pot", "Pressure cooker"), Product("pan", "Frying pan"), Product("lid", "Lid")


def east(store_id: str, kilometres: float, **details: object) -> Store:
    """A store so far east of the origin."""
    return Store(store_id, f"Store {store_id}", 0.0, kilometres / 111.32, **details)  # type: ignore[arg-type]


async def a_chain(
    clients: RedisClients, inventory: Inventory, stores: Mapping[Store, Mapping[str, int]]
) -> Availability:
    await load_stores(clients, inventory, list(stores))
    for store, shelf in stores.items():
        for sku, on_hand in shelf.items():
            await put(inventory, store.store_id, sku, on_hand)
    return Availability(StoreDirectory(clients, inventory.keyspace, inventory.registry), inventory.rows)


def told(proposals: tuple[SplitProposal, ...]) -> list[str]:
    """As one would say it: "2 pot at a + 1 pot at b"."""
    return [
        " + ".join(
            ", ".join(f"{number} {product.sku}" for product, number in part.lines) + f" at {part.store.store_id}"
            for part in proposal.parts
        )
        for proposal in proposals
    ]


async def test_two_here_and_one_there_stand_beside_three_farther_away(
    redis_clients: RedisClients, inventory: Inventory
) -> None:
    stores = {east("a", 3): {"pot": 2}, east("b", 5): {"pot": 1}, east("c", 9): {"pot": 3}, east("d", 11): {"pot": 9}}
    availability = await a_chain(redis_clients, inventory, stores)
    answer = await availability.nearest([POT], ZERO, quantity=3, radius_km=6)
    assert told(answer.splits) == ["3 pot at c", "2 pot at a + 1 pot at b"]
    assert answer.nearest_beyond_radius is not None
    assert answer.nearest_beyond_radius.store.store_id == "c"
    split = answer.splits[1]
    assert [part.distance_km for part in split.parts] == [pytest.approx(3, abs=0.01), pytest.approx(5, abs=0.01)]
    assert split.total_distance_km == pytest.approx(8, abs=0.02)
    assert await availability.splits_for_basket([(POT, 3)], ZERO, radius_km=6) == answer.splits
    assert (await availability.nearest_for_basket([(POT, 3)], ZERO, radius_km=6)).splits == answer.splits


async def test_where_one_store_has_everything_there_is_nothing_to_split(
    redis_clients: RedisClients, inventory: Inventory
) -> None:
    stores = {east("a", 3): {"pot": 2}, east("b", 5): {"pot": 1}, east("c", 9): {"pot": 3}}
    availability = await a_chain(redis_clients, inventory, stores)
    assert (await availability.nearest([POT], ZERO, quantity=3)).splits == ()
    assert (await availability.nearest_for_basket([(POT, 2), (POT, 1)], ZERO)).splits == ()
    asked = await availability.splits_for_basket([(POT, 2), (POT, 1)], ZERO)
    assert told(asked) == ["3 pot at c", "2 pot at a + 1 pot at b"]


async def test_a_single_store_beyond_the_radius_is_no_split(redis_clients: RedisClients, inventory: Inventory) -> None:
    availability = await a_chain(redis_clients, inventory, {east("a", 3): {"pot": 1}, east("b", 900): {"pot": 3}})
    answer = await availability.nearest([POT], ZERO, quantity=3)
    assert (answer.splits, answer.results) == ((), ())
    assert answer.nearest_beyond_radius is not None
    assert told(await availability.splits_for_basket([(POT, 3)], ZERO)) == ["3 pot at b"]


async def test_only_stores_that_hand_out_holds_take_part(redis_clients: RedisClients, inventory: Inventory) -> None:
    stores = {
        east("a", 3): {"pot": 2},
        east("off", 1, pickup=False): {"pot": 2},
        east("dc", 2, kind="warehouse"): {"pot": 99},
        east("b", 5): {"pot": 1},
    }
    availability = await a_chain(redis_clients, inventory, stores)
    assert told((await availability.nearest([POT], ZERO, quantity=3)).splits) == ["2 pot at a + 1 pot at b"]
    assert (await availability.nearest([POT], ZERO, quantity=4)).splits == ()


async def test_what_is_held_cannot_be_split(redis_clients: RedisClients, inventory: Inventory) -> None:
    stores = {east("a", 3): {"pot": 2}, east("b", 5): {"pot": 1}, east("c", 7): {"pot": 1}}
    availability = await a_chain(redis_clients, inventory, stores)
    placed = await inventory.holds.place(StoreId("b"), [HoldLine(Sku("pot"), 1)], idempotency_key=a_key())
    assert isinstance(placed, HoldPlaced)
    assert told((await availability.nearest([POT], ZERO, quantity=3)).splits) == ["2 pot at a + 1 pot at c"]


async def test_products_that_mean_the_same_words_are_not_mixed_and_the_best_one_is_split(
    redis_clients: RedisClients, inventory: Inventory
) -> None:
    stores = {east("a", 3): {"pot": 1, "pan": 2, "lid": 2}, east("b", 5): {"pot": 1, "pan": 1, "lid": 2}}
    availability = await a_chain(redis_clients, inventory, stores)
    answer = await availability.nearest([POT, PAN, LID], ZERO, quantity=3)
    assert told(answer.splits) == ["2 pan at a + 1 pan at b"]
    other = await availability.nearest([LID, POT, PAN], ZERO, quantity=3)
    assert told(other.splits) == ["2 lid at a + 1 lid at b"]


async def test_a_basket_is_split_line_by_line(redis_clients: RedisClients, inventory: Inventory) -> None:
    stores = {
        east("a", 3): {"pot": 2, "pan": 1},
        east("b", 5): {"pan": 3},
        east("c", 8): {"pot": 1, "lid": 1},
        east("d", 9): {"lid": 1, "pan": 2},
    }
    availability = await a_chain(redis_clients, inventory, stores)
    answer = await availability.nearest_for_basket([(POT, 2), (PAN, 3), (LID, 1)], ZERO)
    assert told(answer.splits) == [
        "2 pot, 1 pan at a + 2 pan, 1 lid at d",
        "2 pot, 1 pan at a + 2 pan at b + 1 lid at c",
    ]
    two = await availability.splits_for_basket([(POT, 2), (PAN, 3), (LID, 1)], ZERO, max_stops=2, limit=5)
    assert two == answer.splits[:1]


async def test_equal_distances_are_settled_by_store_id(redis_clients: RedisClients, inventory: Inventory) -> None:
    stores = {east(store_id, 4): {"pot": 1} for store_id in ("d", "b", "c", "a")}
    availability = await a_chain(redis_clients, inventory, stores)
    assert told((await availability.nearest([POT], ZERO, quantity=2)).splits) == [
        "1 pot at a + 1 pot at b",
        "1 pot at a + 1 pot at c",
        "1 pot at a + 1 pot at d",
    ]


@pytest.mark.parametrize("quantity", [5, 10**6, 10**30])
async def test_what_nobody_has_is_not_proposed(
    redis_clients: RedisClients, inventory: Inventory, quantity: int
) -> None:
    availability = await a_chain(redis_clients, inventory, {east("a", 3): {"pot": 2}, east("b", 5): {"pot": 1}})
    assert (await availability.nearest([POT, PAN], ZERO, quantity=quantity)).splits == ()
    assert (await availability.nearest_for_basket([(POT, quantity), (PAN, 1)], ZERO)).splits == ()
    assert await availability.splits_for_basket([(POT, quantity)], ZERO) == ()
    assert await availability.splits_for_basket([(POT, 3)], Coordinates(40.0, 0.0), radius_km=1) == ()
    assert await availability.splits_for_basket([], ZERO) == ()


@pytest.mark.parametrize(
    "wrong", [{"max_stops": 0}, {"max_stops": 4}, {"limit": 0}, {"limit": 21}, {"radius_km": float("nan")}]
)
async def test_numbers_that_cannot_be_meant_are_refused(
    redis_clients: RedisClients, inventory: Inventory, wrong: dict[str, float]
) -> None:
    availability = await a_chain(redis_clients, inventory, {})
    with pytest.raises(InvalidSearch):
        await availability.splits_for_basket([(POT, 1)], ZERO, **wrong)  # type: ignore[arg-type]
