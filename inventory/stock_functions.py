"""Typed calls of the functions that change stock: counts from feeds and movements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inventory.functions import Argument, Call, LedgerFunctions, Reply, as_reply
from inventory.models import Kind


class StockFunctions:
    """One method per function."""

    def __init__(self, functions: LedgerFunctions) -> None:
        self._functions = functions
        self._keyspace = functions.keyspace

    async def set_counts(self, batch: Iterable[tuple[str, Sequence[Argument]]]) -> list[int]:
        """Changed cells per product. Each item is a sku with source, ordinals and the packed columns."""
        calls = [self._count(sku, arguments) for sku, arguments in batch]
        replies = await self._functions.call_many("set_counts", calls, doing="setting counts")
        return [int(changed) for changed in replies]

    def _count(self, sku: str, arguments: Sequence[Argument]) -> Call:
        keyspace = self._keyspace
        extra = [keyspace.row(Kind.AISLE, sku), keyspace.row(Kind.PRICE, sku)]
        keys = [keyspace.registry(), keyspace.ledger(), *self._functions.stock_rows([sku]), *extra]
        return keys, [sku, *arguments]

    async def apply_movements(self, batch: Iterable[tuple[str, str, Sequence[Argument]]]) -> list[Reply]:
        """Each item is a source, a sku and the movement's own arguments."""
        calls = [self._movement(source, sku, arguments) for source, sku, arguments in batch]
        replies = await self._functions.call_many("apply_movement", calls, doing="applying movements")
        return [as_reply(reply) for reply in replies]

    def _movement(self, source: str, sku: str, arguments: Sequence[Argument]) -> Call:
        keyspace = self._keyspace
        head = [keyspace.registry(), keyspace.ledger(), keyspace.movement_source(source)]
        return [*head, *self._functions.stock_rows([sku])], [source, sku, *arguments]
