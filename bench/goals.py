"""The figures to reach, and how far each measured one is from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit for one figure of a run. `figure` is its name among the run's figures."""

    text: str
    figure: str
    limit: float
    unit: str = "ms"
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """A goal beside what was measured; None where this run did not measure it."""

    goal: Goal
    measured: float | None

    @property
    def is_met(self) -> bool | None:
        if self.measured is None:
            return None
        return self.measured >= self.goal.limit if self.goal.at_least else self.measured <= self.goal.limit

    @property
    def factor(self) -> float | None:
        """By how much it is met or missed: 2 is twice as good as the limit asks, 0.5 half as good."""
        if self.measured is None:
            return None
        if self.goal.at_least:
            return self.measured / self.goal.limit
        return self.goal.limit / self.measured if self.measured else float("inf")


GOALS = (
    Goal("availability by sku, library, p50", "availability_sku_library_p50_ms", 1.2),
    Goal("availability by sku, library, p99", "availability_sku_library_p99_ms", 4.0),
    Goal("availability by text without encoder, library, p50", "availability_text_library_p50_ms", 5.0),
    Goal("availability by text without encoder, library, p99", "availability_text_library_p99_ms", 15.0),
    Goal("chat turn that needs the encoder, p50", "chat_encoder_library_p50_ms", 20.0),
    Goal("hash per product and store ÷ onhand, p99", "hash_per_cell_p99_ratio", 5.0, "×", at_least=True),
    Goal(
        "hash per product and store ÷ onhand, memory per cell", "hash_per_cell_memory_ratio", 20.0, "×", at_least=True
    ),
    Goal("stock load, full data", "stock_load_seconds", 90.0, "s"),
    Goal("second identical run ÷ first run", "second_run_share", 0.25, ""),
    Goal("all of Redis, full data", "redis_used_gb", 1.2, "GB"),
    Goal("units held beyond the stock", "oversold_units", 0.0, "units"),
    *(
        goal
        for workload in ("hot", "spread")
        for way, words in (("lock", "SELECT FOR UPDATE"), ("statement", "UPDATE WHERE"))
        for goal in (
            Goal(
                f"holds per second ÷ PostgreSQL {words}, 32 callers, {workload}",
                f"holds_{workload}_rate_over_{way}",
                5.0,
                "×",
                at_least=True,
            ),
            Goal(
                f"hold p99 ÷ PostgreSQL {words}, 32 callers, {workload}", f"holds_{workload}_p99_under_{way}", 1.0, "×"
            ),
        )
    ),
    Goal("library ÷ bare call, 32 callers, 1 process", "holds_share_of_bare_call_1_process", 0.5, "", at_least=True),
    Goal("library ÷ bare call, 32 callers, 2 processes", "holds_share_of_bare_call_2_process", 0.5, "", at_least=True),
)


def verdicts(figures: Mapping[str, float]) -> list[Verdict]:
    """Every goal with its figure: missed ones first, then met, then not measured."""
    found = [Verdict(goal, figures.get(goal.figure)) for goal in GOALS]
    order = {False: 0, True: 1, None: 2}
    return sorted(found, key=lambda verdict: order[verdict.is_met])
