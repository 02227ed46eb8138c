import asyncio
import random
from datetime import UTC, datetime

import pytest
from inventory_builders import a_shelf, a_sku, a_store_id, available, cell

from inventory.inventory import Inventory
from inventory.models import MAX_COUNT, Kind, Sku, StoreId
from inventory.movements import Movement, MovementRejected, MovementsApplied, MovementType
from runtime.redis_client import RedisClients


def movement(
    kind: MovementType, store_id: str, sku: str, quantity: int, *, seq: int = 1, source: str = "till-1"
) -> Movement:
    return Movement(source, seq, kind, StoreId(store_id), Sku(sku), quantity, datetime(2026, 1, 2, tzinfo=UTC))


async def stretches(inventory: Inventory, clients: RedisClients) -> list[tuple[int, int]]:
    """First and last of each run of numbers that were applied."""
    stored = await clients.reads.zrange(inventory.keyspace.movement_source("till-1"), 0, -1, withscores=True)
    return [(int(first), int(last)) for first, last in stored]


async def on_hand(inventory: Inventory, store_id: str, sku: str) -> int:
    return (await cell(inventory, store_id, sku))[Kind.ON_HAND]


async def test_every_type_of_movement_changes_what_is_on_hand(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 10)
    for seq, (kind, quantity, expected) in enumerate(
        [
            (MovementType.SELL, 3, 7),
            (MovementType.RECEIVE, 5, 12),
            (MovementType.RETURN, 1, 13),
            (MovementType.ADJUST, -4, 9),
            (MovementType.ADJUST, 2, 11),
            (MovementType.ADJUST, 0, 11),
            (MovementType.COUNT, 300, 300),
            (MovementType.COUNT, 0, 0),
        ],
        start=1,
    ):
        applied = await inventory.ledger.apply_movements([movement(kind, store_id, sku, quantity, seq=seq)])
        assert (applied.applied, applied.rejected) == (1, ())
        assert await on_hand(inventory, store_id, sku) == expected
        assert await available(inventory, store_id, sku) == expected


async def test_a_movement_sent_again_takes_effect_once(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 10)
    sale = movement(MovementType.SELL, store_id, sku, 1)
    assert await inventory.ledger.apply_movements([sale, sale]) == MovementsApplied(1, 1, ())
    replays = await asyncio.gather(*(inventory.ledger.apply_movements([sale]) for _ in range(50)))
    assert set(replays) == {MovementsApplied(0, 1, ())}
    assert await on_hand(inventory, store_id, sku) == 9


async def test_the_same_number_of_another_source_is_another_movement(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 10)
    sales = [movement(MovementType.SELL, store_id, sku, 1, source=source) for source in ("a", "b", "a:b", "a}b")]
    assert (await inventory.ledger.apply_movements(sales)).applied == 4
    assert await on_hand(inventory, store_id, sku) == 6


async def test_movements_may_come_in_any_order_with_gaps_and_copies(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 1_000)
    sales = [movement(MovementType.SELL, store_id, sku, 1, seq=seq) for seq in range(1, 201)]
    sent = sales + random.Random(3).choices(sales, k=200)
    random.Random(4).shuffle(sent)
    counted = await inventory.ledger.apply_movements(sent)
    assert (counted.applied, counted.duplicate) == (200, 200)
    assert await on_hand(inventory, store_id, sku) == 800
    assert await stretches(inventory, redis_clients) == [(1, 200)]


async def test_a_till_that_has_counted_for_years_is_remembered_in_a_few_bytes(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 1_000)
    start = 5_812_331
    sales = [movement(MovementType.SELL, store_id, sku, 1, seq=start + n) for n in range(300) if n not in (100, 200)]
    assert (await inventory.ledger.apply_movements(sales)).applied == 298
    expected = [(start, start + 99), (start + 101, start + 199), (start + 201, start + 299)]
    assert await stretches(inventory, redis_clients) == expected
    assert (await inventory.ledger.apply_movements(sales)).duplicate == 298
    late = [movement(MovementType.SELL, store_id, sku, 1, seq=start + n) for n in (200, -1, 100)]
    assert (await inventory.ledger.apply_movements([*late, *late])) == MovementsApplied(3, 3, ())
    assert await stretches(inventory, redis_clients) == [(start - 1, start + 299)]


