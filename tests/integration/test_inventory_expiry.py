"""No sweeper runs in these tests: whoever looks judges the time. Time passes by moving the due time back in Redis."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from inventory_builders import a_key, a_shelf, available, cell

from inventory.inventory import Inventory
from inventory.models import (
    Hold,
    HoldChanged,
    HoldHasExpired,
    HoldLine,
    HoldPlaced,
    HoldState,
    InsufficientStock,
    Kind,
    Sku,
)
from inventory.sweeper import sweep_forever
from inventory.terms import PickupWindow
from runtime.redis_client import RedisClients


async def a_hold(inventory: Inventory, on_hand: int = 5, quantity: int = 2) -> Hold:
    store_id, sku = await a_shelf(inventory, on_hand)
    placed = await inventory.holds.place(store_id, [HoldLine(sku, quantity)], idempotency_key=a_key())
    assert isinstance(placed, HoldPlaced)
    return placed.hold


async def let_it_run_out(inventory: Inventory, clients: RedisClients, hold: Hold) -> None:
    """Move the hold's end to a moment that has just passed, in the hold and in the list of due times."""
    past_ms = int((datetime.now(UTC) - timedelta(milliseconds=1)).timestamp() * 1000)
    await clients.writes.hset(inventory.keyspace.hold(hold.hold_id), "due_ms", past_ms)
    await clients.writes.zadd(inventory.keyspace.holds_due(), {hold.hold_id: past_ms})


