"""What each type of movement does to a cell, and whom it may and may not disappoint."""

import asyncio
from collections.abc import Sequence

import orjson
import pytest
from inventory_builders import a_key, a_shelf, cell

from inventory.freed import FreedCell, FreedUnits
from inventory.functions import LedgerFunctions
from inventory.hold_functions import HoldFunctions
from inventory.inventory import Inventory
from inventory.models import Hold, HoldId, HoldLine, HoldPlaced, HoldState, InsufficientStock, Kind, Sku, StoreId
from inventory.movements import Movement, MovementsApplied, MovementShortfall, MovementType
from inventory.overdue import OverdueHolds
from inventory.shorting import Shorting
from inventory.stock_functions import StockFunctions
from inventory.stock_movements import StockMovements
from runtime.errors import BackendUnavailable
from runtime.redis_client import RedisClients

COUNTERS = (Kind.ON_HAND, Kind.ALLOCATED, Kind.QUALITY_CONTROL, Kind.AVAILABLE)


class Till:
    """Numbers what it tells."""

    def __init__(self, inventory: Inventory, clients: RedisClients, store_id: StoreId, sku: Sku) -> None:
        self.inventory, self.clients, self.store_id, self.sku, self.seq = inventory, clients, store_id, sku, 0

    async def tell(self, kind: str, quantity: int) -> MovementsApplied:
        self.seq += 1
        return await self.inventory.ledger.apply_movements([self.movement(kind, quantity, self.seq)])

    def movement(self, kind: str, quantity: int, seq: int) -> Movement:
        return Movement("till", seq, MovementType(kind), self.store_id, self.sku, quantity)

    async def counters(self) -> tuple[int, ...]:
        seen = await cell(self.inventory, self.store_id, self.sku)
        return tuple(seen[kind] for kind in COUNTERS)

    async def oversold(self) -> list[tuple[str, str]]:
        members = await self.clients.reads.smembers(self.inventory.keyspace.oversold())
        return [(store_id, sku) for sku, store_id, _ in map(orjson.loads, members)]


@pytest.fixture
async def till(inventory: Inventory, redis_clients: RedisClients) -> Till:
    """A till at a store with ten units, of which two are never promised."""
    return Till(inventory, redis_clients, *await a_shelf(inventory, 10, safety=2))


@pytest.fixture
async def inspecting(redis_clients: RedisClients, till: Till) -> Till:
    """The same till where returns are inspected."""
    till.inventory = await Inventory.open(redis_clients, till.inventory.keyspace, returns_need_inspection=True)
    return till


async def hold(till: Till, quantity: int, ttl_seconds: int = 900) -> HoldPlaced:
    placed = await till.inventory.holds.place(
        till.store_id, [HoldLine(till.sku, quantity)], idempotency_key=a_key(), ttl_seconds=ttl_seconds
    )
    assert isinstance(placed, HoldPlaced)
    return placed


async def test_transfers_move_what_is_on_hand(till: Till) -> None:
    assert (await till.tell("transfer_out", 4)).applied == 1
    assert await till.counters() == (6, 0, 0, 4)
    assert (await till.tell("transfer_in", 1)).applied == 1
    assert await till.counters() == (7, 0, 0, 5)


async def test_an_order_is_allocated_shipped_and_given_back(till: Till) -> None:
    assert (await till.tell("allocate", 5)).applied == 1
    assert await till.counters() == (10, 5, 0, 3)
    assert (await till.tell("deallocate", 2)).applied == 1
    assert await till.counters() == (10, 3, 0, 5)
    assert (await till.tell("ship", 3)).applied == 1
    assert await till.counters() == (7, 0, 0, 5)


async def test_an_allocation_needs_what_is_available_and_may_be_asked_again(till: Till) -> None:
    refused = await till.tell("allocate", 9)
    assert (refused.applied, [rejected.code for rejected in refused.rejected]) == (0, ["insufficient_stock"])
    assert await till.counters() == (10, 0, 0, 8)
    till.seq -= 1
    assert (await till.tell("allocate", 8)).applied == 1
    assert await till.counters() == (10, 8, 0, 0)


async def test_what_was_never_allocated_cannot_be_given_back(till: Till) -> None:
    given = await till.tell("deallocate", 3)
    assert (given.applied, given.shortfalls) == (1, (MovementShortfall(0, 3),))
    assert await till.counters() == (10, 0, 0, 8)


