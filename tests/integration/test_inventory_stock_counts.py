import numpy as np
import pytest
from inventory_builders import a_key, a_shelf, a_sku, a_store_id, cell, put

from inventory.errors import InvalidRequest
from inventory.inventory import Inventory
from inventory.ledger import Counts
from inventory.models import HoldLine, HoldPlaced, Kind, Sku
from runtime.redis_client import RedisClients


async def test_a_store_keeps_its_ordinal_for_ever(inventory: Inventory) -> None:
    first, second, third = a_store_id(), a_store_id(), a_store_id()
    assert await inventory.registry.register([first, second]) == {first: 0, second: 1}
    before = await inventory.registry.load()
    assert await inventory.registry.register([second, first, second]) == {second: 1, first: 0}
    assert (await inventory.registry.load()) == before
    assert await inventory.registry.register([third, first]) == {third: 2, first: 0}
    assert (await inventory.registry.load()).version > before.version


async def test_a_change_of_store_details_can_be_announced(inventory: Inventory) -> None:
    before = (await inventory.registry.load()).version
    assert await inventory.registry.announce() > before


async def test_thousands_of_stores_are_registered_in_order(inventory: Inventory) -> None:
    store_ids = [f"s{number}" for number in range(2_500)]
    assert list((await inventory.registry.register(store_ids)).values()) == list(range(2_500))


@pytest.mark.parametrize("count", [0, 1, 255, 256, 65_535, 65_536, 1_000_000_000])
async def test_a_row_widens_to_hold_any_count_and_its_neighbours_keep_theirs(inventory: Inventory, count: int) -> None:
    stores, sku = [a_store_id() for _ in range(9)], a_sku()
    await inventory.registry.register(stores)
    for place, store_id in enumerate(stores):
        await put(inventory, store_id, sku, place + 1)
    await put(inventory, stores[4], sku, count)
    seen = [(await cell(inventory, store_id, sku))[Kind.AVAILABLE] for store_id in stores]
    assert seen == [1, 2, 3, 4, count, 6, 7, 8, 9]


