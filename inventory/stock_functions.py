"""Typed calls of the functions that change stock: counts from feeds and movements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inventory.functions import Argument, Call, LedgerFunctions, Reply, as_reply
from inventory.models import Kind
from inventory.movements import Movement


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

    async def apply_movements(self, batch: Iterable[tuple[Movement, Sequence[Argument]]]) -> list[Reply]:
        """Each item is a movement and what the function needs to know of it."""
        calls = [(self._movement_keys(movement), arguments) for movement, arguments in batch]
        replies = await self._functions.call_many("apply_movement", calls, doing="applying movements", one_sync=True)
        return [as_reply(reply) for reply in replies]

    def _movement_keys(self, movement: Movement) -> list[str]:
        keyspace, source, sku = self._keyspace, movement.source, movement.sku
        return [
            keyspace.registry(),
            keyspace.ledger(),
            keyspace.holds_due(),
            keyspace.oversold(),
            keyspace.movement_sources(),
            keyspace.movement_source(source),
            keyspace.movement_ahead(source),
            keyspace.movement_ahead_cells(source),
            keyspace.waiting(sku, movement.store_id),
            *self._functions.stock_rows([sku]),
            keyspace.row(Kind.QUALITY_CONTROL, sku),
        ]
