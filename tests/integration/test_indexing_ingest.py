"""Movements from a stream: each takes effect once, what is wrong is parked, what a dead consumer left is taken over."""

import asyncio
from collections.abc import Mapping, Sequence

import orjson
import pytest
from inventory_builders import a_shelf, a_store_id, cell

from indexing.ingest import TRIES, Ingest, Tally
from indexing.movement_stream import Message, MovementStream
from inventory.functions import LedgerFunctions
from inventory.inventory import Inventory
from inventory.models import Kind
from inventory.movement_messages import MessageRefused
from inventory.parking import ParkedMessage, Parking
from runtime.errors import BackendUnavailable
from runtime.redis_client import RedisClients

RETRY_SECONDS = 0.05


class Desk:
    """A stream, what is in it, and consumers to be started."""

    def __init__(self, inventory: Inventory, clients: RedisClients, store_id: str, sku: str) -> None:
        self.inventory, self.clients, self.store_id, self.sku = inventory, clients, store_id, sku
        self.key = inventory.keyspace.movements()
        functions = LedgerFunctions(clients, inventory.keyspace, inventory.library)
        self.parking = Parking(clients, functions, self.key)

    def told(self, seq: int, **changes: object) -> dict[str, object]:
        movement = {"source": "till", "seq": seq, "type": "sell", "store_id": self.store_id, "sku": self.sku}
        return {**movement, "quantity": 1, **changes}

    async def send(self, fields: Mapping[str, object]) -> str:
        flat = {name: value if isinstance(value, bytes) else str(value) for name, value in fields.items()}
        sent: bytes = await self.clients.writes.xadd(self.key, flat)  # type: ignore[arg-type]
        return sent.decode()

    async def send_json(self, fields: Mapping[str, object]) -> str:
        return await self.send({"movement": orjson.dumps(fields)})

    async def send_receipts(self, count: int) -> None:
        pipe = self.clients.writes.pipeline(transaction=False)
        for seq in range(1, count + 1):
            pipe.xadd(self.key, self.told(seq, type="receive"))  # type: ignore[arg-type]
        await pipe.execute()

    def stream(self, consumer: str = "one") -> MovementStream:
        return MovementStream(self.clients.writes, self.key, "group", consumer)

    def ingest(self, stream: MovementStream | None = None) -> Ingest:
        return Ingest(self.clients, self.inventory, stream or self.stream(), self.parking, retry_seconds=RETRY_SECONDS)

    async def drain(self, ingest: Ingest | None = None) -> Tally:
        work = ingest or self.ingest()
        await asyncio.wait_for(work.run(asyncio.Event(), once=True, tell=lambda _: None), 20)
        return work.tally

    async def on_hand(self) -> int:
        return (await cell(self.inventory, self.store_id, self.sku))[Kind.ON_HAND]

    async def parked(self) -> list[ParkedMessage]:
        return [message async for message in self.parking.all()]


@pytest.fixture
async def desk(inventory: Inventory, redis_clients: RedisClients) -> Desk:
    return Desk(inventory, redis_clients, *await a_shelf(inventory, 100))


async def test_messages_of_both_shapes_take_effect_once_and_leave_nothing_open(desk: Desk) -> None:
    for seq in range(1, 301):
        await (desk.send if seq % 2 else desk.send_json)(desk.told(seq, type="receive"))
    await desk.send(desk.told(7, type="receive"))
    tally = await desk.drain()
    assert (tally.applied, tally.duplicate, tally.parked) == (300, 1, 0)
    assert await desk.on_hand() == 400
    backlog = await desk.stream().backlog()
    assert (backlog.waiting, backlog.open) == (0, 0)
    assert await desk.clients.reads.xinfo_consumers(desk.key, "group") == []


async def test_an_empty_stream_is_no_trouble(desk: Desk) -> None:
    assert (await desk.drain()).applied == 0


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"movement": b"{"}, "bad_request"),
        ({"nonsense": "1"}, "bad_request"),
        ({"quantity": "0"}, "bad_request"),
        ({"quantity": "1000001"}, "bad_request"),
        ({"store_id": "nowhere"}, "not_found"),
        ({"sku": "nothing"}, "not_found"),
        ({"type": "receive", "quantity": "1000000"}, "limit_exceeded"),
        ({"type": "allocate", "quantity": "101"}, "insufficient_stock"),
    ],
)
async def test_what_cannot_be_applied_is_parked_after_five_tries_as_it_came(
    desk: Desk, fields: dict[str, object], code: str
) -> None:
    if code == "limit_exceeded":
        await desk.send(desk.told(1, type="count", quantity=10**9))
        await desk.drain()
    sent = fields if "movement" in fields or "nonsense" in fields else desk.told(9, **fields)
    message_id = await desk.send(sent)
    tally = await desk.drain()
    assert (tally.applied, tally.parked) == (0, 1)
    (parked,) = await desk.parked()
    assert (parked.original_id, parked.code, parked.tries) == (message_id, code, TRIES)
    assert parked.reason
    assert {name.decode(): value.decode() for name, value in parked.fields.items()} == {
        name: value.decode() if isinstance(value, bytes) else str(value) for name, value in sent.items()
    }


async def test_poison_does_not_hold_up_what_comes_with_it(desk: Desk) -> None:
    for seq in range(1, 11):
        await desk.send(desk.told(seq, **({"quantity": "many"} if seq == 5 else {})))
    tally = await desk.drain()
    assert (tally.applied, tally.parked) == (9, 1)
    assert await desk.on_hand() == 91
    (till,) = await desk.inventory.ledger.sources()
    assert till.missing == 1


