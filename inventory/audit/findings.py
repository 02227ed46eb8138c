"""What a verification found: every difference between the ledger and what Redis shows, in words that name the place."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Part(StrEnum):
    """What was compared with the ledger."""

    COUNTER = "counter"  # a row
    AVAILABLE = "available"  # the derived row
    HELD = "held"  # the sum of the live holds
    HOLD = "hold"  # the record of a hold
    DUE = "due"  # the list of ends
    HOLDERS = "holders"  # a product's list of live holds
    CUSTOMER = "customer"  # a customer's units and list of live holds
    ENTRIES = "entries"  # the ledger itself


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not what the ledger says."""

    part: Part
    ledger: int | str
    found: int | str
    sku: str | None = None
    store_id: str | None = None
    kind: str | None = None
    hold_id: str | None = None
    note: str = ""


@dataclass(slots=True)
class Findings:
    """Differences as they are found; past `most_kept` they are only counted."""

    most_kept: int = 1_000
    count: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, difference: Difference) -> None:
        self.count += 1
        if len(self.differences) < self.most_kept:
            self.differences.append(difference)


@dataclass(frozen=True, slots=True)
class Verification:
    """What was compared, up to which entry, and what differed."""

    last_id: str
    entries: int
    #: Of these entries so many were taken from a checkpoint instead of being read.
    checkpoint_entries: int
    archived_entries: int
    products: int
    cells: int
    live_holds: int
    seconds: float
    difference_count: int
    differences: tuple[Difference, ...]

    @property
    def clean(self) -> bool:
        return self.difference_count == 0
