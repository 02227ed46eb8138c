"""Counts of the stock feed go to the ledger, product by product; live holds stay."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from indexing.stock_table import Ints, StockTable
from indexing.workers import batched, for_each_batch
from inventory.counts import Counts
from inventory.ledger import BATCH, StockLedger
from inventory.models import Kind, Sku
from inventory.rows import RowReader


class StockImporter:
    """Applies stock tables under the lock of a run."""

    def __init__(self, ledger: StockLedger, rows: RowReader) -> None:
        self._ledger = ledger
        self._rows = rows

    async def apply(
        self, table: StockTable, skus: Sequence[str], *, source: str, on_progress: Callable[[int], None]
    ) -> int:
        """Set every count; answers how many cells changed. `skus` are the products by the numbers of the table."""
        numbers = await self._ledger.aisle_numbers(table.aisle_labels)
        aisles = np.array([0, *(numbers[label] for label in table.aisle_labels)], dtype=np.int32)
        return await self._set(_counts(table, skus, aisles), source, on_progress)

    async def clear_absent(self, table: StockTable, skus: Sequence[str], *, source: str) -> int:
        """Set to 0 what a full feed does not name; answers how many cells changed."""
        named = {skus[product]: table.ordinals[cells] for product, cells in table.slices()}
        changed = 0
        for batch in batched(skus, BATCH):
            read = await self._rows.read([Sku(sku) for sku in batch], [Kind.ON_HAND])
            counts: list[Counts] = []
            for sku in batch:
                on_hand = read.rows[Sku(sku), Kind.ON_HAND]
                if sku in named:
                    on_hand[named[sku]] = 0
                ordinals = np.flatnonzero(on_hand)
                if len(ordinals):
                    counts.append(Counts(Sku(sku), ordinals, np.zeros(len(ordinals), dtype=np.int32)))
            if counts:
                changed += (await self._ledger.set_counts_many(counts, source=source)).count
        return changed

    async def _set(self, counts: Iterator[Counts], source: str, on_progress: Callable[[int], None]) -> int:
        changed = products = 0

        async def set_batch(batch: list[Counts]) -> None:
            nonlocal changed, products
            applied = await self._ledger.set_counts_many(batch, source=source)
            changed += applied.count  # after the await: another batch adds to it meanwhile
            products += len(batch)
            on_progress(products)

        await for_each_batch(counts, BATCH, set_batch)
        return changed


def _counts(table: StockTable, skus: Sequence[str], aisles: Ints) -> Iterator[Counts]:
    for product, cells in table.slices():
        yield Counts(
            Sku(skus[product]),
            ordinals=table.ordinals[cells],
            on_hand=table.on_hand[cells],
            safety=None if table.safety is None else table.safety[cells],
            aisle=None if table.aisle is None else aisles[table.aisle[cells]],
            price=None if table.price is None else table.price[cells],
        )
