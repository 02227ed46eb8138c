"""The floor under every hold: the very call that the library makes, sent by `redis-benchmark` with other random ids."""

from __future__ import annotations

import ast
import asyncio
import csv
import io
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.client import Monitor

from bench.sampling import Summary
from runtime.redis_binaries import find_redis_binaries

#: `redis-benchmark` puts twelve random digits in its place, other ones at each.
RANDOM = "__rand_int__"
#: Its random numbers are C ints.
RANDOM_BELOW = 2_000_000_000
#: Random digits of an id, two numbers; what differs from call to call and is shorter is no id.
ID_LENGTH = 2 * len(RANDOM)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class BareCall:
    """A command whose ids are drawn anew for each call."""

    arguments: Sequence[str]

    @classmethod
    async def from_library(cls, redis: Redis, place: Callable[[], Awaitable[object]]) -> BareCall:
        """Look on while the library places two holds; what differs between its calls are the ids."""
        async with redis.monitor() as monitor:
            calls = [await _seen(monitor, place) for _ in range(2)]
        return cls([_argument(one, other) for one, other in zip(*calls, strict=True)])

    async def measure(self, name: str, socket: Path, libraries: Path, *, callers: int, calls: int) -> Summary:
        """So many calls, one after the other on each of `callers` connections."""
        process = await asyncio.create_subprocess_exec(
            *(str(find_redis_binaries().server.with_name("redis-benchmark")), "-s", str(socket)),
            *("-c", str(callers), "-n", str(calls), "-r", str(RANDOM_BELOW), "--csv", *self.arguments),
            env={"LD_LIBRARY_PATH": str(libraries)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await process.communicate()
        rows = list(csv.DictReader(io.StringIO(output.decode())))
        if process.returncode or len(rows) != 1:
            raise RuntimeError(
                f"redis-benchmark failed with {process.returncode}: {(errors or output).decode()[-500:]}"
            )
        percentiles = {50.0: "p50", 95.0: "p95", 99.0: "p99", 100.0: "max"}
        return Summary(
            name,
            callers,
            count=calls,
            per_second=float(rows[0]["rps"]),
            percentiles={percent: float(rows[0][f"{column}_latency_ms"]) for percent, column in percentiles.items()},
        )


async def _seen(monitor: Monitor, place: Callable[[], Awaitable[object]]) -> list[str]:
    """The arguments of the call by which `place` takes effect. Redis quotes them as Python quotes bytes."""
    assert monitor.connection is not None
    await place()
    while True:
        line = await monitor.connection.read_response()
        words = [ast.literal_eval("b" + word) for word in _QUOTED.findall(line.decode())]
        if words[0] == b"FCALL" and words[1].endswith(b"_place_hold"):
            return [word.decode() for word in words]


def _argument(one: str, other: str) -> str:
    """An id with random digits for its end; anything else as it was first, a moment in time for example."""
    return one if one == other or len(one) < ID_LENGTH else one[:-ID_LENGTH] + ID_LENGTH // len(RANDOM) * RANDOM
