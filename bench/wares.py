"""A chain made for measuring holds: many stores, few products, units enough for everybody."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STORES = 1_000
PRODUCTS = 200
#: More than the load over all cells can take of one of them; one byte, like most real counts.
UNITS = 250
HOT_UNITS = 100_000_000


@dataclass(frozen=True, slots=True)
class Wares:
    """Every product at every store, and one product more, of which one store has a mountain."""

    skus: tuple[str, ...]
    store_ids: tuple[str, ...]
    hot: tuple[str, str]

    @classmethod
    def make(cls, stores: int = STORES, products: int = PRODUCTS) -> Wares:
        store_ids = tuple(f"store-{number:04}" for number in range(stores))
        return cls(tuple(f"sku-{number:05}" for number in range(products)), store_ids, ("sku-hot", store_ids[0]))

    def cells(self) -> Iterator[tuple[str, str, int]]:
        """Sku, store and units."""
        for store_id in self.store_ids:
            for sku in self.skus:
                yield sku, store_id, UNITS
        yield *self.hot, HOT_UNITS

    def write_feeds(self, folder: Path) -> dict[str, Path]:
        """Three feeds for `onhand index`, by their names."""
        grid = [(index // 40, index % 40) for index in range(len(self.store_ids))]
        stores = [
            {"store_id": store_id, "name": store_id, "lat": 30 + row / 4, "lon": -110 + column / 4}
            for store_id, (row, column) in zip(self.store_ids, grid, strict=True)
        ]
        feeds: dict[str, list[dict[str, object]]] = {
            "products": [{"sku": sku, "title": f"Article {sku}"} for sku in (*self.skus, self.hot[0])],
            "stores": [{**store} for store in stores],
            "stock": [{"sku": sku, "store_id": store_id, "on_hand": units} for sku, store_id, units in self.cells()],
        }
        files = {name: folder / f"{name}.csv" for name in feeds}
        for name, rows in feeds.items():
            with files[name].open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        return files
