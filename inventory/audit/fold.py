"""Adds entries up: every counter of every cell and every live hold, as the ledger says they are. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from inventory.audit.entries import BEGINNING, RawEntry
from inventory.models import HoldState, Kind
from inventory.stream import decode_deltas

Counters = NDArray[np.signedinteger]

#: The counters of a move, in the order of its numbers; an entry of an older release has fewer.
COUNTERS = (Kind.ON_HAND, Kind.SAFETY, Kind.HELD, Kind.ALLOCATED, Kind.QUALITY_CONTROL)
_LIVE = frozenset(state.value for state in HoldState if state.live)


@dataclass(slots=True)
class FoldedHold:
    """What the entries about one hold add up to; a product of the hold stays named when it got no units."""

    state: str = ""
    store_id: str = ""
    units: dict[tuple[str, int], int] = field(default_factory=dict)

    @property
    def live(self) -> bool:
        return self.state in _LIVE


class Fold:
    """The sums of all entries up to `last_id`. A row takes the fewest bytes that its numbers need."""

    def __init__(self) -> None:
        self.last_id = BEGINNING
        self.entries = 0
        #: Holds that are live, and ended ones that the entries leave with units.
        self.holds: dict[str, FoldedHold] = {}
        #: The same holds by the products that they name.
        self.holders: dict[str, dict[str, int]] = {}
        self.rows: dict[Kind, dict[str, Counters]] = {kind: {} for kind in COUNTERS}

    def apply_all(self, entries: Iterable[RawEntry]) -> None:
        """Add entries in the order of the ledger."""
        for entry in entries:
            self.apply(entry)

    def apply(self, entry: RawEntry) -> None:
        """Add one entry. What an operation is called does not matter, only what it moved."""
        fields = entry.fields
        moves = orjson.loads(fields[b"moves"]) if b"moves" in fields else ()
        for sku, ordinal, *numbers in moves:
            for kind, delta in zip(COUNTERS, numbers, strict=False):
                if delta:
                    self._add(kind, sku, ordinal, delta)
        if b"hold" in fields:
            self._apply_to_hold(fields, moves)
        elif b"moves" not in fields and b"on_hand" in fields:
            self._add_counts(fields)
        self.last_id = entry.entry_id
        self.entries += 1

    def row(self, kind: Kind, sku: str, cells: int) -> Counters:
        """The counters of one row, with zeros up to so many cells."""
        row = self.rows[kind].get(sku)
        if row is None:
            return np.zeros(cells, dtype=np.int8)
        return row if len(row) >= cells else np.pad(row, (0, cells - len(row)))

    def skus(self) -> set[str]:
        """Every product that has a row."""
        return {sku for rows in self.rows.values() for sku in rows}

    def restore_hold(self, hold_id: str, hold: FoldedHold) -> None:
        """Put a hold of an earlier fold back."""
        self.holds[hold_id] = hold
        for sku, ordinal in hold.units:
            self.holders.setdefault(sku, {})[hold_id] = ordinal

    def unheld_cells(self) -> Iterator[tuple[str, int, int, int]]:
        """Cells whose `held` is not the sum of the holds: product, ordinal, the counter, the sum."""
        for sku in self.rows[Kind.HELD].keys() | self.holders.keys():
            held = self.rows[Kind.HELD].get(sku, np.zeros(0, dtype=np.int8))
            sums: dict[int, int] = {}
            for hold_id in self.holders.get(sku, ()):
                for (name, ordinal), units in self.holds[hold_id].units.items():
                    if name == sku:
                        sums[ordinal] = sums.get(ordinal, 0) + units
            for ordinal in sorted({*np.flatnonzero(held).tolist(), *sums}):
                counter = int(held[ordinal]) if ordinal < len(held) else 0
                if counter != sums.get(ordinal, 0):
                    yield sku, ordinal, counter, sums.get(ordinal, 0)

    def _apply_to_hold(self, fields: dict[bytes, bytes], moves: Iterable[list[Any]]) -> None:
        hold_id = fields[b"hold"].decode()
        hold = self.holds.setdefault(hold_id, FoldedHold())
        hold.state = fields.get(b"to", hold.state.encode()).decode()
        hold.store_id = fields.get(b"store", hold.store_id.encode()).decode()
        held = 2 + COUNTERS.index(Kind.HELD)
        for move in moves:
            sku, ordinal = move[0], move[1]
            hold.units[sku, ordinal] = hold.units.get((sku, ordinal), 0) + move[held]
            self.holders.setdefault(sku, {})[hold_id] = ordinal
        if not hold.live and not any(hold.units.values()):
            self._forget_hold(hold_id)

    def _forget_hold(self, hold_id: str) -> None:
        for sku, _ in self.holds.pop(hold_id).units:
            named = self.holders.get(sku, {})
            named.pop(hold_id, None)
            if not named:
                self.holders.pop(sku, None)

    def _add_counts(self, fields: dict[bytes, bytes]) -> None:
        sku = fields[b"sku"].decode()
        for kind in (Kind.ON_HAND, Kind.SAFETY):
            deltas = decode_deltas(fields[kind.encode()])
            if not len(deltas):
                continue
            places = deltas["place"]
            row = self._reaching(kind, sku, int(places[-1]))
            sums = row[places] + deltas["delta"].astype(np.int64)
            row = self._holding(kind, sku, row, int(sums.min()), int(sums.max()))
            row[places] = sums

    def _add(self, kind: Kind, sku: str, ordinal: int, delta: int) -> None:
        row = self._reaching(kind, sku, ordinal)
        value = int(row[ordinal]) + delta
        row = self._holding(kind, sku, row, value, value)
        row[ordinal] = value

    def _reaching(self, kind: Kind, sku: str, ordinal: int) -> Counters:
        """The row, long enough for the ordinal."""
        rows = self.rows[kind]
        row = rows.get(sku)
        if row is None:
            row = rows[sku] = np.zeros(ordinal + 1, dtype=np.int8)
        elif ordinal >= len(row):
            row = rows[sku] = np.pad(row, (0, ordinal + 1 - len(row)))
        return row

    def _holding(self, kind: Kind, sku: str, row: Counters, least: int, most: int) -> Counters:
        """The row, wide enough for the numbers."""
        width = narrowest(least, most)
        if width.itemsize > row.dtype.itemsize:
            row = self.rows[kind][sku] = row.astype(width)
        return row


def narrowest(least: int, most: int) -> np.dtype[np.signedinteger]:
    """The smallest type of number that holds both."""
    bits = max(most.bit_length(), (-least - 1).bit_length() if least < 0 else 0) + 1
    return np.dtype(f"i{next(size for size in (1, 2, 4, 8) if bits <= 8 * size)}")
