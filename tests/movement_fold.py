"""What movements do to a cell, in plain Python and in the order of their numbers: the definition of right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from inventory.movements import Movement, MovementType

Place = tuple[str, str]  # store_id, sku

ADDS_TO = {
    "receive": "on_hand",
    "transfer_in": "on_hand",
    "return": "on_hand",
    "adjust": "on_hand",
    "allocate": "allocated",
}
TAKES_FROM = {
    "sell": "on_hand",
    "transfer_out": "on_hand",
    "deallocate": "allocated",
    "fail_inspection": "quality_control",
}


@dataclass
class FoldedCell:
    on_hand: int = 0
    allocated: int = 0
    quality_control: int = 0
    #: Units that were told of and were not there.
    missing: int = 0

    def apply(self, kind: str, quantity: int, *, inspect: bool = False) -> None:
        if kind == "count":
            self.on_hand = quantity
        elif kind == "pass_inspection":
            self.on_hand += self._take("quality_control", quantity)
        elif kind == "adjust" and quantity < 0:
            self._take("on_hand", -quantity)
        elif kind == "ship":
            missing = self.missing
            self._take("allocated", quantity)
            self.missing = missing  # what was never allocated may be shipped all the same
            self._take("on_hand", quantity)
        elif kind in TAKES_FROM:
            self._take(TAKES_FROM[kind], quantity)
        else:
            counter = "quality_control" if kind == "return" and inspect else ADDS_TO[kind]
            setattr(self, counter, getattr(self, counter) + quantity)

    def _take(self, counter: str, quantity: int) -> int:
        taken = min(quantity, getattr(self, counter))
        setattr(self, counter, getattr(self, counter) - taken)
        self.missing += quantity - taken
        return taken


def fold(
    movements: Iterable[Movement], start: dict[Place, int] | None = None, *, inspect: bool = False
) -> dict[Place, FoldedCell]:
    """The cells after all movements, each source's in the order of its numbers; copies count once."""
    cells = {place: FoldedCell(on_hand=units) for place, units in (start or {}).items()}
    once = {(movement.source, movement.seq): movement for movement in movements}
    for _, movement in sorted(once.items()):
        cell = cells.setdefault((movement.store_id, movement.sku), FoldedCell())
        cell.apply(MovementType(movement.type), movement.quantity, inspect=inspect)
    return cells
