"""A state machine over one ledger: each rule does the same to the model and to Redis, and compares what each says."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import hypothesis
from hold_builders import named
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from inventory_builders import put
from inventory_model import MAY_OVERSELL, ModelHold, Wishes
from ledger_comparison import SKUS, STORES, LedgerComparison
from ledger_words import word_of

from inventory.inventory import Inventory
from inventory.keys import Keyspace
from inventory.models import (
    Customer,
    GroupPlaced,
    Hold,
    HoldId,
    HoldLine,
    HoldPlaced,
    InsufficientStock,
    Sku,
    StoreId,
)
from inventory.movements import Movement, MovementType
from inventory.terms import NO_LIMITS, Asker, Limits, PickupWindow

MOST_EXTENSIONS = 1
HOLD_SECONDS = 900

a_store, a_product, a_quantity = st.sampled_from(STORES), st.sampled_from(SKUS), st.integers(1, 3)
some_lines = st.lists(st.tuples(a_product, a_quantity), min_size=1, max_size=3)
few_lines = st.lists(st.tuples(a_product, a_quantity), min_size=1, max_size=2)
a_customer = st.sampled_from(["", "", "ann", "bob"])
some_limits = st.sampled_from(
    [NO_LIMITS, NO_LIMITS, Limits(units_per_sku=4), Limits(open_holds=2), Limits(share_percent=50)]
)
a_pick = st.integers(0, 9)


def a_window(remind: bool = False) -> PickupWindow:
    """Until tomorrow; a reminder is due at once."""
    now = datetime.now(UTC)
    end = now + timedelta(days=1)
    return PickupWindow(end, end + timedelta(hours=1), now - timedelta(hours=1) if remind else None)


def run_machine(machine: type[LedgerMachine], *, examples: int, **more: Any) -> None:
    """Examples of up to a hundred steps each."""
    settings = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=100,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )
    run_state_machine_as_test(machine, settings=settings)


class LedgerMachine(LedgerComparison):
    """Subclasses say in which world it runs."""

    words: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.groups: dict[str, list[str]] = {}
        self.requests: list[tuple[str, dict[str, Any], object]] = []
        self.movements: list[Movement] = []
        self.clock_ms = int(datetime.now(UTC).timestamp() * 1000) - 1_000_000

    async def open(self) -> Inventory:
        keyspace = Keyspace(f"machine-{secrets.token_hex(6)}", "main")
        inventory = await Inventory.open(
            self.world.clients, keyspace, hold_extensions_max=MOST_EXTENSIONS, returns_need_inspection=True
        )
        await inventory.registry.register(STORES)
        return inventory

    @initialize(units=st.lists(st.integers(0, 9), min_size=9, max_size=9))
    def stock_the_shelves(self, units: list[int]) -> None:
        for number, on_hand in enumerate(units):
            self.do_count(STORES[number // 3], SKUS[number % 3], on_hand, 0)

    def heard(self, rule_name: str, word: str) -> None:
        type(self).words[f"{rule_name}: {word}"] += 1

    def asker(self, customer: str, limits: Limits = NO_LIMITS) -> Asker:
        return Asker(customer=Customer(id=customer) if customer else None, identity=customer or None, limits=limits)

    def some_hold(self, pick: int) -> HoldId:
        """A live hold mostly, else one that has ended; the newer the likelier."""
        live = [hold_id for hold_id, hold in self.model.holds.items() if hold.live]
        ended = [hold_id for hold_id, hold in self.model.holds.items() if not hold.live]
        chosen = live if (pick < 7 and live) or not ended else ended
        return HoldId(chosen[-1 - pick % len(chosen)])

    # Holds come into being.

    def entered(self, outcome: object, granted: Sequence[Mapping[str, int]] | str, customer: str) -> None:
        """Both sides say the same; the model knows the new holds from now on."""
        if isinstance(granted, str):
            assert word_of(outcome) == granted
            return
        assert isinstance(outcome, HoldPlaced | GroupPlaced)
        holds = (outcome.hold,) if isinstance(outcome, HoldPlaced) else outcome.group.holds
        assert [{line.sku: line.held for line in hold.lines} for hold in holds] == granted
        for hold in holds:
            self.enter(hold, customer)

    def enter(self, hold: Hold, customer: str) -> None:
        lines = {line.sku: line.held for line in hold.lines}
        known = self.model.holds.get(hold.moved_from or "")
        moved = known is not None and known.created_ms == int(hold.created_at.timestamp() * 1000)
        created_ms = known.created_ms if known and moved else self.unlike_any_other(hold.hold_id)
        self.model.enter(hold.hold_id, ModelHold(hold.store_id, lines, str(hold.state), customer, created_ms))

    def unlike_any_other(self, hold_id: HoldId) -> int:
        """A moment of its own for each hold, or chance would say which is the newer of two."""
        self.clock_ms += 1
        key = self.inventory.keyspace.hold(hold_id)
        self.world.run(self.world.clients.writes.hset(key, "created_ms", self.clock_ms))
        return self.clock_ms

    def check_shortage(self, outcome: object, wishes: Wishes, replaced: str | None = None) -> None:
        if not isinstance(outcome, InsufficientStock):
            return
        for line in outcome.lines:
            wanted = sum(quantity for sku, quantity in wishes[line.store_id] if sku == line.sku)
            old = self.model.holds[replaced] if replaced else None
            own = old.lines.get(line.sku, 0) if old and old.store_id == line.store_id else 0
            place = (line.store_id, line.sku)
            expected = (wanted, self.model.available(place, own), place in self.model.carried)
            assert (line.requested, line.available, line.carried) == expected

    @rule(store_id=a_store, lines=some_lines, partial=st.booleans(), customer=a_customer, limits=some_limits)
    def place(
        self, store_id: StoreId, lines: list[tuple[Sku, int]], partial: bool, customer: str, limits: Limits
    ) -> None:
        granted = self.model.judge({store_id: lines}, partial=partial, customer=customer, limits=limits)
        key = secrets.token_hex(8)
        request: dict[str, Any] = {
            "store_id": store_id,
            "lines": [HoldLine(*line) for line in lines],
            "allow_partial": partial,
            "asker": self.asker(customer, limits),
        }
        outcome = self.world.run(self.inventory.holds.place(**request, idempotency_key=key))
        self.heard("place", word_of(outcome))
        self.check_shortage(outcome, {store_id: lines})
        self.entered(outcome, granted, customer)
        if isinstance(outcome, HoldPlaced | InsufficientStock):
            self.requests.append((key, request, outcome))

    @precondition(lambda self: self.requests)
    @rule(pick=a_pick, other_body=st.booleans())
    def place_again(self, pick: int, other_body: bool) -> None:
        key, request, first = self.requests[-1 - pick % len(self.requests)]
        if other_body:
            request = request | {"ttl_seconds": HOLD_SECONDS - 1}
        outcome = self.world.run(self.inventory.holds.place(**request, idempotency_key=key))
        self.heard("place again", word_of(outcome))
        if other_body:
            assert word_of(outcome) == "conflict"
        else:
            assert isinstance(first, HoldPlaced | InsufficientStock)
            assert outcome == type(first)(*_fields_of(first), replayed=True)

    @precondition(lambda self: self.model.holds)
    @rule(
        pick=a_pick, store_id=a_store, lines=some_lines, partial=st.booleans(), customer=a_customer, limits=some_limits
    )
    def replace(
        self, pick: int, store_id: StoreId, lines: list[tuple[Sku, int]], partial: bool, customer: str, limits: Limits
    ) -> None:
        self.do_replace(self.some_hold(pick), store_id, lines, partial, customer, limits)

    @precondition(lambda self: self.model.holds)
    @rule(pick=a_pick, more=st.integers(-1, 2), partial=st.booleans(), limits=some_limits)
    def change_quantities(self, pick: int, more: int, partial: bool, limits: Limits) -> None:
        """What most replacements are: the same products at the same store."""
        old = self.some_hold(pick)
        hold = self.model.holds[old]
        lines = [(Sku(sku), max(1, units + more)) for sku, units in hold.lines.items()]
        self.do_replace(old, StoreId(hold.store_id), lines, partial, hold.customer, limits)

    def do_replace(
        self,
        old: HoldId,
        store_id: StoreId,
        lines: list[tuple[Sku, int]],
        partial: bool,
        customer: str,
        limits: Limits,
    ) -> None:
        customer = self.model.holds[old].customer or customer
        granted = self.model.judge({store_id: lines}, partial=partial, customer=customer, limits=limits, replaced=old)
        outcome = self.world.run(
            self.inventory.holds.replace(
                old,
                store_id,
                [HoldLine(*line) for line in lines],
                idempotency_key=secrets.token_hex(8),
                asker=self.asker(customer, limits),
                allow_partial=partial,
            )
        )
        self.heard("replace", word_of(outcome))
        self.check_shortage(outcome, {store_id: lines}, old)
        if isinstance(outcome, HoldPlaced):
            assert outcome.hold.moved_from == old
            self.model.end(old, "moved")
        self.entered(outcome, granted, customer)

    @precondition(lambda self: self.model.holds)
    @rule(pick=a_pick, store_id=a_store, remind=st.booleans())
    def move(self, pick: int, store_id: StoreId, remind: bool) -> None:
        old = self.some_hold(pick)
        hold = self.model.holds[old]
        lines = [(sku, units) for sku, units in hold.lines.items() if units]
        granted = self.model.judge({store_id: lines}, replaced=old)
        window = None if hold.state == "held" else a_window(remind)
        outcome = self.world.run(self.inventory.holds.move(old, store_id, window=window))
        self.heard("move", word_of(outcome))
        if isinstance(outcome, HoldPlaced) and outcome.replayed:
            assert hold.state == "moved" or hold.store_id == store_id
            assert outcome.hold.store_id == store_id
            return
        if isinstance(outcome, HoldPlaced):
            assert str(outcome.hold.state) == ("held" if hold.state == "held" else "confirmed")
            self.model.end(old, "moved")
        self.entered(outcome, granted, hold.customer)
        if isinstance(outcome, HoldPlaced):
            moved = self.model.holds[outcome.hold.hold_id]
            moved.extensions, moved.remind = hold.extensions, remind and moved.state == "confirmed"
            for members in self.groups.values():
                members[:] = [outcome.hold.hold_id if member == old else member for member in members]

    # Groups.

    @rule(
        parts=st.dictionaries(a_store, few_lines, min_size=1, max_size=3),
        customer=a_customer,
        limits=some_limits,
    )
    def place_group(self, parts: dict[StoreId, list[tuple[Sku, int]]], customer: str, limits: Limits) -> None:
        granted = self.model.judge(parts, customer=customer, limits=limits)
        outcome = self.world.run(
            self.inventory.groups.place(
                [(store_id, [HoldLine(*line) for line in lines]) for store_id, lines in parts.items()],
                idempotency_key=secrets.token_hex(8),
                asker=self.asker(customer, limits),
            )
        )
        self.heard("place group", word_of(outcome))
        self.check_shortage(outcome, parts)
        self.entered(outcome, granted, customer)
        if isinstance(outcome, GroupPlaced):
            self.groups[outcome.group.group_id] = [hold.hold_id for hold in outcome.group.holds]

    @precondition(lambda self: self.groups)
    @rule(pick=a_pick, customer=a_customer, verb=st.sampled_from(["confirm", "cancel"]))
    def settle_group(self, pick: int, customer: str, verb: str) -> None:
        group_id = list(self.groups)[-1 - pick % len(self.groups)]
        members, groups = self.groups[group_id], self.inventory.groups
        outcome: object
        if verb == "cancel":
            expected, outcome = self.model.settle(verb, *members), self.world.run(groups.cancel(group_id))
        else:
            expected = self.model.settle(verb, *members, customer=customer)
            windows = {store_id: a_window() for store_id in STORES}
            outcome = self.world.run(groups.confirm(group_id, windows=windows, asker=self.asker(customer)))
        self.heard(f"{verb} group", word_of(outcome))
        assert word_of(outcome) == expected

    # Holds go their ways.

    @precondition(lambda self: self.model.holds)
    @rule(pick=a_pick, customer=a_customer, remind=st.booleans())
    def confirm(self, pick: int, customer: str, remind: bool) -> None:
        self.do_confirm(self.some_hold(pick), customer, remind)

    def do_confirm(self, hold_id: HoldId, customer: str, remind: bool) -> None:
        expected = self.model.settle("confirm", hold_id, customer=customer, remind=remind)
        confirming = self.inventory.holds.confirm(hold_id, window=a_window(remind), asker=self.asker(customer))
        outcome = self.world.run(confirming)
        self.heard("confirm", word_of(outcome))
        assert word_of(outcome) == expected

    @precondition(lambda self: any(hold.live for hold in self.model.holds.values()))
    @rule(pick=st.integers(0, 6))
    def get_on(self, pick: int) -> None:
        """The next step on the way of a hold that goes well."""
        hold_id = self.some_hold(pick)
        state = self.model.holds[hold_id].state
        if state == "held":
            self.confirm(pick, "ann", True)
        else:
            self.settle(pick, "ready" if state == "confirmed" else "pickup")

    @precondition(lambda self: self.model.holds)
    @rule(pick=a_pick, verb=st.sampled_from(["ready", "pickup", "cancel", "no_show", "short"]))
    def settle(self, pick: int, verb: str) -> None:
        self.do_settle(self.some_hold(pick), verb)

    def do_settle(self, hold_id: HoldId, verb: str) -> None:
        expected = self.model.settle(verb, hold_id)
        outcome = self.world.run(getattr(self.inventory.holds, verb)(hold_id))
        self.heard(verb, word_of(outcome))
        assert word_of(outcome) == expected

    @precondition(lambda self: self.model.holds)
    @rule(pick=a_pick, longer=st.booleans())
    def extend(self, pick: int, longer: bool) -> None:
        self.do_extend(self.some_hold(pick), longer)

    def do_extend(self, hold_id: HoldId, longer: bool) -> None:
        extensions = self.model.holds[hold_id].extensions
        expected = self.model.extend(hold_id, MOST_EXTENSIONS, longer=longer)
        ttl_seconds = HOLD_SECONDS * (extensions + 2) if longer else 1
        outcome = self.world.run(self.inventory.holds.extend(hold_id, ttl_seconds=ttl_seconds))
        self.heard("extend", word_of(outcome))
        assert word_of(outcome) == expected

    @precondition(lambda self: any(hold.live for hold in self.model.holds.values()))
    @rule(picks=st.sets(st.integers(0, 6), min_size=1, max_size=3))
    def run_out(self, picks: set[int]) -> None:
        """Time passes for some holds. Nobody has noticed yet when the next rule runs."""
        live = [hold_id for hold_id, hold in self.model.holds.items() if hold.live]
        chosen = {live[pick % len(live)] for pick in picks}
        self.world.run(self.rewrite_due_times(chosen))
        for hold_id in chosen:
            self.model.expire(hold_id)
        self.settled = False

    @precondition(lambda self: any(hold.live for hold in self.model.holds.values()))
    @rule(pick=st.integers(0, 6), verb=st.sampled_from(["confirm", "extend", "ready", "pickup", "cancel", "short"]))
    def come_too_late(self, pick: int, verb: str) -> None:
        """Somebody asks about a hold that has just run out, before anybody has noticed."""
        hold_id = self.some_hold(pick)
        self.world.run(self.rewrite_due_times({hold_id}))
        self.model.expire(hold_id)
        if verb == "confirm":
            self.do_confirm(hold_id, "", False)
        elif verb == "extend":
            self.do_extend(hold_id, longer=True)
        else:
            self.do_settle(hold_id, verb)

    async def rewrite_due_times(self, hold_ids: set[str]) -> None:
        pipe, keyspace = self.world.clients.writes.pipeline(), self.inventory.keyspace
        for hold_id in hold_ids:
            pipe.hset(keyspace.hold(hold_id), "due_ms", 1)
            pipe.zadd(keyspace.holds_due(), {hold_id: 1})
            if customer := self.model.holds[hold_id].customer:
                pipe.zadd(keyspace.customer_holds(named(self.inventory, customer)), {hold_id: 1})
        await pipe.execute()

    @precondition(lambda self: any(hold.live and hold.remind for hold in self.model.holds.values()))
    @rule()
    def tidy_up(self) -> None:
        """What runs in the background; only reminders are its own doing."""
        self.world.run(self.inventory.upkeep.tick())
        self.model.note_reminders()

    # Stock changes.

    @rule(store_id=a_store, sku=a_product, on_hand=st.integers(0, 9), safety=st.sampled_from([0, 0, 0, 1, 2]))
    def count(self, store_id: StoreId, sku: Sku, on_hand: int, safety: int) -> None:
        self.do_count(store_id, sku, on_hand, safety)

    def do_count(self, store_id: StoreId, sku: Sku, on_hand: int, safety: int) -> None:
        self.model.count((store_id, sku), on_hand, safety)
        self.world.run(put(self.inventory, store_id, sku, on_hand, safety=safety))

    @rule(
        kind=st.sampled_from(MovementType),
        store_id=a_store,
        sku=a_product,
        quantity=st.integers(1, 6),
        negative=st.booleans(),
        source=st.sampled_from(["till", "desk"]),
    )
    def movement(
        self, kind: MovementType, store_id: StoreId, sku: Sku, quantity: int, negative: bool, source: str
    ) -> None:
        if kind is MovementType.ADJUST and negative:
            quantity = -quantity
        seq = 1 + sum(movement.source == source for movement in self.movements)
        self.apply(Movement(source, seq, kind, store_id, sku, quantity))

    @precondition(lambda self: any(hold.live for hold in self.model.holds.values()))
    @rule(pick=st.integers(0, 6), kind=st.sampled_from(MAY_OVERSELL), too_many=st.integers(1, 3))
    def take_held_units(self, pick: int, kind: str, too_many: int) -> None:
        """A till tells of units that are promised to somebody."""
        hold = self.model.holds[self.some_hold(pick)]
        store_id, sku = StoreId(hold.store_id), Sku(max(hold.lines, key=hold.lines.__getitem__))
        free = max(0, self.model.on_hand[store_id, sku] - self.model.held[store_id, sku])
        self.movement(MovementType(kind), store_id, sku, free + too_many, True, "till")

    @precondition(lambda self: self.movements)
    @rule(pick=a_pick)
    def movement_again(self, pick: int) -> None:
        self.apply(self.movements[-1 - pick % len(self.movements)])

    def apply(self, movement: Movement) -> None:
        place = (movement.store_id, movement.sku)
        expected = self.model.move(movement.source, movement.seq, movement.type, place, movement.quantity)
        told = self.world.run(self.inventory.ledger.apply_movements([movement]))
        said = "applied" if told.applied else "duplicate" if told.duplicate else "rejected"
        self.heard(f"movement {movement.type}", said)
        assert said == expected
        shorted: list[str] = []
        if said == "applied":
            self.movements.append(movement)
            shorted = self.model.short_oversold(movement.type, place, movement.quantity)
            self.heard("movement", f"{len(shorted)} shorted")
        assert list(told.shorted) == shorted
        assert not shorted or movement.type in MAY_OVERSELL


def _fields_of(outcome: HoldPlaced | InsufficientStock) -> tuple[Any, ...]:
    return (outcome.hold,) if isinstance(outcome, HoldPlaced) else (outcome.store_id, outcome.lines)
