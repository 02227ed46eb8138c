"""Random lives of waiting lines, many hands at once; afterwards the ledger must show that everybody got his turn."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from inventory_builders import a_key, a_sku, a_store_id, put
from waiting_builders import a_place, let_hold_run_out, let_place_run_out, receive
from waiting_replay import WaitingReplay

from inventory.audit.ledger_audit import LedgerAudit
from inventory.hold_functions import Settling
from inventory.inventory import Inventory
from inventory.models import Hold, HoldLine, HoldPlaced, Kind, Sku, StoreId
from inventory.movements import Movement, MovementType
from inventory.terms import PickupWindow
from inventory.waits import Wait, WaitState
from runtime.redis_client import RedisClients
from runtime.settings import Settings

RUNS = 1_000
#: Runs that go on beside each other in one ledger, each with a product of its own.
BESIDE = 100
STEPS, HANDS = 20, 4


@dataclass
class Run:
    """One product at three stores, people who wait for it and people who just come by."""

    inventory: Inventory
    clients: RedisClients
    stores: Sequence[StoreId]
    seed: int
    sku: Sku = field(default_factory=a_sku)
    waits: dict[str, Wait] = field(default_factory=dict)
    holds: list[Hold] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    async def play(self) -> None:
        for store_id in self.stores:
            await put(self.inventory, store_id, self.sku, self.dice.randint(0, 2))
        await asyncio.gather(*(self._hand() for _ in range(HANDS)))

    async def _hand(self) -> None:
        doings: dict[Callable[[], Awaitable[object]], int] = {
            self.join: 7,
            self.buy: 5,
            self.receive: 5,
            self.end_hold: 5,
            self.let_hold_run_out: 3,
            self.confirm_too_late: 2,
            self.leave: 2,
            self.let_place_run_out: 1,
            self.count: 2,
            self.free_and_die: 2,
            self.sell: 2,
            self.short: 1,
            self.allocate: 1,
            self.sweep: 1,
        }
        for _ in range(STEPS // HANDS):
            (doing,) = self.dice.choices(list(doings), list(doings.values()))
            await doing()

    def store(self) -> StoreId:
        return self.dice.choice(self.stores)

    async def some_hold(self) -> Hold | None:
        """One that was placed or offered."""
        if self.holds and self.dice.random() < 0.5:
            return self.dice.choice(self.holds)
        if not self.waits:
            return None
        shown = await self.inventory.waitlist.show(self.dice.choice(list(self.waits.values())).wait_id)
        return shown.hold if isinstance(shown, Wait) else None

    async def join(self) -> None:
        where = self.dice.sample(self.stores, self.dice.choice([1, 1, 2, 3]))
        wait = await a_place(self.inventory, self.sku, where, self.dice.randint(1, 3))
        self.waits[wait.wait_id] = wait

    async def buy(self) -> None:
        line = HoldLine(self.sku, self.dice.randint(1, 2))
        placed = await self.inventory.holds.place(self.store(), [line], idempotency_key=a_key())
        if isinstance(placed, HoldPlaced):
            self.holds.append(placed.hold)

    async def receive(self) -> None:
        await receive(self.inventory, self.store(), self.sku, self.dice.randint(1, 3))

    async def count(self) -> None:
        await put(self.inventory, self.store(), self.sku, self.dice.randint(0, 4))

    async def sell(self) -> None:
        await self._move(MovementType.SELL)

    async def short(self) -> None:
        hold = await self.some_hold()
        if hold is not None:
            await self.inventory.holds.short(hold.hold_id)

    async def allocate(self) -> None:
        await self._move(MovementType.ALLOCATE)

    async def _move(self, kind: MovementType) -> None:
        movement = Movement(f"till-{a_key()}", 1, kind, self.store(), self.sku, 1)
        await self.inventory.ledger.apply_movements([movement])

    async def end_hold(self) -> None:
        hold = await self.some_hold()
        if hold is None:
            return
        holds = self.inventory.holds
        match self.dice.randint(0, 2):
            case 0:
                window = PickupWindow.until(datetime.now(UTC) + timedelta(days=1))
                await holds.confirm(hold.hold_id, window=window)
            case 1:
                await holds.pickup(hold.hold_id)
            case _:
                await holds.cancel(hold.hold_id)

    async def free_and_die(self) -> None:
        """What a process does that is killed between the end of a hold and the offer."""
        hold = await self.some_hold()
        if hold is not None:
            await self.inventory.holds._functions.settle("cancel", [Settling(hold)])

    async def let_hold_run_out(self) -> None:
        hold = await self.some_hold()
        if hold is not None:
            await let_hold_run_out(self.inventory, self.clients, hold.hold_id)

    async def confirm_too_late(self) -> None:
        """Its units are taken again, unless somebody else has them or waits for them."""
        hold = await self.some_hold()
        if hold is not None:
            await let_hold_run_out(self.inventory, self.clients, hold.hold_id)
            window = PickupWindow.until(datetime.now(UTC) + timedelta(days=1))
            await self.inventory.holds.confirm(hold.hold_id, window=window)

    async def leave(self) -> None:
        if self.waits:
            await self.inventory.waitlist.leave(self.dice.choice(list(self.waits.values())).wait_id)

    async def let_place_run_out(self) -> None:
        if self.waits:
            wait = self.dice.choice(list(self.waits.values()))
            await let_place_run_out(self.inventory, self.clients, wait.wait_id)

    async def sweep(self) -> None:
        await self.inventory.upkeep.tick()

    async def check(self, replay: WaitingReplay) -> None:
        try:
            await self._check(replay)
        except AssertionError as error:
            raise AssertionError(f"run {self.seed}: {error}") from error

    async def _check(self, replay: WaitingReplay) -> None:
        assert not replay.overtakings, replay.overtakings
        read = await self.inventory.rows.read([self.sku], list(Kind))
        ordinals = [replay.ordinals[store_id] for store_id in self.stores]
        for ordinal in ordinals:
            for kind in (Kind.ON_HAND, Kind.SAFETY, Kind.HELD, Kind.ALLOCATED):
                assert read.rows[self.sku, kind][ordinal] == replay.counters[kind, ordinal]
            assert read.rows[self.sku, Kind.AVAILABLE][ordinal] == replay.available(ordinal)
            assert replay.fitting(ordinal) == [], "nobody waits for units that are there"
        await self._check_places(replay)
        held = sum(replay.counters[Kind.HELD, ordinal] for ordinal in ordinals)
        assert held == await self._live_units(replay)

    async def _check_places(self, replay: WaitingReplay) -> None:
        for wait_id, joined in self.waits.items():
            shown = await self.inventory.waitlist.show(joined.wait_id)
            assert isinstance(shown, Wait)
            assert (shown.state is WaitState.WAITING) == (wait_id in replay.line)
            assert shown.hold_id == replay.offered.get(wait_id)
            names = [self.inventory.keyspace.waiting(self.sku, store_id) for store_id in joined.stores]
            member = f"{joined.quantity}:{wait_id}"
            listed = [await self.clients.reads.zscore(name, member) is not None for name in names]
            assert set(listed) == {wait_id in replay.line}

    async def _live_units(self, replay: WaitingReplay) -> int:
        hold_ids = [*(hold.hold_id for hold in self.holds), *replay.offered.values()]
        shown = [await self.inventory.holds.show(hold_id) for hold_id in hold_ids]  # type: ignore[arg-type]
        return sum(line.held for hold in shown if isinstance(hold, Hold) and hold.state.live for line in hold.lines)


async def test_g18_first_come_first_served_among_those_who_fit_in_a_thousand_random_runs(
    inventory: Inventory, redis_clients: RedisClients, settings: Settings
) -> None:
    stores = [a_store_id() for _ in range(3)]
    ordinals = await inventory.registry.register(stores)
    keeper = inventory.wait_keeper
    await keeper.step()
    after, seen = "0", Counter[str]()
    for first in range(0, RUNS, BESIDE):
        runs = [Run(inventory, redis_clients, stores, seed) for seed in range(first, first + BESIDE)]
        await asyncio.gather(*(run.play() for run in runs))
        while await inventory.upkeep.tick() or await keeper.step():
            pass
        await keeper.step()
        entries = []
        while more := await inventory.stream.read(after, 10_000):
            entries += more
            after = more[-1].entry_id
        replays = [WaitingReplay(run.sku, run.waits, ordinals) for run in runs]
        for replay in replays:
            replay.apply_all(entries)
        await asyncio.gather(*(run.check(replay) for run, replay in zip(runs, replays, strict=True)))
        seen.update(entry.op for entry in entries)
    assert (await LedgerAudit.of(redis_clients, inventory, settings).verifier.verify()).differences == ()
    assert seen["wait_offered"] > RUNS
    assert min(seen[op] for op in ("wait_lapsed", "wait_left", "wait_returned", "hold_retaken")) > RUNS / 100, seen
