"""Random histories: the functions agree with the model at each step, and the ledger adds up to the counters."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from audit_builders import the_audit
from inventory_builders import a_key, put
from inventory_model import ModelHold, ModelLedger
from ledger_words import word_of

from inventory.inventory import Inventory
from inventory.models import Hold, HoldId, HoldLine, HoldPlaced, Kind, Sku, StoreId
from inventory.movements import Movement, MovementType
from inventory.terms import PickupWindow
from runtime.redis_client import RedisClients

STORES = [StoreId(f"store-{number}") for number in range(12)]
SKUS = [Sku(f"sku-{number}") for number in range(8)]
SUMMED = (Kind.ON_HAND, Kind.SAFETY, Kind.HELD, Kind.ALLOCATED, Kind.QUALITY_CONTROL)
COUNTS = [0, 1, 2, 5, 9, 40, 255, 256, 300, 65_535, 65_536, 10**9]


class History:
    """Does the same random step to the model and to the real ledger, and compares what each says."""

    def __init__(self, inventory: Inventory, clients: RedisClients, seed: int) -> None:
        self.inventory, self.clients, self.draw = inventory, clients, random.Random(seed)
        self.model = ModelLedger()
        self.told: Counter[str] = Counter()
        self.steps: list[Callable[[], Awaitable[None]]] = [
            *[self.count],
            *[self.move] * 2,
            *[self.place] * 3,
            *[self.settle] * 4,
            *[self.run_out],
        ]

    async def count(self) -> None:
        place = (self.draw.choice(STORES), self.draw.choice(SKUS))
        on_hand, safety = self.draw.choice(COUNTS), self.draw.choice([0, 0, 0, 1, 2])
        self.model.count(place, on_hand, safety)
        await put(self.inventory, *place, on_hand, safety=safety)

    async def move(self) -> None:
        kind, store_id, sku = self.draw.choice(list(MovementType)), self.draw.choice(STORES), self.draw.choice(SKUS)
        quantity = self.draw.randint(-9, 9) if kind is MovementType.ADJUST else self.draw.randint(1, 30)
        if kind is not MovementType.COUNT and self.model.on_hand[store_id, sku] + 30 > 10**9:
            return
        source = self.draw.choice("ab")
        seq = self.told[source] + 1
        if seq > 1 and self.draw.random() < 0.2:
            seq = self.draw.randint(1, self.told[source])
        told = await self.inventory.ledger.apply_movements([Movement(source, seq, kind, store_id, sku, quantity)])
        said = "applied" if told.applied else "duplicate" if told.duplicate else "rejected"
        assert said == self.model.move(source, seq, kind, (store_id, sku), quantity)
        self.told[source] = max(self.told[source], seq if told.applied else 0)
        shorted = self.model.short_oversold(kind, (store_id, sku), quantity) if told.applied else []
        assert list(told.shorted) == shorted

    async def place(self) -> None:
        store_id, partial = self.draw.choice(STORES), self.draw.random() < 0.3
        lines = [(self.draw.choice(SKUS), self.draw.randint(1, 12)) for _ in range(self.draw.randint(1, 3))]
        granted = self.model.judge({store_id: lines}, partial=partial)
        outcome = await self.inventory.holds.place(
            store_id, [HoldLine(*line) for line in lines], idempotency_key=a_key(), allow_partial=partial
        )
        if isinstance(outcome, HoldPlaced):
            got = {line.sku: line.held for line in outcome.hold.lines}
            created_ms = int(outcome.hold.created_at.timestamp() * 1000)
            assert granted == [got]
            self.model.enter(outcome.hold.hold_id, ModelHold(store_id, got, created_ms=created_ms))
        else:
            assert granted == word_of(outcome)

    async def settle(self) -> None:
        if not self.model.holds:
            return
        hold_id, holds = HoldId(self.draw.choice(list(self.model.holds)[-30:])), self.inventory.holds
        verb = self.draw.choice(["confirm", "confirm", "ready", "pickup", "pickup", "cancel"])
        if verb == "confirm":
            outcome = await holds.confirm(hold_id, window=PickupWindow.until(datetime.now(UTC) + timedelta(days=1)))
        else:
            outcome = await getattr(holds, verb)(hold_id)
        assert word_of(outcome) == self.model.settle(verb, hold_id)
        shown = await holds.show(hold_id)
        assert isinstance(shown, Hold)
        assert shown.state == self.model.holds[hold_id].state

    async def run_out(self) -> None:
        live = [hold_id for hold_id, hold in self.model.holds.items() if hold.live][-30:]
        if not live:
            return
        hold_id = self.draw.choice(live)
        await self.clients.writes.hset(self.inventory.keyspace.hold(hold_id), "due_ms", 1)
        await self.clients.writes.zadd(self.inventory.keyspace.holds_due(), {hold_id: 1})
        self.model.expire(hold_id)

    async def counters(self) -> dict[Kind, Counter[tuple[str, str]]]:
        read, ordinals = await self.inventory.rows.read(SKUS, list(Kind)), await self.inventory.registry.load()
        return {
            kind: Counter(
                {
                    (store_id, sku): int(read.rows[sku, kind][ordinal])
                    for store_id, ordinal in ordinals.ordinals.items()
                    for sku in SKUS
                }
            )
            for kind in Kind
        }

    async def summed_ledger(self) -> dict[Kind, Counter[tuple[str, str]]]:
        names = {ordinal: name for name, ordinal in (await self.inventory.registry.load()).ordinals.items()}
        sums: dict[Kind, Counter[tuple[str, str]]] = {kind: Counter() for kind in Kind}
        after = "0"
        while entries := await self.inventory.stream.read(after, 500):
            after = entries[-1].entry_id
            for move in (move for entry in entries for move in entry.moves):
                for kind in SUMMED:
                    sums[kind][names[move.ordinal], move.sku] += getattr(move, kind)
        return sums


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_many_random_steps_agree_with_the_model_and_add_up(
    inventory: Inventory, redis_clients: RedisClients, tmp_path: Path, seed: int
) -> None:
    await inventory.registry.register(STORES)
    history = History(inventory, redis_clients, seed)
    for place in [(store_id, sku) for store_id in STORES[:1] for sku in SKUS]:
        history.model.count(place, 5, 0)
        await put(inventory, *place, 5)
    for _ in range(1_500):
        await history.draw.choice(history.steps)()
    counters, model = await history.counters(), history.model
    assert counters[Kind.ON_HAND] == model.on_hand
    assert counters[Kind.SAFETY] == model.safety
    assert counters[Kind.HELD] == model.held
    assert counters[Kind.ALLOCATED] == model.allocated
    assert counters[Kind.QUALITY_CONTROL] == model.quality_control
    assert {place for place, bit in counters[Kind.CARRIED].items() if bit} == model.carried
    assert all(counters[Kind.AVAILABLE][place] == model.available(place) for place in counters[Kind.AVAILABLE])
    sums = await history.summed_ledger()
    for kind in SUMMED:
        assert sums[kind] == counters[kind]
    audit = the_audit(redis_clients, inventory, tmp_path)
    assert (await audit.verifier.verify()).differences == ()
    archived = await audit.archiver.archive(keep_entries=300)
    assert archived.entries > 300
    assert (await audit.verifier.verify(from_beginning=True)).differences == ()
    outcomes = Counter(hold.state for hold in model.holds.values())
    assert {"held", "cancelled", "expired", "no_show", "picked_up"} <= outcomes.keys()
