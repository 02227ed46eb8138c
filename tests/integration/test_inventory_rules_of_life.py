"""The rules of a hold's life, each with a test that names it: H5 to H8, H14, H15, H17, H20, H21, H23."""

import asyncio
import inspect
from datetime import UTC, datetime, timedelta

import pytest
from hold_builders import (
    a_hold,
    age,
    confirmed,
    end_at,
    everything,
    held,
    lines_of,
    lists_naming,
    place,
    run_out,
    shown,
    told,
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
    Hold,
    HoldChanged,
    HoldHasExpired,
    HoldLimitReached,
    HoldPlaced,
    HoldState,
    InsufficientStock,
    Kind,
    LineShortage,
)
from inventory.movements import Movement, MovementType
from inventory.terms import PickupWindow
from runtime.redis_client import RedisClients


async def counters(inventory: Inventory, hold: Hold) -> tuple[int, int, int]:
    """On hand, held and available of a hold's first line."""
    now = await cell(inventory, hold.store_id, hold.lines[0].sku)
    return now[Kind.ON_HAND], now[Kind.HELD], now[Kind.AVAILABLE]


async def sell(inventory: Inventory, hold: Hold, units: int, source: str = "till") -> tuple[str, ...]:
    """A till sold units of the hold's first line; the holds that lost theirs."""
    seq = 1 + sum(entry.details.get("source") == source for entry in await inventory.stream.read(count=10_000))
    sale = Movement(source, seq, MovementType.SELL, hold.store_id, hold.lines[0].sku, units)
    return (await inventory.ledger.apply_movements([sale])).shorted


