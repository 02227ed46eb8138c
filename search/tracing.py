"""How one question was answered: its trips, their time, and what its hits were ranked by. Kept only where asked for.

Whoever wants to know opens a trace; code on the way adds to the one that is open. Without one nothing is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from search.wording import Term

_NOTHING = nullcontext()


@dataclass(frozen=True, slots=True)
class ScoreParts:
    """What a score is made of, each from 0 to 1: text score, share of the title, share in the category, meaning."""

    lexical: float
    title: float
    category: float
    meaning: float | None = None


@dataclass(slots=True)
class Trace:
    """`stages` are in milliseconds by what was done; several of a kind add up."""

    started: float = field(default_factory=perf_counter)
    stages: dict[str, float] = field(default_factory=dict)
    trips: int = 0
    scores: dict[str, ScoreParts] = field(default_factory=dict)
    #: What the hits were asked to have; empty where they need not have any.
    terms: tuple[Term, ...] = ()

    @contextmanager
    def stage(self, name: str, trips: int) -> Iterator[None]:
        begun = perf_counter()
        try:
            yield
        finally:
            self.trips += trips
            self.stages[name] = self.stages.get(name, 0.0) + (perf_counter() - begun) * 1000


_open: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current() -> Trace | None:
    return _open.get()


@contextmanager
def traced() -> Iterator[Trace]:
    """Everything inside is noted, also what runs beside it in tasks of its own."""
    trace = Trace()
    token = _open.set(trace)
    try:
        yield trace
    finally:
        trace.stages["total"] = (perf_counter() - trace.started) * 1000
        _open.reset(token)


def trip(doing: str) -> AbstractContextManager[None]:
    """A round trip to Redis."""
    trace = _open.get()
    return _NOTHING if trace is None else trace.stage(doing, 1)


def work(doing: str) -> AbstractContextManager[None]:
    """Something slow that is no round trip."""
    trace = _open.get()
    return _NOTHING if trace is None else trace.stage(doing, 0)
