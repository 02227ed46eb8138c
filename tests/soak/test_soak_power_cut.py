"""The power is cut twenty times: with the settings that onhand starts Redis with, nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from chaos.desks import LibraryDesk
from chaos.reckoning import check_everything, lost_holds
from chaos.redis_in_a_shim import RedisInAShim, redis_in_a_shim
from chaos.shoppers import Memory, Shoppers
from inventory_builders import put

from inventory.inventory import Inventory
from inventory.keys import Keyspace
from runtime.errors import BackendUnavailable
from runtime.redis_client import RedisClients, open_redis
from runtime.settings import Settings

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]
SEED = 2026
CUTS = 20
SHOPPERS = 12
UNITS = 100_000
CELLS = [(f"sku-{number % 5}", f"store-{number % 4}") for number in range(20)]
STOCKED = {f"sku-{number}": 4 * UNITS for number in range(5)}


@dataclass(frozen=True, slots=True)
class Outcome:
    memory: Memory
    bytes_lost: int


async def shop_through_cuts(
    server: RedisInAShim, clients: RedisClients, inventory: Inventory, *, cuts: int, place_only: bool = False
) -> Outcome:
    """Shoppers go on all the time; every cut comes at a random moment, some while the file is being rewritten."""
    rng = random.Random(SEED)
    shoppers = Shoppers(LibraryDesk(inventory), CELLS, count=SHOPPERS, seed=SEED, place_only=place_only)
    running, bytes_lost = asyncio.create_task(shoppers.run()), 0
    for _ in range(cuts):
        await asyncio.sleep(rng.uniform(0.3, 1.5))
        assert not running.done(), running.exception()
        if rng.random() < 0.3:
            await clients.reads.bgrewriteaof()
            await asyncio.sleep(rng.uniform(0.0, 0.1))
        bytes_lost += await server.cut_power(rng)
        await server.start()
        await load_library(inventory, clients)
    shoppers.stop()
    await running
    return Outcome(shoppers.memory, bytes_lost)


async def load_library(inventory: Inventory, clients: RedisClients) -> None:
    """It may be among what was lost. A connection from before the cut may break only now."""
    while True:
        with suppress(BackendUnavailable):
            await inventory.library.ensure_loaded(clients.writes)
            return


async def stocked(clients: RedisClients) -> Inventory:
    inventory = await Inventory.open(clients, Keyspace("power", "main"))
    for sku, store_id in CELLS:
        await put(inventory, store_id, sku, UNITS)
    return inventory


async def test_no_acknowledged_hold_is_lost_in_twenty_power_cuts(
    tmp_path: Path, shim: Path, write_result: Callable[[str, Mapping[str, object]], None]
) -> None:
    async with (
        redis_in_a_shim(tmp_path, shim) as server,
        open_redis(Settings(redis_url=server.url, redis_timeout_seconds=2)) as clients,
    ):
        inventory = await stocked(clients)
        outcome = await shop_through_cuts(server, clients, inventory, cuts=CUTS)
        memory = outcome.memory

        assert await lost_holds(inventory, memory) == []
        found = await check_everything(clients, inventory, memory, stocked=STOCKED, folder=tmp_path / "archive")

    assert len(memory.states) >= 1_000, "too few holds to show anything"
    assert outcome.bytes_lost > 0, "no cut ever met unsynced bytes"
    write_result(
        "power-cut",
        {
            "cuts": CUTS,
            "appendfsync": "always (default)",
            "acknowledged_holds": len(memory.states),
            "states": dict(memory.count()),
            "lost": 0,
            "unanswered_and_repeated": memory.unanswered,
            "answered_and_repeated": memory.repeated,
            "unsynced_bytes_lost": outcome.bytes_lost,
            **found,
            "control_everysec_lost": await control(tmp_path / "control", shim),
        },
    )


async def control(data_dir: Path, shim: Path) -> str:
    """The same with one sync a second must lose holds, or the cuts cut nothing."""
    async with (
        redis_in_a_shim(data_dir, shim, appendfsync="everysec") as server,
        open_redis(Settings(redis_url=server.url, redis_timeout_seconds=2)) as clients,
    ):
        inventory = await stocked(clients)
        outcome = await shop_through_cuts(server, clients, inventory, cuts=5, place_only=True)
        lost = len(await lost_holds(inventory, outcome.memory))
    assert lost > 0, "the simulation cannot lose anything"
    return f"{lost} of {len(outcome.memory.states)} in 5 cuts"