async def test_units_of_a_hold_that_ran_out_are_free_at_the_first_read(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    hold = await a_hold(inventory)
    await let_it_run_out(inventory, redis_clients, hold)
    assert await available(inventory, hold.store_id, hold.lines[0].sku) == 5


async def test_a_hold_really_ends_when_its_time_has_come(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 1)
    placed = await inventory.holds.place(store_id, [HoldLine(sku, 1)], idempotency_key=a_key(), ttl_seconds=1)
    assert isinstance(placed, HoldPlaced)
    assert placed.hold.expires_at is not None
    while (read := await inventory.rows.read([sku], [Kind.AVAILABLE])).as_of < placed.hold.expires_at:
        assert read.rows[sku, Kind.AVAILABLE].tolist() == [0]
        await asyncio.sleep(0.02)
    assert read.rows[sku, Kind.AVAILABLE].tolist() == [1]


async def test_units_of_a_hold_that_ran_out_go_to_the_next_who_asks(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    hold = await a_hold(inventory, on_hand=2, quantity=2)
    await let_it_run_out(inventory, redis_clients, hold)
    line = HoldLine(hold.lines[0].sku, 2)
    placed = await inventory.holds.place(hold.store_id, [line], idempotency_key=a_key())
    assert isinstance(placed, HoldPlaced)
    shown = await inventory.holds.show(hold.hold_id)
    assert isinstance(shown, Hold)
    assert shown.state is HoldState.EXPIRED
    assert await available(inventory, hold.store_id, hold.lines[0].sku) == 0


async def test_hundreds_of_holds_that_ran_out_are_all_ended_before_anyone_is_refused(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 250)
    for _ in range(250):
        placed = await inventory.holds.place(store_id, [HoldLine(sku, 1)], idempotency_key=a_key())
        assert isinstance(placed, HoldPlaced)
        await let_it_run_out(inventory, redis_clients, placed.hold)
    whole = await inventory.holds.place(store_id, [HoldLine(sku, 250)], idempotency_key=a_key())
    assert isinstance(whole, HoldPlaced)
    assert await redis_clients.reads.zcard(inventory.keyspace.holds_due()) == 1


async def test_a_hold_that_ran_out_can_be_neither_extended_nor_cancelled_nor_moved_along(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    holds = inventory.holds
    for attempt in (
        lambda hold: holds.extend(hold.hold_id, ttl_seconds=900),
        lambda hold: holds.cancel(hold.hold_id),
        lambda hold: holds.ready(hold.hold_id),
        lambda hold: holds.pickup(hold.hold_id),
    ):
        hold = await a_hold(inventory)
        await let_it_run_out(inventory, redis_clients, hold)
        for _ in range(2):
            refused = await attempt(hold)
            assert isinstance(refused, HoldHasExpired)
            assert refused.hold.state is HoldState.EXPIRED
        now = await cell(inventory, hold.store_id, hold.lines[0].sku)
        assert (now[Kind.HELD], now[Kind.AVAILABLE]) == (0, 5)


@pytest.mark.parametrize("made_ready", [False, True])
async def test_a_hold_that_nobody_picked_up_is_a_no_show_and_frees_its_units(
    inventory: Inventory, redis_clients: RedisClients, made_ready: bool
) -> None:
    hold = await a_hold(inventory)
    await inventory.holds.confirm(hold.hold_id, window=PickupWindow.until(datetime.now(UTC) + timedelta(days=1)))
    if made_ready:
        await inventory.holds.ready(hold.hold_id)
    await let_it_run_out(inventory, redis_clients, hold)
    shown = await inventory.holds.show(hold.hold_id)
    assert isinstance(shown, Hold)
    assert shown.state is HoldState.NO_SHOW
    assert await available(inventory, hold.store_id, hold.lines[0].sku) == 5
    assert isinstance(await inventory.holds.pickup(hold.hold_id), HoldHasExpired)


async def test_confirming_puts_the_end_off_until_the_pick_up_time(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    hold = await a_hold(inventory)
    pickup_by = datetime.now(UTC) + timedelta(days=2)
    assert isinstance(await inventory.holds.confirm(hold.hold_id, window=PickupWindow.until(pickup_by)), HoldChanged)
    due = await redis_clients.reads.zscore(inventory.keyspace.holds_due(), hold.hold_id)
    assert due == int(pickup_by.timestamp() * 1000)


async def test_many_readers_at_the_end_of_a_hold_free_its_units_once(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    hold = await a_hold(inventory)
    await let_it_run_out(inventory, redis_clients, hold)
    sku = hold.lines[0].sku
    seen = await asyncio.gather(*(available(inventory, hold.store_id, sku) for _ in range(50)))
    assert set(seen) == {5}
    ends = [entry for entry in await inventory.stream.read() if entry.op == "hold_expired"]
    assert len(ends) == 1


async def test_confirm_and_expiry_never_both_win(inventory: Inventory, redis_clients: RedisClients) -> None:
    for _ in range(20):
        hold = await a_hold(inventory)
        pickup_by = datetime.now(UTC) + timedelta(days=1)
        confirmed, _, _ = await asyncio.gather(
            inventory.holds.confirm(hold.hold_id, window=PickupWindow.until(pickup_by)),
            let_it_run_out(inventory, redis_clients, hold),
            inventory.holds.expire_due(),
        )
        shown = await inventory.holds.show(hold.hold_id)
        assert isinstance(shown, Hold)
        free = await available(inventory, hold.store_id, hold.lines[0].sku)
        assert free == (3 if shown.state.live else 5)
        if isinstance(confirmed, HoldHasExpired):
            assert not shown.state.live


async def test_the_sweeper_ends_what_is_due_and_leaves_the_rest(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    due, live = await a_hold(inventory), await a_hold(inventory)
    await let_it_run_out(inventory, redis_clients, due)
    sweeper = asyncio.create_task(sweep_forever(inventory.upkeep, 0.01))
    stored = inventory.keyspace.hold(due.hold_id)
    for _ in range(300):
        if await redis_clients.reads.hget(stored, "state") == b"expired":
            break
        await asyncio.sleep(0.01)
    while not sweeper.done():  # redis-py now and then swallows a cancellation
        sweeper.cancel()
        await asyncio.wait({sweeper}, timeout=0.2)
    assert await redis_clients.reads.hget(stored, "state") == b"expired"
    assert await redis_clients.reads.hget(inventory.keyspace.hold(live.hold_id), "state") == b"held"


async def test_a_due_time_without_its_hold_blocks_nobody(inventory: Inventory, redis_clients: RedisClients) -> None:
    store_id, sku = await a_shelf(inventory, 1)
    await redis_clients.writes.zadd(inventory.keyspace.holds_due(), {"H" + "0" * 26: 1})
    assert await available(inventory, store_id, sku) == 1
    lines = [HoldLine(Sku(sku), 2)]
    assert isinstance(await inventory.holds.place(store_id, lines, idempotency_key=a_key()), InsufficientStock)
