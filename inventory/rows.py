"""Reads packed rows: one round trip for any number of products and kinds, decoded into one number per store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from inventory.functions import LedgerFunctions
from inventory.models import Kind, Sku
from inventory.overdue import OverdueHolds
from inventory.replies import moment

Cells = NDArray[np.int64]

_CELL_TYPES = {1: ">u1", 2: ">u2", 4: ">u4"}


@dataclass(frozen=True, slots=True)
class RowsRead:
    """Rows as they were at one moment of the ledger's clock, each with one number per store ordinal."""

    as_of: datetime
    #: A reader whose own list of stores has another version must load that again before it looks at the cells.
    registry_version: int
    store_count: int
    rows: Rows


class Rows(Mapping[tuple[Sku, Kind], Cells]):
    """Rows by product and kind, each decoded when it is first looked at: of most only a cell or two is ever shown."""

    def __init__(self, packed: dict[tuple[Sku, Kind], bytes | None], stores: int) -> None:
        self._packed = packed
        self._stores = stores
        self._decoded: dict[tuple[Sku, Kind], Cells] = {}

    def __getitem__(self, pair: tuple[Sku, Kind]) -> Cells:
        if pair not in self._decoded:
            reading = decode_bitmap if pair[1] is Kind.CARRIED else decode
            self._decoded[pair] = reading(self._packed[pair], self._stores)
        return self._decoded[pair]

    def __iter__(self) -> Iterator[tuple[Sku, Kind]]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)


def decode(row: bytes | None, stores: int) -> Cells:
    """One number per store; a missing row and a cell past the end are 0."""
    if not row:
        return np.zeros(stores, dtype=np.int64)
    return _padded(np.frombuffer(row, dtype=_CELL_TYPES[row[0]], offset=1), stores)


def decode_bitmap(row: bytes | None, stores: int) -> Cells:
    """One 0 or 1 per store; a missing row and a bit past the end are 0."""
    if not row:
        return np.zeros(stores, dtype=np.int64)
    return _padded(np.unpackbits(np.frombuffer(row, dtype=np.uint8, offset=1)), stores)


def _padded(cells: NDArray[np.unsignedinteger], stores: int) -> Cells:
    whole = cells[:stores].astype(np.int64)
    return whole if len(whole) == stores else np.pad(whole, (0, stores - len(whole)))


class RowReader:
    """Answers from the rows as of now: a hold that has run out is free at the first read, sweeper or not."""

    def __init__(self, functions: LedgerFunctions, overdue: OverdueHolds) -> None:
        self._functions = functions
        self._overdue = overdue

    async def read(self, skus: Sequence[Sku], kinds: Sequence[Kind], *, judge_holds: bool = True) -> RowsRead:
        """All kinds of all products in one round trip; more only where holds had to be ended first.

        Without `judge_holds` the rows held and available may still count holds that have run out.
        """
        wanted = [(sku, kind) for sku in skus for kind in kinds]
        reply = await self._functions.read_rows(wanted)
        while judge_holds and reply.overdue:
            await self._overdue.end(reply.overdue)
            reply = await self._functions.read_rows(wanted)
        return RowsRead(
            as_of=moment(reply.now_ms),
            registry_version=reply.registry_version,
            store_count=reply.store_count,
            rows=Rows(dict(zip(wanted, reply.rows, strict=True)), reply.store_count),
        )
