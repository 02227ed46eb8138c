"""Calls the function library: keys declared, arguments as text or packed bytes, replies as they come; reads rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from redis.exceptions import ResponseError

from inventory.keys import Keyspace
from inventory.models import Kind
from runtime.batches import CommandBatches
from runtime.errors import said_by_server, translate_redis_errors
from runtime.functions import FunctionLibrary
from runtime.redis_client import RedisClients

Argument = str | bytes | int
#: Keys and arguments of one call.
Call = tuple[Sequence[str], Sequence[Argument]]

#: The rows that every change of stock reads, in the order in which the library expects them.
STOCK_KINDS = (Kind.ON_HAND, Kind.SAFETY, Kind.HELD, Kind.ALLOCATED, Kind.AVAILABLE, Kind.CARRIED)


_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class RowsReply:
    """Packed rows with the moment, the registry's state and the holds that have run out."""

    now_ms: int
    registry_version: int
    store_count: int
    overdue: tuple[str, ...]
    rows: tuple[bytes | None, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A status word and what came with it."""

    status: str
    #: Nested lists of bytes and whole numbers; each function's file says which.
    rest: tuple[Any, ...]


class LedgerFunctions:
    """What all callers of the library share, and the functions that are neither about stock nor about holds."""

    def __init__(self, clients: RedisClients, keyspace: Keyspace, library: FunctionLibrary) -> None:
        self._clients = clients
        self.keyspace = keyspace
        self._library = library
        self._batches = CommandBatches(clients.writes)

    async def read_rows(self, wanted: Sequence[tuple[str, Kind]]) -> RowsReply:
        keyspace = self.keyspace
        keys = [keyspace.registry(), keyspace.registry_version(), keyspace.holds_due()]
        keys += [keyspace.row(kind, sku) for sku, kind in wanted]
        with translate_redis_errors("reading stock"):
            now_ms, version, stores, overdue, rows = await self._with_library(
                lambda: self._clients.reads.execute_command(
                    "FCALL_RO", self._library.name_of("read_rows"), len(keys), *keys
                )
            )
        return RowsReply(now_ms, version, stores, tuple(hold_id.decode() for hold_id in overdue), tuple(rows))

    async def members_due(self, sorted_set: str, limit: int) -> list[str]:
        """Members whose score in milliseconds the server's clock has reached, the earliest first."""
        with translate_redis_errors("reading what is due"):
            pipe = self._clients.reads.pipeline(transaction=False)
            pipe.time()
            pipe.zrange(sorted_set, 0, limit - 1, withscores=True)
            (seconds, microseconds), members = await pipe.execute()
        now_ms = seconds * 1000 + microseconds // 1000
        return [member.decode() for member, score in members if score <= now_ms]

    async def register_stores(self, store_ids: Sequence[str]) -> list[int]:
        keys = [self.keyspace.registry(), self.keyspace.registry_version()]
        with translate_redis_errors("registering stores"):
            return [int(ordinal) for ordinal in await self._write("register_stores", keys, store_ids)]

    async def register_aisles(self, labels: Sequence[str]) -> list[int]:
        keys = [self.keyspace.aisles(), self.keyspace.aisle_numbers()]
        with translate_redis_errors("registering aisles"):
            return [int(number) for number in await self._write("register_aisles", keys, labels)]

    async def call(self, verb: str, keys: Sequence[str], arguments: Sequence[Argument], *, doing: str) -> Reply:
        """One call that may write."""
        with translate_redis_errors(doing):
            return as_reply(await self._write(verb, keys, arguments))

    async def call_many(
        self, verb: str, calls: Iterable[Call], *, doing: str, read_only: bool = False, one_sync: bool = False
    ) -> list[Any]:
        """Many calls of one verb that travel together, each an atomic step of its own; raw replies in order.

        With `one_sync` they run in one go, so that the server writes its log to the disk once for all of them: many
        times faster for small calls, while everybody else waits.
        """
        name, command = self._library.name_of(verb), "FCALL_RO" if read_only else "FCALL"
        client = self._clients.reads if read_only else self._clients.writes
        commands = [(command, name, len(keys), *keys, *arguments) for keys, arguments in calls]

        async def send() -> list[Any]:
            pipe = client.pipeline(transaction=one_sync)
            for each in commands:
                pipe.execute_command(*each)
            return await pipe.execute()

        with translate_redis_errors(doing):
            return await self._with_library(send)

    async def _write(self, verb: str, keys: Sequence[str], arguments: Sequence[Argument]) -> list[Any]:
        name = self._library.name_of(verb)
        return await self._with_library(lambda: self._batches.execute("FCALL", name, len(keys), *keys, *arguments))

    async def _with_library(self, send: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """Load the library where the server has lost it, and send again: what found no function had no effect, and
        whatever ran before the loss in the same trip may be repeated.
        """
        try:
            return await send()
        except ResponseError as error:
            if said_by_server(error) != "Function not found":
                raise
            await self._library.ensure_loaded(self._clients.writes)
            return await send()

    def stock_rows(self, skus: Sequence[str]) -> list[str]:
        """The six rows of each product, as the library expects them."""
        return [self.keyspace.row(kind, sku) for sku in skus for kind in STOCK_KINDS]


def as_reply(reply: Sequence[object]) -> Reply:
    """The status word and the rest of a function's answer."""
    status = reply[0]
    assert isinstance(status, bytes)
    return Reply(status.decode(), tuple(reply[1:]))