async def test_a_message_that_becomes_right_in_time_is_applied(desk: Desk) -> None:
    store_id = a_store_id()
    await desk.send(desk.told(1, store_id=store_id, type="receive"))
    work = desk.ingest()

    async def register_late() -> None:
        while not (await desk.stream().backlog()).open:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        await desk.inventory.registry.register([store_id])

    tally, _ = await asyncio.gather(desk.drain(work), register_late())
    assert (tally.applied, tally.parked) == (1, 0)


async def test_what_was_parked_can_be_put_back_and_is_applied_then(desk: Desk) -> None:
    store_id = a_store_id()
    await desk.send_json(desk.told(1, store_id=store_id, type="receive"))
    await desk.drain()
    (parked,) = await desk.parked()
    await desk.inventory.registry.register([store_id])
    assert await desk.parking.replay(parked.parked_id)
    assert not await desk.parking.replay(parked.parked_id)
    assert (await desk.drain()).applied == 1
    assert await desk.parked() == []


class Dying(MovementStream):
    """A consumer that dies between the effect and the acknowledgement."""

    async def done(self, message_ids: Sequence[str]) -> None:
        raise asyncio.CancelledError


async def test_messages_of_a_consumer_that_died_are_taken_over(desk: Desk) -> None:
    await desk.send_receipts(300)
    dead = desk.stream("dead")
    await dead.ensure_group()
    assert len(await dead.new(10)) == 10
    with pytest.raises(asyncio.CancelledError):
        await desk.drain(desk.ingest(Dying(desk.clients.writes, desk.key, "group", "dying")))
    tally = await desk.drain()
    assert (tally.applied, tally.duplicate) == (100, 200)
    assert await desk.on_hand() == 400


async def test_a_message_that_two_consumers_give_up_is_parked_once(desk: Desk) -> None:
    message_id = await desk.send({"nonsense": "1"})
    stream = desk.stream()
    await stream.ensure_group()
    (message,) = await stream.new(1)
    why = MessageRefused("bad_request", "nonsense")
    parked = await asyncio.gather(*(desk.parking.park("group", message_id, message.fields, why, 5) for _ in range(8)))
    assert sorted(parked) == [False] * 7 + [True]
    assert len(await desk.parked()) == 1


async def test_nothing_is_lost_when_there_is_no_place_to_park(desk: Desk) -> None:
    await desk.clients.writes.set(desk.inventory.keyspace.movements_parked(), "no stream")
    await desk.send({"nonsense": "1"})
    stream = desk.stream()
    await stream.ensure_group()
    (message,) = await stream.new(1)
    with pytest.raises(Exception, match="WRONGTYPE"):
        await desk.parking.park("group", message.message_id, message.fields, MessageRefused("c", "r"), 5)
    assert (await stream.backlog()).open == 1


async def test_several_consumers_share_the_work(desk: Desk) -> None:
    await desk.send_receipts(1_000)
    tallies = await asyncio.gather(*(desk.drain(desk.ingest(desk.stream(name))) for name in "abc"))
    assert sum(tally.applied for tally in tallies) == 1_000
    assert await desk.on_hand() == 1_100


class Flaky(MovementStream):
    """A Redis that is gone for the first looks."""

    looks = 0

    async def new(self, count: int) -> list[Message]:
        self.looks += 1
        if self.looks in (1, 3):
            raise BackendUnavailable("gone")
        return await super().new(count)


async def test_a_redis_that_was_gone_is_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexing.ingest.OUTAGE_SECONDS", 0.01)
    await desk.send(desk.told(1))
    tally = await desk.drain(desk.ingest(Flaky(desk.clients.writes, desk.key, "group", "flaky")))
    assert (tally.applied, tally.outages) == (1, 2)


async def test_a_stream_that_is_deleted_is_begun_anew(desk: Desk) -> None:
    stop, work = asyncio.Event(), desk.ingest()
    running = asyncio.create_task(work.run(stop, once=False, tell=lambda _: stop.set()))
    while not await desk.clients.reads.exists(desk.key):  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    await desk.clients.writes.delete(desk.key)
    await desk.send(desk.told(1))
    await asyncio.wait_for(running, 5)
    assert work.tally.applied == 1


async def test_only_what_every_group_is_done_with_leaves_the_stream(desk: Desk) -> None:
    await desk.send_receipts(500)
    other = MovementStream(desk.clients.writes, desk.key, "other", "x")
    await other.ensure_group()
    await other.new(10)
    await desk.drain()
    await desk.stream().trim()
    assert await desk.clients.reads.xlen(desk.key) == 500
    assert [len(await other.new(1_000)), len(await other.left_over(0, 1_000))] == [490, 500]
    await other.done([message.message_id for message in await other.left_over(0, 1_000)])
    await desk.stream().trim()
    assert await desk.clients.reads.xlen(desk.key) <= 100  # whole blocks go, so that it is cheap


async def test_being_told_to_stop_finishes_the_batch(desk: Desk) -> None:
    await desk.send_receipts(900)
    stop, work = asyncio.Event(), desk.ingest()
    await work.run(stop, once=False, tell=lambda _: stop.set())
    assert work.tally.applied == 200
    assert (await desk.stream().backlog()).open == 0
