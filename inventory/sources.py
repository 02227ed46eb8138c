"""Tells how far each source of movements has come, and which of its numbers are missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from inventory.errors import InvalidRequest
from inventory.functions import LedgerFunctions
from inventory.keys import fits_in_key
from inventory.movements import MAX_SEQ
from inventory.replies import moment
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

#: A source whose first number lies above this had counted before; as `_shared_sources.lua` has it.
FAR = 1_000
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers that are missing, both ends included."""

    first: int
    last: int

    @property
    def missing(self) -> int:
        """How many."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source of movements."""

    source: str
    #: Its lowest and highest number that was applied.
    first_seq: int
    last_seq: int
    applied: int
    gaps: tuple[Gap, ...]
    #: Movements that came after a later one, and movements that came again.
    late: int
    duplicate: int
    #: When it was first heard of.
    since: datetime | None
    #: Up to here somebody decided that what is missing will not come.
    settled_seq: int | None = None

    @property
    def missing(self) -> int:
        """Numbers that may still come although a higher one was applied."""
        return sum(gap.missing for gap in self.gaps)


class MovementSources:
    """Reads what `apply_movement` writes of every source, and gives up what is missing."""

    def __init__(self, clients: RedisClients, functions: LedgerFunctions) -> None:
        self._clients = clients
        self._functions = functions
        self._keyspace = functions.keyspace

    async def all(self) -> list[SourceReport]:
        """Every source that was ever heard of, by name."""
        with translate_redis_errors("reading the sources of movements"):
            counters: dict[bytes, bytes] = await self._clients.reads.hgetall(self._keyspace.movement_sources())  # type: ignore[assignment]
        counted: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for field, value in counters.items():
            name, _, source = field.decode().partition(":")
            counted[source][name] = int(value)
        names = sorted(counted)
        runs: list[list[tuple[int, int]]] = []
        for first in range(0, len(names), _BATCH):
            runs += await self._runs(names[first : first + _BATCH])
        return [_report(name, counted[name], found) for name, found in zip(names, runs, strict=True) if found]

    async def close_gaps(self, source: str, up_to: int = MAX_SEQ) -> int | None:
        """Give up what is missing so far. Answers up to which number; None for a source that was never heard of."""
        if not 0 <= up_to <= MAX_SEQ or not fits_in_key(source):
            raise InvalidRequest("there is no such source or number")
        keyspace = self._keyspace
        ahead = [keyspace.movement_ahead(source), keyspace.movement_ahead_cells(source)]
        keys = [keyspace.movement_sources(), keyspace.movement_source(source), *ahead]
        reply = await self._functions.call("close_gaps", keys, [source, up_to], doing="closing gaps of a source")
        return int(reply.rest[0]) if reply.status == "closed" else None

    async def _runs(self, names: Sequence[str]) -> list[list[tuple[int, int]]]:
        pipe = self._clients.reads.pipeline(transaction=False)
        for name in names:
            pipe.zrange(self._keyspace.movement_source(name), 0, -1, withscores=True)
        with translate_redis_errors("reading the sources of movements"):
            return [[(int(first), int(last)) for first, last in found] for found in await pipe.execute()]


def _report(source: str, counted: dict[str, int], runs: Sequence[tuple[int, int]]) -> SourceReport:
    first_seq, last_seq = runs[0][0], runs[-1][1]
    settled = counted.get("settled", -1)
    before = [Gap(1, first_seq - 1)] if 1 < first_seq <= FAR else []
    between = [Gap(end + 1, start - 1) for (_, end), (start, _) in pairwise(runs)]
    return SourceReport(
        source=source,
        first_seq=first_seq,
        last_seq=last_seq,
        applied=sum(last - first + 1 for first, last in runs),
        gaps=tuple(Gap(max(gap.first, settled + 1), gap.last) for gap in (*before, *between) if gap.last > settled),
        late=counted.get("late", 0),
        duplicate=counted.get("duplicate", 0),
        since=moment(counted["since"]) if "since" in counted else None,
        settled_seq=counted.get("settled"),
    )
