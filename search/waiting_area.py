"""Where somebody may wait for a product: stores around a point that have it in their range, nearest first."""

from __future__ import annotations

import numpy as np

from geo.models import Coordinates
from inventory.models import Kind, Sku, StoreId
from inventory.rows import RowReader
from search.stores import StoreDirectory


async def stores_that_sell(
    sku: Sku, origin: Coordinates, radius_km: float, most: int, *, rows: RowReader, directory: StoreDirectory
) -> tuple[StoreId, ...]:
    """The nearest of those with pickup, whether they have any of it now or not."""
    read = await rows.read([sku], (Kind.CARRIED,), judge_holds=False)
    stores = await directory.at_version(read.registry_version)
    distances = stores.points.distances_km(origin)
    carried = np.zeros(len(stores.stores), bool)
    row = read.rows[sku, Kind.CARRIED][: len(carried)]
    carried[: len(row)] = row > 0
    chosen = np.flatnonzero(stores.is_shop & stores.has_pickup & carried & (distances <= radius_km))
    found = (stores.stores[place] for place in stores.nearest_first(chosen, distances)[:most])
    return tuple(StoreId(store.store_id) for store in found if store is not None)
