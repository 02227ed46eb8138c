"""What must be true of a ledger after each step of a machine: every counter, list and entry is the model's."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hold_builders import named
from hypothesis.stateful import RuleBasedStateMachine, invariant
from inventory_model import ModelLedger

from inventory.inventory import Inventory
from inventory.models import Kind, Sku, StoreId
from runtime.redis_client import RedisClients, open_redis
from runtime.settings import Settings

STORES = [StoreId(f"store-{number}") for number in range(3)]
SKUS = [Sku(f"sku-{number}") for number in range(3)]
COUNTERS = (Kind.ON_HAND, Kind.SAFETY, Kind.HELD, Kind.ALLOCATED, Kind.QUALITY_CONTROL)

Result = TypeVar("Result")


@dataclass(frozen=True)
class World:
    """The Redis of a run and the loop in which its clients live."""

    loop: asyncio.AbstractEventLoop
    clients: RedisClients

    def run(self, step: Coroutine[Any, Any, Result]) -> Result:
        return self.loop.run_until_complete(step)

    @classmethod
    @contextmanager
    def opened(cls, data_dir: Path) -> Iterator[World]:
        """A loop of its own, because Hypothesis calls the rules one after the other without one."""
        loop = asyncio.new_event_loop()
        opening = open_redis(Settings(data_dir=data_dir, redis_timeout_seconds=10))
        try:
            yield cls(loop, loop.run_until_complete(opening.__aenter__()))
        finally:
            loop.run_until_complete(opening.__aexit__(None, None, None))
            loop.close()


class LedgerComparison(RuleBasedStateMachine):
    """A model and a ledger held against each other; subclasses have the rules and say in which world they run."""

    world: ClassVar[World]
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.model = ModelLedger(inspect=True)
        self.sums: dict[Kind, Counter[tuple[str, str]]] = {kind: Counter() for kind in COUNTERS}
        self.last_entry = "0"
        self.settled = True
        self.inventory = self.world.run(self.open())

    async def open(self) -> Inventory:
        """An empty ledger with the stores registered."""
        raise NotImplementedError

    @invariant()
    def all_agree(self) -> None:
        type(self).steps += 1
        if self.settled:
            self.world.run(self.compare())
        self.settled = True

    async def compare(self) -> None:
        read = await self.inventory.rows.read(SKUS, list(Kind))
        rows = {
            kind: {
                (store_id, sku): int(read.rows[sku, kind][ordinal])
                for sku in SKUS
                for ordinal, store_id in enumerate(STORES)
            }
            for kind in Kind
        }
        model = self.model
        for kind in COUNTERS:
            assert rows[kind] == {place: getattr(model, kind)[place] for place in rows[kind]}
        assert rows[Kind.AVAILABLE] == {place: model.available(place) for place in rows[kind]}
        assert {place for place, bit in rows[Kind.CARRIED].items() if bit} == model.carried
        await asyncio.gather(self.compare_ledger(rows), self.compare_lists())

    async def compare_ledger(self, rows: Mapping[Kind, Mapping[tuple[str, str], int]]) -> None:
        """Each step is told once, and what is told adds up."""
        told: Counter[tuple[str, str]] = Counter()
        for entry in await self.inventory.stream.read(self.last_entry):
            self.last_entry = entry.entry_id
            told[entry.op, entry.details.get("hold") or entry.details.get("sku", "")] += 1
            for move in entry.moves:
                for kind in COUNTERS:
                    self.sums[kind][STORES[move.ordinal], move.sku] += getattr(move, kind)
        assert told == self.model.told
        self.model.told.clear()
        for kind in COUNTERS:
            assert {place: self.sums[kind][place] for place in rows[kind]} == rows[kind]

    async def compare_lists(self) -> None:
        """The lists name the live holds and no other."""
        keyspace, pipe = self.inventory.keyspace, self.world.clients.reads.pipeline(transaction=False)
        recent = list(self.model.holds)[-20:]
        people = [named(self.inventory, name) for name in ("ann", "bob")]
        pipe.zrange(keyspace.holds_due(), 0, -1, withscores=True)
        pipe.zrange(keyspace.holds_reminders(), 0, -1)
        pipe.smembers(keyspace.oversold())
        pipe.exists(keyspace.customer("-"), keyspace.customer_holds("-"), keyspace.address("-"), keyspace.group("-"))
        for sku in SKUS:
            pipe.zrange(keyspace.holders(sku), 0, -1, withscores=True)
        for digest in people:
            pipe.hgetall(keyspace.customer(digest))
            pipe.zrange(keyspace.customer_holds(digest), 0, -1)
        for hold_id in recent:
            pipe.hmget(keyspace.hold(hold_id), "state", "due_ms")
            pipe.pttl(keyspace.hold(hold_id))
        due, reminders, oversold, nobodys, *more = await pipe.execute()
        live = {hold_id: hold for hold_id, hold in self.model.holds.items() if hold.live}
        assert {hold_id.decode() for hold_id, _ in due} == live.keys()
        assert {hold_id.decode() for hold_id in reminders} == {hold_id for hold_id, hold in live.items() if hold.remind}
        assert (oversold, nobodys) == (set(), 0)
        for sku, members in zip(SKUS, more, strict=False):
            expected = {
                hold_id: STORES.index(StoreId(hold.store_id)) for hold_id, hold in live.items() if sku in hold.lines
            }
            assert {hold_id.decode(): int(ordinal) for hold_id, ordinal in members} == expected
        more = more[len(SKUS) :]
        for name, stored, holds in zip(("ann", "bob"), more[0:4:2], more[1:4:2], strict=True):
            assert {hold_id.decode() for hold_id in holds} == {
                hold_id for hold_id, hold in live.items() if hold.customer == name
            }
            told = {field.decode(): int(number) for field, number in stored.items() if int(number)}
            assert told == self.customer_fields(name)
        ends = {hold_id.decode(): int(due_ms) for hold_id, due_ms in due}
        for hold_id, (state, due_ms), life_ms in zip(recent, more[4::2], more[5::2], strict=True):
            hold = self.model.holds[hold_id]
            assert state.decode() == hold.state
            assert (life_ms == -1) is hold.live
            assert not hold.live or ends[hold_id] == int(due_ms)

    def customer_fields(self, name: str) -> dict[str, int]:
        units: Counter[str] = Counter()
        for hold in self.model.holds.values():
            if hold.live and hold.customer == name:
                units.update({f"units:{sku}": quantity for sku, quantity in hold.lines.items()})
        fields = {field: number for field, number in units.items() if number}
        return fields | ({"no_shows": self.model.no_shows[name]} if self.model.no_shows[name] else {})