async def test_numbers_above_a_gap_are_remembered_until_it_closes(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 100)
    late = [movement(MovementType.SELL, store_id, sku, 1, seq=seq) for seq in (5, 3, 10**15)]
    assert (await inventory.ledger.apply_movements(late + late)).duplicate == 3
    early = [movement(MovementType.SELL, store_id, sku, 1, seq=seq) for seq in (1, 2, 4, 3, 5)]
    assert await inventory.ledger.apply_movements(early) == MovementsApplied(3, 2, ())
    assert await on_hand(inventory, store_id, sku) == 94


async def test_selling_more_than_was_counted_leaves_zero_and_tells_the_shortfall(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 2)
    sale = movement(MovementType.SELL, store_id, sku, 5)
    assert (await inventory.ledger.apply_movements([sale])).applied == 1
    assert await on_hand(inventory, store_id, sku) == 0
    entry = (await inventory.stream.read())[-1]
    assert (entry.op, entry.details["shortfall"], entry.moves[0].on_hand) == ("sell", "3", -2)
    assert (entry.details["source"], entry.details["seq"]) == ("till-1", "1")
    assert entry.details["at"].startswith("2026-01-02T")


async def test_what_is_received_is_carried_from_then_on(inventory: Inventory) -> None:
    _, sku = await a_shelf(inventory, 1)
    store_id, _ = await a_shelf(inventory, 1)
    assert (await cell(inventory, store_id, sku))[Kind.CARRIED] == 0
    await inventory.ledger.apply_movements([movement(MovementType.RECEIVE, store_id, sku, 2)])
    seen = await cell(inventory, store_id, sku)
    assert (seen[Kind.CARRIED], seen[Kind.AVAILABLE]) == (1, 2)


async def test_unknown_stores_products_and_overflows_are_rejected_one_by_one(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, MAX_COUNT - 1)
    outcome = await inventory.ledger.apply_movements(
        [
            movement(MovementType.SELL, a_store_id(), sku, 1, seq=1),
            movement(MovementType.SELL, store_id, sku, 1, seq=2),
            movement(MovementType.RECEIVE, store_id, a_sku(), 1, seq=3),
            movement(MovementType.RECEIVE, store_id, sku, 3, seq=4),
            movement(MovementType.SELL, store_id, "\ud800", 1, seq=5),
            movement(MovementType.SELL, store_id, sku, 0, seq=6),
            movement(MovementType.SELL, store_id, sku, True, seq=7),
            movement(MovementType.SELL, store_id, sku, 1, seq=-1),
            movement(MovementType.SELL, store_id, sku, 1, seq=8, source=""),
            movement(MovementType.ADJUST, store_id, sku, -1_000_001, seq=9),
        ]
    )
    assert (outcome.applied, outcome.duplicate) == (1, 0)
    assert [(rejected.index, rejected.code) for rejected in outcome.rejected] == [
        (0, "not_found"),
        (2, "not_found"),
        (3, "limit_exceeded"),
        (4, "not_found"),
        (5, "bad_request"),
        (6, "bad_request"),
        (7, "bad_request"),
        (8, "bad_request"),
        (9, "bad_request"),
    ]
    assert all(isinstance(rejected, MovementRejected) and rejected.message for rejected in outcome.rejected)
    assert await on_hand(inventory, store_id, sku) == MAX_COUNT - 2


async def test_a_rejected_movement_may_be_corrected_and_sent_again(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 10)
    wrong = movement(MovementType.SELL, a_store_id(), sku, 1)
    assert (await inventory.ledger.apply_movements([wrong])).rejected
    right = movement(MovementType.SELL, store_id, sku, 1)
    assert (await inventory.ledger.apply_movements([right])).applied == 1


@pytest.mark.parametrize("count", [0, 1])
async def test_few_movements_are_fine(inventory: Inventory, count: int) -> None:
    store_id, sku = await a_shelf(inventory, 10)
    sent = [movement(MovementType.SELL, store_id, sku, 1)] * count
    assert (await inventory.ledger.apply_movements(sent)).applied == count
