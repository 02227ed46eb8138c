"""Whatever the order in which a source's movements arrive, its cells are as if they had come by their numbers."""

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inventory_builders import a_key, a_shelf, a_sku, cell, put
from movement_fold import FoldedCell, fold

from inventory.inventory import Inventory
from inventory.models import HoldLine, HoldPlaced, Kind, Sku, StoreId
from inventory.movements import Movement, MovementsApplied, MovementType
from inventory.sources import Gap
from runtime.redis_client import RedisClients

KINDS = [kind for kind in MovementType if kind is not MovementType.ALLOCATE]  # whether one is accepted depends on holds


def moves(
    store_id: StoreId, sku: Sku, *told: tuple[str, int], source: str = "till-1", first: int = 1
) -> list[Movement]:
    """One movement after the other, numbered from `first`."""
    return [
        Movement(source, seq, MovementType(kind), store_id, sku, quantity)
        for seq, (kind, quantity) in enumerate(told, start=first)
    ]


async def send(inventory: Inventory, *movements: Movement) -> MovementsApplied:
    outcome = await inventory.ledger.apply_movements(movements)
    assert outcome.applied == len(movements)
    return outcome


async def counters(inventory: Inventory, store_id: StoreId, sku: Sku) -> tuple[int, int, int]:
    seen = await cell(inventory, store_id, sku)
    return seen[Kind.ON_HAND], seen[Kind.ALLOCATED], seen[Kind.QUALITY_CONTROL]


async def shortfalls(inventory: Inventory) -> int:
    """What the ledger says was told of beyond the count, corrections included."""
    entries = await inventory.stream.read(count=10_000)
    names = ("shortfall", "later_shortfall")
    return sum(int(entry.details.get(name, 0)) for entry in entries for name in names)


async def summed(inventory: Inventory, sku: Sku) -> tuple[int, int, int]:
    found = [move for entry in await inventory.stream.read(count=10_000) for move in entry.moves if move.sku == sku]
    return (
        sum(move.on_hand for move in found),
        sum(move.allocated for move in found),
        sum(move.quality_control for move in found),
    )


async def test_a_late_sale_from_before_a_count_does_not_lower_what_was_counted(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 10)
    sale, count = moves(store_id, sku, ("sell", 3), ("count", 6))
    await send(inventory, count, sale)
    assert (await cell(inventory, store_id, sku))[Kind.ON_HAND] == 6
    assert await summed(inventory, sku) == (6, 0, 0)


async def test_a_late_count_is_followed_by_what_was_sold_after_it(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 10)
    receipt, count, sale = moves(store_id, sku, ("receive", 5), ("count", 20), ("sell", 2))
    await send(inventory, receipt, sale)
    assert (await cell(inventory, store_id, sku))[Kind.ON_HAND] == 13
    await send(inventory, count)
    assert (await cell(inventory, store_id, sku))[Kind.ON_HAND] == 18


async def test_a_late_receipt_gives_a_sale_what_it_had_lacked(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 2)
    receipt, sale = moves(store_id, sku, ("receive", 5), ("sell", 4))
    clamped = await send(inventory, sale)
    assert [(short.index, short.units) for short in clamped.shortfalls] == [(0, 2)]
    assert (await send(inventory, receipt)).shortfalls == ()
    assert (await cell(inventory, store_id, sku))[Kind.ON_HAND] == 3
    entry = (await inventory.stream.read(count=1_000))[-1]
    assert (entry.op, entry.moves[0].on_hand, entry.details["later_shortfall"]) == ("receive", 3, "-2")
    assert await shortfalls(inventory) == 0


async def test_a_late_sale_takes_from_a_later_one_what_that_had_had(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 3)
    first, second = moves(store_id, sku, ("sell", 2), ("sell", 2))
    await send(inventory, second)
    await send(inventory, first)
    assert (await cell(inventory, store_id, sku))[Kind.ON_HAND] == 0
    assert await shortfalls(inventory) == 1


async def test_what_others_did_in_between_stays_as_it_was(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 10)
    sale, count, more = moves(store_id, sku, ("sell", 1), ("count", 7), ("receive", 1))
    await send(inventory, count)
    await send(inventory, *moves(store_id, sku, ("sell", 2), source="till-2"))
    await send(inventory, more)
    assert (await cell(inventory, store_id, sku))[Kind.ON_HAND] == 6
    await send(inventory, sale)
    assert (await cell(inventory, store_id, sku))[Kind.ON_HAND] == 6


