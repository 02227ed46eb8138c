"""One way to hold and what it showed: under each load, in rounds that take turns with the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bench.crew import Crew, Load
from bench.run import Run
from bench.sampling import Milliseconds, Samples

WORKLOADS = ("spread", "hot")
#: PostgreSQL gets the pool with which it is fastest, tried before each kind of load.
POOL_SIZES = (4, 8, 32, 128)


@dataclass(frozen=True, slots=True)
class Times:
    """How long each load is measured, how often, and how long it warms up."""

    rounds: int = 3
    seconds: float = 1.5
    warm_up: float = 0.3

    @classmethod
    def for_run(cls, run: Run) -> Times:
        return cls() if run.samples >= 1_000 else cls(rounds=1, seconds=0.7, warm_up=0.2)


@dataclass(slots=True)
class Entrant:
    """One way to hold, and what it showed under each load."""

    name: str
    figure: str
    crew: Crew
    callers: Sequence[int]
    processes: tuple[int, ...] = (1,)
    pools: dict[Load, int] = field(default_factory=dict)
    durations: dict[Load, list[Milliseconds]] = field(default_factory=lambda: defaultdict(list))
    seconds: dict[Load, float] = field(default_factory=lambda: defaultdict(float))

    def loads(self) -> Iterable[Load]:
        """Every load; a second process only where there are callers for it."""
        for workload in WORKLOADS:
            for callers in self.callers:
                for processes in self.processes:
                    if processes == 1 or callers >= 8:
                        yield Load(workload, callers, processes)

    async def choose_pools(self, times: Times = Times()) -> None:
        """Try each size of pool under each load for a moment, and keep the best."""
        for load in self.loads():
            sizes = {min(size, load.callers) for size in POOL_SIZES}
            rates = {}
            for size in sizes:
                found, elapsed = await self._burst(load, size, replace(times, seconds=times.seconds / 3))
                rates[size] = len(found) / elapsed
            self.pools[load] = max(rates, key=lambda size: rates[size])

    async def measure(self, load: Load, times: Times = Times()) -> None:
        found, elapsed = await self._burst(load, self.pools.get(load, 0), times)
        self.durations[load].append(found)
        self.seconds[load] += elapsed

    async def _burst(self, load: Load, pool: int, times: Times) -> tuple[Milliseconds, float]:
        return await self.crew.burst(replace(load, connections=pool), warm_up=times.warm_up, seconds=times.seconds)

    def samples(self, load: Load) -> Samples:
        name = f"hold, {load.workload}, {self.name}"
        if load.processes > 1:
            name += f", {load.processes} processes"
        if self.pools:
            name += f", pool {self.pools[load]}"
        return Samples(name, load.callers, np.concatenate(self.durations[load]), self.seconds[load])

    def best(self, workload: str, callers: int) -> Samples:
        """With as many client processes as it is fastest with."""
        found = [self.samples(load) for load in self.loads() if (load.workload, load.callers) == (workload, callers)]
        return max(found, key=lambda samples: samples.per_second)
