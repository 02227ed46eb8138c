"""The proof of `onhand ingest`: a day of movements with copies, disorder and poison, consumers killed in the middle."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import orjson
from movement_fold import FoldedCell, Place, fold

from indexing.movement_stream import MovementStream
from inventory.counts import Counts
from inventory.functions import LedgerFunctions
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from inventory.models import HoldLine, HoldPlaced, Kind, Sku, StoreId
from inventory.movements import Movement, MovementType
from inventory.parking import Parking
from runtime.redis_client import RedisClients

Fields = dict[str, str | bytes | int]

SKUS = [Sku(f"sku-{number}") for number in range(12)]
#: So many units that an order always finds enough, and units of which some are held when the day begins.
AMPLE, HELD = Sku("ample"), Sku("held")
START = {**dict.fromkeys(SKUS, 20), AMPLE: 1_000_000, HELD: 40}
HOLDS_PER_STORE = 5
EVERYDAY = {
    MovementType.SELL: 50,
    MovementType.RECEIVE: 14,
    MovementType.RETURN: 6,
    MovementType.ADJUST: 8,
    MovementType.COUNT: 4,
    MovementType.TRANSFER_OUT: 4,
    MovementType.TRANSFER_IN: 4,
    MovementType.SHIP: 3,
    MovementType.PASS_INSPECTION: 4,
    MovementType.FAIL_INSPECTION: 2,
}
ORDERS = [MovementType.ALLOCATE, MovementType.ALLOCATE, MovementType.DEALLOCATE, MovementType.SHIP]
SUMMED = (Kind.ON_HAND, Kind.HELD, Kind.ALLOCATED, Kind.QUALITY_CONTROL)


@dataclass
class Day:
    """What is sent, and what must come of it."""

    stores: list[StoreId]
    sent: list[Fields] = field(default_factory=list)
    #: Places in `sent`.
    poison: set[int] = field(default_factory=set)
    movements: list[Movement] = field(default_factory=list)
    copies: int = 0
    #: Numbers that poison took the place of.
    lost: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def expected(self) -> dict[Place, FoldedCell]:
        start = {(store_id, sku): units for store_id in self.stores for sku, units in START.items()}
        return fold(self.movements, start, inspect=True)


def a_day(count: int, *, stores: int, seed: int) -> Day:
    """`count` messages: 5 % copies, 5 % out of order, 0.1 % poison, the rest in the order of their numbers."""
    draw = random.Random(seed)
    day = Day([StoreId(f"store-{number}") for number in range(stores)])
    seqs: Counter[str] = Counter()
    line: list[tuple[float, Movement | Fields]] = []
    poison = set(draw.sample(range(count), max(2, count // 1_000)))
    for place in range(count):
        if place not in poison and line and draw.random() < 0.05:
            day.copies += 1
            line.append((place + draw.randint(0, 300), draw.choice(day.movements[-2_000:])))
            continue
        store_id = draw.choice(day.stores)
        seqs[store_id] += 1
        movement = _movement(draw, store_id, seqs[store_id])
        if place in poison:
            line.append((place, _spoilt(draw, movement)))
            day.lost[store_id].add(movement.seq)
            continue
        day.movements.append(movement)
        line.append((place + (draw.randint(-120, 120) if draw.random() < 0.05 else 0), movement))
    for position, (_, told) in enumerate(sorted(line, key=lambda entry: entry[0])):
        if isinstance(told, Movement):
            day.sent.append(_fields(draw, told))
        else:
            day.sent.append(told)
            day.poison.add(position)
    return day


def _movement(draw: random.Random, store_id: StoreId, seq: int) -> Movement:
    sku = draw.choice([*SKUS, AMPLE, HELD])
    if sku == AMPLE:
        kind = draw.choice(ORDERS)
    elif sku == HELD:
        kind = draw.choice([MovementType.SELL, MovementType.SELL, MovementType.RECEIVE])
    else:
        kind = draw.choices(list(EVERYDAY), list(EVERYDAY.values()))[0]
    quantity = draw.randint(-4, 4) if kind is MovementType.ADJUST else draw.randint(1, 4)
    return Movement(str(store_id), seq, kind, store_id, sku, quantity * (5 if kind is MovementType.COUNT else 1))


def _told(movement: Movement) -> Fields:
    return {
        "source": movement.source,
        "seq": movement.seq,
        "type": str(movement.type),
        "store_id": movement.store_id,
        "sku": movement.sku,
        "quantity": movement.quantity,
    }


def _fields(draw: random.Random, movement: Movement) -> Fields:
    told = _told(movement)
    return {"movement": orjson.dumps(told)} if draw.random() < 0.5 else told


def _spoilt(draw: random.Random, movement: Movement) -> Fields:
    told = _told(movement)
    wrong: list[Fields] = [
        {"movement": b"{not json"},
        {"movement": b"\xff\xfe"},
        {"who": "knows"},
        {**told, "store_id": "nowhere"},
        {**told, "sku": "nothing"},
        {**told, "type": "steal"},
        {**told, "quantity": "1e3"},
        {**told, "type": "sell", "quantity": 0},
        {"movement": orjson.dumps({**told, "quantity": 10**10})},
        {**told, "more": "than a movement has"},
    ]
    return draw.choice(wrong)


@dataclass
class Proof:
    """The region of one proof, and the consumers at work in it."""

    clients: RedisClients
    inventory: Inventory
    data_dir: Path
    day: Day
    message_ids: list[str] = field(default_factory=list)
    consumers: list[Process] = field(default_factory=list)
    started: int = 0
    killed: int = 0

    @classmethod
    async def prepared(cls, clients: RedisClients, data_dir: Path, keyspace: Keyspace, day: Day) -> Proof:
        """Stock on the shelves, a few holds, and all messages in the stream."""
        proof = cls(clients, await Inventory.open(clients, keyspace), data_dir, day)
        ordinals = np.array(list((await proof.inventory.registry.register(day.stores)).values()))
        counts = [Counts(sku, ordinals, np.full(len(ordinals), units)) for sku, units in START.items()]
        await proof.inventory.ledger.set_counts_many(counts, source="proof")
        for store_id in day.stores:
            for number in range(HOLDS_PER_STORE):
                key = f"{store_id}-{number}"
                placed = await proof.inventory.holds.place(
                    store_id, [HoldLine(HELD, 7)], idempotency_key=key, ttl_seconds=86_400
                )
                assert isinstance(placed, HoldPlaced)
        for first in range(0, len(day.sent), 1_000):
            pipe = clients.writes.pipeline(transaction=True)
            for fields in day.sent[first : first + 1_000]:
                pipe.xadd(keyspace.movements(), fields)  # type: ignore[arg-type]
            proof.message_ids += [message_id.decode() for message_id in await pipe.execute()]
        return proof

    @property
    def stream(self) -> MovementStream:
        return MovementStream(self.clients.writes, self.inventory.keyspace.movements(), "onhand", "watcher")

    async def start(self, retry_seconds: float) -> None:
        keyspace = self.inventory.keyspace
        settings = {
            "ONHAND_DATA_DIR": str(self.data_dir),
            "ONHAND_NAMESPACE": keyspace.namespace,
            "ONHAND_REGION": keyspace.region,
            "ONHAND_MODEL": "off",
            "ONHAND_RETURNS_NEED_INSPECTION": "true",
        }
        command = ["ingest", "--json", "--retry-seconds", str(retry_seconds), "--consumer", f"consumer-{self.started}"]
        self.started += 1
        self.consumers.append(
            await asyncio.create_subprocess_exec(
                sys.executable,
                *["-c", "from runtime.cli import main; main()", *command],
                env={**os.environ, **settings},
                stdout=PIPE,
                stderr=PIPE,
            )
        )

    async def run(self, *, consumers: int, kills: int, retry_seconds: float, seed: int) -> None:
        """Kill a consumer whenever another part of the work is done; in the end nothing waits and nothing is open."""
        draw = random.Random(seed)
        await self.stream.ensure_group()
        for _ in range(consumers):
            await self.start(retry_seconds)
        marks = [len(self.day.sent) * (kills - number) // (kills + 1) for number in range(kills)]
        while (backlog := await self.stream.backlog()).waiting != 0 or backlog.open:
            await self._see_to_consumers()
            if self.killed < kills and (backlog.waiting or 0) <= marks[self.killed]:
                await self._kill(draw.choice(self.consumers))
                await self.start(retry_seconds)
            await asyncio.sleep(0.01)
        assert self.killed == kills

    async def _see_to_consumers(self) -> None:
        for consumer in self.consumers:
            if consumer.returncode is not None:
                raise AssertionError((await consumer.communicate())[1].decode())

    async def _kill(self, consumer: Process) -> None:
        consumer.kill()
        await consumer.communicate()
        assert consumer.returncode == -signal.SIGKILL
        self.consumers.remove(consumer)
        self.killed += 1

    async def stop(self) -> Mapping[str, int]:
        """Tell the consumers to end, and add up what they report."""
        for consumer in self.consumers:
            consumer.terminate()
        report: Counter[str] = Counter()
        for consumer in self.consumers:
            out, err = await consumer.communicate()
            if consumer.returncode in (-signal.SIGTERM, 130):
                continue  # it was still starting
            assert consumer.returncode == 0, err.decode()
            report.update({name: value for name, value in orjson.loads(out).items() if isinstance(value, int)})
        self.consumers.clear()
        return report

    async def clean_up(self) -> None:
        """Whatever happened, leave no process behind."""
        for consumer in self.consumers:
            if consumer.returncode is None:
                consumer.kill()
            await consumer.communicate()

    async def check(self) -> None:
        """Everything that must be true in the end."""
        await self.inventory.shorting.resolve_all()  # what a killed consumer left, as the service's sweeper does
        assert await self.clients.reads.exists(self.inventory.keyspace.oversold()) == 0
        await self._check_cells()
        await self._check_parked()
        await self._check_sources()

    async def _check_cells(self) -> None:
        skus = list(START)
        ordinals = (await self.inventory.registry.load()).ordinals
        read = await self.inventory.rows.read(skus, list(Kind))
        sums = await self._ledger_sums()
        for (store_id, sku), right in self.day.expected().items():
            cell = {kind: int(read.rows[Sku(sku), kind][ordinals[store_id]]) for kind in Kind}
            told = (cell[Kind.ON_HAND], cell[Kind.ALLOCATED], cell[Kind.QUALITY_CONTROL])
            assert told == (right.on_hand, right.allocated, right.quality_control), (store_id, sku)
            assert tuple(sums[sku, ordinals[store_id]]) == tuple(cell[kind] for kind in SUMMED)
            if sku == HELD:
                assert cell[Kind.HELD] <= cell[Kind.ON_HAND]
                assert cell[Kind.HELD] % 7 == 0

    async def _ledger_sums(self) -> defaultdict[tuple[str, int], list[int]]:
        sums: defaultdict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        after = "0"
        while entries := await self.inventory.stream.read(after, 5_000):
            after = entries[-1].entry_id
            for move in (move for entry in entries for move in entry.moves):
                total = sums[move.sku, move.ordinal]
                for at, kind in enumerate(SUMMED):
                    total[at] += getattr(move, kind)
        return sums

    async def _check_parked(self) -> None:
        functions = LedgerFunctions(self.clients, self.inventory.keyspace, self.inventory.library)
        parking = Parking(self.clients, functions, self.inventory.keyspace.movements())
        parked = [message async for message in parking.all()]
        poison = {self.message_ids[place] for place in self.day.poison}
        assert [message for message in parked if message.original_id not in poison] == []
        assert sorted(message.original_id for message in parked) == sorted(poison)

    async def _check_sources(self) -> None:
        for report in await self.inventory.ledger.sources():
            missing = {seq for gap in report.gaps for seq in range(gap.first, gap.last + 1)}
            assert missing == {seq for seq in self.day.lost[report.source] if seq < report.last_seq}
        applied = sum(report.applied for report in await self.inventory.ledger.sources())
        assert applied == len(self.day.movements)
