"""The rules of where units are held, each with a test that names it: H11 groups, H12 one store, H13 moves."""

import pytest
from hold_builders import (
    confirmed,
    everything,
    held,
    lines_of,
    lists_naming,
    place,
    run_out,
    shown,
    tomorrow,
    units_of,
    who,
    window,
)
from inventory_builders import a_key, a_shelf, a_sku, a_store_id, available, cell, put
from ledger_words import word_of

from inventory.errors import InvalidRequest
from inventory.inventory import Inventory
from inventory.models import (
    GroupChanged,
    GroupPlaced,
    HoldHasExpired,
    HoldPlaced,
    HoldState,
    HoldWrongState,
    InsufficientStock,
    Kind,
    LineShortage,
)
from inventory.terms import Limits, PickupWindow
from runtime.redis_client import RedisClients


async def placed_group(inventory: Inventory, *units: int) -> GroupPlaced:
    """A group of one hold at each of several stores, of one product of which they have that much."""
    sku, stores = a_sku(), [a_store_id() for _ in units]
    for store_id, on_hand in zip(stores, units, strict=True):
        await put(inventory, store_id, sku, on_hand)
    parts = [(store_id, lines_of((sku, 1))) for store_id in stores]
    outcome = await inventory.groups.place(parts, idempotency_key=a_key())
    assert isinstance(outcome, GroupPlaced)
    return outcome


async def test_h11_a_group_is_held_at_every_store_or_at_none(inventory: Inventory, redis_clients: RedisClients) -> None:
    (near, sku), far = await a_shelf(inventory, 2), a_store_id()
    await put(inventory, far, sku, 1)
    before = await everything(inventory, redis_clients)
    parts = [(near, lines_of((sku, 2))), (far, lines_of((sku, 2)))]
    refused = await inventory.groups.place(parts, idempotency_key=a_key())
    assert refused == InsufficientStock(near, (LineShortage(far, sku, 2, 1, carried=True),))
    assert len(await everything(inventory, redis_clients)) == len(before) + 1
    parts = [(near, lines_of((sku, 2))), (far, lines_of((sku, 1)))]
    placed = await inventory.groups.place(parts, idempotency_key=a_key())
    assert isinstance(placed, GroupPlaced)
    assert [hold.group_id for hold in placed.group.holds] == [placed.group.group_id] * 2
    assert [await available(inventory, store_id, sku) for store_id in (near, far)] == [0, 0]
    assert await inventory.groups.show(placed.group.group_id) == placed.group


