"""The story of a hold and the story of a cell: every entry that concerns it, with the counters before and after."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from inventory.audit.check_rows import judge_available
from inventory.audit.entries import BEGINNING, RawEntry, id_order, moment_of
from inventory.audit.errors import ArchiveElsewhere
from inventory.audit.fold import COUNTERS
from inventory.audit.history import LedgerHistory, last_id_in
from inventory.audit.record import ArchiveRecord
from inventory.functions import LedgerFunctions
from inventory.models import HoldState, Kind
from inventory.rows import decode
from inventory.stream import LedgerEntry, decode_deltas, decode_entry
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

#: Redis takes the time of an entry's id a moment after the function took its own.
_CLOCK_SLACK_MS = 1_000
_LIVE = frozenset(state.value for state in HoldState if state.live)

Counts = dict[Kind, int]


@dataclass(frozen=True, slots=True)
class HoldStory:
    """Everything that happened to a hold. `record` is what Redis still keeps of it, empty some time after its end."""

    hold_id: str
    record: dict[str, str]
    steps: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True)
class CellStep:
    """One entry that touched the cell: by how much, and what the counters were afterwards."""

    entry: LedgerEntry
    at: datetime
    changes: Counts
    after: Counts


@dataclass(frozen=True, slots=True)
class CellStory:
    """Entries of one cell, oldest first. `before` is the balance carried forward from what is not shown."""

    before: Counts
    steps: tuple[CellStep, ...]
    now: Counts
    #: There are older entries that were not asked for.
    earlier: bool
    #: Where older entries lie that cannot be read here.
    elsewhere: str | None = None


class Stories:
    """Reads the stories of one region's ledger."""

    def __init__(self, clients: RedisClients, functions: LedgerFunctions, history: LedgerHistory) -> None:
        self._clients = clients
        self._functions = functions
        self._history = history

    async def of_hold(self, hold_id: str, on_entries: Callable[[int], None] | None = None) -> HoldStory:
        """From its first entry to its last. Once its record is gone, this reads the whole ledger."""
        with translate_redis_errors("reading a hold"):
            reply: Any = await self._clients.reads.hgetall(self._functions.keyspace.hold(hold_id))
        record = {name.decode(): value.decode() for name, value in reply.items()}
        start = f"{max(0, int(record['created_ms']) - _CLOCK_SLACK_MS)}-0" if record else BEGINNING
        wanted, steps, read = hold_id.encode(), list[LedgerEntry](), 0
        async for entries in self._history.read(start):
            steps += [decode_entry(*entry) for entry in entries if entry.fields.get(b"hold") == wanted]
            read += len(entries)
            if on_entries is not None:
                on_entries(read)
            if steps and _is_over(steps[-1], record):
                break
        return HoldStory(hold_id, record, tuple(steps))

    async def of_cell(
        self,
        sku: str,
        ordinal: int,
        *,
        limit: int,
        since: datetime | None = None,
        on_entries: Callable[[int], None] | None = None,
    ) -> CellStory:
        """The newest `limit` entries that touched the cell, none older than `since`, and the balance before them."""
        now, last_id = await self._present(sku, ordinal)
        found: list[tuple[LedgerEntry, Counts]] = []
        earlier, elsewhere, read = False, None, 0

        def touches(entry: RawEntry) -> bool:
            nonlocal read
            read += 1
            return id_order(entry.entry_id) <= id_order(last_id) and touches_cell(entry, sku, ordinal)

        try:
            async for kept in self._history.read_back(touches):
                for entry in kept:
                    earlier = len(found) == limit or (since is not None and moment_of(entry.entry_id) < since)
                    if earlier:
                        break
                    decoded = decode_entry(*entry)
                    found.append((decoded, _changes(decoded, sku, ordinal)))
                if on_entries is not None:
                    on_entries(read)
                if earlier:
                    break
        except ArchiveElsewhere as error:
            elsewhere = error.message
        before, steps = _counted_back(found, now)
        return CellStory(before, await self._with_available(steps), now, earlier, elsewhere)

    async def _present(self, sku: str, ordinal: int) -> tuple[Counts, str]:
        """The counters of the cell, and the entry up to which they count."""
        kinds = (*COUNTERS, Kind.AVAILABLE)
        pipe = self._clients.reads.pipeline(transaction=True)
        pipe.mget([self._functions.keyspace.row(kind, sku) for kind in kinds])
        pipe.hgetall(self._functions.keyspace.ledger_archived())
        self._history.ask_last_id(pipe)
        with translate_redis_errors("reading a cell"):
            rows, archived, last = await pipe.execute()
        counts = {kind: int(decode(row, ordinal + 1)[ordinal]) for kind, row in zip(kinds, rows, strict=True)}
        return counts, last_id_in(last, ArchiveRecord.from_fields(archived).last_id)

    async def _with_available(self, steps: list[CellStep]) -> tuple[CellStep, ...]:
        """What could be promised after each step, as the function library judges it."""
        kinds = (Kind.ON_HAND, Kind.SAFETY, Kind.HELD, Kind.ALLOCATED)
        if any(min(step.after.values()) < 0 for step in steps):
            return tuple(steps)  # the rows are not what the ledger says; `ledger verify` tells where
        cells = [b"".join(step.after[kind].to_bytes(4) for kind in kinds) for step in steps]
        promised = await judge_available(self._functions, cells) if cells else []
        for step, units in zip(steps, promised, strict=True):
            step.after[Kind.AVAILABLE] = units
        return tuple(steps)


def touches_cell(entry: RawEntry, sku: str, ordinal: int) -> bool:
    """Whether an entry is about one cell, even where no counter changed."""
    fields = entry.fields
    if b"moves" in fields:
        moves = fields[b"moves"]
        # Parsing is slow: first look for a part of the sku that JSON writes as it is.
        if max(re.split(r"[^A-Za-z0-9_.-]", sku), key=len).encode() not in moves:
            return False
        return any(move[0] == sku and move[1] == ordinal for move in orjson.loads(moves))
    if b"on_hand" not in fields or fields.get(b"sku") != sku.encode():
        return False
    return any(ordinal in decode_deltas(fields[kind])["place"] for kind in (b"on_hand", b"safety"))


def _is_over(last: LedgerEntry, record: dict[str, str]) -> bool:
    """Whether nothing more can come: the hold has ended, and this is the entry that says so."""
    if not record or record["state"] in _LIVE:
        return False
    ended_ms = int(record["updated_ms"])
    return last.details.get("to") == record["state"] and id_order(last.entry_id)[0] >= ended_ms - _CLOCK_SLACK_MS


def _changes(entry: LedgerEntry, sku: str, ordinal: int) -> Counts:
    changes = dict.fromkeys(COUNTERS, 0)
    for move in entry.moves:
        if move.sku == sku and move.ordinal == ordinal:
            for kind in COUNTERS:
                changes[kind] += getattr(move, kind)
    return changes


def _counted_back(newest_first: list[tuple[LedgerEntry, Counts]], now: Counts) -> tuple[Counts, list[CellStep]]:
    """The counters after each entry, worked out from what they are now; and those before the oldest."""
    after, steps = {kind: now[kind] for kind in COUNTERS}, list[CellStep]()
    for entry, changes in newest_first:
        steps.append(CellStep(entry, moment_of(entry.entry_id), changes, after))
        after = {kind: after[kind] - changes[kind] for kind in COUNTERS}
    return after, steps[::-1]
