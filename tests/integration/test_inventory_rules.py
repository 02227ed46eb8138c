"""The rules of taking units, each with a test that names it: H1 to H4, H9, H10, H19, H22."""

import asyncio
from dataclasses import replace

import pytest
from hold_builders import (
    a_hold,
    everything,
    held,
    lines_of,
    lists_naming,
    place,
    run_out,
    shown,
    units_of,
    who,
)
from inventory_builders import a_key, a_shelf, a_sku, a_store_id, available, cell, put
from ledger_words import word_of

from inventory.errors import InvalidRequest
from inventory.inventory import Inventory
from inventory.models import (
    Customer,
    HeldLine,
    HoldHasExpired,
    HoldPlaced,
    HoldState,
    HoldWrongState,
    IdempotencyConflict,
    InsufficientStock,
    Kind,
    LineShortage,
    Sku,
    StoreId,
    UnknownProduct,
    UnknownStore,
)
from inventory.movements import Movement, MovementType
from inventory.terms import Asker, Limits
from runtime.redis_client import RedisClients


async def a_basket(inventory: Inventory, *units: int) -> tuple[StoreId, list[Sku]]:
    """One store with that many units of new products."""
    store_id, skus = a_store_id(), [a_sku() for _ in units]
    for sku, on_hand in zip(skus, units, strict=True):
        await put(inventory, store_id, sku, on_hand)
    return store_id, skus


