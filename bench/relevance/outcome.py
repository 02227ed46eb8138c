"""What a run found: means by suite, group and metric, comparisons query by query, and the files that keep it. Pure."""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from bench.relevance.bootstrap import Comparison, compare
from bench.relevance.cases import Judged, Scored
from bench.relevance.goals import Place, verdicts
from bench.relevance.metrics import CONVENTIONS

OURS = "onhand"
QUERIES_SUFFIX = ".queries.json.gz"
WORST = 20

#: By suite, first group and metric, each query's score.
Scores = dict[Place, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Mean:
    value: float
    count: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """All suites of one run, for every system."""

    judged: Sequence[Judged]

    def means(self, system: str = OURS, *, half: str | None = None) -> dict[Place, Mean]:
        """By suite, group and metric, in the order of the suites."""
        values: dict[Place, list[float]] = defaultdict(list)
        for judged in self._of(system):
            for scored in judged.scored:
                if half is None or scored.half == half:
                    for group in scored.groups:
                        for metric, value in scored.scores.items():
                            values[judged.suite, group, metric].append(value)
        return {place: Mean(float(np.mean(found)), len(found)) for place, found in values.items()}

    def scores(self, system: str = OURS) -> Scores:
        found: Scores = defaultdict(dict)
        for judged in self._of(system):
            for scored in judged.scored:
                for metric, value in scored.scores.items():
                    found[judged.suite, scored.groups[0], metric][scored.key] = value
        return dict(found)

    @property
    def systems(self) -> list[str]:
        return list(dict.fromkeys(judged.system for judged in self.judged))

    def beside_peers(self) -> dict[tuple[str, str, str, str], Comparison]:
        """Onhand minus each peer, over the queries that both could be judged on: by peer, suite, group and metric."""
        ours = self.scores()
        return {
            (peer, *place): found
            for peer in self.systems
            if peer != OURS
            for place, theirs in self.scores(peer).items()
            if place in ours and (found := compare(theirs, ours[place])) is not None
        }

    def since(self, before: Scores) -> dict[Place, Comparison]:
        """This run minus an earlier one of the same system."""
        ours = self.scores()
        found = {place: compare(before[place], now) for place, now in ours.items() if place in before}
        return {place: comparison for place, comparison in found.items() if comparison is not None}

    def worst(self, count: int = WORST) -> dict[tuple[str, str], list[Scored]]:
        """The lowest of each suite and first group, turn by turn of its finer groups; of the tuning half alone."""
        found: dict[tuple[str, str], list[Scored]] = {}
        for judged in self._of(OURS):
            failing: dict[str, list[Scored]] = defaultdict(list)
            for scored in judged.scored:
                if scored.half == "tune" and main_score(scored) < 1:
                    failing[scored.groups[0]].append(scored)
            found |= {(judged.suite, group): _turn_by_turn(cases)[:count] for group, cases in failing.items()}
        return found

    def _of(self, system: str) -> Iterable[Judged]:
        return (judged for judged in self.judged if judged.system == system)

    def as_json(self, setup: Mapping[str, object], before: Scores) -> dict[str, Any]:
        """Everything but single queries."""
        metrics = dict.fromkeys(
            metric for judged in self.judged for scored in judged.scored for metric in scored.scores
        )
        figures = {place: mean.value for place, mean in self.means().items()}
        return {
            "setup": setup,
            "conventions": {metric: CONVENTIONS[metric] for metric in metrics},
            "figures": [row for system in self.systems for row in self._rows(system)],
            "tiers": {judged.suite: judged.counts for judged in self._of(OURS)},
            "timings": [
                {"suite": j.suite, "system": j.system, "searches": len(j.milliseconds), **percentiles(j)}
                for j in self.judged
                if j.milliseconds
            ],
            "goals": [
                {"place": goal.place, "limit": goal.limit, "at_least": goal.at_least, "measured": value,
                 "met": None if value is None else goal.is_met(value)}
                for goal, value in verdicts(figures)
            ],
            "beside_peers": [{"place": place, **_told(found)} for place, found in self.beside_peers().items()],
            "since": [{"place": place, **_told(found)} for place, found in self.since(before).items()],
            "worst_of_the_tuning_half": {
                f"{suite} / {group}": [f"{main_score(each):.3f} {each.key} {each.story}" for each in cases]
                for (suite, group), cases in self.worst().items()
            },
        }  # fmt: skip

    def _rows(self, system: str) -> Iterable[dict[str, Any]]:
        halves = {half: self.means(system, half=half) for half in ("tune", "test")}
        for place, mean in self.means(system).items():
            suite, group, metric = place
            if system != OURS and ":" in group:
                continue
            row: dict[str, Any] = {"suite": suite, "group": group, "metric": metric, "system": system}
            row |= {"queries": mean.count, "mean": round(mean.value, 5)}
            row |= {half: round(means[place].value, 5) for half, means in halves.items() if place in means}
            yield row


def main_score(scored: Scored) -> float:
    """The score that says how bad a case is: its first one, or whether anything was found at all."""
    if "zero_results" in scored.scores:
        telling = ("department_known_p10", "category_p10", "ndcg10_linear")
        found = [scored.scores[name] for name in telling if name in scored.scores]
        return min(found, default=1.0) if not scored.scores["zero_results"] else -1.0
    return next(iter(scored.scores.values()))


def percentiles(judged: Judged) -> dict[str, float]:
    return {f"p{p}_ms": round(float(np.percentile(judged.milliseconds, p)), 3) for p in (50, 95, 99)}


def write_queries(path: Path, outcome: Outcome) -> None:
    """The scores of every query, for a later run to compare with."""
    flat = [[*place, _rounded(scores)] for place, scores in outcome.scores().items()]
    path.write_bytes(gzip.compress(orjson.dumps(flat), mtime=0))


def read_queries(path: Path) -> Scores:
    return {
        (suite, group, metric): scores
        for suite, group, metric, scores in orjson.loads(gzip.decompress(path.read_bytes()))
    }


def _rounded(scores: Mapping[str, float]) -> dict[str, float]:
    return {key: int(value) if value in (0, 1) else round(value, 4) for key, value in scores.items()}


def _told(found: Comparison) -> dict[str, Any]:
    return {
        "queries": found.count, "before": round(found.before, 5), "after": round(found.after, 5),
        "difference": round(found.difference, 5), "interval_95": [round(found.low, 5), round(found.high, 5)],
        "wins": found.wins, "losses": found.losses,
    }  # fmt: skip


def _turn_by_turn(cases: Sequence[Scored]) -> list[Scored]:
    """The lowest of each finer group, then the next lowest of each, so that no group crowds out the others.

    Of several cases about the same thing one comes first. Equal ones are shuffled, always in the same way.
    """
    groups: Counter[str] = Counter()
    topics: Counter[str] = Counter()
    ranked: list[tuple[int, int, Scored]] = []
    for scored in sorted(cases, key=lambda each: (main_score(each), blake2b(each.key.encode()).digest())):
        topic = scored.topic or scored.key
        ranked.append((topics[topic], groups[scored.groups[-1]], scored))
        groups[scored.groups[-1]] += 1
        topics[topic] += 1
    return [scored for *_, scored in sorted(ranked, key=lambda entry: entry[:2])]
