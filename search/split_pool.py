"""Stores to choose from, as arrays and bit sets: who can complete what is missing, who must be among the first. Pure.

Columns are stores, nearest first; rows are lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bits = NDArray[np.uint64]
Mask = NDArray[np.bool_]

_NOT_WANTED = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class StorePool:
    """Stores to choose from. `holders[line][i]` are the i stores with the most of the line, as bits."""

    cells: Ints
    wanted: Ints
    mm: Ints
    id_rank: Ints
    ascending: Ints
    holders: Bits
    #: Of all that is wanted, how many lines' worth each store has.
    shares: NDArray[np.float64]

    @classmethod
    def of(cls, cells: Ints, wanted: Ints, mm: Ints, id_rank: Ints) -> StorePool:
        lines, stores = cells.shape
        order = np.argsort(-cells, axis=1, kind="stable")
        holders = np.zeros((lines, stores + 1, words(stores)), dtype=np.uint64)
        rows = np.arange(stores)
        for line in range(lines):
            column = order[line]
            holders[line, rows + 1, column // 64] = np.uint64(1) << (column % 64).astype(np.uint64)
        np.bitwise_or.accumulate(holders, axis=1, out=holders)
        shares = (cells / wanted[:, None]).sum(axis=0)
        return cls(cells, wanted, mm, id_rank, np.sort(cells, axis=1), holders, shares)

    def completing(self, missing: Ints) -> Bits:
        """Per row of missing units, the stores that have all of them."""
        stores = self.cells.shape[1]
        bits: Bits | None = None
        for line in range(len(self.wanted)):
            if not missing[:, line].any():
                continue
            enough = self.holders[line][stores - np.searchsorted(self.ascending[line], missing[:, line])]
            bits = enough if bits is None else bits & enough
        return self.holders[0][np.full(len(missing), stores)] if bits is None else bits

    def with_a_share(self, missing: Ints, stops: int) -> Mask:
        """Stores of which every sufficient set of so many has at least one: by the line that leaves the fewest."""
        shares = -(-missing // stops)
        counts = [
            len(row) - np.searchsorted(row, share) if share else _NOT_WANTED
            for row, share in zip(self.ascending, shares, strict=True)
        ]
        line = int(np.argmin(counts))
        return np.asarray(self.cells[line] >= shares[line])


def most_of_each(cells: Ints, count: int) -> Ints:
    """The so many largest cells of each line, the largest last."""
    count = min(count, cells.shape[1])
    return np.partition(cells, cells.shape[1] - count, axis=1)[:, cells.shape[1] - count :] if count else cells[:, :0]


def words(stores: int) -> int:
    """How many words of 64 bits hold one bit per store."""
    return -(-stores // 64)


def clear(bits: Bits, columns: Ints) -> None:
    """Take one store out of each row, in place."""
    rows = np.arange(len(columns))
    bits[rows, columns // 64] &= ~(np.uint64(1) << (columns % 64).astype(np.uint64))


def as_bits(mask: Mask) -> Bits:
    """One bit per store from one truth per store; `as_mask` is the way back."""
    padded = np.zeros(words(len(mask)) * 64, dtype=bool)
    padded[: len(mask)] = mask
    return np.packbits(padded, bitorder="little").view(np.uint64)


def as_mask(bits: Bits, like: Mask) -> Mask:
    return np.unpackbits(bits.view(np.uint8), bitorder="little")[: len(like)].astype(bool)