async def test_h05_the_first_to_look_finds_the_units_of_a_hold_that_ran_out_free(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    for look in (
        lambda hold: available(inventory, hold.store_id, hold.lines[0].sku),
        lambda hold: place(inventory, hold.store_id, (hold.lines[0].sku, 2)),
        lambda hold: inventory.holds.show(hold.hold_id),
        lambda hold: inventory.groups.place(
            [(hold.store_id, lines_of((hold.lines[0].sku, 2)))], idempotency_key=a_key()
        ),
        lambda hold: inventory.ledger.cells(hold.lines[0].sku),
    ):
        hold = await a_hold(inventory, on_hand=2, quantity=2)
        await run_out(inventory, redis_clients, hold)
        seen = await look(hold)
        assert seen == 2 or not isinstance(seen, int | InsufficientStock)
        assert (await shown(inventory, hold)).state is HoldState.EXPIRED
        assert await lists_naming(inventory, redis_clients, hold) == []


async def test_h05_the_limits_of_a_customer_forget_what_ran_out(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    hold = await a_hold(inventory, on_hand=5, quantity=2, asker=who("ann"))
    await run_out(inventory, redis_clients, hold)
    assert await available(inventory, hold.store_id, hold.lines[0].sku) == 5
    assert await units_of(inventory, redis_clients, "ann") == {}


async def test_h05_a_sale_takes_from_nobody_while_a_hold_that_ran_out_has_the_units(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 4)
    gone = await held(inventory, store_id, (sku, 2))
    await confirmed(inventory, gone)
    live = await held(inventory, store_id, (sku, 2))
    await run_out(inventory, redis_clients, gone)
    assert await sell(inventory, live, 2) == ()
    assert (await shown(inventory, live)).state is HoldState.HELD
    assert (await shown(inventory, gone)).state is HoldState.NO_SHOW
    assert await counters(inventory, live) == (2, 2, 0)


async def test_h05_no_hold_ends_early(inventory: Inventory, redis_clients: RedisClients) -> None:
    hold = await a_hold(inventory, on_hand=1, quantity=1, ttl_seconds=1)
    assert hold.expires_at is not None
    while (read := await inventory.rows.read([hold.lines[0].sku], [Kind.AVAILABLE])).as_of < hold.expires_at:
        assert read.rows[hold.lines[0].sku, Kind.AVAILABLE].tolist() == [0]
        await inventory.holds.expire_due()
        await asyncio.sleep(0.02)
    assert read.rows[hold.lines[0].sku, Kind.AVAILABLE].tolist() == [1]


async def test_h06_a_hold_lasts_a_quarter_of_an_hour_and_as_long_as_is_asked_within_bounds(
    inventory: Inventory,
) -> None:
    assert inspect.signature(inventory.holds.place).parameters["ttl_seconds"].default == 900
    for ttl_seconds in (1, 900, 604_800):
        hold = await a_hold(inventory, ttl_seconds=ttl_seconds)
        assert hold.expires_at == hold.created_at + timedelta(seconds=ttl_seconds)
    store_id, sku = await a_shelf(inventory, 1)
    for ttl_seconds in (0, -1, 604_801, True, 1.5):
        with pytest.raises(InvalidRequest):
            await place(inventory, store_id, (sku, 1), ttl_seconds=ttl_seconds)


async def test_h06_a_confirmed_hold_waits_until_its_window_ends_and_the_customer_is_reminded_once(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    hold = await a_hold(inventory)
    past = datetime.now(UTC) - timedelta(seconds=1)
    end = tomorrow().replace(microsecond=0)
    times = PickupWindow(end, end + timedelta(hours=2), remind_at=past)
    assert word_of(await inventory.holds.confirm(hold.hold_id, window=times)) == "changed"
    assert (await shown(inventory, hold)).pickup_by == end
    due_ms = await redis_clients.reads.zscore(inventory.keyspace.holds_due(), hold.hold_id)
    assert due_ms == (end + timedelta(hours=2)).timestamp() * 1000
    await inventory.upkeep.tick()
    await inventory.holds.ready(hold.hold_id)
    await inventory.upkeep.tick()
    assert (await told(inventory, hold)).count("hold_reminder") == 1


async def test_h06_nobody_is_reminded_of_a_hold_that_has_ended(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    hold = await a_hold(inventory)
    soon = PickupWindow(tomorrow(), tomorrow(), remind_at=datetime.now(UTC))
    await inventory.holds.confirm(hold.hold_id, window=soon)
    await run_out(inventory, redis_clients, hold)
    await inventory.upkeep.tick()
    assert await told(inventory, hold) == ["hold_placed", "hold_confirmed", "hold_no_show"]
    assert await lists_naming(inventory, redis_clients, hold) == []


async def test_h07_the_end_is_an_absolute_time_by_the_clock_of_redis(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    seconds, microseconds = await redis_clients.reads.time()
    before = datetime.fromtimestamp(seconds, UTC) + timedelta(milliseconds=microseconds // 1000)
    hold = await a_hold(inventory, ttl_seconds=60)
    seconds, microseconds = await redis_clients.reads.time()
    after = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)
    assert hold.expires_at is not None
    assert hold.expires_at.tzinfo is UTC
    assert before <= hold.expires_at - timedelta(seconds=60) <= after
    assert await redis_clients.reads.zscore(inventory.keyspace.holds_due(), hold.hold_id) == (
        hold.expires_at.timestamp() * 1000
    )


async def test_h08_a_hold_is_extended_only_so_often(redis_clients: RedisClients, inventory: Inventory) -> None:
    twice = await Inventory.open(redis_clients, inventory.keyspace, hold_extensions_max=2)
    hold = await a_hold(twice, ttl_seconds=60)
    for ttl_seconds in (120, 180):
        longer = await twice.holds.extend(hold.hold_id, ttl_seconds=ttl_seconds)
        assert isinstance(longer, HoldChanged)
    before = await everything(twice, redis_clients)
    assert isinstance(await twice.holds.extend(hold.hold_id, ttl_seconds=240), HoldLimitReached)
    # It lasts that long anyway: nothing is granted, so nothing is refused.
    assert word_of(await twice.holds.extend(hold.hold_id, ttl_seconds=60)) == "repeated"
    assert await everything(twice, redis_clients) == before


async def test_h08_a_hold_never_outlives_its_longest_life_however_it_is_extended_or_moved(
    redis_clients: RedisClients, inventory: Inventory
) -> None:
    hourly = await Inventory.open(redis_clients, inventory.keyspace, hold_ttl_max_seconds=3_600)
    hold = await a_hold(hourly, ttl_seconds=60)
    elsewhere = a_store_id()
    await put(hourly, elsewhere, hold.lines[0].sku, 5)
    await age(hourly, redis_clients, hold, timedelta(seconds=3_000))
    moved = await hourly.holds.move(hold.hold_id, elsewhere)
    assert isinstance(moved, HoldPlaced)
    refused = await hourly.holds.extend(moved.hold.hold_id, ttl_seconds=601)
    assert isinstance(refused, HoldLimitReached)
    assert (refused.max_seconds, refused.hold.expires_at) == (3_600, hold.expires_at)
    assert word_of(await hourly.holds.extend(moved.hold.hold_id, ttl_seconds=500)) == "changed"
    with pytest.raises(InvalidRequest):
        await hourly.holds.extend(moved.hold.hold_id, ttl_seconds=3_601)


async def test_h08_an_extension_revives_nothing(inventory: Inventory, redis_clients: RedisClients) -> None:
    for noticed in (False, True):
        hold = await a_hold(inventory)
        await run_out(inventory, redis_clients, hold)
        if noticed:
            await inventory.holds.expire_due()
        assert isinstance(await inventory.holds.extend(hold.hold_id, ttl_seconds=900), HoldHasExpired)
        assert await counters(inventory, hold) == (5, 0, 5)
        assert await lists_naming(inventory, redis_clients, hold) == []


@pytest.mark.parametrize("noticed", [False, True])
async def test_h14_a_late_confirmation_takes_the_units_again_where_they_still_are(
    inventory: Inventory, redis_clients: RedisClients, noticed: bool
) -> None:
    hold = await a_hold(inventory, on_hand=2, quantity=2, asker=who("ann"))
    await run_out(inventory, redis_clients, hold)
    if noticed:
        await inventory.holds.expire_due()
    back = await inventory.holds.confirm(hold.hold_id, window=window())
    assert isinstance(back, HoldChanged)
    assert (back.hold.state, back.hold.lines) == (HoldState.CONFIRMED, hold.lines)
    assert await counters(inventory, hold) == (2, 2, 0)
    assert await told(inventory, hold) == ["hold_placed", "hold_expired", "hold_retaken"]
    assert await units_of(inventory, redis_clients, "ann") == {hold.lines[0].sku: 2}
    assert await lists_naming(inventory, redis_clients, hold) == ["due", "customer", f"holders of {hold.lines[0].sku}"]
    assert await redis_clients.reads.ttl(inventory.keyspace.hold(hold.hold_id)) == -1


async def test_h14_a_late_confirmation_never_takes_what_is_promised_to_another(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    hold = await a_hold(inventory, on_hand=2, quantity=2)
    sku = hold.lines[0].sku
    await run_out(inventory, redis_clients, hold)
    other = await held(inventory, hold.store_id, (sku, 1))
    late = await inventory.holds.confirm(hold.hold_id, window=window())
    assert isinstance(late, HoldHasExpired)
    assert (late.hold.state, late.short) == (
        HoldState.EXPIRED,
        (LineShortage(hold.store_id, sku, 2, 1, carried=True),),
    )
    assert await counters(inventory, hold) == (2, 1, 1)
    await run_out(inventory, redis_clients, other)
    assert word_of(await inventory.holds.confirm(hold.hold_id, window=window())) == "changed"


async def test_h14_nobody_gets_back_by_confirming_what_he_left_at_the_store(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    hold = await confirmed(inventory, await a_hold(inventory))
    await run_out(inventory, redis_clients, hold)
    assert isinstance(await inventory.holds.confirm(hold.hold_id, window=window()), HoldHasExpired)
    assert (await shown(inventory, hold)).state is HoldState.NO_SHOW


async def test_h14_a_partial_hold_takes_again_what_it_had(inventory: Inventory, redis_clients: RedisClients) -> None:
    hold = await a_hold(inventory, on_hand=2, quantity=5, allow_partial=True)
    await run_out(inventory, redis_clients, hold)
    await put(inventory, hold.store_id, hold.lines[0].sku, 9)
    assert word_of(await inventory.holds.confirm(hold.hold_id, window=window())) == "changed"
    assert await counters(inventory, hold) == (9, 2, 7)
    assert (await shown(inventory, hold)).lines == hold.lines


@pytest.mark.parametrize("verb", ["cancel", "no_show", "short", "pickup"])
async def test_h15_units_are_given_back_once_however_often_it_is_asked(
    inventory: Inventory, redis_clients: RedisClients, verb: str
) -> None:
    hold = await confirmed(inventory, await a_hold(inventory))
    end = getattr(inventory.holds, verb)
    answers = [word_of(outcome) for outcome in await asyncio.gather(*(end(hold.hold_id) for _ in range(20)))]
    assert (answers.count("changed"), answers.count("repeated")) == (1, 19)
    on_hand = 3 if verb in ("short", "pickup") else 5
    assert await counters(inventory, hold) == (on_hand, 0, on_hand)


async def test_h15_no_counter_falls_below_zero_even_when_less_is_held_than_should_be(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    hold = await a_hold(inventory, on_hand=5, quantity=3)
    row = inventory.keyspace.row(Kind.HELD, hold.lines[0].sku)
    await redis_clients.writes.bitfield(row).set("u8", 8, 1).execute()  # as if somebody had meddled with the row
    assert word_of(await inventory.holds.cancel(hold.hold_id)) == "changed"
    assert await counters(inventory, hold) == (5, 0, 5)
    released = [move for entry in await inventory.stream.read() if entry.op == "hold_cancelled" for move in entry.moves]
    assert [move.held for move in released] == [-1]


async def test_h15_a_pick_up_of_more_than_the_count_has_is_told_as_a_shortfall(inventory: Inventory) -> None:
    hold = await confirmed(inventory, await a_hold(inventory, on_hand=5, quantity=3))
    await put(inventory, hold.store_id, hold.lines[0].sku, 1)
    assert word_of(await inventory.holds.pickup(hold.hold_id)) == "changed"
    assert await counters(inventory, hold) == (0, 0, 0)
    entry = (await inventory.stream.read(count=1_000))[-1]
    assert (entry.op, entry.details["shortfall"], entry.moves[0].on_hand) == ("hold_picked_up", "2", -1)


@pytest.mark.parametrize("by_clerk", [False, True])
async def test_h17_who_does_not_come_frees_the_units_and_it_is_counted_and_blocks_nothing(
    inventory: Inventory, redis_clients: RedisClients, by_clerk: bool
) -> None:
    store_id, sku = await a_shelf(inventory, 5)
    for times in (1, 2):
        hold = await confirmed(inventory, await held(inventory, store_id, (sku, 2), asker=who("ann")))
        if by_clerk:
            await inventory.holds.no_show(hold.hold_id)
        else:
            await run_out(inventory, redis_clients, hold)
        assert await counters(inventory, hold) == (5, 0, 5)
        assert (await shown(inventory, hold)).state is HoldState.NO_SHOW
        assert await units_of(inventory, redis_clients, "ann") == {"no_shows": times}
    await held(inventory, store_id, (sku, 5), asker=who("ann"))


async def test_h17_a_hold_ends_when_its_grace_is_over_and_not_when_the_told_time_is(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    hold = await confirmed(inventory, await a_hold(inventory))
    past_ms = int(datetime.now(UTC).timestamp() * 1000) - 1
    await redis_clients.writes.hset(inventory.keyspace.hold(hold.hold_id), "pickup_by_ms", past_ms)
    assert (await shown(inventory, hold)).state is HoldState.CONFIRMED
    assert word_of(await inventory.holds.pickup(hold.hold_id)) == "changed"


async def test_h20_what_a_clerk_cannot_find_is_no_longer_counted(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    hold = await confirmed(inventory, await a_hold(inventory, on_hand=5, quantity=2, asker=who("ann")))
    shorted = await inventory.holds.short(hold.hold_id, principal="desk")
    assert isinstance(shorted, HoldChanged)
    assert (shorted.hold.state, shorted.hold.reason) == (HoldState.SHORTED, "not_found")
    assert await counters(inventory, hold) == (3, 0, 3)
    assert await units_of(inventory, redis_clients, "ann") == {}
    assert await lists_naming(inventory, redis_clients, hold) == []
    entry = (await inventory.stream.read(count=1_000))[-1]
    assert (entry.op, entry.details["by"], entry.details["reason"]) == ("hold_shorted", "desk", "not_found")
    assert (entry.moves[0].on_hand, entry.moves[0].held) == (-2, -2)


async def test_h20_what_was_found_of_a_shorted_hold_is_free_and_still_counted(inventory: Inventory) -> None:
    store_id, found = await a_shelf(inventory, 5)
    lost = a_sku()
    await put(inventory, store_id, lost, 4)
    hold = await held(inventory, store_id, (found, 2), (lost, 3))
    for odd in ({}, {lost: 0}, {lost: 4}, {lost: -1}, {a_sku(): 1}):
        with pytest.raises(InvalidRequest, match="missing"):
            await inventory.holds.short(hold.hold_id, missing=odd)
    assert (await shown(inventory, hold)).state is HoldState.HELD
    shorted = await inventory.holds.short(hold.hold_id, missing={lost: 1})
    assert isinstance(shorted, HoldChanged)
    left = [await cell(inventory, store_id, sku) for sku in (found, lost)]
    assert [(now[Kind.ON_HAND], now[Kind.HELD], now[Kind.AVAILABLE]) for now in left] == [(5, 0, 5), (3, 0, 3)]


async def test_h20_a_sale_of_held_units_costs_the_least_promised_hold_and_the_newest(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 5)
    old, ready, new, sure = [await held(inventory, store_id, (sku, 1)) for _ in range(4)]
    for hold, minutes in ((old, 9), (ready, 1), (sure, 5)):
        await age(inventory, redis_clients, hold, timedelta(minutes=minutes))
    await confirmed(inventory, sure)
    await confirmed(inventory, ready)
    await inventory.holds.ready(ready.hold_id)
    assert await sell(inventory, old, 1) == ()
    assert await sell(inventory, old, 1) == (new.hold_id,)
    assert await sell(inventory, old, 2) == (old.hold_id, sure.hold_id)
    shorted = await shown(inventory, sure)
    assert (shorted.state, shorted.reason) == (HoldState.SHORTED, "oversold")
    assert await counters(inventory, ready) == (1, 1, 0)
    assert await redis_clients.reads.exists(inventory.keyspace.oversold()) == 0


async def test_h20_a_count_that_is_too_low_takes_nobodys_hold(inventory: Inventory) -> None:
    hold = await confirmed(inventory, await a_hold(inventory, on_hand=5, quantity=2))
    sku = hold.lines[0].sku
    await put(inventory, hold.store_id, sku, 0)
    counted = Movement("scanner", 1, MovementType.COUNT, hold.store_id, sku, 1)
    assert (await inventory.ledger.apply_movements([counted])).shorted == ()
    assert (await shown(inventory, hold)).state is HoldState.CONFIRMED
    assert await counters(inventory, hold) == (1, 2, 0)


async def test_h21_only_pick_up_moves_what_is_on_the_shelf(inventory: Inventory, redis_clients: RedisClients) -> None:
    store_id, sku = await a_shelf(inventory, 5)
    elsewhere = a_store_id()
    await put(inventory, elsewhere, sku, 5)
    hold = await held(inventory, store_id, (sku, 2))
    moved = await inventory.holds.move(hold.hold_id, elsewhere)
    assert isinstance(moved, HoldPlaced)
    await inventory.holds.extend(moved.hold.hold_id, ttl_seconds=3_600)
    await confirmed(inventory, moved.hold)
    await inventory.holds.ready(moved.hold.hold_id)
    for other in (await held(inventory, store_id, (sku, 1)), await held(inventory, store_id, (sku, 1))):
        await run_out(inventory, redis_clients, other)
    await inventory.holds.cancel((await held(inventory, store_id, (sku, 1))).hold_id)
    assert [(await cell(inventory, place_id, sku))[Kind.ON_HAND] for place_id in (store_id, elsewhere)] == [5, 5]
    assert sum(move.on_hand for entry in await inventory.stream.read() for move in entry.moves) == 10
    await inventory.holds.pickup(moved.hold.hold_id)
    assert [(await cell(inventory, place_id, sku))[Kind.ON_HAND] for place_id in (store_id, elsewhere)] == [5, 3]


async def test_h23_a_return_is_on_the_shelf_of_the_receiving_store_after_inspection(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    inspecting = await Inventory.open(redis_clients, inventory.keyspace, returns_need_inspection=True)
    store_id, sku = await a_shelf(inspecting, 1)
    told_of = [(MovementType.RETURN, 3), (MovementType.PASS_INSPECTION, 2), (MovementType.FAIL_INSPECTION, 1)]
    seen = []
    for seq, (kind, quantity) in enumerate(told_of, start=1):
        await inspecting.ledger.apply_movements([Movement("desk", seq, kind, store_id, sku, quantity)])
        now = await cell(inspecting, store_id, sku)
        seen.append((now[Kind.ON_HAND], now[Kind.QUALITY_CONTROL], now[Kind.AVAILABLE]))
    assert seen == [(1, 3, 1), (3, 1, 3), (3, 0, 3)]
    back = Movement("desk", 1, MovementType.RETURN, store_id, sku, 1)
    plain = await Inventory.open(redis_clients, inventory.keyspace)
    await plain.ledger.apply_movements([Movement("till", 1, MovementType.RETURN, store_id, sku, 1)])
    assert (await plain.ledger.apply_movements([back])).duplicate == 1
    assert await available(plain, store_id, sku) == 4


async def test_a_due_time_that_is_only_in_one_place_does_not_end_a_hold_early(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    hold = await a_hold(inventory)
    await redis_clients.writes.zadd(inventory.keyspace.holds_due(), {hold.hold_id: 1})
    assert await counters(inventory, hold) == (5, 2, 3)
    far = int(tomorrow().timestamp() * 1000)
    assert await redis_clients.reads.zscore(inventory.keyspace.holds_due(), hold.hold_id) > 1
    await end_at(inventory, redis_clients, hold, far)
    assert (await shown(inventory, hold)).state is HoldState.HELD
