"""Recomputes every counter from the ledger and compares it with what Redis shows, also while others go on writing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from inventory.audit.check_holds import HoldCheck
from inventory.audit.check_rows import PRODUCTS_AT_ONCE, RowCheck
from inventory.audit.findings import Difference, Findings, Part, Verification
from inventory.audit.following import FollowedFold
from inventory.audit.history import LedgerHistory, LedgerState
from inventory.functions import LedgerFunctions
from inventory.keys import Keyspace
from inventory.models import Kind
from inventory.registry import StoreRegistry
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

#: Makes a bar of a name and a length, and answers what is to be told how much is done.
ShowsProgress = Callable[[str, int], Callable[[int], None]]


def show_nothing(_description: str, _total: int) -> Callable[[int], None]:
    """No bar."""
    return lambda _done: None


@dataclass(slots=True)
class _StoredNames:
    """What the keys of the region name."""

    skus: set[str] = field(default_factory=set)
    holds: set[str] = field(default_factory=set)
    holders: set[str] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)


class LedgerVerifier:
    """One verification at a time; it keeps the rows of the whole chain in memory, narrow."""

    def __init__(
        self,
        clients: RedisClients,
        functions: LedgerFunctions,
        registry: StoreRegistry,
        history: LedgerHistory,
    ) -> None:
        self._clients = clients
        self._functions = functions
        self._registry = registry
        self._history = history

    async def verify(
        self, *, from_beginning: bool = False, show: ShowsProgress = show_nothing, most_kept: int = 1_000
    ) -> Verification:
        """Compare everything. Raises ArchiveElsewhere or ArchiveDamaged where the archive cannot be read,
        KeyOfAnotherType where somebody else wrote under a name of the ledger."""
        started = time.monotonic()
        keyspace, findings = self._functions.keyspace, Findings(most_kept)
        state = await self._history.state()
        _note_missing(state, findings)
        followed = await FollowedFold.start(self._clients, self._history, state.record, from_beginning=from_beginning)
        from_checkpoint = followed.fold.entries
        await followed.catch_up(on_entries=show("adding up entries", state.record.entries + state.live_entries))
        stored = await self._stored_names(keyspace)
        rows = RowCheck(keyspace, self._functions, self._registry, findings)
        products = await self._check_rows(rows, followed, stored.skus, show)
        await self._check_holds(rows, followed, stored, findings)
        return Verification(
            last_id=followed.fold.last_id,
            entries=followed.fold.entries,
            checkpoint_entries=from_checkpoint,
            archived_entries=state.record.entries,
            products=products,
            cells=rows.cells,
            live_holds=sum(hold.live for hold in followed.fold.holds.values()),
            seconds=round(time.monotonic() - started, 3),
            difference_count=findings.count,
            differences=tuple(findings.differences),
        )

    async def _check_rows(
        self, rows: RowCheck, followed: FollowedFold, stored_skus: set[str], show: ShowsProgress
    ) -> int:
        """Every product that has a row or that the ledger names, those that came meanwhile too."""
        done: set[str] = set()
        while due := sorted((stored_skus | followed.fold.skus()) - done):
            advance = show("comparing products", len(due))
            for first in range(0, len(due), PRODUCTS_AT_ONCE):
                await rows.check(followed, due[first : first + PRODUCTS_AT_ONCE])
                advance(min(first + PRODUCTS_AT_ONCE, len(due)))
            done.update(due)
        return len(done)

    async def _check_holds(
        self, rows: RowCheck, followed: FollowedFold, stored: _StoredNames, findings: Findings
    ) -> None:
        for sku, ordinal, counter, units in followed.fold.unheld_cells():
            store_id = await rows.store_id(ordinal)
            note = "units of the holds beside the counter"
            findings.add(Difference(Part.HELD, counter, units, sku=sku, store_id=store_id, kind=Kind.HELD, note=note))
        holds = HoldCheck(self._functions.keyspace, findings)
        await holds.check_due(followed)
        await holds.check_records(followed, stored.holds)
        await holds.check_holders(followed, stored.holders)
        await holds.check_customers(followed, stored.customers)

    async def _stored_names(self, keyspace: Keyspace) -> _StoredNames:
        """Goes through all keys: rows and holds that no entry names must be found as well."""
        names = _StoredNames()
        rows = tuple(keyspace.row(kind, "") for kind in Kind)
        wanted = ((keyspace.hold(""), names.holds), (keyspace.holders(""), names.holders))
        with translate_redis_errors("listing rows and holds"):
            async for found in self._clients.reads.scan_iter(match=f"{_escaped(keyspace.tag)}:*", count=2_000):
                key = found.decode()
                if key.startswith(rows):
                    names.skus.add(
                        key.removeprefix(keyspace.row(Kind.ON_HAND, "")[: -len("on_hand:")]).partition(":")[2]
                    )
                    continue
                for prefix, kept in wanted:
                    if key.startswith(prefix):
                        kept.add(key.removeprefix(prefix))
                if key.startswith(keyspace.customer("")):
                    names.customers.add(key.removeprefix(keyspace.customer("")).partition(":")[0])
        return names


def _note_missing(state: LedgerState, findings: Findings) -> None:
    if state.missing_entries:
        note = "entries were taken out of the ledger without being archived, or the archive is that of another one"
        expected, found = state.written_entries, state.record.entries + state.live_entries
        findings.add(Difference(Part.ENTRIES, expected, found, note=note))


def _escaped(text: str) -> str:
    """For a pattern: none of these characters means anything but itself."""
    return "".join(f"\\{letter}" if letter in "*?[]\\^-" else letter for letter in text)
