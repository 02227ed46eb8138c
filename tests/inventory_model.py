"""The ledger in plain Python, one step after the other: the definition of right that the functions are held against."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from movement_fold import FoldedCell

from inventory.terms import NO_LIMITS, Limits

Place = tuple[str, str]  # store_id, sku
Wishes = Mapping[str, Sequence[tuple[str, int]]]  # of each store: sku and quantity

LIVE = ("held", "confirmed", "ready")  # also the order of who is promised more
STEPS = {  # from where each verb leads to where
    "confirm": (("held",), "confirmed"),
    "ready": (("confirmed",), "ready"),
    "pickup": (("confirmed", "ready"), "picked_up"),
    "cancel": (LIVE, "cancelled"),
    "no_show": (("confirmed", "ready"), "no_show"),
    "short": (LIVE, "shorted"),
}
MAY_OVERSELL = ("sell", "adjust", "transfer_out", "ship")


@dataclass
class ModelHold:
    store_id: str
    lines: dict[str, int]
    state: str = "held"
    customer: str = ""
    created_ms: int = 0
    extensions: int = 0
    #: A reminder is due and not noted yet.
    remind: bool = False

    @property
    def live(self) -> bool:
        return self.state in LIVE


@dataclass
class ModelLedger:
    inspect: bool = False
    on_hand: Counter[Place] = field(default_factory=Counter)
    safety: Counter[Place] = field(default_factory=Counter)
    held: Counter[Place] = field(default_factory=Counter)
    allocated: Counter[Place] = field(default_factory=Counter)
    quality_control: Counter[Place] = field(default_factory=Counter)
    carried: set[Place] = field(default_factory=set)
    holds: dict[str, ModelHold] = field(default_factory=dict)
    seen: set[tuple[str, int]] = field(default_factory=set)
    no_shows: Counter[str] = field(default_factory=Counter)
    #: What the ledger must tell: operation and hold, or operation and product.
    told: Counter[tuple[str, str]] = field(default_factory=Counter)

    def available(self, place: Place, given_back: int = 0) -> int:
        taken = self.safety[place] + self.held[place] - given_back + self.allocated[place]
        return max(0, self.on_hand[place] - taken)

    def count(self, place: Place, on_hand: int, safety: int) -> None:
        if (self.on_hand[place], self.safety[place], place in self.carried) != (on_hand, safety, True):
            self.told["count", place[1]] += 1
        self.on_hand[place], self.safety[place] = on_hand, safety
        self.carried.add(place)

    def move(self, source: str, seq: int, kind: str, place: Place, quantity: int) -> str:
        """A movement of a source that tells in the order of its numbers."""
        if (source, seq) in self.seen:
            return "duplicate"
        if kind == "allocate" and quantity > self.available(place):
            return "rejected"
        self.seen.add((source, seq))
        self.told[kind, place[1]] += 1
        before = self.on_hand[place]
        cell = FoldedCell(before, self.allocated[place], self.quality_control[place])
        cell.apply(kind, quantity, inspect=self.inspect)
        self.on_hand[place], self.allocated[place] = cell.on_hand, cell.allocated
        self.quality_control[place] = cell.quality_control
        if cell.on_hand > before or kind == "count":
            self.carried.add(place)
        return "applied"

    def short_oversold(self, kind: str, place: Place, quantity: int) -> list[str]:
        """Holds that lose their units to a movement: the least promised first, and of those the newest."""
        if kind not in MAY_OVERSELL or (kind == "adjust" and quantity >= 0):
            return []
        order = sorted(hold_id for hold_id, hold in self.holds.items() if hold.live)
        order.sort(key=lambda hold_id: (LIVE.index(self.holds[hold_id].state), -self.holds[hold_id].created_ms))
        shorted = []
        for hold_id in order:
            hold = self.holds[hold_id]
            here = hold.store_id == place[0] and hold.lines.get(place[1])
            if here and self.held[place] > self.on_hand[place]:
                self.end(hold_id, "shorted")
                shorted.append(hold_id)
        return shorted

    def judge(
        self,
        wishes: Wishes,
        *,
        partial: bool = False,
        customer: str = "",
        limits: Limits = NO_LIMITS,
        replaced: str | None = None,
    ) -> list[dict[str, int]] | str:
        """What each part would get, or the word of a refusal."""
        old = self.holds[replaced] if replaced else None
        if old and not old.live:
            return "expired" if old.state in ("expired", "no_show") else "wrong_state"
        sums = {store_id: Counter[str]() for store_id in wishes}
        for store_id, lines in wishes.items():
            for sku, quantity in lines:
                sums[store_id][sku] += quantity
        if limit := self.limit_reached(sum(sums.values(), Counter()), len(sums), customer, limits, old):
            return limit
        got = [
            {
                sku: min(wanted, self.available((store_id, sku), _units_of(old, store_id, sku)))
                for sku, wanted in total.items()
            }
            for store_id, total in sums.items()
        ]
        enough = got == [dict(total) for total in sums.values()]
        return got if enough or (partial and any(got[0].values())) else "insufficient"

    def limit_reached(
        self, wanted: Counter[str], more: int, customer: str, limits: Limits, old: ModelHold | None
    ) -> str | None:
        if not customer:
            return None
        mine = [hold for hold in self.holds.values() if hold.live and hold.customer == customer]
        own = old if old in mine else None
        if limits.open_holds and len(mine) + more - (own is not None) > limits.open_holds:
            return "open_holds"
        for sku, units in sorted(wanted.items()):
            added = units - (own.lines.get(sku, 0) if own else 0)
            then = sum(hold.lines.get(sku, 0) for hold in mine) + added
            stock = sum(count for (_, other), count in self.on_hand.items() if other == sku)
            if added > 0 and limits.units_per_sku and then > limits.units_per_sku:
                return "units_per_sku"
            if added > 0 and limits.share_percent and then > max(1, stock * limits.share_percent // 100):
                return "share_percent"
        return None

    def enter(self, hold_id: str, hold: ModelHold, *, op: str = "placed") -> None:
        """A hold takes its units."""
        self.holds[hold_id] = hold
        self.told[f"hold_{op}", hold_id] += 1
        for sku, quantity in hold.lines.items():
            self.held[hold.store_id, sku] += quantity

    def end(self, hold_id: str, state: str) -> None:
        """A hold leaves its live states; its units leave the store, or are where they were."""
        hold = self.holds[hold_id]
        hold.state = state
        self.told[f"hold_{state}", hold_id] += 1
        self.no_shows[hold.customer] += state == "no_show"
        for sku, quantity in hold.lines.items():
            self.held[hold.store_id, sku] -= quantity

    def expire(self, hold_id: str) -> None:
        self.end(hold_id, "expired" if self.holds[hold_id].state == "held" else "no_show")

    def settle(self, verb: str, *hold_ids: str, customer: str = "", remind: bool = False) -> str:
        """Moves holds, all or none; answers the word that the ledger answers."""
        sources, target = STEPS[verb]
        states = {self.holds[hold_id].state for hold_id in hold_ids}
        if verb == "cancel" and "picked_up" not in states and not states.isdisjoint(LIVE):
            hold_ids = tuple(hold_id for hold_id in hold_ids if self.holds[hold_id].live)
        for hold_id in hold_ids:
            state = self.holds[hold_id].state
            if state in ("expired", "no_show") and state != target:
                return (
                    self.retake(*hold_ids, customer=customer, remind=remind)
                    if (verb, state) == ("confirm", "expired")
                    else "expired"
                )
            if state not in (*sources, target):
                return "wrong_state"
        moving = [hold_id for hold_id in hold_ids if self.holds[hold_id].state != target]
        for hold_id in moving:
            hold = self.holds[hold_id]
            if target in LIVE:
                hold.state, hold.customer = target, hold.customer or customer
                hold.remind = remind if verb == "confirm" else hold.remind
                self.told[f"hold_{target}", hold_id] += 1
                continue
            self.end(hold_id, target)
            for sku, quantity in hold.lines.items() if verb in ("pickup", "short") else ():
                self.on_hand[hold.store_id, sku] = max(0, self.on_hand[hold.store_id, sku] - quantity)
        return "changed" if moving else "repeated"

    def retake(self, *hold_ids: str, customer: str, remind: bool) -> str:
        """A confirmation of holds that have run out: their units again, if they are still there."""
        holds = [self.holds[hold_id] for hold_id in hold_ids]
        states = {hold.state for hold in holds}
        if states != {"expired"} and states <= {"held", "confirmed", "expired"}:
            ended = [hold_id for hold_id in hold_ids if self.holds[hold_id].state == "expired"]
            if self.retake(*ended, customer=customer, remind=remind) != "changed":
                return "expired"
            self.settle("confirm", *hold_ids, customer=customer, remind=remind)
            return "changed"
        if other := next((hold for hold in holds if hold.state != "expired"), None):
            return "expired" if other.live else "wrong_state"
        wishes: dict[str, list[tuple[str, int]]] = {hold.store_id: [] for hold in holds}
        for hold in holds:
            wishes[hold.store_id] += [(sku, units) for sku, units in hold.lines.items() if units]
        if self.judge(wishes) == "insufficient":
            return "expired"
        for hold_id, hold in zip(hold_ids, holds, strict=True):
            hold.state, hold.customer, hold.remind = "confirmed", hold.customer or customer, remind
            self.enter(hold_id, hold, op="retaken")
        return "changed"

    def note_reminders(self) -> None:
        for hold_id, hold in self.holds.items():
            if hold.live and hold.remind:
                hold.remind = False
                self.told["hold_reminder", hold_id] += 1

    def extend(self, hold_id: str, most: int, *, longer: bool) -> str:
        hold = self.holds[hold_id]
        if hold.state != "held":
            return "expired" if hold.state in ("expired", "no_show") else "wrong_state"
        if not longer:
            return "repeated"
        if hold.extensions >= most:
            return "limit"
        hold.extensions += 1
        self.told["hold_extended", hold_id] += 1
        return "changed"


def _units_of(hold: ModelHold | None, store_id: str, sku: str) -> int:
    return hold.lines.get(sku, 0) if hold and hold.store_id == store_id else 0
