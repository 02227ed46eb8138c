"""Takes samples of operations side by side, and tells percentiles and ratios with their intervals."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Milliseconds = NDArray[np.float64]
#: Does one piece of work, told which one; raises when the answer is wrong.
Operation = Callable[[int], Awaitable[object]]

ROUNDS = 5
RESAMPLES = 400


@dataclass(frozen=True, slots=True)
class Contender:
    """Something to measure. `clients` callers work at once, each waiting for its answer before it asks again."""

    name: str
    operation: Operation
    clients: int = 1
    #: Undoes between two rounds what the operation left behind; not measured.
    tidy: Callable[[], Awaitable[object]] | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What another program measured and told only the percentiles of; 100 is the longest."""

    name: str
    clients: int
    count: int
    per_second: float
    percentiles: Mapping[float, float]

    def percentile(self, percent: float) -> float:
        """The duration that `percent` of the samples do not exceed; only those that were told."""
        return self.percentiles[percent]


@dataclass(frozen=True, slots=True)
class Samples:
    """Durations of one contender; `seconds` is the time in which all of them were taken."""

    name: str
    clients: int
    milliseconds: Milliseconds
    seconds: float

    @property
    def count(self) -> int:
        return len(self.milliseconds)

    def percentile(self, percent: float) -> float:
        """The duration that `percent` of the samples do not exceed."""
        return float(np.percentile(self.milliseconds, percent))

    @property
    def per_second(self) -> float:
        return self.count / self.seconds


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as long as ours a peer takes at a percentile, with the 95 % interval of resampling."""

    peer: str
    ours: str
    percent: float
    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes a draw."""
        return self.low > 1 or self.high < 1


async def side_by_side(contenders: Sequence[Contender], *, samples: int, warm_up: int) -> list[Samples]:
    """Measure in rounds that take turns, so that a busy moment of the machine meets every contender."""
    for contender in contenders:
        await _take(contender, range(-warm_up, 0))
    taken: dict[str, list[Milliseconds]] = {contender.name: [] for contender in contenders}
    seconds = dict.fromkeys(taken, 0.0)
    share = -(-samples // ROUNDS)
    for start in range(0, share * ROUNDS, share):
        for contender in contenders:
            durations, elapsed = await _take(contender, range(start, start + share))
            taken[contender.name].append(durations)
            seconds[contender.name] += elapsed
    return [Samples(c.name, c.clients, np.concatenate(taken[c.name]), seconds[c.name]) for c in contenders]


async def _take(contender: Contender, numbers: range) -> tuple[Milliseconds, float]:
    queue = iter(numbers)
    durations: list[int] = []

    async def client() -> None:
        for number in queue:
            begin = time.perf_counter_ns()
            await contender.operation(number)
            durations.append(time.perf_counter_ns() - begin)

    begin = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(contender.clients)))
    elapsed = time.perf_counter() - begin
    if contender.tidy:
        await contender.tidy()
    return np.asarray(durations, dtype=np.float64) / 1e6, elapsed


def ratio(peer: Samples, ours: Samples, percent: float, *, seed: int = 1) -> Ratio:
    """Compare a peer with ours at one percentile: below 1 the peer is faster."""
    rng = np.random.default_rng(seed)
    resampled = _resampled(peer, percent, rng) / _resampled(ours, percent, rng)
    low, high = np.percentile(resampled, [2.5, 97.5])
    value = peer.percentile(percent) / ours.percentile(percent)
    return Ratio(peer.name, ours.name, percent, value, float(low), float(high))


def _resampled(samples: Samples, percent: float, rng: np.random.Generator) -> Milliseconds:
    values = samples.milliseconds
    drawn = rng.integers(len(values), size=(RESAMPLES, len(values)))
    percentiles: Milliseconds = np.percentile(values[drawn], percent, axis=1)
    return percentiles