async def test_units_that_another_took_do_not_come_back_with_a_late_sale(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    sale, receipt = moves(store_id, sku, ("sell", 1), ("receive", 5))
    await send(inventory, receipt)
    await send(inventory, *moves(store_id, sku, ("sell", 5), source="till-2"))
    await send(inventory, sale)
    assert (await cell(inventory, store_id, sku))[Kind.ON_HAND] == 0


async def test_a_late_inspection_puts_the_returned_units_on_the_shelf(inspecting: Inventory) -> None:
    store_id, sku = await a_shelf(inspecting, 1)
    back, passed, failed = moves(store_id, sku, ("return", 3), ("pass_inspection", 2), ("fail_inspection", 1))
    await send(inspecting, failed)
    await send(inspecting, passed)
    assert await counters(inspecting, store_id, sku) == (1, 0, 0)
    await send(inspecting, back)
    assert await counters(inspecting, store_id, sku) == (3, 0, 0)
    assert await shortfalls(inspecting) == 0


@pytest.fixture
async def inspecting(redis_clients: RedisClients, inventory: Inventory) -> Inventory:
    """The ledger of a chain that inspects returns."""
    return await Inventory.open(redis_clients, inventory.keyspace, returns_need_inspection=True)


told = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(-9, 9), st.integers(0, 1)).map(
        lambda drawn: (drawn[0], drawn[1] if drawn[0] is MovementType.ADJUST else abs(drawn[1]) + 1, drawn[2])
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=told, first=st.sampled_from([0, 1, 7, 5_000]), start=st.integers(0, 6), data=st.data())
async def test_any_order_of_arrival_gives_the_cells_of_the_right_order(
    inspecting: Inventory, told: list[tuple[MovementType, int, int]], first: int, start: int, data: st.DataObject
) -> None:
    store_id, other = await a_shelf(inspecting, start)
    skus = [other, a_sku()]
    await put(inspecting, store_id, skus[1], 4)
    source = f"till-{other}"
    movements = [
        Movement(source, seq, kind, store_id, skus[place], quantity)
        for seq, (kind, quantity, place) in enumerate(told, start=first)
    ]
    expected = fold(movements, {(store_id, skus[0]): start, (store_id, skus[1]): 4}, inspect=True)
    arriving = data.draw(st.permutations(movements))
    copies = data.draw(st.lists(st.sampled_from(movements), max_size=3))
    outcome = await inspecting.ledger.apply_movements([*arriving, *copies])
    assert (outcome.applied, outcome.duplicate) == (len(movements), len(copies))
    for sku in skus:
        right = expected[store_id, sku]
        assert await counters(inspecting, store_id, sku) == (right.on_hand, right.allocated, right.quality_control)
        assert await missing_of(inspecting, sku) == right.missing


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_hundreds_of_movements_of_two_products_may_come_in_any_order(inspecting: Inventory, seed: int) -> None:
    draw = random.Random(seed)
    store_id, sku = await a_shelf(inspecting, 9)
    other = a_sku()
    kinds = KINDS if seed > 1 else [MovementType.SELL, MovementType.RECEIVE]  # counts would make up for mistakes
    movements = [
        Movement("till-1", seq, draw.choice(kinds), store_id, draw.choice([sku, other]), draw.randint(1, 9))
        for seq in range(1, 301)
    ]
    await put(inspecting, store_id, other, 9)
    expected = fold(movements, {(store_id, sku): 9, (store_id, other): 9}, inspect=True)
    draw.shuffle(movements)
    for first in range(0, 300, 30):
        await send(inspecting, *movements[first : first + 30])
    for one in (sku, other):
        right = expected[store_id, one]
        assert await counters(inspecting, store_id, one) == (right.on_hand, right.allocated, right.quality_control)
        assert await missing_of(inspecting, one) == right.missing


async def missing_of(inventory: Inventory, sku: Sku) -> int:
    entries = await inventory.stream.read(count=100_000)
    mine = [entry for entry in entries if entry.details.get("sku") == sku]
    return sum(int(entry.details.get(name, 0)) for entry in mine for name in ("shortfall", "later_shortfall"))


async def test_a_source_without_gaps_keeps_nothing_but_how_far_it_is(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 1_000)
    ahead = inventory.keyspace.movement_ahead("till-1")
    sales = moves(store_id, sku, *[("sell", 1)] * 300)
    await send(inventory, *sales[:99])
    assert await redis_clients.reads.zcard(ahead) == 99  # its start is not believed yet: number 0 may still come
    await send(inventory, *sales[99:200])
    assert await redis_clients.reads.exists(ahead) == 0
    await send(inventory, *sales[201:250])
    assert await redis_clients.reads.zcard(ahead) == 49
    await send(inventory, sales[200])
    assert await redis_clients.reads.exists(ahead) == 0


