"""Races that run short in CI and long in the soak: everybody for one unit, and everything at once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

from hold_builders import place, run_out, window
from inventory_builders import a_key, a_shelf, cell, put

from inventory.inventory import Inventory
from inventory.models import HoldPlaced, InsufficientStock, Kind, Sku, StoreId
from inventory.movements import Movement, MovementType
from runtime.redis_client import RedisClients

COUNTERS = (Kind.ON_HAND, Kind.SAFETY, Kind.HELD, Kind.ALLOCATED, Kind.QUALITY_CONTROL)

TOLD = [MovementType(kind) for kind in ("sell", "receive", "receive", "allocate", "deallocate", "ship", "return")]


async def units(inventory: Inventory, store_id: str, sku: str) -> tuple[int, int, int]:
    """On hand, held and available."""
    now = await cell(inventory, store_id, sku)
    return now[Kind.ON_HAND], now[Kind.HELD], now[Kind.AVAILABLE]


async def one_winner_of(inventory: Inventory, *, buyers: int) -> None:
    store_id, sku = await a_shelf(inventory, 1)
    outcomes = await asyncio.gather(*(place(inventory, store_id, (sku, 1)) for _ in range(buyers)))
    assert sum(isinstance(outcome, HoldPlaced) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, InsufficientStock) for outcome in outcomes) == buyers - 1
    assert await units(inventory, store_id, sku) == (1, 1, 0)


async def mixed_run(inventory: Inventory, clients: RedisClients, *, buyers: int, seed: int = 1) -> None:
    """A thousand for ten, while tills sell, feeds count, holds run out, are confirmed and picked up."""
    store_id, sku = await a_shelf(inventory, 10)
    draw, promised = random.Random(seed), Counter[str]()

    async def buy(number: int) -> None:
        outcome = await place(inventory, store_id, (sku, 1), idempotency_key=a_key())
        if not isinstance(outcome, HoldPlaced):
            return
        promised["placed"] += 1
        hold, then = outcome.hold, draw.random()
        if then < 0.3:
            await run_out(inventory, clients, hold)
        elif then < 0.5:
            await inventory.holds.cancel(hold.hold_id)
        elif then < 0.9:
            await inventory.holds.confirm(hold.hold_id, window=window())
            if then < 0.7:
                await inventory.holds.pickup(hold.hold_id)

    async def sell(number: int) -> None:
        kind = draw.choice(TOLD)
        await inventory.ledger.apply_movements([Movement(f"till-{number}", 1, kind, store_id, sku, 1)])

    async def count(number: int) -> None:
        await put(inventory, store_id, sku, draw.choice([6, 10, 12]))

    async def sweep(number: int) -> None:
        await inventory.upkeep.tick()

    steps = [buy(number) for number in range(buyers)]
    steps += [sell(number) for number in range(buyers // 10)]
    steps += [step(number) for number in range(buyers // 50) for step in (count, sweep)]
    draw.shuffle(steps)
    await asyncio.gather(*steps)
    await inventory.upkeep.tick()
    assert promised["placed"]
    await sums_are_exact(inventory, clients, store_id, sku)


async def sums_are_exact(inventory: Inventory, clients: RedisClients, store_id: StoreId, sku: Sku) -> None:
    """The ledger adds up to the counters, and what is held is what live holds have."""
    now, sums = await cell(inventory, store_id, sku), Counter[Kind]()
    live: dict[str, int] = {}
    after = "0"
    while entries := await inventory.stream.read(after):
        after = entries[-1].entry_id
        for entry in entries:
            mine = [move for move in entry.moves if move.sku == sku]
            for move in mine:
                sums.update({kind: getattr(move, kind) for kind in COUNTERS})
            if mine and "hold" in entry.details:
                hold_id = entry.details["hold"]
                live[hold_id] = live.get(hold_id, 0) + sum(move.held for move in mine)
    assert {kind: sums[kind] for kind in COUNTERS} == {kind: now[kind] for kind in COUNTERS}
    assert set(live.values()) <= {0, 1}
    assert sum(live.values()) == now[Kind.HELD]
    taken = now[Kind.SAFETY] + now[Kind.HELD] + now[Kind.ALLOCATED]
    assert now[Kind.AVAILABLE] == max(0, now[Kind.ON_HAND] - taken)
    holders = await clients.reads.zrange(inventory.keyspace.holders(sku), 0, -1)
    assert {hold_id.decode() for hold_id in holders} == {hold_id for hold_id, held in live.items() if held}