async def test_a_new_row_takes_one_cell_per_store_and_no_spare_room(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    await inventory.registry.register([f"s{number}" for number in range(1_000)])
    await put(inventory, "s3", "p", 7)
    row = inventory.keyspace.row(Kind.ON_HAND, "p")
    assert await redis_clients.reads.strlen(row) == 1_001
    assert await redis_clients.reads.memory_usage(row) < 1_300


async def test_a_row_grows_when_stores_are_added(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 5)
    later = [a_store_id() for _ in range(20)]
    await inventory.registry.register(later)
    await put(inventory, later[-1], sku, 300)
    assert (await cell(inventory, store_id, sku))[Kind.AVAILABLE] == 5
    assert (await cell(inventory, later[-1], sku))[Kind.AVAILABLE] == 300
    assert (await cell(inventory, later[0], sku))[Kind.AVAILABLE] == 0


async def test_an_empty_shelf_is_not_the_same_as_a_product_that_is_not_carried(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    elsewhere, _ = await a_shelf(inventory, 1)
    assert (await cell(inventory, store_id, sku))[Kind.CARRIED] == 1
    assert (await cell(inventory, elsewhere, sku))[Kind.CARRIED] == 0
    assert [shown.store_id for shown in await inventory.ledger.cells(sku)] == [store_id]


async def test_safety_stock_is_never_promised(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 3, safety=1)
    assert (await cell(inventory, store_id, sku))[Kind.AVAILABLE] == 2
    await put(inventory, store_id, sku, 1, safety=4)
    assert (await cell(inventory, store_id, sku))[Kind.AVAILABLE] == 0


async def test_a_count_keeps_live_holds(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 5)
    held = await inventory.holds.place(store_id, [HoldLine(sku, 2)], idempotency_key=a_key())
    assert isinstance(held, HoldPlaced)
    await put(inventory, store_id, sku, 9)
    assert (await cell(inventory, store_id, sku))[Kind.AVAILABLE] == 7
    await put(inventory, store_id, sku, 1)
    low = await cell(inventory, store_id, sku)
    assert (low[Kind.AVAILABLE], low[Kind.HELD], low[Kind.ON_HAND]) == (0, 2, 1)
    await inventory.holds.cancel(held.hold.hold_id)
    assert (await cell(inventory, store_id, sku))[Kind.AVAILABLE] == 1


async def test_the_same_counts_twice_change_nothing_and_say_nothing_in_the_ledger(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 5, safety=1)
    end = await inventory.stream.last_id()
    await put(inventory, store_id, sku, 5, safety=1)
    assert await inventory.stream.last_id() == end


async def test_a_column_that_is_not_given_stays_as_it_is(inventory: Inventory) -> None:
    store_id, sku = a_store_id(), a_sku()
    ordinal = np.array([(await inventory.registry.register([store_id]))[store_id]])
    numbers = await inventory.ledger.aisle_numbers(["A1", "B2", "A1"])
    assert numbers == {"A1": 1, "B2": 2}
    one = np.array([1])
    await inventory.ledger.set_counts(
        Counts(sku, ordinal, one * 9, safety=one, aisle=one * numbers["B2"], price=one * 12_990), source="feed"
    )
    await inventory.ledger.set_counts(Counts(sku, ordinal, one * 4), source="feed")
    shown = (await inventory.ledger.cells(sku))[0]
    assert (shown.on_hand, shown.safety, shown.available) == (4, 1, 3)
    assert (shown.aisle, shown.price_thousandths) == ("B2", 12_990)


async def test_aisle_labels_keep_their_numbers(inventory: Inventory) -> None:
    await inventory.ledger.aisle_numbers(["A1", "A2"])
    assert await inventory.ledger.aisle_numbers(["A3", "A1"]) == {"A3": 3, "A1": 1}


async def test_many_products_are_set_at_once_and_counted_exactly(inventory: Inventory) -> None:
    await inventory.registry.register([f"s{number}" for number in range(300)])
    draw = np.random.default_rng(7)
    batch = []
    for number in range(250):
        places = np.sort(draw.choice(300, size=40, replace=False))
        batch.append(Counts(Sku(f"p{number}"), places, draw.integers(0, 900, 40), draw.integers(0, 3, 40)))
    assert (await inventory.ledger.set_counts_many(batch, source="feed")).count == 250 * 40
    assert (await inventory.ledger.set_counts_many(batch, source="feed")).count == 0
    read = await inventory.rows.read([counts.sku for counts in batch], [Kind.ON_HAND, Kind.AVAILABLE, Kind.CARRIED])
    for counts in batch:
        assert counts.safety is not None
        expected = np.zeros(300, dtype=np.int64)
        expected[counts.ordinals] = counts.on_hand
        assert (read.rows[counts.sku, Kind.ON_HAND] == expected).all()
        expected[counts.ordinals] = np.maximum(0, counts.on_hand - counts.safety)
        assert (read.rows[counts.sku, Kind.AVAILABLE] == expected).all()
        assert read.rows[counts.sku, Kind.CARRIED].sum() == 40


async def test_a_batch_that_names_a_product_twice_is_refused_whole(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 5)
    first, last = (Counts(sku, np.array([0]), np.array([count])) for count in (7, 5))
    with pytest.raises(InvalidRequest, match="only once"):
        await inventory.ledger.set_counts_many([first, last], source="feed")
    assert (await cell(inventory, store_id, sku))[Kind.ON_HAND] == 5


async def test_nothing_is_written_any_more_once_a_batch_has_failed(inventory: Inventory) -> None:
    await a_shelf(inventory, 5)
    nowhere = Counts(Sku("bad"), np.array([9]), np.array([1]))
    fine = [Counts(Sku(f"p{number}"), np.array([0]), np.array([1])) for number in range(1_000)]
    with pytest.raises(InvalidRequest, match="registry"):
        await inventory.ledger.set_counts_many([nowhere, *fine], source="feed")
    end = await inventory.stream.last_id()
    for _ in range(20):
        await inventory.rows.read([Sku("p1")], [Kind.ON_HAND])
    assert await inventory.stream.last_id() == end


@pytest.mark.parametrize("text", ["", "\ud800", "a\r\nb", "\x00", "x" * 300])
async def test_ids_that_nobody_could_ask_for_are_not_created(inventory: Inventory, text: str) -> None:
    await a_shelf(inventory, 5)
    with pytest.raises(InvalidRequest):
        await inventory.registry.register([text])
    with pytest.raises(InvalidRequest):
        await inventory.ledger.set_counts(Counts(Sku(text), np.array([0]), np.array([1])), source="feed")
    assert await inventory.ledger.cells(Sku(text)) == []


async def test_more_stores_than_lua_can_unpack_at_once_are_counted_in_one_call(inventory: Inventory) -> None:
    total = 9_000
    await inventory.registry.register([f"s{number}" for number in range(total)])
    counts = np.arange(total) * 7
    everywhere = Counts(Sku("p"), np.arange(total), counts)
    assert (await inventory.ledger.set_counts(everywhere, source="feed")).count == total
    read = await inventory.rows.read([Sku("p")], [Kind.AVAILABLE, Kind.CARRIED])
    assert (read.rows[Sku("p"), Kind.AVAILABLE] == counts).all()
    assert read.rows[Sku("p"), Kind.CARRIED].sum() == total
    entry = (await inventory.stream.read())[-1]
    assert {move.ordinal: move.on_hand for move in entry.moves} == {n: n * 7 for n in range(1, total)}


async def test_the_rows_of_a_large_chain_stay_small(inventory: Inventory, redis_clients: RedisClients) -> None:
    stores, products = 1_573, 120
    await inventory.registry.register([f"s{number}" for number in range(stores)])
    draw = np.random.default_rng(11)
    batch = []
    for number in range(products):
        places = np.concatenate([np.sort(draw.choice(1_565, size=196, replace=False)), np.arange(1_569, 1_573)])
        on_hand = np.concatenate([draw.integers(0, 15, 196), draw.integers(0, 900, 4)])
        aisle = draw.integers(1, 312, 200)
        batch.append(Counts(Sku(f"p{number}"), places, on_hand, draw.integers(0, 2, 200), aisle))
    await inventory.ledger.set_counts_many(batch, source="feed")
    rows = [inventory.keyspace.row(kind, counts.sku) for counts in batch for kind in Kind]
    used = [await redis_clients.reads.memory_usage(row) or 0 for row in rows]
    assert sum(used) / products * 48_194 < 700_000_000  # with a warehouse's large counts in every product
    assert sum(used) / (products * stores) < 8.5  # bytes for all kinds of a cell together
