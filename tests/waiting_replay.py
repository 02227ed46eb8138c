"""Judges from the ledger alone, entry by entry, whether everybody who waited got his units in his turn."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from inventory.models import Kind, Sku
from inventory.stream import LedgerEntry
from inventory.waits import Wait

#: Entries by which anybody but the first in line gets units.
_TAKING = {"hold_placed", "hold_retaken", "allocate"}


@dataclass
class WaitingReplay:
    """The units of one product and the lines for it, as the ledger tells of them in its order."""

    sku: Sku
    #: Everybody who ever waited, with the stores that he waited at.
    waits: Mapping[str, Wait]
    ordinals: Mapping[str, int]
    counters: Counter[tuple[Kind, int]] = field(default_factory=Counter)
    #: Who waits, in the order of joining.
    line: list[str] = field(default_factory=list)
    offered: dict[str, str] = field(default_factory=dict)
    overtakings: list[str] = field(default_factory=list)

    def available(self, ordinal: int) -> int:
        count = self.counters
        taken = count[Kind.SAFETY, ordinal] + count[Kind.HELD, ordinal] + count[Kind.ALLOCATED, ordinal]
        return max(0, count[Kind.ON_HAND, ordinal] - taken)

    def fitting(self, ordinal: int) -> list[str]:
        """Who waits at a store and could be served there, in turn."""
        here = [wait_id for wait_id in self.line if ordinal in self.waiting_at(wait_id)]
        return [wait_id for wait_id in here if self.waits[wait_id].quantity <= self.available(ordinal)]

    def waiting_at(self, wait_id: str) -> set[int]:
        return {self.ordinals[store_id] for store_id in self.waits[wait_id].stores}

    def apply_all(self, entries: Iterable[LedgerEntry]) -> None:
        for entry in entries:
            self.apply(entry)

    def apply(self, entry: LedgerEntry) -> None:
        moves = [move for move in entry.moves if move.sku == self.sku]
        wait_id = entry.details.get("wait")
        if wait_id is not None and wait_id not in self.waits:
            return
        if wait_id is not None:
            self._follow_line(entry.op, wait_id)
        if entry.op == "wait_offered":
            assert wait_id is not None
            self._judge_offer(entry, wait_id, moves[0].ordinal)
        if entry.op in _TAKING:
            for move in moves:
                if fitting := self.fitting(move.ordinal):
                    self.overtakings.append(f"{entry.entry_id} {entry.op} before {fitting}")
        for move in moves:
            for kind in (Kind.ON_HAND, Kind.SAFETY, Kind.HELD, Kind.ALLOCATED):
                self.counters[kind, move.ordinal] += getattr(move, kind.value)
                assert self.counters[kind, move.ordinal] >= 0

    def _follow_line(self, op: str, wait_id: str) -> None:
        match op:
            case "wait_joined":
                self.line.append(wait_id)
            case "wait_returned":
                del self.offered[wait_id]
                self.line = sorted([*self.line, wait_id], key=lambda name: self.waits[name].rank)
            case "wait_left" | "wait_lapsed":
                self.line.remove(wait_id)

    def _judge_offer(self, entry: LedgerEntry, wait_id: str, ordinal: int) -> None:
        if self.fitting(ordinal)[:1] != [wait_id]:
            self.overtakings.append(f"{entry.entry_id} offer to {wait_id} before {self.fitting(ordinal)}")
        assert wait_id not in self.offered, "nobody is offered anything twice for one place"
        self.offered[wait_id] = entry.details["hold"]
        self.line.remove(wait_id)
