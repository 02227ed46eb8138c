"""Counts of one product as columns, checked and packed for the function library. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inventory.errors import InvalidRequest
from inventory.keys import fits_in_key
from inventory.models import MAX_COUNT, Kind, Sku

Numbers = NDArray[np.integer]

COLUMN_KINDS = (Kind.ON_HAND, Kind.SAFETY, Kind.AISLE, Kind.PRICE)


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

    def columns(self) -> dict[Kind, Numbers]:
        """The columns that are given, by the row that each belongs to."""
        given = zip(COLUMN_KINDS, (self.on_hand, self.safety, self.aisle, self.price), strict=True)
        return {kind: column for kind, column in given if column is not None}

    def only(self, places: NDArray[np.bool_] | NDArray[np.intp]) -> Counts:
        """The same counts at some of the places, in the order asked for."""
        columns = {kind: column[places] for kind, column in self.columns().items()}
        return replace(
            self,
            ordinals=self.ordinals[places],
            on_hand=columns[Kind.ON_HAND],
            safety=columns.get(Kind.SAFETY),
            aisle=columns.get(Kind.AISLE),
            price=columns.get(Kind.PRICE),
        )


def checked(counts: Counts) -> Counts:
    """The counts in rising order of ordinals. Raises InvalidRequest for anything that no cell could hold."""
    if not fits_in_key(counts.sku):
        raise InvalidRequest("a sku has 1 to 256 printable characters")
    for column in (counts.ordinals, *counts.columns().values()):
        if column.ndim != 1 or column.dtype.kind not in "iu" or len(column) != len(counts.ordinals):
            raise InvalidRequest("columns must be whole numbers, all of one length")
        if len(column) and (int(column.min()) < 0 or int(column.max()) > MAX_COUNT):
            raise InvalidRequest(f"a count is a whole number from 0 to {MAX_COUNT}")
    steps = np.diff(counts.ordinals.astype(np.int64))
    if not (steps > 0).all():
        counts = counts.only(np.argsort(counts.ordinals, kind="stable"))
        if not (np.diff(counts.ordinals.astype(np.int64)) > 0).all():
            raise InvalidRequest("a store may occur only once for a product")
    return counts


def differing(counts: Counts, known: Mapping[Kind, NDArray[np.int64]]) -> Counts:
    """Only the places where the counts say something else than the rows, or where the product is not carried yet."""
    differs = known[Kind.CARRIED][counts.ordinals] == 0
    for kind, column in counts.columns().items():
        differs |= known[kind][counts.ordinals] != column
    return counts.only(differs)


def packed(counts: Counts, source: str) -> list[str | bytes]:
    """The arguments of `set_counts` after the sku."""
    columns = counts.columns()
    values = [columns[kind].astype(">u4").tobytes() if kind in columns else b"" for kind in COLUMN_KINDS]
    return [source, counts.ordinals.astype(">u2").tobytes(), *values]
