"""Compares rows with the sums of the ledger, cell by cell, and `available` with what the functions make of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inventory.audit.findings import Difference, Findings, Part
from inventory.audit.fold import COUNTERS
from inventory.audit.following import FollowedFold
from inventory.functions import LedgerFunctions
from inventory.keys import Keyspace
from inventory.models import Kind
from inventory.registry import StoreRegistry
from inventory.rows import decode

#: Products per trip: six rows each, two megabytes for a chain of 1,500 stores.
PRODUCTS_AT_ONCE = 200
#: What the function library needs to judge a cell, in its order.
_JUDGED_BY = (Kind.ON_HAND, Kind.SAFETY, Kind.HELD, Kind.ALLOCATED)
_KINDS = (*COUNTERS, Kind.AVAILABLE)
#: Cells per call, so that no call takes long.
_JUDGED_AT_ONCE = 2_000

Cells = NDArray[np.int64]


class RowCheck:
    """The check of all rows. `cells` counts those that held anything."""

    def __init__(
        self, keyspace: Keyspace, functions: LedgerFunctions, registry: StoreRegistry, findings: Findings
    ) -> None:
        self._keyspace = keyspace
        self._functions = functions
        self._registry = registry
        self._findings = findings
        self._stores: dict[int, str] = {}
        self._judged: dict[bytes, int] = {}
        self.cells = 0

    async def check(self, followed: FollowedFold, skus: Sequence[str]) -> None:
        """Compare every row of some products at one moment."""
        keys = [self._keyspace.row(kind, sku) for sku in skus for kind in _KINDS]
        (rows,) = await followed.at_one_moment([("MGET", *keys)])
        tables: list[Cells] = []
        for number, sku in enumerate(skus):
            own = rows[number * len(_KINDS) : (number + 1) * len(_KINDS)]
            tables.append(await self._compare(followed, sku, own))
        occupied = [np.flatnonzero(table.any(axis=0)) for table in tables]
        self.cells += sum(map(len, occupied))
        await self._check_available(skus, tables, occupied)

    async def _compare(self, followed: FollowedFold, sku: str, rows: Sequence[bytes | None]) -> Cells:
        """One product's cells as they were read: a line for every kind."""
        folded = [followed.fold.rows[kind].get(sku) for kind in COUNTERS]
        lengths = [(len(row) - 1) // row[0] for row in rows if row] + [len(row) for row in folded if row is not None]
        table = np.zeros((len(_KINDS), max(lengths, default=0)), dtype=np.int64)
        for line, row in zip(table, rows, strict=True):
            if row:
                line[:] = decode(row, len(line))
        for kind, found, row, ledger in zip(COUNTERS, table, rows, folded, strict=False):
            if not row and ledger is None:
                continue
            excess = found.copy()
            if ledger is not None:
                excess[: len(ledger)] -= ledger
            for ordinal in np.flatnonzero(excess).tolist() if excess.any() else ():
                numbers = int(found[ordinal] - excess[ordinal]), int(found[ordinal])
                store_id = await self.store_id(ordinal)
                self._findings.add(Difference(Part.COUNTER, *numbers, sku=sku, store_id=store_id, kind=kind))
        return table

    async def _check_available(
        self, skus: Sequence[str], tables: Sequence[Cells], occupied: Sequence[NDArray[np.intp]]
    ) -> None:
        judged_by = [_KINDS.index(kind) for kind in _JUDGED_BY]
        pairs = list(zip(tables, occupied, strict=True))
        counters = np.concatenate([table[judged_by][:, places].T for table, places in pairs])
        found = np.concatenate([table[-1, places] for table, places in pairs])
        promised = await self._judge(counters)
        owners = np.repeat(np.arange(len(skus)), [len(places) for places in occupied])
        ordinals = np.concatenate(occupied)
        for place in np.flatnonzero(promised != found).tolist():
            numbers = int(promised[place]), int(found[place])
            store_id = await self.store_id(int(ordinals[place]))
            where = {"sku": skus[owners[place]], "store_id": store_id, "kind": Kind.AVAILABLE}
            self._findings.add(Difference(Part.AVAILABLE, *numbers, **where))

    async def _judge(self, counters: Cells) -> Cells:
        """What may be promised of each cell. Equal cells are asked about once: of millions few differ."""
        packed = np.ascontiguousarray(counters.astype(">u4")).view("V16").ravel()
        different, which = np.unique(packed, return_inverse=True)
        cells = [cell.tobytes() for cell in different]
        unknown = [cell for cell in cells if cell not in self._judged]
        for first in range(0, len(unknown), _JUDGED_AT_ONCE):
            asked = unknown[first : first + _JUDGED_AT_ONCE]
            self._judged.update(zip(asked, await judge_available(self._functions, asked), strict=True))
        return np.array([self._judged[cell] for cell in cells], dtype=np.int64)[which]

    async def store_id(self, ordinal: int) -> str:
        """The store of a cell."""
        if ordinal not in self._stores:
            registry = await self._registry.load()
            self._stores = {number: store_id for store_id, number in registry.ordinals.items()}
        return self._stores.get(ordinal, f"no store (ordinal {ordinal})")


async def judge_available(functions: LedgerFunctions, cells: Sequence[bytes]) -> list[int]:
    """What may be promised of cells, each given by its four packed counters."""
    call = ([functions.keyspace.ledger()], [b"".join(cells)])
    (packed,) = await functions.call_many("judge_available", [call], doing="judging cells", read_only=True)
    promised: list[int] = np.frombuffer(packed, dtype=">u4").tolist()
    return promised
