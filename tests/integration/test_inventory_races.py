"""The promise under real concurrency: who gets units, and how many times one request counts."""

import asyncio

import pytest
from inventory_builders import a_key, a_shelf, a_sku, cell, put

from inventory.inventory import Inventory
from inventory.models import HoldChanged, HoldLine, HoldPlaced, InsufficientStock, Kind


@pytest.mark.parametrize("safety", [0, 1])
@pytest.mark.parametrize("trial", range(25))
async def test_a_thousand_callers_for_ten_units_get_exactly_ten(inventory: Inventory, safety: int, trial: int) -> None:
    store_id, sku = await a_shelf(inventory, 10 + safety, safety=safety)
    outcomes = await asyncio.gather(
        *(inventory.holds.place(store_id, [HoldLine(sku, 1)], idempotency_key=a_key()) for _ in range(1_000))
    )
    assert sum(isinstance(outcome, HoldPlaced) for outcome in outcomes) == 10
    assert sum(isinstance(outcome, InsufficientStock) for outcome in outcomes) == 990
    left = await cell(inventory, store_id, sku)
    assert (left[Kind.HELD], left[Kind.AVAILABLE], left[Kind.ON_HAND] - left[Kind.HELD]) == (10, 0, safety)


async def test_a_hundred_copies_of_one_request_hold_once_and_hear_the_same(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 50)
    key = a_key()
    outcomes = await asyncio.gather(
        *(inventory.holds.place(store_id, [HoldLine(sku, 2)], idempotency_key=key) for _ in range(100))
    )
    placed = [outcome for outcome in outcomes if isinstance(outcome, HoldPlaced)]
    assert len(placed) == 100
    assert len({outcome.hold for outcome in placed}) == 1
    assert sum(not outcome.replayed for outcome in placed) == 1
    assert (await cell(inventory, store_id, sku))[Kind.AVAILABLE] == 48


async def test_baskets_that_share_products_never_oversell_either(inventory: Inventory) -> None:
    store_id, first = await a_shelf(inventory, 30)
    second = a_sku()
    await put(inventory, store_id, second, 20)
    baskets = [[HoldLine(first, 2), HoldLine(second, 1)], [HoldLine(second, 2), HoldLine(first, 1)]]
    outcomes = await asyncio.gather(
        *(inventory.holds.place(store_id, baskets[n % 2], idempotency_key=a_key()) for n in range(200))
    )
    placed = [outcome.hold for outcome in outcomes if isinstance(outcome, HoldPlaced)]
    for sku, stock in ((first, 30), (second, 20)):
        held = sum(line.held for hold in placed for line in hold.lines if line.sku == sku)
        seen = await cell(inventory, store_id, sku)
        assert seen[Kind.HELD] == held <= stock
        assert seen[Kind.AVAILABLE] == stock - held


async def test_a_hundred_cancellations_free_the_units_once(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 5)
    placed = await inventory.holds.place(store_id, [HoldLine(sku, 3)], idempotency_key=a_key())
    assert isinstance(placed, HoldPlaced)
    outcomes = await asyncio.gather(*(inventory.holds.cancel(placed.hold.hold_id) for _ in range(100)))
    assert sum(isinstance(outcome, HoldChanged) and not outcome.repeated for outcome in outcomes) == 1
    assert (await cell(inventory, store_id, sku))[Kind.AVAILABLE] == 5


async def test_counts_that_arrive_during_a_run_on_the_shelf_lose_no_hold(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 40)

    async def recount() -> None:
        for on_hand in (60, 25, 40) * 5:
            await put(inventory, store_id, sku, on_hand)

    outcomes, _ = await asyncio.gather(
        asyncio.gather(
            *(inventory.holds.place(store_id, [HoldLine(sku, 1)], idempotency_key=a_key()) for _ in range(300))
        ),
        recount(),
    )
    held = sum(isinstance(outcome, HoldPlaced) for outcome in outcomes)
    seen = await cell(inventory, store_id, sku)
    assert seen[Kind.HELD] == held <= 60
    assert seen[Kind.AVAILABLE] == max(0, 40 - held)