async def test_h01_check_and_take_are_one_step_over_all_lines(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, skus = await a_basket(inventory, 3, 3, 1)
    before = await redis_clients.reads.info("commandstats")
    await held(inventory, store_id, (skus[0], 1), (skus[1], 1), (skus[2], 1))
    after = await redis_clients.reads.info("commandstats")
    calls = {name: after[name]["calls"] - before.get(name, {"calls": 0})["calls"] for name in after}
    assert calls["cmdstat_fcall"] == 1
    outcomes = await asyncio.gather(
        *(place(inventory, store_id, (skus[n % 2], 1), (skus[n % 2 - 1], 1)) for n in range(40))
    )
    assert sum(isinstance(outcome, HoldPlaced) for outcome in outcomes) == 2
    assert [await available(inventory, store_id, sku) for sku in skus] == [0, 0, 0]


async def test_h02_lines_of_one_product_are_summed_before_anything_is_checked(inventory: Inventory) -> None:
    store_id, (sku, other) = await a_basket(inventory, 10, 10)
    refused = await place(inventory, store_id, (sku, 6), (other, 1), (sku, 5))
    assert refused == InsufficientStock(store_id, (LineShortage(store_id, sku, 11, 10, carried=True),))
    hold = await held(inventory, store_id, (sku, 6), (other, 1), (sku, 4))
    assert hold.lines == (HeldLine(sku, 10, 10), HeldLine(other, 1, 1))
    assert (await cell(inventory, store_id, sku))[Kind.HELD] == 10


async def test_h02_duplicate_lines_count_together_for_limits_and_for_what_a_hold_may_ask(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 100)
    asker = who("ann", Limits(units_per_sku=5))
    assert word_of(await place(inventory, store_id, (sku, 3), (sku, 3), asker=asker)) == "units_per_sku"
    with pytest.raises(InvalidRequest):
        await place(inventory, store_id, (sku, 600_000), (sku, 600_000))


@pytest.mark.parametrize("quantity", [0, -1, 1.5, float("nan"), float("inf"), "2", None, True, 1_000_001, 2**63])
async def test_h03_a_quantity_is_a_whole_number_within_bounds(
    inventory: Inventory, redis_clients: RedisClients, quantity: int
) -> None:
    store_id, sku = await a_shelf(inventory, 10)
    before = await everything(inventory, redis_clients)
    with pytest.raises(InvalidRequest):
        await place(inventory, store_id, (sku, quantity))
    assert await everything(inventory, redis_clients) == before


async def test_h03_what_is_unknown_is_said_and_never_created(inventory: Inventory, redis_clients: RedisClients) -> None:
    store_id, sku = await a_shelf(inventory, 10)
    nowhere, nothing = a_store_id(), a_sku()
    hold = await held(inventory, store_id, (sku, 1))
    before = await everything(inventory, redis_clients)
    assert await place(inventory, nowhere, (sku, 1)) == UnknownStore(nowhere)
    assert await place(inventory, store_id, (sku, 1), (nothing, 1)) == UnknownProduct((nothing,))
    assert await inventory.holds.move(hold.hold_id, nowhere) == UnknownStore(nowhere)
    key, lines = a_key(), lines_of((nothing, 1))
    replaced = await inventory.holds.replace(hold.hold_id, store_id, lines, idempotency_key=key)
    assert replaced == UnknownProduct((nothing,))
    parts = [(store_id, lines_of((sku, 1))), (nowhere, lines_of((sku, 1)))]
    assert await inventory.groups.place(parts, idempotency_key=a_key()) == UnknownStore(nowhere)
    assert await everything(inventory, redis_clients) == before


async def test_h04_the_same_key_and_body_get_the_first_answer_and_have_no_second_effect(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 3)
    key = a_key()
    first = await place(inventory, store_id, (sku, 2), idempotency_key=key)
    assert isinstance(first, HoldPlaced)
    refused_key = a_key()
    refused = await place(inventory, store_id, (sku, 2), idempotency_key=refused_key)
    before = await everything(inventory, redis_clients)
    assert await place(inventory, store_id, (sku, 2), idempotency_key=key) == replace(first, replayed=True)
    assert isinstance(refused, InsufficientStock)
    again = await place(inventory, store_id, (sku, 2), idempotency_key=refused_key)
    assert again == replace(refused, replayed=True)
    assert await everything(inventory, redis_clients) == before


async def test_h04_the_same_key_with_another_body_is_a_conflict(inventory: Inventory) -> None:
    store_id, (sku, other) = await a_basket(inventory, 9, 9)
    elsewhere = a_store_id()
    await put(inventory, elsewhere, sku, 9)
    key = a_key()
    await place(inventory, store_id, (sku, 2), idempotency_key=key)
    for store, wishes, more in (
        (store_id, [(sku, 3)], {}),
        (store_id, [(other, 2)], {}),
        (store_id, [(sku, 1), (sku, 1)], {}),
        (elsewhere, [(sku, 2)], {}),
        (store_id, [(sku, 2)], {"ttl_seconds": 901}),
        (store_id, [(sku, 2)], {"allow_partial": True}),
        (store_id, [(sku, 2)], {"asker": Asker(customer=Customer(id="ann"))}),
    ):
        assert await place(inventory, store, *wishes, idempotency_key=key, **more) == IdempotencyConflict()
    assert await available(inventory, store_id, sku) == 7


async def test_h04_every_way_of_placing_is_repeatable_and_a_key_names_one_request_of_one_caller(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 9)
    elsewhere = a_store_id()
    await put(inventory, elsewhere, sku, 9)
    key, holds = a_key(), inventory.holds
    old = await held(inventory, store_id, (sku, 1), idempotency_key=key)
    parts = [(store_id, lines_of((sku, 1))), (elsewhere, lines_of((sku, 1)))]
    for attempt in (
        lambda: inventory.groups.place(parts, idempotency_key=key),
        lambda: holds.place(store_id, lines_of((sku, 1)), idempotency_key=key, asker=Asker(principal="another")),
        lambda: holds.replace(old.hold_id, store_id, lines_of((sku, 2)), idempotency_key=f"{key}-2"),
    ):
        assert word_of(await attempt()) == "placed"
        before = await everything(inventory, redis_clients)
        assert word_of(await attempt()) == "replayed"
        assert await everything(inventory, redis_clients) == before


async def test_h09_the_owner_may_take_his_own_units_anew(inventory: Inventory, redis_clients: RedisClients) -> None:
    store_id, sku = await a_shelf(inventory, 3)
    old = await held(inventory, store_id, (sku, 3), asker=who("ann"))
    asked = inventory.holds.replace
    new = await asked(old.hold_id, store_id, lines_of((sku, 2)), idempotency_key=a_key(), asker=who("ann"))
    assert isinstance(new, HoldPlaced)
    ended = await shown(inventory, old)
    assert (ended.state, ended.moved_to, new.hold.moved_from) == (HoldState.MOVED, new.hold.hold_id, old.hold_id)
    assert await available(inventory, store_id, sku) == 1
    assert await units_of(inventory, redis_clients, "ann") == {sku: 2}
    assert await lists_naming(inventory, redis_clients, old) == []


async def test_h09_a_replacement_that_cannot_be_held_leaves_the_old_hold_as_it_was(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, (sku, scarce) = await a_basket(inventory, 3, 0)
    old = await held(inventory, store_id, (sku, 2))
    key = a_key()
    refused = await inventory.holds.replace(old.hold_id, store_id, lines_of((sku, 4)), idempotency_key=key)
    assert refused == InsufficientStock(store_id, (LineShortage(store_id, sku, 4, 3, carried=True),))
    lines = lines_of((sku, 1), (scarce, 1))
    assert isinstance(
        await inventory.holds.replace(old.hold_id, store_id, lines, idempotency_key=a_key()), InsufficientStock
    )
    assert await shown(inventory, old) == old
    assert (await cell(inventory, store_id, sku))[Kind.HELD] == 2


async def test_h09_units_of_a_hold_that_has_ended_are_nobodys_own(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 2)
    old = await held(inventory, store_id, (sku, 2))
    await run_out(inventory, redis_clients, old)
    lines = lines_of((sku, 1))
    refused = await inventory.holds.replace(old.hold_id, store_id, lines, idempotency_key=a_key())
    assert isinstance(refused, HoldHasExpired)
    another = await held(inventory, store_id, (sku, 1))
    await inventory.holds.cancel(another.hold_id)
    refused = await inventory.holds.replace(another.hold_id, store_id, lines, idempotency_key=a_key())
    assert isinstance(refused, HoldWrongState)
    assert await available(inventory, store_id, sku) == 2


async def test_h10_a_basket_is_held_whole_or_not_at_all(inventory: Inventory, redis_clients: RedisClients) -> None:
    store_id, (plenty, scarce, none) = await a_basket(inventory, 9, 1, 0)
    before = await everything(inventory, redis_clients)
    refused = await place(inventory, store_id, (plenty, 3), (scarce, 2), (none, 1))
    assert refused == InsufficientStock(
        store_id,
        (LineShortage(store_id, scarce, 2, 1, carried=True), LineShortage(store_id, none, 1, 0, carried=True)),
    )
    changed = await everything(inventory, redis_clients)
    assert {key for key in changed if changed[key] != before.get(key)} == changed.keys() - before.keys()
    assert len(changed) == len(before) + 1  # the answer that is kept under its key


async def test_h10_whoever_takes_a_part_hears_of_each_line_what_is_held(inventory: Inventory) -> None:
    store_id, (plenty, scarce, none) = await a_basket(inventory, 9, 1, 0)
    hold = await held(inventory, store_id, (plenty, 3), (scarce, 2), (none, 1), allow_partial=True)
    assert hold.lines == (HeldLine(plenty, 3, 3), HeldLine(scarce, 2, 1), HeldLine(none, 1, 0))
    assert [await available(inventory, store_id, sku) for sku in (plenty, scarce, none)] == [6, 0, 0]
    refused = await place(inventory, store_id, (scarce, 1), (none, 1), allow_partial=True)
    assert isinstance(refused, InsufficientStock)


async def test_h19_a_substitute_is_taken_and_the_other_given_back_in_one_call(inventory: Inventory) -> None:
    store_id, (wanted, instead) = await a_basket(inventory, 2, 1)
    hold = await held(inventory, store_id, (wanted, 1))
    swapped = await inventory.holds.replace(hold.hold_id, store_id, lines_of((instead, 1)), idempotency_key=a_key())
    assert isinstance(swapped, HoldPlaced)
    assert [await available(inventory, store_id, sku) for sku in (wanted, instead)] == [2, 0]
    entries = [entry for entry in await inventory.stream.read() if entry.op.startswith("hold_")]
    assert [entry.op for entry in entries] == ["hold_placed", "hold_moved", "hold_placed"]


async def test_h22_shipping_and_pick_up_race_on_the_same_counter(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 10, safety=2)

    async def allocate(seq: int) -> bool:
        order = Movement("orders", seq, MovementType.ALLOCATE, store_id, sku, 1)
        return (await inventory.ledger.apply_movements([order])).applied == 1

    allocated, placed = await asyncio.gather(
        asyncio.gather(*(allocate(seq) for seq in range(1, 21))),
        asyncio.gather(*(place(inventory, store_id, (sku, 1)) for _ in range(20))),
    )
    holds = sum(isinstance(outcome, HoldPlaced) for outcome in placed)
    now = await cell(inventory, store_id, sku)
    assert (now[Kind.ALLOCATED], now[Kind.HELD]) == (sum(allocated), holds)
    assert (sum(allocated) + holds, now[Kind.AVAILABLE]) == (8, 0)


async def test_h22_a_unit_that_is_held_is_not_shipped_and_one_allocated_is_not_held(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    hold = await a_hold(inventory, on_hand=1, quantity=1)
    sku = hold.lines[0].sku
    order = Movement("orders", 1, MovementType.ALLOCATE, hold.store_id, sku, 1)
    assert [each.code for each in (await inventory.ledger.apply_movements([order])).rejected] == ["insufficient_stock"]
    await run_out(inventory, redis_clients, hold)
    assert (await inventory.ledger.apply_movements([order])).applied == 1
    assert isinstance(await place(inventory, hold.store_id, (sku, 1)), InsufficientStock)
