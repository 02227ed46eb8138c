"""Round trips are counted at the connection: each is one write to the socket."""

from collections.abc import Callable

import pytest
from inventory_builders import put
from redis.asyncio.connection import AbstractConnection
from search_builders import a_catalogue, load_stores

from geo.models import Coordinates
from inventory.inventory import Inventory
from runtime.redis_client import RedisClients
from search.alternatives import Likeness
from search.availability import Availability
from search.models import Product, Store
from search.near import Around, NearShelves
from search.products import ProductSearch
from search.stores import StoreDirectory

HERE = Coordinates(37.7749, -122.4194)


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many writes went to Redis since the last call."""
    counted = [0]
    send = AbstractConnection.send_packed_command

    async def counting(self: AbstractConnection, *args: object, **kwargs: object) -> None:
        counted[0] += 1
        await send(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(AbstractConnection, "send_packed_command", counting)

    def since() -> int:
        number, counted[0] = counted[0], 0
        return number

    return since


@pytest.mark.parametrize(
    "q", ["pressure cooker", "presure coker", "blue electric pressure cooker thing", "autocuiseur", "zzyzx", "pot-1"]
)
async def test_a_question_by_words_takes_one_trip_for_what_and_one_for_where(
    redis_clients: RedisClients, inventory: Inventory, namespace: str, trips: Callable[[], int], q: str
) -> None:
    catalogue = [Product("pot-1", "Pressure Cooker"), Product("pot-2", "Electric Pressure Cooker Thing")]
    async with a_catalogue(redis_clients, namespace, catalogue):
        await load_stores(redis_clients, inventory, [Store("1", "One", 37.77, -122.41)])
        await put(inventory, "1", "pot-1", 3)
        directory = StoreDirectory(redis_clients, inventory.keyspace, inventory.registry)
        search, availability = ProductSearch(redis_clients, namespace), Availability(directory, inventory.rows)
        await search.refresh()
        await directory.current()
        trips()
        matches = await search.match(q)
        assert trips() == 1
        await availability.nearest(matches.products, HERE)
        assert trips() == 1


async def test_a_question_by_sku_takes_two_trips(
    redis_clients: RedisClients, inventory: Inventory, namespace: str, trips: Callable[[], int]
) -> None:
    async with a_catalogue(redis_clients, namespace, [Product("pot", "Pressure Cooker")]):
        await load_stores(redis_clients, inventory, [Store("1", "One", 37.77, -122.41)])
        await put(inventory, "1", "pot", 3)
        directory = StoreDirectory(redis_clients, inventory.keyspace, inventory.registry)
        search, availability = ProductSearch(redis_clients, namespace), Availability(directory, inventory.rows)
        await directory.current()
        trips()
        products = await search.get(["pot"])
        answer = await availability.nearest(list(products.values()), HERE)
        assert answer.total == 1
        assert trips() == 2


async def test_splits_come_with_the_same_trip(
    redis_clients: RedisClients, inventory: Inventory, trips: Callable[[], int]
) -> None:
    await load_stores(redis_clients, inventory, [Store(str(i), "A store", 37.7 + i / 10, -122.41) for i in range(3)])
    await put(inventory, "0", "pot", 2)
    await put(inventory, "1", "pot", 1)
    directory = StoreDirectory(redis_clients, inventory.keyspace, inventory.registry)
    availability, pot = Availability(directory, inventory.rows), Product("pot", "Pressure Cooker")
    await directory.current()
    trips()
    assert (await availability.nearest([pot], HERE, quantity=3)).splits
    assert trips() == 1
    assert (await availability.nearest_for_basket([(pot, 3)], HERE)).splits
    assert trips() == 1
    assert await availability.splits_for_basket([(pot, 3)], HERE)
    assert trips() == 1


async def test_facets_come_along(redis_clients: RedisClients, namespace: str, trips: Callable[[], int]) -> None:
    async with a_catalogue(redis_clients, namespace, [Product("pot", "Pressure Cooker", brand="Kuhn")]):
        search = ProductSearch(redis_clients, namespace)
        await search.refresh()
        trips()
        assert (await search.find("pressure cooker", facets=True)).facets["brand"]
        assert trips() == 1


@pytest.mark.parametrize(("q", "most"), [("lamp", 3), ("oak lamp 7", 3), ("vase", 2), ("zzyzx", 1), ("lamp-5", 2)])
async def test_what_is_in_stock_near_by_takes_three_trips_at_most(
    redis_clients: RedisClients, inventory: Inventory, namespace: str, trips: Callable[[], int], q: str, most: int
) -> None:
    catalogue = [Product(f"lamp-{n}", f"Oak lamp {n}") for n in range(120)] + [Product("vase", "Glass vase")]
    async with a_catalogue(redis_clients, namespace, catalogue):
        await load_stores(redis_clients, inventory, [Store("1", "One", 37.77, -122.41)])
        for product in catalogue:
            await put(inventory, "1", product.sku, 3)
        directory = StoreDirectory(redis_clients, inventory.keyspace, inventory.registry)
        search = ProductSearch(redis_clients, namespace, near=NearShelves(directory, inventory.rows))
        await search.refresh()
        await directory.current()
        trips()
        found = await search.find(q, around=Around(HERE, 100), facets=True)
        assert trips() <= most
        assert bool(found.hits) == (q != "zzyzx")
        assert await search.alternatives("lamp-5", Likeness.SIMILAR, Around(HERE, 100))
        assert trips() == 3