@pytest.mark.parametrize("kind", ["sell", "transfer_out", "ship"])
async def test_what_has_left_the_store_is_always_believed(till: Till, kind: str) -> None:
    told = await till.tell(kind, 12)
    assert (told.applied, told.shortfalls) == (1, (MovementShortfall(0, 2),))
    assert await till.counters() == (0, 0, 0, 0)
    assert (await till.tell("adjust", -1)).shortfalls == (MovementShortfall(0, 1),)


async def test_h22_shipping_and_pickup_race_for_the_same_units_and_never_share_one(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 20)
    orders = [Movement(f"orders-{n}", 1, MovementType.ALLOCATE, store_id, sku, 1) for n in range(40)]

    async def order(movement: Movement) -> int:
        return (await inventory.ledger.apply_movements([movement])).applied

    async def shopper() -> int:
        placed = await inventory.holds.place(store_id, [HoldLine(sku, 1)], idempotency_key=a_key())
        return int(isinstance(placed, HoldPlaced))

    won = await asyncio.gather(*(order(movement) for movement in orders), *(shopper() for _ in range(40)))
    seen = await cell(inventory, store_id, sku)
    assert sum(won) == 20
    assert (seen[Kind.ALLOCATED], seen[Kind.HELD]) == (sum(won[:40]), sum(won[40:]))
    assert (seen[Kind.ON_HAND], seen[Kind.AVAILABLE]) == (20, 0)


async def test_h22_an_allocation_takes_units_of_holds_that_have_run_out_and_of_no_other(
    till: Till, redis_clients: RedisClients
) -> None:
    ran_out = (await hold(till, 8)).hold.hold_id
    await redis_clients.writes.hset(till.inventory.keyspace.hold(ran_out), "due_ms", 1)
    await redis_clients.writes.zadd(till.inventory.keyspace.holds_due(), {ran_out: 1})
    assert (await till.tell("allocate", 6)).applied == 1
    await hold(till, 2)
    assert (await till.tell("allocate", 1)).rejected[0].code == "insufficient_stock"
    refused = await till.inventory.holds.place(till.store_id, [HoldLine(till.sku, 1)], idempotency_key=a_key())
    assert isinstance(refused, InsufficientStock)


async def test_h23_a_return_is_promised_only_after_its_inspection(inspecting: Till) -> None:
    assert (await inspecting.tell("return", 3)).applied == 1
    assert await inspecting.counters() == (10, 0, 3, 8)
    assert (await inspecting.tell("pass_inspection", 2)).applied == 1
    assert await inspecting.counters() == (12, 0, 1, 10)
    assert (await inspecting.tell("fail_inspection", 1)).applied == 1
    assert await inspecting.counters() == (12, 0, 0, 10)
    entries = await inspecting.inventory.stream.read()
    assert [(entry.op, entry.moves[0].on_hand, entry.moves[0].quality_control) for entry in entries[1:]] == [
        ("return", 0, 3),
        ("pass_inspection", 2, -2),
        ("fail_inspection", 0, -1),
    ]


async def test_h23_no_more_passes_inspection_than_was_returned(inspecting: Till) -> None:
    await inspecting.tell("return", 1)
    passed = await inspecting.tell("pass_inspection", 5)
    assert (passed.applied, passed.shortfalls) == (1, (MovementShortfall(0, 4),))
    assert await inspecting.counters() == (11, 0, 0, 9)
    assert (await inspecting.tell("fail_inspection", 1)).shortfalls == (MovementShortfall(0, 1),)


async def test_h23_a_return_anywhere_belongs_to_the_store_that_received_it(inspecting: Till) -> None:
    await inspecting.tell("sell", 1)
    elsewhere, _ = await a_shelf(inspecting.inventory, 1)
    other = Till(inspecting.inventory, inspecting.clients, elsewhere, inspecting.sku)
    other.seq = inspecting.seq
    await other.tell("return", 1)
    await other.tell("pass_inspection", 1)
    assert await other.counters() == (1, 0, 0, 1)
    assert (await cell(inspecting.inventory, elsewhere, inspecting.sku))[Kind.CARRIED] == 1
    assert await inspecting.counters() == (9, 0, 0, 7)


async def test_where_returns_are_not_inspected_they_are_on_the_shelf_at_once(till: Till) -> None:
    await till.tell("return", 3)
    assert await till.counters() == (13, 0, 0, 11)


