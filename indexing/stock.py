"""Counts of the stock feed go to the ledger, product by product; live holds stay."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from indexing.stock_table import Ints, StockTable
from indexing.workers import batched, for_each_batch
from inventory.counts import Counts
from inventory.ledger import BATCH, StockLedger
from inventory.models import Kind, Sku
from inventory.registry import StoreRegistry
from inventory.rows import RowReader


class StockImporter:
    """Applies stock tables under the lock of a run."""

    def __init__(self, ledger: StockLedger, rows: RowReader, registry: StoreRegistry) -> None:
        self._ledger = ledger
        self._rows = rows
        self._registry = registry

    async def apply(
        self, table: StockTable, skus: Sequence[str], *, source: str, on_progress: Callable[[int], None]
    ) -> int:
        """Set every count; answers how many cells changed. `skus` are the products by the numbers of the table."""
        numbers = await self._ledger.aisle_numbers(table.aisle_labels)
        if numbers:
            # Readers keep the labels beside the stores, and need them before any cell has their numbers.
            await self._registry.announce()
        aisles = np.array([0, *(numbers[label] for label in table.aisle_labels)], dtype=np.int32)
        return await self._set(_counts(table, skus, aisles), source, on_progress)

    async def clear_absent(self, table: StockTable, skus: Sequence[str], *, source: str) -> int:
        """Set to 0 what a full feed does not name, in the catalogue or not; answers how many cells changed."""
        named: dict[str, list[Ints]] = defaultdict(list)
        for product, cells in table.slices():
            named[skus[product]].append(table.ordinals[cells])
        for product, ordinals in table.refused.items():
            named[skus[product]].append(np.array(ordinals, dtype=np.int32))
        changed = 0
        for batch in batched(await self._ledger.counted_skus(), BATCH):
            read = await self._rows.read(batch, [Kind.ON_HAND])
            counts: list[Counts] = []
            for sku in batch:
                on_hand = read.rows[sku, Kind.ON_HAND]
                for ordinals_named in named.get(sku, ()):
                    on_hand[ordinals_named] = 0
                left = np.flatnonzero(on_hand)
                if len(left):
                    counts.append(Counts(sku, left, np.zeros(len(left), dtype=np.int32)))
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
