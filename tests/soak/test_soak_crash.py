"""The service and Redis are killed with -9 at random moments under load, fifty times: nothing acknowledged is lost, and
no request that is repeated takes effect twice."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import signal
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, TCPConnector
from chaos.desks import HttpDesk
from chaos.reckoning import check_everything, lost_holds, operations
from chaos.service import Service, running_service
from chaos.shoppers import Shoppers
from redis.exceptions import RedisError
from small_chain import load_feeds

from bench.wares import Wares
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from runtime.redis_client import RedisClients, open_redis
from runtime.settings import Settings

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1_800)]
SEED = 2026
KILLS = 50
CONTROL_KILLS = 10
SHOPPERS = 16
VICTIMS = ("service", "redis", "both", "supervisor")
WEIGHTS = (4, 4, 2, 1)
BACK_SECONDS = 60.0


class ForgetfulDesk(HttpDesk):
    """A client as it should not be: every repetition is a new request."""

    async def place(self, sku: str, store_id: str, key: str) -> str:
        return await super().place(sku, store_id, secrets.token_urlsafe(16))


async def until_redis_answers(clients: RedisClients) -> None:
    """It is started again by its supervisor, or a supervisor by us, its users."""
    async with asyncio.timeout(BACK_SECONDS):
        while True:
            with suppress(RedisError):
                await clients.reads.ping()
                return
            await asyncio.sleep(0.02)


async def running_state(clients: RedisClients) -> dict[str, Any]:
    """What a supervisor wrote about a running server; one that has just taken over has not written it yet."""
    assert clients.embedded is not None
    async with asyncio.timeout(BACK_SECONDS):
        while "server_pid" not in (state := clients.embedded.state):  # noqa: ASYNC110  another process writes it
            await asyncio.sleep(0.02)
    return state


async def kill(victim: str, service: Service, clients: RedisClients) -> None:
    """At once, and wait until everything is back."""
    state = await running_state(clients)
    if victim in ("redis", "both"):
        os.kill(state["server_pid"], signal.SIGKILL)
    if victim == "supervisor":
        os.kill(state["supervisor_pid"], signal.SIGKILL)
    if victim in ("service", "both"):
        await service.kill()
        await service.start()
    await until_redis_answers(clients)


async def test_no_acknowledged_hold_is_lost_and_none_counts_twice_in_fifty_kills(
    tmp_path: Path, write_result: Callable[[str, Mapping[str, object]], None]
) -> None:
    settings = Settings(data_dir=tmp_path, namespace="crash", model="off", redis_timeout_seconds=1)
    wares = Wares.make(stores=20, products=10)
    cells = [(sku, store_id) for sku, store_id, _ in wares.cells()]
    units: Counter[str] = Counter()
    for sku, _, on_hand in wares.cells():
        units[sku] += on_hand
    rng, killed = random.Random(SEED), Counter[str]()
    async with open_redis(settings) as clients:
        await load_feeds(settings, **wares.write_feeds(tmp_path))
        inventory = await Inventory.open(clients, Keyspace(settings.namespace, settings.region))
        async with running_service(settings) as service, ClientSession(connector=TCPConnector(limit=0)) as session:
            shoppers = Shoppers(
                HttpDesk(session, lambda: service.url), [*cells, *len(cells) * [wares.hot]], count=SHOPPERS, seed=SEED
            )
            running = asyncio.create_task(shoppers.run())
            for _ in range(KILLS):
                await asyncio.sleep(rng.uniform(0.1, 2.0))
                assert not running.done(), running.exception()
                [victim] = rng.choices(VICTIMS, WEIGHTS)
                await kill(victim, service, clients)
                killed[victim] += 1
            await asyncio.sleep(1)
            shoppers.stop()
            await running
        memory = shoppers.memory
        assert await lost_holds(inventory, memory) == []
        found = await check_everything(clients, inventory, memory, stocked=units, folder=tmp_path / "archive")
        doubled = await control(settings, clients, inventory, cells)
    assert len(memory.states) >= 1_000, "too few holds to show anything"
    assert memory.unanswered > 0, "no kill ever met a request"
    write_result(
        "crash",
        {
            "kills": KILLS,
            "killed": dict(killed),
            "acknowledged_holds": len(memory.states),
            "states": dict(memory.count()),
            "lost": 0,
            "double_effects": 0,
            "unanswered_and_repeated": memory.unanswered,
            "answered_and_repeated": memory.repeated,
            **found,
            "control_new_keys_double_effects": doubled,
        },
    )


async def control(settings: Settings, clients: RedisClients, inventory: Inventory, cells: list[tuple[str, str]]) -> str:
    """Clients that repeat without their key must be caught at it, or the reckoning finds nothing."""
    before = (await operations(inventory))["hold_placed"]
    async with running_service(settings) as service, ClientSession(connector=TCPConnector(limit=0)) as session:
        shoppers = Shoppers(ForgetfulDesk(session, lambda: service.url), cells, count=SHOPPERS, seed=1, place_only=True)
        running = asyncio.create_task(shoppers.run())
        for _ in range(CONTROL_KILLS):
            await asyncio.sleep(0.2)
            await kill("redis", service, clients)
        shoppers.stop()
        await running
    more = (await operations(inventory))["hold_placed"] - before - len(shoppers.memory.states)
    assert more > 0, "a request that takes effect twice is not noticed"
    return f"{more} in {CONTROL_KILLS} kills"