async def test_h11_a_group_is_confirmed_and_cancelled_together(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    group = (await placed_group(inventory, 1, 1, 1)).group
    windows = {hold.store_id: window() for hold in group.holds}
    confirmed_group = await inventory.groups.confirm(group.group_id, windows=windows, asker=who("ann"))
    assert isinstance(confirmed_group, GroupChanged)
    assert {hold.state for hold in confirmed_group.group.holds} == {HoldState.CONFIRMED}
    assert await units_of(inventory, redis_clients, "ann") == {group.holds[0].lines[0].sku: 3}
    assert word_of(await inventory.groups.confirm(group.group_id, windows=windows)) == "repeated"
    assert word_of(await inventory.groups.cancel(group.group_id)) == "changed"
    assert word_of(await inventory.groups.cancel(group.group_id)) == "repeated"
    for hold in group.holds:
        assert await available(inventory, hold.store_id, hold.lines[0].sku) == 1
        assert await lists_naming(inventory, redis_clients, hold) == []


async def test_h11_one_part_that_cannot_be_confirmed_stops_the_others(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    group = (await placed_group(inventory, 1, 1)).group
    await inventory.holds.pickup(group.holds[1].hold_id)
    await confirmed(inventory, group.holds[1])
    await inventory.holds.pickup(group.holds[1].hold_id)
    windows = {hold.store_id: window() for hold in group.holds}
    before = await everything(inventory, redis_clients)
    for outcome in (
        await inventory.groups.confirm(group.group_id, windows=windows),
        await inventory.groups.cancel(group.group_id),
    ):
        assert isinstance(outcome, HoldWrongState)
        assert outcome.hold.hold_id == group.holds[1].hold_id
    assert await everything(inventory, redis_clients) == before


async def test_h11_a_group_that_ran_out_is_retaken_whole_or_stays_ended(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    for lost in (False, True):
        group = (await placed_group(inventory, 1, 1)).group
        await run_out(inventory, redis_clients, *group.holds)
        last = group.holds[1]
        if lost:
            await held(inventory, last.store_id, (last.lines[0].sku, 1))
        windows = {hold.store_id: window() for hold in group.holds}
        outcome = await inventory.groups.confirm(group.group_id, windows=windows)
        states = [(await shown(inventory, hold)).state for hold in group.holds]
        if not lost:
            assert word_of(outcome) == "changed"
            assert states == [HoldState.CONFIRMED] * 2
            continue
        assert isinstance(outcome, HoldHasExpired)
        assert [(line.store_id, line.available) for line in outcome.short] == [(last.store_id, 0)]
        assert states == [HoldState.EXPIRED] * 2
        assert await available(inventory, group.holds[0].store_id, last.lines[0].sku) == 1


async def test_h12_a_hold_takes_from_its_store_and_from_no_other(inventory: Inventory) -> None:
    (near, sku), far = await a_shelf(inventory, 1), a_store_id()
    await put(inventory, far, sku, 100)
    assert isinstance(await place(inventory, near, (sku, 2)), InsufficientStock)
    await held(inventory, near, (sku, 1))
    assert await available(inventory, far, sku) == 100
    assert (await cell(inventory, far, sku))[Kind.HELD] == 0


async def test_h13_a_move_takes_the_full_quantity_at_the_destination_or_nothing_moves(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    (near, sku), far = await a_shelf(inventory, 3), a_store_id()
    await put(inventory, far, sku, 2, safety=1)
    hold = await held(inventory, near, (sku, 2), asker=who("ann"))
    refused = await inventory.holds.move(hold.hold_id, far)
    assert refused == InsufficientStock(far, (LineShortage(far, sku, 2, 1, carried=True),))
    assert await shown(inventory, hold) == hold
    assert [await available(inventory, store_id, sku) for store_id in (near, far)] == [1, 1]

    await put(inventory, far, sku, 3, safety=1)
    moved = await inventory.holds.move(hold.hold_id, far)
    assert isinstance(moved, HoldPlaced)
    assert [await available(inventory, store_id, sku) for store_id in (near, far)] == [3, 0]
    assert (moved.hold.state, moved.hold.created_at, moved.hold.expires_at) == (
        HoldState.HELD,
        hold.created_at,
        hold.expires_at,
    )
    assert (moved.hold.customer, moved.hold.customer_key) == (hold.customer, hold.customer_key)
    assert await units_of(inventory, redis_clients, "ann") == {sku: 2}
    assert await lists_naming(inventory, redis_clients, hold) == []


async def test_h13_a_move_needs_no_room_in_the_limits_and_is_answered_again_when_asked_again(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    (near, sku), far = await a_shelf(inventory, 2), a_store_id()
    await put(inventory, far, sku, 2)
    asker = who("ann", Limits(units_per_sku=2, open_holds=1, share_percent=50, holds_per_minute=1), "192.0.2.1")
    hold = await held(inventory, near, (sku, 2), asker=asker)
    moved = await inventory.holds.move(hold.hold_id, far, asker=asker)
    assert isinstance(moved, HoldPlaced)
    before = await everything(inventory, redis_clients)
    again = await inventory.holds.move(hold.hold_id, far, asker=asker)
    assert again == HoldPlaced(moved.hold, replayed=True)
    assert await everything(inventory, redis_clients) == before


async def test_h13_a_confirmed_hold_moves_confirmed_with_the_times_of_the_new_store(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    (near, sku), far = await a_shelf(inventory, 2), a_store_id()
    await put(inventory, far, sku, 2)
    hold = await held(inventory, near, (sku, 1))
    await confirmed(inventory, hold)
    await inventory.holds.ready(hold.hold_id)
    with pytest.raises(InvalidRequest):
        await inventory.holds.move(hold.hold_id, far)
    pickup_by = tomorrow().replace(microsecond=0)
    moved = await inventory.holds.move(hold.hold_id, far, window=PickupWindow(pickup_by, pickup_by, pickup_by))
    assert isinstance(moved, HoldPlaced)
    assert (moved.hold.state, moved.hold.pickup_by) == (HoldState.CONFIRMED, pickup_by)
    assert await lists_naming(inventory, redis_clients, moved.hold) == ["due", "reminders", f"holders of {sku}"]
