"""The rules of taking units, each with a test that names it: H1 to H4, H9 to H13, H16, H19, H22."""

import asyncio
from dataclasses import replace

import pytest
from hold_builders import (
    a_hold,
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
    Customer,
    GroupChanged,
    GroupPlaced,
    HeldLine,
    HoldHasExpired,
    HoldPlaced,
    HoldState,
    HoldWrongState,
    IdempotencyConflict,
    InsufficientStock,
    Kind,
    LimitReached,
    LineShortage,
    Sku,
    StoreId,
    UnknownProduct,
    UnknownStore,
)
from inventory.movements import Movement, MovementType
from inventory.terms import Asker, Limits, PickupWindow
from runtime.redis_client import RedisClients


async def a_basket(inventory: Inventory, *units: int) -> tuple[StoreId, list[Sku]]:
    """One store with that many units of new products."""
    store_id, skus = a_store_id(), [a_sku() for _ in units]
    for sku, on_hand in zip(skus, units, strict=True):
        await put(inventory, store_id, sku, on_hand)
    return store_id, skus


async def placed_group(inventory: Inventory, *units: int) -> GroupPlaced:
    """A group of one hold at each of several stores, of one product of which they have that much."""
    sku, stores = a_sku(), [a_store_id() for _ in units]
    for store_id, on_hand in zip(stores, units, strict=True):
        await put(inventory, store_id, sku, on_hand)
    parts = [(store_id, lines_of((sku, 1))) for store_id in stores]
    outcome = await inventory.groups.place(parts, idempotency_key=a_key())
    assert isinstance(outcome, GroupPlaced)
    return outcome


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


async def test_h16_a_customer_holds_so_many_units_of_a_product_and_no_more(inventory: Inventory) -> None:
    (near, sku), far = await a_shelf(inventory, 50), a_store_id()
    await put(inventory, far, sku, 50)
    asker = who("ann", Limits(units_per_sku=5))
    first = await held(inventory, near, (sku, 3), asker=asker)
    refused = await place(inventory, far, (sku, 3), asker=asker)
    assert refused == LimitReached("units_per_sku", 5, first.expires_at)
    second = await held(inventory, far, (sku, 2), asker=asker)
    assert isinstance(await place(inventory, near, (sku, 1), asker=asker), LimitReached)
    assert word_of(await place(inventory, near, (sku, 5), asker=who("bob", asker.limits))) == "placed"
    assert word_of(await place(inventory, near, (sku, 9), asker=who(None, asker.limits))) == "placed"
    changed = await inventory.holds.replace(
        second.hold_id, far, lines_of((sku, 2)), idempotency_key=a_key(), asker=asker
    )
    assert word_of(changed) == "placed"
    await inventory.holds.cancel(first.hold_id)
    assert word_of(await place(inventory, near, (sku, 3), asker=asker)) == "placed"


async def test_h16_a_customer_has_so_many_open_holds_and_no_more(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 50)
    asker = who("ann", Limits(open_holds=2))
    first = await held(inventory, store_id, (sku, 1), asker=asker, ttl_seconds=60)
    await held(inventory, store_id, (sku, 1), asker=asker)
    assert await place(inventory, store_id, (sku, 1), asker=asker) == LimitReached("open_holds", 2, first.expires_at)
    replaced = await inventory.holds.replace(
        first.hold_id, store_id, lines_of((sku, 4)), idempotency_key=a_key(), asker=asker
    )
    assert isinstance(replaced, HoldPlaced)
    parts = [(store_id, lines_of((sku, 1)))]
    assert word_of(await inventory.groups.place(parts, idempotency_key=a_key(), asker=asker)) == "open_holds"
    await run_out(inventory, redis_clients, replaced.hold)
    assert word_of(await inventory.groups.place(parts, idempotency_key=a_key(), asker=asker)) == "placed"


async def test_h16_an_address_places_so_many_holds_a_minute(inventory: Inventory, redis_clients: RedisClients) -> None:
    store_id, sku = await a_shelf(inventory, 50)
    asker = who(None, Limits(holds_per_minute=3), "192.0.2.1")
    await held(inventory, store_id, (sku, 1), asker=asker)
    (far, other), key = await a_shelf(inventory, 5), a_key()
    await put(inventory, far, sku, 5)
    parts = [(store_id, lines_of((sku, 1))), (far, lines_of((sku, 1)))]
    assert word_of(await inventory.groups.place(parts, idempotency_key=key, asker=asker)) == "placed"
    refused = await place(inventory, far, (other, 1), asker=asker)
    assert isinstance(refused, LimitReached)
    assert (refused.limit, refused.maximum) == ("holds_per_minute", 3)
    assert refused.until is not None
    hold = await held(inventory, far, (other, 1), asker=replace(asker, address="192.0.2.2"))
    assert 0 < (refused.until - hold.created_at).total_seconds() <= 60
    # An answer that is only repeated places nothing.
    assert word_of(await inventory.groups.place(parts, idempotency_key=key, asker=asker)) == "replayed"
    counters = [
        name async for name in redis_clients.reads.scan_iter(f"*{inventory.keyspace.tag[1:-1]}*:address:*", 10_000)
    ]
    for name in counters:
        assert 0 < await redis_clients.reads.pttl(name) <= 60_000
        await redis_clients.writes.delete(name)  # the minute is over
    assert word_of(await place(inventory, far, (other, 1), asker=asker)) == "placed"


async def test_h16_nobody_ties_up_more_than_a_share_of_a_products_stock(inventory: Inventory) -> None:
    (near, sku), far = await a_shelf(inventory, 6), a_store_id()
    await put(inventory, far, sku, 5)
    asker = who("ann", Limits(share_percent=50))
    refused = await place(inventory, near, (sku, 6), asker=asker)
    assert refused == LimitReached("share_percent", 5, None)
    await held(inventory, near, (sku, 5), asker=asker)
    assert isinstance(await place(inventory, far, (sku, 1), asker=asker), LimitReached)
    lonely, last = await a_shelf(inventory, 1)
    assert word_of(await place(inventory, lonely, (last, 1), asker=asker)) == "placed"


async def test_h16_a_refusal_by_a_limit_is_not_kept_and_changes_nothing(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 50)
    first = await held(inventory, store_id, (sku, 1), asker=who("ann"))
    asker, key = who("ann", Limits(open_holds=1)), a_key()
    before = await everything(inventory, redis_clients)
    assert word_of(await place(inventory, store_id, (sku, 1), asker=asker, idempotency_key=key)) == "open_holds"
    assert await everything(inventory, redis_clients) == before
    await inventory.holds.cancel(first.hold_id)
    assert word_of(await place(inventory, store_id, (sku, 1), asker=asker, idempotency_key=key)) == "placed"


async def test_h16_whoever_confirms_a_hold_without_a_customer_becomes_its_customer(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 9)
    for ran_out in (False, True):
        hold = await held(inventory, store_id, (sku, 2))
        if ran_out:
            await run_out(inventory, redis_clients, hold)
        mine = await confirmed(inventory, hold, asker=who("ann"))
        assert (mine.state, mine.customer) == (HoldState.CONFIRMED, Customer(id="ann"))
        assert await units_of(inventory, redis_clients, "ann") == {sku: 2}
        assert "customer" in await lists_naming(inventory, redis_clients, mine)
        await inventory.holds.cancel(hold.hold_id)
        assert await units_of(inventory, redis_clients, "ann") == {}
        assert await lists_naming(inventory, redis_clients, mine) == []


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
