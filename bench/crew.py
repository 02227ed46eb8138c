"""Processes full of callers, and what they measured together."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import orjson

from bench.callers import Burst, Plan
from bench.feeds import PROJECT
from bench.sampling import Milliseconds

START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Load:
    """Callers, dealt out evenly to so many processes, as connections are."""

    workload: str
    callers: int
    processes: int = 1
    connections: int = 0


class Crew:
    """The caller processes of one contender; they stay connected while others have their turn."""

    def __init__(self, processes: list[asyncio.subprocess.Process], folder: Path) -> None:
        self._processes = processes
        self._folder = folder

    async def burst(self, load: Load, *, warm_up: float, seconds: float) -> tuple[Milliseconds, float]:
        """Durations of all the processes, and the seconds that the slowest needed."""
        working = self._processes[: load.processes]
        files = [self._folder / f"durations-{number}.npy" for number in range(len(working))]
        for number, (process, file) in enumerate(zip(working, files, strict=True)):
            assert process.stdin is not None
            callers, connections = (_share(total, number, len(working)) for total in (load.callers, load.connections))
            task = Burst(load.workload, callers, connections, warm_up, seconds, str(file.resolve()))
            process.stdin.write(orjson.dumps(asdict(task)) + b"\n")
        answers = [await _answer(process) for process in working]
        durations = np.concatenate([np.load(file) for file in files])
        return durations / 1e6, max(float(str(answer["elapsed"])) for answer in answers)


@asynccontextmanager
async def crew(plan: Plan, count: int, folder: Path) -> AsyncIterator[Crew]:
    """Start `count` processes and wait until all of them are connected."""
    processes = []
    try:
        for number in range(count):
            own = replace(plan, seed=plan.seed + number)
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.callers", orjson.dumps(asdict(own)).decode()),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=PROJECT,
            )
            processes.append(process)
        async with asyncio.timeout(START_SECONDS):
            for process in processes:
                await _answer(process)
        yield Crew(processes, folder)
    finally:
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()
        for process in processes:
            await process.wait()


async def _answer(process: asyncio.subprocess.Process) -> dict[str, object]:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise RuntimeError(f"callers ended with {await process.wait()}; what they said is above")
    found: dict[str, object] = orjson.loads(line)
    return found


def _share(total: int, number: int, of: int) -> int:
    return total // of + (number < total % of)
