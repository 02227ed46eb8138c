"""Writes stock: counts from feeds and movements from tills. The only writer of on hand, safety, aisle and price."""

from __future__ import annotations

from collections.abc import Sequence

from inventory.counts import COLUMN_KINDS, Counts, checked, differing, packed
from inventory.errors import InvalidRequest
from inventory.functions import LedgerFunctions
from inventory.keys import Keyspace, fits_in_key
from inventory.models import Cell, CellsChanged, Kind, Sku, StoreId
from inventory.movements import MAX_SEQ, Movement, MovementsApplied
from inventory.registry import StoreRegistry
from inventory.rows import RowReader
from inventory.sources import MovementSources, SourceReport
from inventory.stock_functions import StockFunctions
from inventory.stock_movements import StockMovements
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

#: Products per pipeline: some hundred kilobytes each way.
BATCH = 100


class StockLedger:
    """The stock of one region."""

    def __init__(
        self,
        clients: RedisClients,
        keyspace: Keyspace,
        functions: LedgerFunctions,
        registry: StoreRegistry,
        rows: RowReader,
        movements: StockMovements,
    ) -> None:
        self._clients = clients
        self._keyspace = keyspace
        self._functions = functions
        self._stock = StockFunctions(functions)
        self._registry = registry
        self._rows = rows
        self._movements = movements
        self._sources = MovementSources(clients, functions)

    async def aisle_numbers(self, labels: Sequence[str]) -> dict[str, int]:
        """The number of each aisle label, new ones appended."""
        if any(not 0 < len(label) <= 64 for label in labels):
            raise InvalidRequest("an aisle label has 1 to 64 characters")
        unique = list(dict.fromkeys(labels))
        numbers: dict[str, int] = {}
        for first in range(0, len(unique), 1_000):
            batch = unique[first : first + 1_000]
            numbers.update(zip(batch, await self._functions.register_aisles(batch), strict=True))
        return numbers

    async def set_counts(self, counts: Counts, *, source: str) -> CellsChanged:
        """Set one product's counts. Live holds stay."""
        return await self.set_counts_many([counts], source=source)

    async def set_counts_many(self, batch: Sequence[Counts], *, source: str) -> CellsChanged:
        """Set many products' counts, one function call each, pipelined. Cells that are right already cost one read.

        Raises InvalidRequest for counts that no cell could hold; pieces of the batch may be written by then, and none
        is written later.
        """
        ordered = [checked(counts) for counts in batch]
        # The differences are taken before anything is written, so a second count of a product would be judged wrongly.
        if len({counts.sku for counts in ordered}) < len(ordered):
            raise InvalidRequest("a product may occur only once in a batch")
        changed = 0
        for first in range(0, len(ordered), BATCH):
            changed += await self._set_differences(ordered[first : first + BATCH], source)
        return CellsChanged(changed)

    async def _set_differences(self, piece: Sequence[Counts], source: str) -> int:
        # A cell that is right at the moment of this read needs no write: it is as if it had been set just then.
        kinds = (*COLUMN_KINDS, Kind.CARRIED)
        known = await self._rows.read([counts.sku for counts in piece], kinds, judge_holds=False)
        due = []
        for counts in piece:
            if int(counts.ordinals.max(initial=0)) >= known.store_count:
                raise InvalidRequest("a store is not in the registry")
            rows = {kind: known.rows[counts.sku, kind] for kind in kinds}
            changes = differing(counts, rows)
            if len(changes.ordinals):
                due.append((counts.sku, packed(changes, source)))
        return sum(await self._stock.set_counts(due)) if due else 0

    async def counted_skus(self) -> list[Sku]:
        """Every product that has ever had a count, in the catalogue or not. Goes through all keys: for batch work."""
        prefix = self._keyspace.row(Kind.ON_HAND, "")
        with translate_redis_errors("listing the products with counts"):
            keys = {bytes(key) async for key in self._clients.reads.scan_iter(match=f"{prefix}*", count=2_000)}
        return sorted(Sku(key.decode().removeprefix(prefix)) for key in keys)

    async def apply_movements(self, movements: Sequence[Movement]) -> MovementsApplied:
        """Apply each movement whose `(source, seq)` was not seen before. A rejected one may be sent again."""
        return await self._movements.apply(movements)

    async def sources(self) -> list[SourceReport]:
        """How far each source of movements has come and what is missing of it."""
        return await self._sources.all()

    async def close_gaps(self, source: str, up_to: int = MAX_SEQ) -> int | None:
        """Give up what is missing of a source so far; None for one that was never heard of."""
        return await self._sources.close_gaps(source, up_to)

    async def cells(self, sku: Sku) -> list[Cell]:
        """Every store that carries the product, in ordinal order."""
        if not fits_in_key(sku):
            return []
        read = await self._rows.read([sku], list(Kind))
        registry = await self._registry.load()
        with translate_redis_errors("reading aisle labels"):
            labels: list[bytes] = await self._clients.reads.lrange(self._keyspace.aisles(), 0, -1)  # type: ignore[assignment]
        store_ids = {ordinal: StoreId(store_id) for store_id, ordinal in registry.ordinals.items()}
        row = {kind: read.rows[sku, kind] for kind in Kind}
        return [
            Cell(
                store_id=store_ids[ordinal],
                on_hand=int(row[Kind.ON_HAND][ordinal]),
                safety=int(row[Kind.SAFETY][ordinal]),
                held=int(row[Kind.HELD][ordinal]),
                allocated=int(row[Kind.ALLOCATED][ordinal]),
                available=int(row[Kind.AVAILABLE][ordinal]),
                carried=True,
                aisle=labels[row[Kind.AISLE][ordinal] - 1].decode() if row[Kind.AISLE][ordinal] else None,
                price_thousandths=int(row[Kind.PRICE][ordinal]) or None,
                quality_control=int(row[Kind.QUALITY_CONTROL][ordinal]),
            )
            for ordinal in row[Kind.CARRIED].nonzero()[0].tolist()
        ]
