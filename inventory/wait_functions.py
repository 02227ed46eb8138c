"""Typed calls of the functions about the waiting line: keys declared in the order that each expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from inventory.freed import FreedCell
from inventory.functions import Argument, Call, LedgerFunctions, Reply, as_reply
from inventory.hold_functions import NOBODY
from inventory.models import HoldId, Kind, Sku, StoreId
from inventory.replies import customer_of, moment
from inventory.waits import Wait, WaitId, WaitState
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

#: Most places named at one cell by one call.
MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Joining:
    """A wish to wait, checked."""

    record: str
    fingerprint: str
    record_ms: int
    wait_id: WaitId
    sku: Sku
    quantity: int
    life_ms: int
    most_places: int
    customer: bytes
    customer_key: str
    by: str
    stores: tuple[StoreId, ...]


@dataclass(frozen=True, slots=True)
class InLine:
    """How a line names a place."""

    wait_id: WaitId
    quantity: int

    @classmethod
    def from_member(cls, member: bytes) -> InLine:
        quantity, _, wait_id = member.decode().partition(":")
        return cls(WaitId(wait_id), int(quantity))


class WaitFunctions:
    """One method per function, and the reads that need none."""

    def __init__(self, clients: RedisClients, functions: LedgerFunctions) -> None:
        self._clients = clients
        self._functions = functions
        self._keyspace = functions.keyspace

    async def join(self, joining: Joining) -> Reply:
        keyspace = self._keyspace
        keys = [
            keyspace.registry(),
            keyspace.ledger(),
            joining.record,
            keyspace.wait(joining.wait_id),
            keyspace.waits_joined(),
            *self._lists(joining.sku, joining.customer_key),
            keyspace.row(Kind.CARRIED, joining.sku),
            *self._lines(joining.sku, joining.stores),
        ]
        arguments: list[Argument] = [
            joining.fingerprint,
            joining.record_ms,
            joining.wait_id,
            joining.sku,
            joining.quantity,
            joining.life_ms,
            joining.most_places,
            joining.customer,
            joining.customer_key,
            joining.by,
            *joining.stores,
        ]
        return await self._functions.call("join_waitlist", keys, arguments, doing="joining the waiting line")

    async def next_at(self, cells: Sequence[FreedCell], most: int = MOST_NAMED) -> list[list[InLine]]:
        """Of each cell who can be served there now, in the order of the line."""
        keyspace = self._keyspace
        calls: list[Call] = [
            (
                [keyspace.registry(), keyspace.row(Kind.AVAILABLE, sku), keyspace.waiting(sku, store_id)],
                [store_id, most],
            )
            for store_id, sku in cells
        ]
        replies = await self._functions.call_many(
            "next_waiting", calls, doing="looking at the waiting line", read_only=True
        )
        return [[InLine.from_member(member) for member in reply] for reply in replies]

    async def offer_each(
        self, places: Sequence[tuple[InLine, Sku, Sequence[StoreId], str]], hold_ids: Sequence[HoldId], ttl_ms: int
    ) -> list[Reply]:
        """Each by itself, in this order. A place is named by the line, its product, its stores, its customer."""
        calls = [
            self._offer(*place, hold_id=hold_id, ttl_ms=ttl_ms) for place, hold_id in zip(places, hold_ids, strict=True)
        ]
        replies = await self._functions.call_many("offer_wait", calls, doing="offering to those who wait")
        return [as_reply(reply) for reply in replies]

    def _offer(
        self, place: InLine, sku: Sku, stores: Sequence[StoreId], customer_key: str, *, hold_id: HoldId, ttl_ms: int
    ) -> Call:
        keyspace, digest = self._keyspace, customer_key or NOBODY
        keys = [
            keyspace.registry(),
            keyspace.ledger(),
            keyspace.holds_due(),
            keyspace.holds_reminders(),
            keyspace.wait(place.wait_id),
            *self._lists(sku, customer_key),
            keyspace.customer(digest),
            keyspace.customer_holds(digest),
            keyspace.hold(hold_id),
            *self._functions.stock_rows([sku]),
            keyspace.holders(sku),
            *self._lines(sku, stores),
        ]
        return keys, [place.wait_id, place.quantity, sku, hold_id, ttl_ms, *stores]

    async def end(self, verb: str, wait: Wait, *, by: str = "") -> Reply:
        """`leave` or `lapse`."""
        keyspace = self._keyspace
        lists = self._lists(wait.sku, wait.customer_key)
        keys = [keyspace.ledger(), keyspace.wait(wait.wait_id), *lists, *self._lines(wait.sku, wait.stores)]
        return await self._functions.call(
            "end_wait", keys, [verb, wait.wait_id, by, *wait.stores], doing="ending a place in line"
        )

    async def give_back(self, wait: Wait, hold_id: HoldId) -> Reply:
        """The place, after an offer that was shorted."""
        keyspace = self._keyspace
        lists = self._lists(wait.sku, wait.customer_key)
        lines = self._lines(wait.sku, wait.stores)
        keys = [keyspace.ledger(), keyspace.wait(wait.wait_id), keyspace.hold(hold_id), *lists, *lines]
        arguments: list[Argument] = [wait.wait_id, hold_id, *wait.stores]
        return await self._functions.call("return_wait", keys, arguments, doing="giving a place in line back")

    async def read(self, wait_ids: Sequence[str]) -> tuple[datetime, list[Wait | None]]:
        """The records as they are, run out or not, with the moment by the server's clock."""
        pipe = self._clients.reads.pipeline(transaction=False)
        pipe.time()
        for wait_id in wait_ids:
            pipe.hgetall(self._keyspace.wait(wait_id))
        with translate_redis_errors("reading places in line"):
            time, *found = await pipe.execute()
        return moment(_milliseconds(time)), [wait_from(fields) if fields else None for fields in found]

    async def waits_of_holds(self, hold_ids: Sequence[HoldId]) -> list[WaitId | None]:
        """The places that these holds were offered to; None for a hold like any other."""
        pipe = self._clients.reads.pipeline(transaction=False)
        for hold_id in hold_ids:
            pipe.hget(self._keyspace.hold(hold_id), "wait_id")
        with translate_redis_errors("reading holds"):
            found = await pipe.execute() if hold_ids else []
        return [WaitId(wait_id.decode()) if wait_id else None for wait_id in found]

    async def position(self, wait: Wait) -> int | None:
        """How many stand before him and himself, in the shortest of his lines; None where he is in none."""
        pipe = self._clients.reads.pipeline(transaction=False)
        for line in self._lines(wait.sku, wait.stores):
            pipe.zrank(line, f"{wait.quantity}:{wait.wait_id}")
        with translate_redis_errors("looking at the waiting line"):
            ranks = [rank for rank in await pipe.execute() if rank is not None]
        return min(ranks) + 1 if ranks else None

    async def skus(self) -> list[Sku]:
        """Every product for which anybody waits."""
        found: dict[bytes, None] = {}
        with translate_redis_errors("listing what people wait for"):
            async for sku in self._clients.reads.sscan_iter(self._keyspace.waits_skus(), count=1_000):
                found[sku] = None
        return [Sku(sku.decode()) for sku in found]

    async def waited_for(self, skus: Sequence[Sku]) -> list[Sku]:
        """Those of these products for which anybody waits."""
        if not skus:
            return []
        with translate_redis_errors("looking whether anybody waits"):
            found = await self._clients.reads.smismember(self._keyspace.waits_skus(), list(skus))
        return [sku for sku, waits in zip(skus, found, strict=True) if waits]

    async def cells(self, skus: Sequence[Sku]) -> list[FreedCell]:
        """Every cell at which anybody waits for one of these products."""
        pipe = self._clients.reads.pipeline(transaction=False)
        for sku in skus:
            pipe.smembers(self._keyspace.waits_stores(sku))
        with translate_redis_errors("listing where people wait"):
            found = await pipe.execute() if skus else []
        return [(StoreId(store.decode()), sku) for sku, stores in zip(skus, found, strict=True) for store in stores]

    async def overdue(self, limit: int) -> list[str]:
        """Places that have lived their time by the server's clock."""
        return await self._functions.members_due(self._keyspace.waits_ends(), limit)

    async def followed(self) -> str | None:
        """Up to which entry of the ledger somebody has looked for units that came free; None before the first time."""
        with translate_redis_errors("reading how far the ledger was followed"):
            entry_id: bytes | None = await self._clients.reads.execute_command("GET", self._keyspace.waits_followed())
        return None if entry_id is None else entry_id.decode()

    async def note_followed(self, entry_id: str) -> None:
        with translate_redis_errors("noting how far the ledger was followed"):
            await self._clients.writes.set(self._keyspace.waits_followed(), entry_id)

    async def forget_end(self, wait_id: str) -> None:
        """Of a place whose record is gone."""
        with translate_redis_errors("tidying the waiting line"):
            await self._clients.writes.zrem(self._keyspace.waits_ends(), wait_id)

    def _lists(self, sku: Sku, digest: str) -> list[str]:
        keyspace = self._keyspace
        mine = keyspace.waits_of(digest or NOBODY)
        return [keyspace.waits_skus(), keyspace.waits_stores(sku), keyspace.waits_ends(), mine]

    def _lines(self, sku: Sku, stores: Sequence[StoreId]) -> list[str]:
        return [self._keyspace.waiting(sku, store_id) for store_id in stores]


def _milliseconds(time: tuple[int, int]) -> int:
    seconds, microseconds = time
    return int(seconds) * 1000 + int(microseconds) // 1000


def wait_from(stored: dict[bytes, bytes]) -> Wait:
    """A place from the fields of its record; of an offer only the hold's id is known here."""
    fields = {name.decode(): value.decode() for name, value in stored.items()}
    hold_id = fields.get("hold_id") or None
    return Wait(
        wait_id=WaitId(fields["wait_id"]),
        state=WaitState(fields["state"]),
        sku=Sku(fields["sku"]),
        quantity=int(fields["quantity"]),
        stores=tuple(StoreId(store_id) for store_id in orjson.loads(fields["stores"])),
        customer=customer_of(fields["customer"]),
        joined_at=moment(fields["joined_ms"]),
        updated_at=moment(fields["updated_ms"]),
        until=moment(fields["until_ms"]),
        rank=int(fields["rank"]),
        placed_by=fields["by"],
        customer_key=fields["customer_key"],
        hold_id=None if hold_id is None else HoldId(hold_id),
    )