async def test_h22_an_allocation_gives_way_to_those_who_wait_and_the_rest_of_a_batch_goes_on(
    till: Till, redis_clients: RedisClients
) -> None:
    listening = Listening(till, redis_clients)  # it hears of the waiting and does nothing for them
    await redis_clients.writes.zadd(till.inventory.keyspace.waiting(till.sku, till.store_id), {"1:someone": 1})
    told = await listening.movements.apply([till.movement("allocate", 1, 1), till.movement("sell", 1, 2)])
    assert (told.applied, [(one.index, one.code) for one in told.rejected]) == (1, [(0, "unavailable")])
    assert await till.counters() == (9, 0, 0, 7)


class Listening:
    """Movements with somebody who listens, as the service has it, and a shorting that can be out of order."""

    def __init__(self, till: Till, clients: RedisClients) -> None:
        self.heard: list[FreedCell] = []
        functions = LedgerFunctions(clients, till.inventory.keyspace, till.inventory.library)
        freed = FreedUnits()
        freed.listener = self.listen
        self.shorting = Postponed()
        overdue = OverdueHolds(HoldFunctions(functions), freed)
        self.movements = StockMovements(StockFunctions(functions), overdue, freed, self.shorting)

    async def listen(self, cells: Sequence[FreedCell]) -> None:
        self.heard += cells


class Postponed(Shorting):
    """Notes what it is asked and does nothing, as after a crash."""

    def __init__(self) -> None:
        self.asked: list[FreedCell] = []
        self.gone = False

    async def resolve(self, cells: Sequence[FreedCell]) -> list[HoldId]:
        self.asked += cells
        if self.gone:
            raise BackendUnavailable("gone")
        return []


@pytest.fixture
def listening(till: Till, redis_clients: RedisClients) -> Listening:
    return Listening(till, redis_clients)


@pytest.mark.parametrize("kind", ["sell", "transfer_out", "ship", "adjust"])
async def test_a_sale_that_eats_held_units_is_listed_until_it_is_resolved(
    till: Till, listening: Listening, kind: str
) -> None:
    await hold(till, 8)
    sign = -1 if kind == "adjust" else 1
    await listening.movements.apply([till.movement(kind, sign * 2, 1)])
    assert await till.oversold() == []
    await listening.movements.apply([till.movement(kind, sign, 2), till.movement(kind, sign, 3)])
    assert await till.oversold() == listening.shorting.asked == [(till.store_id, till.sku)]
    assert (await cell(till.inventory, till.store_id, till.sku))[Kind.HELD] == 8


async def test_a_hold_whose_units_were_sold_is_shorted_and_reported(till: Till) -> None:
    older, newer = await hold(till, 5), await hold(till, 3)
    told = await till.tell("sell", 4)
    assert (told.applied, told.shorted) == (1, (newer.hold.hold_id,))
    shown = [await till.inventory.holds.show(placed.hold.hold_id) for placed in (older, newer)]
    assert [found.state for found in shown if isinstance(found, Hold)] == [HoldState.HELD, HoldState.SHORTED]
    assert await till.oversold() == []
    assert await till.counters() == (6, 0, 0, 0)


async def test_a_count_below_what_is_held_disappoints_nobody(till: Till) -> None:
    await hold(till, 8)
    assert (await till.tell("count", 5)).shorted == ()
    assert await till.oversold() == []
    seen = await cell(till.inventory, till.store_id, till.sku)
    assert (seen[Kind.ON_HAND], seen[Kind.HELD], seen[Kind.AVAILABLE]) == (5, 8, 0)
    assert (await till.tell("receive", 1)).shorted == (await till.tell("adjust", 1)).shorted == ()
    assert await till.oversold() == []


async def test_a_sale_counts_even_when_nobody_can_be_told(till: Till, listening: Listening) -> None:
    listening.shorting.gone = True
    await hold(till, 8)
    told = await listening.movements.apply([till.movement("sell", 3, 1)])
    assert (told.applied, told.shorted) == (1, ())
    assert await till.oversold() == [(till.store_id, till.sku)]


async def test_units_that_come_are_announced_where_somebody_waits(
    till: Till, listening: Listening, redis_clients: RedisClients
) -> None:
    await listening.movements.apply([till.movement("receive", 1, 1)])
    assert listening.heard == []
    await redis_clients.writes.zadd(till.inventory.keyspace.waiting(till.sku, till.store_id), {"999:someone": 1})
    told = [("sell", 1), ("receive", 1), ("allocate", 3), ("deallocate", 1), ("count", 4)]
    for seq, (kind, quantity) in enumerate(told, start=2):
        await listening.movements.apply([till.movement(kind, quantity, seq)])
    assert listening.heard == [(till.store_id, till.sku)] * 2
