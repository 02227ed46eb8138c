"""Writes stock: counts from feeds and movements from tills. The only writer of on hand, safety, aisle and price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inventory.functions import LedgerFunctions
from inventory.keys import Keyspace
from inventory.models import Cell, CellsChanged, Movement, MovementsApplied, Sku
from inventory.registry import StoreRegistry
from inventory.rows import RowReader

Numbers = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Counts:
    """One product's counts at some stores: columns of one length. A column that is None is left as it is."""

    sku: Sku
    ordinals: Numbers
    on_hand: Numbers
    safety: Numbers | None = None
    #: Numbers from `StockLedger.aisle_numbers`, 0 for none.
    aisle: Numbers | None = None
    #: Thousandths of the currency unit, 0 for none.
    price: Numbers | None = None


class StockLedger:
    """The stock of one region."""

    def __init__(self, functions: LedgerFunctions, keyspace: Keyspace, registry: StoreRegistry, rows: RowReader) -> None:
        self._functions = functions
        self._keyspace = keyspace
        self._registry = registry
        self._rows = rows

    async def aisle_numbers(self, labels: Sequence[str]) -> dict[str, int]:
        """The number of each aisle label, new ones appended."""
        raise NotImplementedError

    async def set_counts(self, counts: Counts, *, source: str) -> CellsChanged:
        """Set one product's counts. Live holds stay."""
        return await self.set_counts_many([counts], source=source)

    async def set_counts_many(self, batch: Sequence[Counts], *, source: str) -> CellsChanged:
        """Set many products' counts, one function call each, pipelined. What is known already costs one read."""
        raise NotImplementedError

    async def apply_movements(self, movements: Sequence[Movement]) -> MovementsApplied:
        """Apply each movement whose `(source, seq)` was not seen before."""
        raise NotImplementedError

    async def cells(self, sku: Sku) -> list[Cell]:
        """Every store that carries the product, in ordinal order."""
        raise NotImplementedError
