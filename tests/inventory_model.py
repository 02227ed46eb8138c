"""The ledger in plain Python, one step after the other: the definition of right that the functions are held against."""

from collections import Counter
from dataclasses import dataclass, field

from movement_fold import FoldedCell

Place = tuple[str, str]  # store_id, sku


@dataclass
class ModelHold:
    store_id: str
    lines: dict[str, int]
    state: str = "held"

    @property
    def live(self) -> bool:
        return self.state in ("held", "confirmed", "ready")


@dataclass
class ModelLedger:
    on_hand: Counter[Place] = field(default_factory=Counter)
    safety: Counter[Place] = field(default_factory=Counter)
    held: Counter[Place] = field(default_factory=Counter)
    allocated: Counter[Place] = field(default_factory=Counter)
    quality_control: Counter[Place] = field(default_factory=Counter)
    carried: set[Place] = field(default_factory=set)
    holds: dict[str, ModelHold] = field(default_factory=dict)
    seen: set[tuple[str, int]] = field(default_factory=set)

    def available(self, place: Place) -> int:
        return max(0, self.on_hand[place] - self.safety[place] - self.held[place] - self.allocated[place])

    def count(self, place: Place, on_hand: int, safety: int) -> None:
        self.on_hand[place], self.safety[place] = on_hand, safety
        self.carried.add(place)

    def move(self, source: str, seq: int, kind: str, place: Place, quantity: int) -> str:
        """A movement of a source that tells in the order of its numbers."""
        if (source, seq) in self.seen:
            return "duplicate"
        if kind == "allocate" and quantity > self.available(place):
            return "rejected"
        self.seen.add((source, seq))
        before = self.on_hand[place]
        cell = FoldedCell(before, self.allocated[place], self.quality_control[place])
        cell.apply(kind, quantity)
        self.on_hand[place], self.allocated[place] = cell.on_hand, cell.allocated
        self.quality_control[place] = cell.quality_control
        if cell.on_hand > before or kind == "count":
            self.carried.add(place)
        return "applied"

    def take(self, store_id: str, lines: list[tuple[str, int]], partial: bool) -> dict[str, int] | None:
        """What each line gets, or None for a refusal."""
        wanted: Counter[str] = Counter()
        for sku, quantity in lines:
            wanted[sku] += quantity
        got = {sku: min(quantity, self.available((store_id, sku))) for sku, quantity in wanted.items()}
        if not any(got.values()) or (not partial and got != dict(wanted)):
            return None
        for sku, quantity in got.items():
            self.held[store_id, sku] += quantity
        return got

    def settle(self, hold_id: str, verb: str) -> str:
        """The state in which the hold is afterwards."""
        hold = self.holds[hold_id]
        steps = {
            "confirm": {"held": "confirmed"},
            "ready": {"confirmed": "ready"},
            "pickup": {"confirmed": "picked_up", "ready": "picked_up"},
            "cancel": dict.fromkeys(("held", "confirmed", "ready"), "cancelled"),
            "expire": {"held": "expired", "confirmed": "no_show", "ready": "no_show"},
            "short": dict.fromkeys(("held", "confirmed", "ready"), "shorted"),
        }
        was_live = hold.live
        hold.state = steps[verb].get(hold.state, hold.state)
        if was_live and not hold.live:
            for sku, quantity in hold.lines.items():
                place = (hold.store_id, sku)
                self.held[place] -= quantity
                if hold.state == "picked_up":
                    self.on_hand[place] = max(0, self.on_hand[place] - quantity)
        return hold.state
