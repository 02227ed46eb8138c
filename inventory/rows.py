"""Reads packed rows: one round trip for any number of products and kinds, decoded into one number per store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from inventory.functions import LedgerFunctions
from inventory.models import HoldId, Kind, Sku
from inventory.overdue import OverdueHolds

Cells = NDArray[np.int64]

_DTYPES = {1: np.dtype(">u1"), 2: np.dtype(">u2"), 4: np.dtype(">u4")}


@dataclass(frozen=True, slots=True)
class RowsRead:
    """Rows as they were at one moment of the ledger's clock, each with one number per store ordinal."""

    as_of: datetime
    #: A reader whose own list of stores has another version must load that again before it looks at the cells.
    registry_version: int
    store_count: int
    rows: dict[tuple[Sku, Kind], Cells]


def decode(row: bytes | None, stores: int) -> Cells:
    """One number per store; a missing row and a cell past the end are 0."""
    cells = np.zeros(stores, dtype=np.int64)
    if row:
        found = np.frombuffer(row, dtype=_DTYPES[row[0]], offset=1)[:stores]
        cells[: len(found)] = found
    return cells


def decode_bitmap(row: bytes | None, stores: int) -> Cells:
    """One 0 or 1 per store; a missing row and a bit past the end are 0."""
    cells = np.zeros(stores, dtype=np.int64)
    if row:
        found = np.unpackbits(np.frombuffer(row, dtype=np.uint8, offset=1))[:stores]
        cells[: len(found)] = found
    return cells


class RowReader:
    """Answers from the rows as of now: a hold that has run out is free at the first read, sweeper or not."""

    def __init__(self, functions: LedgerFunctions, overdue: OverdueHolds) -> None:
        self._functions = functions
        self._overdue = overdue

    async def read(self, skus: Sequence[Sku], kinds: Sequence[Kind]) -> RowsRead:
        """All kinds of all products in one round trip; a second one only where overdue holds had to be ended first."""
        wanted = [(sku, kind) for sku in skus for kind in kinds]
        reply = await self._functions.read_rows(wanted)
        while reply.overdue:
            await self._overdue.end([HoldId(hold_id) for hold_id in reply.overdue])
            reply = await self._functions.read_rows(wanted)
        rows = {
            pair: (decode_bitmap if pair[1] is Kind.CARRIED else decode)(row, reply.store_count)
            for pair, row in zip(wanted, reply.rows, strict=True)
        }
        return RowsRead(
            as_of=datetime.fromtimestamp(reply.now_ms / 1000, UTC),
            registry_version=reply.registry_version,
            store_count=reply.store_count,
            rows=rows,
        )
