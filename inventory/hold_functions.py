"""Typed calls of the functions that place, read and settle holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inventory.functions import Argument, LedgerFunctions, Reply, as_reply


class HoldFunctions:
    """One method per function."""

    def __init__(self, functions: LedgerFunctions) -> None:
        self._functions = functions
        self._keyspace = functions.keyspace

    async def read_holds(self, hold_ids: Sequence[str]) -> list[Reply]:
        calls = [([self._keyspace.hold(hold_id)], ()) for hold_id in hold_ids]
        replies = await self._functions.call_many("read_hold", calls, doing="reading holds", read_only=True)
        return [as_reply(reply) for reply in replies]

    async def overdue(self, limit: int) -> list[str]:
        """Holds that have run out by the server's clock, those longest overdue first."""
        return list((await self._functions.read_rows([])).overdue[:limit])

    async def place_hold(
        self, hold_id: str, idempotency_record: str, skus: Sequence[str], arguments: Sequence[Argument]
    ) -> Reply:
        keys = [*self._hold_keys(hold_id), idempotency_record, *self._functions.stock_rows(skus)]
        return await self._functions.call("place_hold", keys, [hold_id, *arguments], doing="placing a hold")

    async def settle_holds(
        self, verb: str, holds: Iterable[tuple[str, Sequence[str]]], *, by: str = "", pickup_by_ms: int | None = None
    ) -> list[Reply]:
        """The same verb for each hold; each comes with the skus of its lines, because their rows must be declared."""
        pickup_by = "" if pickup_by_ms is None else pickup_by_ms
        calls = [
            ([*self._hold_keys(hold_id), *self._functions.stock_rows(skus)], [hold_id, verb, by, pickup_by, *skus])
            for hold_id, skus in holds
        ]
        return [
            as_reply(reply) for reply in await self._functions.call_many("settle_hold", calls, doing="settling holds")
        ]

    async def extend_hold(self, hold_id: str, ttl_ms: int, lifetime_ms: int, *, by: str) -> Reply:
        arguments: list[Argument] = [hold_id, ttl_ms, lifetime_ms, by]
        return await self._functions.call("extend_hold", self._hold_keys(hold_id), arguments, doing="extending a hold")

    def _hold_keys(self, hold_id: str) -> list[str]:
        keyspace = self._keyspace
        return [keyspace.registry(), keyspace.ledger(), keyspace.holds_due(), keyspace.hold(hold_id)]
