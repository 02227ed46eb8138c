"""Single cells of a row are read and written in place, whatever the row's width, and its neighbours never change."""

from __future__ import annotations

import numpy as np
from inventory_builders import a_key, a_sku, cell

from inventory.inventory import Inventory
from inventory.ledger import Counts
from inventory.models import HoldLine, HoldPlaced, Kind, Sku, StoreId

STORES = [StoreId(f"store-{number}") for number in range(9)]


async def a_row(inventory: Inventory, on_hand: int) -> Sku:
    sku = a_sku()
    ordinals = np.array(sorted((await inventory.registry.register(STORES)).values()))
    counts = np.arange(len(STORES)) + on_hand
    await inventory.ledger.set_counts(Counts(sku, ordinals, counts, np.zeros_like(counts)), source="test")
    return sku


async def held(inventory: Inventory, sku: Sku) -> list[int]:
    read = await inventory.rows.read([sku], [Kind.HELD, Kind.ON_HAND, Kind.AVAILABLE])
    rows = {kind: read.rows[sku, kind] for kind in (Kind.HELD, Kind.ON_HAND, Kind.AVAILABLE)}
    assert (rows[Kind.AVAILABLE] == rows[Kind.ON_HAND] - rows[Kind.HELD]).all()
    return [int(units) for units in rows[Kind.HELD]]


async def test_a_counter_grows_through_every_width_and_shrinks_again(inventory: Inventory) -> None:
    for on_hand in (200, 40_000, 900_000):
        sku = await a_row(inventory, on_hand)
        ids, expected = [], [0] * len(STORES)
        for number, quantity in ((4, 100), (4, 99), (0, 1), (8, 200), (4, on_hand - 200)):
            if not quantity:
                continue
            outcome = await inventory.holds.place(STORES[number], [HoldLine(sku, quantity)], idempotency_key=a_key())
            assert isinstance(outcome, HoldPlaced)
            ids.append(outcome.hold.hold_id)
            expected[(await inventory.registry.load()).ordinals[STORES[number]]] += quantity
            assert await held(inventory, sku) == expected
        for hold_id in ids:
            await inventory.holds.cancel(hold_id)
        assert await held(inventory, sku) == [0] * len(STORES)


async def test_a_store_that_is_newer_than_the_row_counts_as_empty_and_can_be_written(inventory: Inventory) -> None:
    sku = await a_row(inventory, 300)
    late = StoreId("store-late")
    ordinals = await inventory.registry.register([late])

    refused = await inventory.holds.place(late, [HoldLine(sku, 1)], idempotency_key=a_key())
    assert not isinstance(refused, HoldPlaced)

    one = Counts(sku, np.array([ordinals[late]]), np.array([70_000]), np.array([0]))
    await inventory.ledger.set_counts(one, source="test")
    placed = await inventory.holds.place(late, [HoldLine(sku, 66_000)], idempotency_key=a_key())
    assert isinstance(placed, HoldPlaced)
    found = await cell(inventory, late, sku)
    assert (found[Kind.HELD], found[Kind.AVAILABLE]) == (66_000, 4_000)
    assert sum(await held(inventory, sku)) == 66_000
