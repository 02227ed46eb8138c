"""Two runs compared query by query: mean difference, its 95 % interval by paired resampling, wins and losses. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2_000
#: Smaller differences of one query are noise of rounding, not a change.
NOTICEABLE = 1e-6


@dataclass(frozen=True, slots=True)
class Comparison:
    """`after` minus `before` over the queries that both have."""

    count: int
    before: float
    after: float
    low: float
    high: float
    wins: int
    losses: int

    @property
    def difference(self) -> float:
        return self.after - self.before

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes no difference at all."""
        return self.low > 0 or self.high < 0


def compare(before: Mapping[str, float], after: Mapping[str, float], *, seed: int = 1) -> Comparison | None:
    """None where the two have no query in common."""
    both = sorted(before.keys() & after.keys())
    if not both:
        return None
    old = np.array([before[key] for key in both])
    new = np.array([after[key] for key in both])
    change = new - old
    low, high = interval(change, seed=seed)
    return Comparison(
        len(both), float(old.mean()), float(new.mean()), low, high,
        int((change > NOTICEABLE).sum()), int((change < -NOTICEABLE).sum()),
    )  # fmt: skip


def interval(values: np.ndarray[tuple[int], np.dtype[np.float64]], *, seed: int = 1) -> tuple[float, float]:
    """The 95 % interval of the mean by resampling."""
    rng = np.random.default_rng(seed)
    means = np.array([values[rng.integers(len(values), size=len(values))].mean() for _ in range(RESAMPLES)])
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
