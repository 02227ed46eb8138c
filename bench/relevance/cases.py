"""What a system answered, and how one query was judged. Values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bench.relevance.split import Half

#: The tier of an answer without hits.
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Answer:
    """The first hits of a system. Only onhand tells a tier, corrections and what it relaxed."""

    skus: tuple[str, ...]
    milliseconds: float = 0.0
    total: int = 0
    tier: str | None = None
    corrected: str | None = None
    relaxed: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    encoded: bool = False


@dataclass(frozen=True, slots=True)
class Scored:
    """One query, judged. `key` names it in every run.

    `groups` are the rows of the report that it counts in: the one that goals are set for, then finer ones.
    """

    key: str
    half: Half
    groups: tuple[str, ...]
    scores: Mapping[str, float]
    #: For whoever reads the failing cases: what was asked, understood and found.
    story: str = ""
    #: What several cases have in common, such as their clean query.
    topic: str = ""


class Case(Protocol):
    """One thing to find out: some queries, and what their answers are worth."""

    @property
    def queries(self) -> tuple[str, ...]:
        """What is asked; the last one is the query that is judged."""

    def judge(self, answers: Sequence[Answer]) -> Scored | None:
        """None where these answers cannot be judged."""


@dataclass(slots=True)
class Judged:
    """All queries of one suite for one system."""

    suite: str
    system: str
    scored: list[Scored] = field(default_factory=list)
    #: Counts that are no average over queries, such as the tiers.
    counts: dict[str, int] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)
