"""Thin typed calls of the function library: keys declared, arguments as text or packed bytes, replies as they come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from inventory.keys import Keyspace
from inventory.models import Kind
from runtime.errors import translate_redis_errors
from runtime.functions import FunctionLibrary
from runtime.redis_client import RedisClients

Argument = str | bytes | int

#: The rows that every change of stock reads, in the order in which the library expects them.
STOCK_KINDS = (Kind.ON_HAND, Kind.SAFETY, Kind.HELD, Kind.ALLOCATED, Kind.AVAILABLE, Kind.CARRIED)


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
    """One method per function of the library. `ledger_max_entries` bounds the stream, approximately."""

    def __init__(
        self,
        clients: RedisClients,
        keyspace: Keyspace,
        library: FunctionLibrary,
        *,
        ledger_max_entries: int = 1_000_000,
    ) -> None:
        self._clients = clients
        self._keyspace = keyspace
        self._library = library
        self._max_entries = ledger_max_entries

    async def ensure_loaded(self) -> None:
        """Load the library where it is missing."""
        await self._library.ensure_loaded(self._clients.writes)

    async def read_rows(self, wanted: Sequence[tuple[str, Kind]]) -> RowsReply:
        keyspace = self._keyspace
        keys = [keyspace.registry(), keyspace.registry_version(), keyspace.holds_due()]
        keys += [keyspace.row(kind, sku) for sku, kind in wanted]
        with translate_redis_errors("reading stock"):
            now_ms, version, stores, overdue, rows = await self._clients.reads.execute_command(
                "FCALL_RO", self._library.name_of("read_rows"), len(keys), *keys
            )
        return RowsReply(now_ms, version, stores, tuple(hold_id.decode() for hold_id in overdue), tuple(rows))

    async def read_holds(self, hold_ids: Sequence[str]) -> list[Reply]:
        name = self._library.name_of("read_hold")
        pipe = self._clients.reads.pipeline(transaction=False)
        for hold_id in hold_ids:
            pipe.execute_command("FCALL_RO", name, 1, self._keyspace.hold(hold_id))
        with translate_redis_errors("reading holds"):
            return [_reply(reply) for reply in await pipe.execute()]

    async def overdue(self, limit: int) -> list[str]:
        """Holds that have run out by the server's clock, those longest overdue first."""
        return list((await self.read_rows([])).overdue[:limit])

    async def register_stores(self, store_ids: Sequence[str]) -> list[int]:
        keys = [self._keyspace.registry(), self._keyspace.registry_version()]
        with translate_redis_errors("registering stores"):
            return [int(ordinal) for ordinal in await self._call("register_stores", keys, store_ids)]

    async def register_aisles(self, labels: Sequence[str]) -> list[int]:
        keys = [self._keyspace.aisles(), self._keyspace.aisle_numbers()]
        with translate_redis_errors("registering aisles"):
            return [int(number) for number in await self._call("register_aisles", keys, labels)]

    async def set_counts(self, batch: Iterable[tuple[str, Sequence[Argument]]]) -> list[int]:
        """Changed cells per product. Each item is a sku with source, ordinals and the packed columns."""
        name = self._library.name_of("set_counts")
        head = [self._keyspace.registry(), self._keyspace.ledger()]
        pipe = self._clients.writes.pipeline(transaction=False)
        for sku, arguments in batch:
            extra = [self._keyspace.row(Kind.AISLE, sku), self._keyspace.row(Kind.PRICE, sku)]
            keys = [*head, *self._stock_rows([sku]), *extra]
            pipe.execute_command("FCALL", name, len(keys), *keys, self._max_entries, sku, *arguments)
        with translate_redis_errors("setting counts"):
            return [int(changed) for changed in await pipe.execute()]

    async def place_hold(
        self, hold_id: str, idempotency_record: str, skus: Sequence[str], arguments: Sequence[Argument]
    ) -> Reply:
        keys = [*self._hold_keys(hold_id), idempotency_record, *self._stock_rows(skus)]
        with translate_redis_errors("placing a hold"):
            return _reply(await self._call("place_hold", keys, [self._max_entries, hold_id, *arguments]))

    async def settle_holds(
        self, verb: str, holds: Iterable[tuple[str, Sequence[str]]], *, by: str = "", pickup_by_ms: int | None = None
    ) -> list[Reply]:
        """The same verb for each hold; each comes with the skus of its lines, because their rows must be declared."""
        name = self._library.name_of("settle_hold")
        pickup_by = "" if pickup_by_ms is None else pickup_by_ms
        pipe = self._clients.writes.pipeline(transaction=False)
        for hold_id, skus in holds:
            keys = [*self._hold_keys(hold_id), *self._stock_rows(skus)]
            arguments = [self._max_entries, hold_id, verb, by, pickup_by, *skus]
            pipe.execute_command("FCALL", name, len(keys), *keys, *arguments)
        with translate_redis_errors("settling holds"):
            return [_reply(reply) for reply in await pipe.execute()]

    async def extend_hold(self, hold_id: str, ttl_ms: int, lifetime_ms: int, *, by: str) -> Reply:
        with translate_redis_errors("extending a hold"):
            arguments: list[Argument] = [self._max_entries, hold_id, ttl_ms, lifetime_ms, by]
            return _reply(await self._call("extend_hold", self._hold_keys(hold_id), arguments))

    async def apply_movements(self, batch: Iterable[tuple[str, str, Sequence[Argument]]]) -> list[Reply]:
        """Each item is a source, a sku and the movement's own arguments."""
        name = self._library.name_of("apply_movement")
        pipe = self._clients.writes.pipeline(transaction=False)
        for source, sku, arguments in batch:
            keyspace = self._keyspace
            head = [keyspace.registry(), keyspace.ledger(), keyspace.movement_source(source)]
            keys = [*head, *self._stock_rows([sku])]
            pipe.execute_command("FCALL", name, len(keys), *keys, self._max_entries, source, sku, *arguments)
        with translate_redis_errors("applying movements"):
            return [_reply(reply) for reply in await pipe.execute()]

    async def _call(self, verb: str, keys: Sequence[str], arguments: Sequence[Argument]) -> list[Any]:
        name = self._library.name_of(verb)
        reply: list[Any] = await self._clients.writes.execute_command("FCALL", name, len(keys), *keys, *arguments)
        return reply

    def _hold_keys(self, hold_id: str) -> list[str]:
        keyspace = self._keyspace
        return [keyspace.registry(), keyspace.ledger(), keyspace.holds_due(), keyspace.hold(hold_id)]

    def _stock_rows(self, skus: Sequence[str]) -> list[str]:
        return [self._keyspace.row(kind, sku) for sku in skus for kind in STOCK_KINDS]


def _reply(reply: Sequence[object]) -> Reply:
    status = reply[0]
    assert isinstance(status, bytes)
    return Reply(status.decode(), tuple(reply[1:]))
