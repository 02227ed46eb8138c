"""The rows of one question as arrays of (products, stores), and what they say about one store. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from inventory.models import Kind, Sku
from inventory.rows import RowsRead
from search.models import ItemAvailability, Level, Product, Skipped, SkipReason
from search.stores import StoreSnapshot

Cells = NDArray[np.int64]
Mask = NDArray[np.bool_]

_THOUSANDTH = Decimal("0.001")
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Shelves:
    """Every cell of the products at every store, as of one moment."""

    products: tuple[Product, ...]
    stores: StoreSnapshot
    as_of: datetime
    read: RowsRead
    available: Cells

    @classmethod
    def of(cls, products: Sequence[Product], read: RowsRead, stores: StoreSnapshot) -> Shelves:
        count = len(stores.stores)
        available = np.zeros((len(products), count), dtype=np.int64)
        for place, product in enumerate(products):
            row = read.rows[Sku(product.sku), Kind.AVAILABLE][:count]
            available[place, : len(row)] = row
        return cls(tuple(products), stores, read.as_of, read, available)

    @property
    def givers(self) -> Mask:
        """Stores that hand out what was held, whatever they have."""
        return np.asarray(self.stores.is_shop & self.stores.has_pickup)

    def cell(self, product: int, kind: Kind, store: int) -> int:
        row = self.read.rows[Sku(self.products[product].sku), kind]
        return int(row[store]) if store < len(row) else 0


def items_at(
    shelves: Shelves, store: int, products: Iterable[int], low_stock_level: int
) -> tuple[ItemAvailability, ...]:
    return tuple(_item(shelves, store, int(product), low_stock_level) for product in products)


def reason_at(
    shelves: Shelves, store: int, quantities: Sequence[int], able: Mask, distance_km: float, every_line: bool
) -> Skipped:
    """Why a store was passed over: of several products the one that came nearest to being enough, of a basket the
    line that fell shortest."""
    details = shelves.stores.stores[store]
    assert details is not None
    if able[store]:
        return Skipped(details.store_id, details.name, distance_km, SkipReason.PICKUP_OFF)
    verdicts = [_verdict(shelves, store, place, quantity) for place, quantity in enumerate(quantities)]
    failed = [verdict for verdict in verdicts if verdict is not None]
    severity, short_by = max(failed) if every_line else min(failed)
    reason = _BY_SEVERITY[severity]
    return Skipped(
        details.store_id, details.name, distance_km, reason, short_by if reason is SkipReason.INSUFFICIENT else None
    )


#: From "nearly" to "never".
_BY_SEVERITY = (SkipReason.INSUFFICIENT, SkipReason.SAFETY_STOCK, SkipReason.OUT_OF_STOCK, SkipReason.NOT_CARRIED)


def _verdict(shelves: Shelves, store: int, product: int, quantity: int) -> tuple[int, int] | None:
    """How badly a product falls short at a store, and by how many units; None where it does not."""
    available = int(shelves.available[product, store])
    if available >= quantity:
        return None
    if available > 0:
        return 0, quantity - available
    on_hand, held, allocated = (
        shelves.cell(product, kind, store) for kind in (Kind.ON_HAND, Kind.HELD, Kind.ALLOCATED)
    )
    if on_hand - held - allocated > 0:  # all of it is kept back as safety stock
        return 1, quantity
    return (2 if on_hand or shelves.cell(product, Kind.CARRIED, store) else 3), quantity


def _item(shelves: Shelves, store: int, product: int, low_stock_level: int) -> ItemAvailability:
    available = int(shelves.available[product, store])
    thousandths = shelves.cell(product, Kind.PRICE, store)
    return ItemAvailability(
        product=shelves.products[product],
        available=available,
        level=Level.OUT if available <= 0 else Level.LOW if available <= low_stock_level else Level.IN_STOCK,
        carried=available > 0 or bool(shelves.cell(product, Kind.CARRIED, store)),
        aisle=shelves.stores.aisle(shelves.cell(product, Kind.AISLE, store)),
        price=_price(thousandths) if thousandths else shelves.products[product].price,
    )


def _price(thousandths: int) -> Decimal:
    price = thousandths * _THOUSANDTH
    return price.quantize(_CENT) if thousandths % 10 == 0 else price
