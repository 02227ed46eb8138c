"""The view of per-store stock follows the ledger exactly, whoever keeps it, and is made anew while it serves."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from inventory_builders import a_key, put
from search_builders import load_catalogue
from view_builders import a_keeper, a_search, at_work, differences, kept, settled, stock

from inventory.inventory import Inventory
from inventory.models import HoldLine, HoldPlaced, Sku, StoreId
from inventory.movements import Movement, MovementType
from runtime.redis_client import RedisClients
from search.errors import IndexMissing
from search.models import Filters, Product
from search.schema import catalogue_key, products_index
from search.stock_view.builds import ViewBuilds
from search.stock_view.follower import Follower
from search.stock_view.lease import LeaseLost
from search.stock_view.reading import StockView
from search.stock_view.refresh import Refresher
from search.stock_view.schema import ViewKeys, create_view_index

STORES = [f"shop {number}" for number in range(12)]
#: Names that mean something to a query language, and two that differ only in case.
ODD = ["A-1,x", "a|b", "{$p0}", 'say "hi"', "*", "-@stores:{0}", "Case", "case", "é è", "a\\b", "(or)", "50%"]
CATALOGUE = [
    Product(sku, f"Thing {number}", brand=f"Brand {number % 3}", category="Cat|{x}", price=Decimal(number))
    for number, sku in enumerate([*ODD, *(f"sku-{number}" for number in range(28))])
]


@pytest.fixture
async def catalogue(redis_clients: RedisClients, namespace: str) -> AsyncIterator[list[Product]]:
    await load_catalogue(redis_clients, namespace, CATALOGUE)
    yield CATALOGUE
    build = await redis_clients.reads.get(catalogue_key(namespace))
    await redis_clients.writes.execute_command("FT.DROPINDEX", products_index(namespace, bytes(build).decode()), "DD")  # type: ignore[arg-type]


async def some_stock(inventory: Inventory) -> None:
    chance = random.Random(7)
    shelves = {product.sku: [chance.choice((0, 0, 1, 5)) for _ in STORES] for product in CATALOGUE}
    await stock(inventory, STORES, shelves)


class Hustle:
    """Movements, holds and what becomes of them, drawn at random."""

    def __init__(self, inventory: Inventory, seed: int) -> None:
        self._inventory = inventory
        self._chance = random.Random(seed)
        self._source = secrets.token_hex(4)
        self._seq = 0
        self._holds: list[HoldPlaced] = []

    async def one(self) -> None:
        sku, store_id = Sku(self._chance.choice(CATALOGUE).sku), StoreId(self._chance.choice(STORES))
        match self._chance.randrange(6):
            case 0 | 1:
                await self._move(MovementType.SELL, store_id, sku, 1)
            case 2:
                await self._move(MovementType.RECEIVE, store_id, sku, 1)
            case 3:
                await self._move(MovementType.COUNT, store_id, sku, self._chance.choice((0, 1, 4)))
            case 4:
                outcome = await self._inventory.holds.place(
                    store_id, [HoldLine(sku, 1)], idempotency_key=a_key(), ttl_seconds=self._chance.choice((1, 900))
                )
                self._holds += [outcome] if isinstance(outcome, HoldPlaced) else []
            case 5 if self._holds:
                await self._inventory.holds.cancel(self._holds.pop().hold.hold_id)

    async def _move(self, kind: MovementType, store_id: StoreId, sku: Sku, quantity: int) -> None:
        self._seq += 1
        movement = Movement(self._source, self._seq, kind, store_id, sku, quantity)
        await self._inventory.ledger.apply_movements([movement])


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_movements_holds_and_expiries_the_view_says_what_the_rows_say(
    redis_clients: RedisClients, inventory: Inventory, catalogue: list[Product], seed: int
) -> None:
    await some_stock(inventory)
    async with kept(redis_clients, inventory) as view:
        assert not await differences(redis_clients, inventory, view)
        hustle = Hustle(inventory, seed)
        for _ in range(300):
            await hustle.one()
        await asyncio.sleep(1.01)
        while await inventory.holds.expire_due():
            pass
        await settled(redis_clients, inventory)
        assert not await differences(redis_clients, inventory, view)


async def test_stock_from_before_the_view_and_of_no_product_is_dealt_with(
    redis_clients: RedisClients, inventory: Inventory, catalogue: list[Product]
) -> None:
    await put(inventory, "shop", "sku-1", 3)
    await put(inventory, "shop", "nobody-sells-this", 3)
    async with kept(redis_clients, inventory) as view:
        assert (await view.browse(0, Filters(), offset=0, limit=10)).skus == ("sku-1",)
        await put(inventory, "later shop", "sku-2", 1)
        await settled(redis_clients, inventory)
        assert (await view.browse(1, Filters(), offset=0, limit=10)).skus == ("sku-2",)


async def test_a_shelf_is_asked_for_many_products_at_once_whatever_they_are_called(
    redis_clients: RedisClients, inventory: Inventory, catalogue: list[Product]
) -> None:
    await stock(inventory, STORES[:2], {sku: [1, 0] for sku in ODD if sku != "case"})
    async with kept(redis_clients, inventory) as view:
        asked = [product.sku for product in CATALOGUE] + ["no such"] * 3
        assert set(await view.among(0, asked)) == set(ODD) - {"case"}
        assert set(await view.among(0, [*asked, *(f"none-{n}" for n in range(2_500))])) == set(ODD) - {"case"}
        assert await view.among(1, asked) == {}


async def test_the_view_is_made_anew_while_everybody_reads_and_moves(
    redis_clients: RedisClients, inventory: Inventory, catalogue: list[Product]
) -> None:
    await some_stock(inventory)
    await stock(inventory, ["quiet"], {"sku-1": [1], "sku-2": [1]})
    async with kept(redis_clients, inventory) as view:
        quiet = (await inventory.registry.load()).ordinals["quiet"]
        before, builder, hustle = (
            await settled(redis_clients, inventory),
            a_keeper(redis_clients, inventory),
            Hustle(inventory, 3),
        )
        rebuilding = asyncio.create_task(builder.rebuild())
        while not rebuilding.done():
            await hustle.one()
            assert (await view.browse(quiet, Filters(), offset=0, limit=10)).total == 2
        assert await rebuilding > 0
        assert await settled(redis_clients, inventory) != before
        for _ in range(50):
            await hustle.one()
        await settled(redis_clients, inventory)
        assert not await differences(redis_clients, inventory, view)
        assert await leftovers(redis_clients, inventory) == 1


async def leftovers(redis_clients: RedisClients, inventory: Inventory) -> int:
    """How many builds have documents."""
    prefix = ViewKeys(inventory.keyspace).alias()
    builds = set()
    async for key in redis_clients.reads.scan_iter(match=f"{prefix}:v*", count=5_000):
        builds.add(bytes(key).decode().removeprefix(prefix).split(":")[1])
    return len(builds - {"live"})


async def test_what_a_builder_left_behind_is_removed(
    redis_clients: RedisClients, inventory: Inventory, catalogue: list[Product]
) -> None:
    await some_stock(inventory)
    keys = ViewKeys(inventory.keyspace)
    builds = ViewBuilds(redis_clients, keys)
    half_made = await builds.create()
    await redis_clients.writes.hset(keys.document(half_made, "x"), mapping={"sku": "x", "stores": "1"})
    async with kept(redis_clients, inventory):
        assert await leftovers(redis_clients, inventory) == 1
        assert not await redis_clients.reads.scard(keys.doomed())


async def test_when_the_follower_dies_another_takes_over_within_seconds(
    redis_clients: RedisClients, inventory: Inventory, catalogue: list[Product]
) -> None:
    await some_stock(inventory)
    async with kept(redis_clients, inventory):
        pass
    keys = ViewKeys(inventory.keyspace)
    # Whoever held it is gone without giving it back.
    await redis_clients.writes.set(keys.follower(), "token of the dead", px=1_000)
    await put(inventory, STORES[0], "sku-1", 0)
    await put(inventory, STORES[1], "sku-1", 9)
    async with (
        asyncio.timeout(5),
        at_work(a_keeper(redis_clients, inventory)),
        at_work(a_keeper(redis_clients, inventory)),
    ):
        await settled(redis_clients, inventory)
        assert not await differences(redis_clients, inventory, StockView(redis_clients, inventory.keyspace))


async def test_a_follower_that_was_away_too_long_writes_nothing(
    redis_clients: RedisClients, inventory: Inventory, catalogue: list[Product]
) -> None:
    await some_stock(inventory)
    async with kept(redis_clients, inventory):
        build = await settled(redis_clients, inventory)
    keys = ViewKeys(inventory.keyspace)
    refresher = Refresher(redis_clients, keys, inventory.rows)
    live = await ViewBuilds(redis_clients, keys).live()
    assert live is not None
    sleeper = Follower(
        refresher, inventory.stream, build, live.position, live.catalogue, {keys.follower(): b"its token of old"}
    )
    await redis_clients.writes.set(keys.follower(), "another's token", px=30_000)
    await put(inventory, STORES[0], "sku-1", 77)
    before = await redis_clients.reads.hgetall(keys.document(build, "sku-1"))
    await put(inventory, STORES[0], "sku-1", 0)
    with pytest.raises(LeaseLost):
        await sleeper.step()
    assert await redis_clients.reads.hgetall(keys.document(build, "sku-1")) == before


async def test_a_new_catalogue_changes_brands_and_takes_products_off_the_view(
    redis_clients: RedisClients, inventory: Inventory, namespace: str, catalogue: list[Product]
) -> None:
    await stock(inventory, STORES[:1], {"sku-1": [1], "sku-2": [1], "sku-99": [1]})
    async with kept(redis_clients, inventory) as view:
        shelf = await view.browse(0, Filters(), offset=0, limit=10)
        assert (shelf.skus, shelf.total) == (("sku-1", "sku-2"), 2)
        await redis_clients.writes.delete(f"{namespace}:skus")
        await load_catalogue(redis_clients, namespace, [Product("sku-2", "Thing", brand="New"), Product("sku-99", "T")])
        await settled(redis_clients, inventory)
        shelf = await view.browse(0, Filters(), offset=0, limit=10)
        assert (shelf.skus, shelf.total) == (("sku-2", "sku-99"), 2)
        assert [(facet.value, facet.count) for facet in shelf.facets["brand"]] == [("New", 1)]
        assert shelf.facets["category"] == ()
        assert (await view.state()).fresh


async def test_a_view_that_is_older_than_the_ledger_reaches_is_made_anew(
    redis_clients: RedisClients, inventory: Inventory, catalogue: list[Product]
) -> None:
    await some_stock(inventory)
    async with kept(redis_clients, inventory):
        before = await settled(redis_clients, inventory)
    for units in (3, 0, 5):
        await put(inventory, STORES[0], "sku-1", units)
    await put(inventory, STORES[0], "sku-2", 5)
    await redis_clients.writes.xtrim(inventory.keyspace.ledger(), maxlen=1, approximate=False)
    async with at_work(a_keeper(redis_clients, inventory)):
        async with asyncio.timeout(10):
            while await settled(redis_clients, inventory) == before:  # noqa: ASYNC110  # Redis tells nobody
                await asyncio.sleep(0.05)
        assert not await differences(redis_clients, inventory, StockView(redis_clients, inventory.keyspace))


async def test_a_view_that_another_release_defined_otherwise_is_made_anew(
    redis_clients: RedisClients, inventory: Inventory, catalogue: list[Product]
) -> None:
    await some_stock(inventory)
    async with kept(redis_clients, inventory):
        before = await settled(redis_clients, inventory)
    await redis_clients.writes.hset(ViewKeys(inventory.keyspace).about(before), "definition", "of old")
    async with at_work(a_keeper(redis_clients, inventory)):
        assert await settled(redis_clients, inventory) != before


async def test_how_far_behind_the_view_is_is_known(
    redis_clients: RedisClients, inventory: Inventory, catalogue: list[Product]
) -> None:
    view = StockView(redis_clients, inventory.keyspace)
    assert not (await view.state()).exists
    await some_stock(inventory)
    async with kept(redis_clients, inventory) as kept_view:
        state = await kept_view.state()
        assert (state.fresh, state.lag_seconds) == (True, 0.0)
    await put(inventory, STORES[0], "sku-1", 99)
    await asyncio.sleep(0.05)
    state = await StockView(redis_clients, inventory.keyspace).state()
    assert state.lag_seconds is not None
    assert 0.04 <= state.lag_seconds < 5
    # As after a restart, while RediSearch reads the documents in.
    keys = ViewKeys(inventory.keyspace)
    build = bytes(await redis_clients.reads.get(keys.live())).decode()  # type: ignore[arg-type]
    await redis_clients.writes.hincrby(keys.about(build), "documents", 1)
    assert not (await StockView(redis_clients, inventory.keyspace).state()).fresh


async def test_without_a_view_a_shelf_cannot_be_browsed(
    redis_clients: RedisClients, inventory: Inventory, catalogue: list[Product]
) -> None:
    await some_stock(inventory)
    with pytest.raises(IndexMissing):
        await a_search(redis_clients, inventory).browse(Filters(store_id=STORES[0]))


def test_the_view_has_tags_only_and_no_stop_words(inventory: Inventory) -> None:
    command = create_view_index(ViewKeys(inventory.keyspace), "v1")
    fields = command[command.index("SCHEMA") + 1 :]
    assert command[command.index("STOPWORDS") + 1] == 0
    assert fields.count("TAG") == fields.count("SEPARATOR") == 7
    assert not {"TEXT", "NUMERIC", "VECTOR", "GEO"} & set(fields)
