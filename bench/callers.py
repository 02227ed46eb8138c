"""Callers that place holds, in a process of their own: `python -m bench.callers <JSON>`.

It does what one line of JSON on its standard input says, answers with one line, and ends with the input. A caller asks
again as soon as it has its answer.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np
import orjson
import uvloop
from aiohttp import ClientSession, TCPConnector

from bench.peers.postgres_holds import WAYS, connection_pool
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from inventory.models import HoldLine, HoldPlaced, Sku, StoreId
from runtime.redis_client import open_redis
from runtime.settings import Settings

TTL_SECONDS = 6 * 3_600
Cell = tuple[str, str]
#: Holds one unit of a sku at a store; raises when that is refused.
Place = Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a process does for its whole life. `kind` is "library", "http" or a way of PostgreSQL.

    `target` is the data directory of the embedded Redis, the URL of the service, or the folder of the socket.
    """

    kind: str
    target: str
    skus: Sequence[str]
    store_ids: Sequence[str]
    hot: Cell
    seed: int


@dataclass(frozen=True, slots=True)
class Burst:
    """Load for some time. Durations go to `file`; `warm_up` seconds at the beginning are not counted.

    `connections` bounds the pool of PostgreSQL; the others have one of their own.
    """

    workload: str
    callers: int
    connections: int
    warm_up: float
    seconds: float
    file: str


async def serve(plan: Plan) -> None:
    """Say that it is there, then connect and do a burst for each line."""
    rng = random.Random(plan.seed)

    def spread() -> Cell:
        return rng.choice(plan.skus), rng.choice(plan.store_ids)

    def hot() -> Cell:
        return plan.hot

    _say({"ready": True})
    while line := await asyncio.to_thread(sys.stdin.readline):
        burst = Burst(**orjson.loads(line))
        async with _placing(plan, burst) as place:
            durations, elapsed = await load(place, hot if burst.workload == "hot" else spread, burst)
        np.save(burst.file, durations)
        _say({"elapsed": elapsed})


async def load(
    place: Place, pick: Callable[[], Cell], burst: Burst
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], float]:
    """Nanoseconds of each answer after the warm-up, and the seconds in which they came."""
    durations: list[int] = []
    counts_from = time.perf_counter_ns() + int(burst.warm_up * 1e9)
    ends = counts_from + int(burst.seconds * 1e9)

    async def caller() -> None:
        begin = time.perf_counter_ns()
        while begin < ends:
            await place(*pick())
            now = time.perf_counter_ns()
            if begin >= counts_from:
                durations.append(now - begin)
            begin = now

    await asyncio.gather(*(caller() for _ in range(burst.callers)))
    return np.asarray(durations, dtype=np.int64), (time.perf_counter_ns() - counts_from) / 1e9


def _placing(plan: Plan, burst: Burst) -> AbstractAsyncContextManager[Place]:
    match plan.kind:
        case "library":
            return _through_library(plan)
        case "http":
            return _over_http(plan)
    return _in_postgres(plan, burst)


@asynccontextmanager
async def _through_library(plan: Plan) -> AsyncIterator[Place]:
    settings = Settings(data_dir=Path(plan.target), redis_timeout_seconds=30)
    async with open_redis(settings) as clients:
        inventory = await Inventory.open(clients, Keyspace(settings.namespace, settings.region))

        async def place(sku: str, store_id: str) -> None:
            outcome = await inventory.holds.place(
                StoreId(store_id), [HoldLine(Sku(sku), 1)], idempotency_key=uuid4().hex, ttl_seconds=TTL_SECONDS
            )
            if not isinstance(outcome, HoldPlaced):
                raise RuntimeError(f"a hold was answered with {outcome}")

        yield place


@asynccontextmanager
async def _over_http(plan: Plan) -> AsyncIterator[Place]:
    async with ClientSession(plan.target, connector=TCPConnector(limit=0)) as session:

        async def place(sku: str, store_id: str) -> None:
            wish = {"store_id": store_id, "lines": [{"sku": sku, "quantity": 1}], "ttl_seconds": TTL_SECONDS}
            headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
            async with session.post("/v1/holds", data=orjson.dumps(wish), headers=headers) as response:
                body = await response.read()
                if response.status != 201:
                    raise RuntimeError(f"a hold was answered with {response.status}: {body[:300]!r}")

        yield place


@asynccontextmanager
async def _in_postgres(plan: Plan, burst: Burst) -> AsyncIterator[Place]:
    hold = WAYS[plan.kind]
    async with await connection_pool(Path(plan.target), burst.connections) as pool:

        async def place(sku: str, store_id: str) -> None:
            async with pool.acquire() as connection:
                await hold(connection, sku, store_id)

        yield place


def _say(content: dict[str, object]) -> None:
    sys.stdout.buffer.write(orjson.dumps(content) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(serve(Plan(**orjson.loads(sys.argv[1]))))