async def test_what_is_kept_for_a_number_that_never_comes_is_bounded(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 1_000_000)
    sales = moves(store_id, sku, *[("sell", 1)] * 10_050, first=3)
    await send(inventory, *sales)
    kept = await redis_clients.reads.zrange(inventory.keyspace.movement_ahead("till-1"), 0, -1, withscores=True)
    assert (len(kept), int(kept[0][1]), int(kept[-1][1])) == (10_000, 53, 10_052)
    await send(inventory, *moves(store_id, sku, ("sell", 1)))
    assert (await cell(inventory, store_id, sku))[Kind.ON_HAND] == 1_000_000 - 10_051


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_a_sale_that_eats_held_units_is_found_whenever_the_count_before_it_comes(
    inventory: Inventory, order: tuple[int, int]
) -> None:
    store_id, sku = await a_shelf(inventory, 10)
    held = await inventory.holds.place(store_id, [HoldLine(sku, 4)], idempotency_key=a_key())
    assert isinstance(held, HoldPlaced)
    told = moves(store_id, sku, ("count", 4), ("sell", 1))
    shorted = [(await inventory.ledger.apply_movements([told[place]])).shorted for place in order]
    assert shorted == [(), (held.hold.hold_id,)]
    assert (await cell(inventory, store_id, sku))[Kind.ON_HAND] == 3


async def test_sources_tell_how_far_they_are_and_what_is_missing(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 1_000)
    sales = moves(store_id, sku, *[("sell", 1)] * 20)
    await send(inventory, *sales[:5], *sales[7:10], sales[15])
    await send(inventory, sales[6])
    await inventory.ledger.apply_movements([sales[0], sales[0], sales[9]])
    await send(inventory, *moves(store_id, sku, ("sell", 1), source="late: duplicate:", first=4))
    await send(inventory, *moves(store_id, sku, ("sell", 1), source="veteran", first=70_000))
    late, till, veteran = await inventory.ledger.sources()
    assert (till.source, till.first_seq, till.last_seq, till.applied) == ("till-1", 1, 16, 10)
    assert till.gaps == (Gap(6, 6), Gap(11, 15))
    assert (till.missing, till.late, till.duplicate) == (6, 1, 3)
    assert till.since is not None
    assert (late.source, late.gaps) == ("late: duplicate:", (Gap(1, 3),))
    assert (veteran.gaps, veteran.last_seq) == ((), 70_000)


async def test_gaps_that_are_given_up_cost_nothing_more_and_what_comes_after_all_is_applied(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 1_000)
    sales = moves(store_id, sku, *[("sell", 1)] * 60)
    await send(inventory, *sales[:5], *sales[9:30], *sales[40:45])
    ahead = inventory.keyspace.movement_ahead("till-1")
    assert await inventory.ledger.close_gaps("till-1", 20) == 20
    (till,) = await inventory.ledger.sources()
    assert (till.gaps, till.settled_seq) == ((Gap(31, 40),), 20)
    await send(inventory, sales[45])
    kept = await redis_clients.reads.zrange(ahead, 0, -1, withscores=True)
    assert [int(seq) for _, seq in kept] == [41, 42, 43, 44, 45, 46]
    assert await inventory.ledger.close_gaps("till-1") == 46
    assert await inventory.ledger.close_gaps("till-1", 3) == 46
    await send(inventory, *sales[46:60])
    assert await redis_clients.reads.exists(ahead) == 0
    await send(inventory, sales[6], sales[35])
    assert (await inventory.ledger.apply_movements([sales[6]])).duplicate == 1
    assert (await cell(inventory, store_id, sku))[Kind.ON_HAND] == 1_000 - 48
    assert (await inventory.ledger.sources())[0].gaps == ()
    assert await inventory.ledger.close_gaps("never heard of") is None


async def test_a_number_may_be_zero_and_as_large_as_json_can_carry(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 10)
    ends = [replace(moves(store_id, sku, ("sell", 1))[0], seq=seq) for seq in (2**53 - 1, 0, 2**53 - 2)]
    await send(inventory, *ends)
    assert (await inventory.ledger.apply_movements(ends)).duplicate == 3
    report = (await inventory.ledger.sources())[0]
    assert (report.first_seq, report.last_seq, report.gaps) == (0, 2**53 - 1, (Gap(1, 2**53 - 3),))


async def test_a_late_sale_that_eats_held_units_shorts_their_hold(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 3)
    sale, receipt = moves(store_id, sku, ("sell", 3), ("receive", 1))
    await send(inventory, receipt)
    held = await inventory.holds.place(store_id, [HoldLine(sku, 4)], idempotency_key=a_key())
    assert isinstance(held, HoldPlaced)
    assert (await send(inventory, sale)).shorted == (held.hold.hold_id,)
    assert (await cell(inventory, store_id, sku))[Kind.ON_HAND] == 1


def test_the_fold_itself_takes_what_is_there() -> None:
    folded = FoldedCell(on_hand=2)
    folded.apply("sell", 3)
    folded.apply("receive", 1)
    assert (folded.on_hand, folded.missing) == (1, 1)
