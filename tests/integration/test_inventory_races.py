"""The promise under real concurrency: who gets units, and how many times one request counts."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest
from hold_builders import (
    a_hold,
    confirmed,
    held,
    lines_of,
    lists_naming,
    named,
    place,
    run_out,
    shown,
    units_of,
    who,
    window,
)
from inventory_builders import a_key, a_shelf, a_sku, a_store_id, cell, put
from ledger_races import mixed_run, one_winner_of, units
from ledger_words import word_of

from inventory.errors import InvalidRequest
from inventory.functions import Reply
from inventory.hold_functions import HoldFunctions
from inventory.inventory import Inventory
from inventory.models import (
    GroupPlaced,
    Hold,
    HoldChanged,
    HoldId,
    HoldLine,
    HoldNotFound,
    HoldPlaced,
    HoldState,
    InsufficientStock,
    Kind,
)
from inventory.movements import Movement, MovementType
from runtime.redis_client import RedisClients

#: `make soak` runs the rest of the 200.
ROUNDS_FOR_ONE = 50


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


async def test_five_hundred_buyers_of_the_last_unit_have_one_winner_each_time(inventory: Inventory) -> None:
    for _ in range(ROUNDS_FOR_ONE):
        await one_winner_of(inventory, buyers=500)


async def test_holds_sales_counts_and_expiries_at_once_leave_exact_sums(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    await mixed_run(inventory, redis_clients, buyers=1_000)


async def test_copies_of_every_way_of_placing_take_effect_once(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 50)
    elsewhere = a_store_id()
    await put(inventory, elsewhere, sku, 50)
    old, older = await held(inventory, store_id, (sku, 1)), await held(inventory, store_id, (sku, 1))
    parts = [(store_id, lines_of((sku, 1))), (elsewhere, lines_of((sku, 2)))]
    key, holds = a_key(), inventory.holds
    for ask in (
        lambda: inventory.groups.place(parts, idempotency_key=key),
        lambda: holds.replace(old.hold_id, elsewhere, lines_of((sku, 3)), idempotency_key=key),
        lambda: holds.move(older.hold_id, elsewhere, idempotency_key=key),
    ):
        outcomes = await asyncio.gather(*(ask() for _ in range(100)))
        assert sum(word_of(outcome) == "placed" for outcome in outcomes) == 1
        assert len({getattr(outcome, "hold", None) or outcome.group for outcome in outcomes}) == 1
    assert await units(inventory, store_id, sku) == (50, 1, 49)
    assert await units(inventory, elsewhere, sku) == (50, 6, 44)


async def test_a_confirmation_and_the_end_of_a_hold_never_both_win(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    for _ in range(30):
        hold, rival = await a_hold(inventory, on_hand=2, quantity=2), who("bob")
        sku = hold.lines[0].sku
        confirmation, _, _, other = await asyncio.gather(
            inventory.holds.confirm(hold.hold_id, window=window(), asker=who("ann")),
            run_out(inventory, redis_clients, hold),
            inventory.holds.expire_due(),
            place(inventory, hold.store_id, (sku, 2), asker=rival),
        )
        mine = await shown(inventory, hold)
        taken = 2 * mine.state.live + 2 * (word_of(other) == "placed")
        assert taken <= 2
        assert await units(inventory, hold.store_id, sku) == (2, taken, 2 - taken)
        if word_of(confirmation) == "expired":
            assert not mine.state.live
        assert (await lists_naming(inventory, redis_clients, mine) == []) is not mine.state.live


@pytest.mark.parametrize("verb", ["cancel", "short", "pickup", "extend", "run out", "move", "replace", "bob"])
async def test_a_hold_that_changes_while_it_gets_its_customer_leaves_nothing_behind(
    inventory: Inventory, redis_clients: RedisClients, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    (store_id, sku), elsewhere = await a_shelf(inventory, 9), a_store_id()
    await put(inventory, elsewhere, sku, 9)
    hold, holds, functions = await held(inventory, store_id, (sku, 1)), inventory.holds, HoldFunctions
    read, waiting = functions.read_holds, [True]

    async def read_and_dawdle(self: HoldFunctions, hold_ids: Sequence[str]) -> list[Reply]:
        """Before the first reader gets on, another confirms the hold for somebody."""
        replies = await read(self, hold_ids)
        if waiting:
            waiting.clear()
            await holds.confirm(hold.hold_id, window=window(), asker=who("ann"))
            if verb == "run out":
                await run_out(inventory, redis_clients, await shown(inventory, hold))
        return replies

    monkeypatch.setattr(functions, "read_holds", read_and_dawdle)
    again = {"idempotency_key": a_key(), "asker": who("ann")}
    ways: dict[str, Callable[[], Awaitable[object]]] = {
        "extend": lambda: holds.extend(hold.hold_id, ttl_seconds=7_000),
        "move": lambda: holds.move(hold.hold_id, elsewhere, window=window()),
        "replace": lambda: holds.replace(hold.hold_id, store_id, lines_of((sku, 2)), **again),
        "bob": lambda: holds.confirm(hold.hold_id, window=window(), asker=who("bob")),
        "run out": lambda: holds.ready(hold.hold_id),
    }
    outcome = await ways[verb]() if verb in ways else await getattr(holds, verb)(hold.hold_id)
    expected = {"extend": "wrong_state", "bob": "repeated", "run out": "expired", "move": "placed", "replace": "placed"}
    assert word_of(outcome) == expected.get(verb, "changed")
    last = await shown(inventory, hold)
    while last.moved_to:
        last = await shown(inventory, replace(last, hold_id=last.moved_to))
    assert last.customer_key == named(inventory, "ann")
    kept = {"move": 1, "extend": 1, "bob": 1, "replace": 2}.get(verb, 0)
    assert (await units_of(inventory, redis_clients, "ann")).get(sku, 0) == kept
    await holds.cancel(last.hold_id)
    assert (await units_of(inventory, redis_clients, "ann")).keys() <= {"no_shows"}
    for name in ("ann", "bob"):
        assert await redis_clients.reads.exists(inventory.keyspace.customer_holds(named(inventory, name))) == 0
    assert await redis_clients.reads.exists(inventory.keyspace.customer_holds("-")) == 0


async def test_a_hold_that_is_confirmed_while_it_moves_needs_the_times_of_the_new_store(
    inventory: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    (store_id, sku), elsewhere = await a_shelf(inventory, 9), a_store_id()
    await put(inventory, elsewhere, sku, 9)
    hold, show = await held(inventory, store_id, (sku, 1)), inventory.holds.show

    async def show_and_dawdle(hold_id: HoldId) -> Hold | HoldNotFound:
        found = await show(hold_id)
        await inventory.holds.confirm(hold_id, window=window())
        return found

    monkeypatch.setattr(inventory.holds, "show", show_and_dawdle)
    with pytest.raises(InvalidRequest):
        await inventory.holds.move(hold.hold_id, elsewhere)
    assert await units(inventory, store_id, sku) == (9, 1, 8)


async def test_groups_and_single_holds_share_the_shelves_without_overselling(inventory: Inventory) -> None:
    sku, stores = a_sku(), [a_store_id() for _ in range(3)]
    for store_id in stores:
        await put(inventory, store_id, sku, 20)

    async def group(number: int) -> list[Hold]:
        chosen = [stores[number % 3], stores[(number + 1) % 3]]
        parts = [(store_id, lines_of((sku, 1))) for store_id in chosen]
        outcome = await inventory.groups.place(parts, idempotency_key=a_key())
        return list(outcome.group.holds) if isinstance(outcome, GroupPlaced) else []

    async def single(number: int) -> list[Hold]:
        outcome = await place(inventory, stores[number % 3], (sku, 1))
        return [outcome.hold] if isinstance(outcome, HoldPlaced) else []

    placed = await asyncio.gather(*(step(number) for number in range(100) for step in (group, single)))
    for store_id in stores:
        taken = sum(hold.store_id == store_id for holds in placed for hold in holds)
        assert await units(inventory, store_id, sku) == (20, taken, 20 - taken)
        assert taken == 20
    assert {len(holds) for holds in placed} <= {0, 1, 2}


async def test_moves_and_buyers_at_the_destination_get_exactly_what_is_there(inventory: Inventory) -> None:
    for _ in range(10):
        (near, sku), far = await a_shelf(inventory, 20), a_store_id()
        await put(inventory, far, sku, 8)
        mine = [await held(inventory, near, (sku, 1)) for _ in range(20)]
        outcomes = await asyncio.gather(
            *(inventory.holds.move(hold.hold_id, far) for hold in mine),
            *(place(inventory, far, (sku, 1)) for _ in range(20)),
        )
        words = [word_of(outcome) for outcome in outcomes]
        assert words.count("placed") == 8
        assert words.count("insufficient") == 32
        still_near = 20 - words[:20].count("placed")
        assert await units(inventory, near, sku) == (20, still_near, 20 - still_near)
        assert await units(inventory, far, sku) == (8, 8, 0)


async def test_clerks_who_end_the_same_hold_differently_have_one_winner(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    for _ in range(10):
        hold = await confirmed(inventory, await a_hold(inventory, on_hand=5, quantity=2, asker=who("ann")))
        holds = inventory.holds
        ends = [holds.short, holds.short, holds.pickup, holds.no_show, holds.cancel]
        outcomes = await asyncio.gather(*(end(hold.hold_id) for end in ends))
        assert [word_of(outcome) for outcome in outcomes].count("changed") == 1
        last = await shown(inventory, hold)
        on_hand = 3 if last.state in (HoldState.SHORTED, HoldState.PICKED_UP) else 5
        assert await units(inventory, hold.store_id, hold.lines[0].sku) == (on_hand, 0, on_hand)
        assert await lists_naming(inventory, redis_clients, last) == []


async def test_two_clerks_short_one_hold_once(inventory: Inventory) -> None:
    hold = await confirmed(inventory, await a_hold(inventory, on_hand=5, quantity=2))
    outcomes = await asyncio.gather(*(inventory.holds.short(hold.hold_id, principal=name) for name in ("a", "b")))
    assert sorted(word_of(outcome) for outcome in outcomes) == ["changed", "repeated"]
    assert await units(inventory, hold.store_id, hold.lines[0].sku) == (3, 0, 3)


async def test_sales_that_race_with_each_other_short_no_more_than_they_must(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 20)
    for _ in range(20):
        await held(inventory, store_id, (sku, 1))
    sales = [Movement(f"till-{number}", 1, MovementType.SELL, store_id, sku, 1) for number in range(12)]
    told = await asyncio.gather(*(inventory.ledger.apply_movements([sale]) for sale in sales))
    await inventory.shorting.resolve_all()
    shorted = [hold_id for outcome in told for hold_id in outcome.shorted]
    assert len(shorted) == len(set(shorted)) == 12
    assert await units(inventory, store_id, sku) == (8, 8, 0)
