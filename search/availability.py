"""Where is it available: packed rows of the ledger against all stores at once, nearest first, complete.

One round trip reads every row of the question; everything else is arithmetic over (products, stores) arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.models import Coordinates
from inventory.models import Kind, Sku
from inventory.rows import RowReader
from search import tracing
from search.cursors import Position, pack_cursor, unpack_cursor
from search.errors import InvalidSearch
from search.models import AvailabilityAnswer, Product, Skipped, SplitProposal, StoreAvailability
from search.shelves import Shelves, items_at, reason_at
from search.split_proposals import SplitQuestion, propose_splits, several_stores, several_stores_for_one
from search.split_search import MAX_STOPS
from search.splits import needed
from search.stores import StoreDirectory, StoreSnapshot

MAX_ITEMS = 10
MAX_SKIPPED = 5
MAX_LIMIT = 100
MAX_PRODUCTS = 200
MAX_SPLITS = 20

_KINDS = (Kind.AVAILABLE, Kind.CARRIED, Kind.ON_HAND, Kind.HELD, Kind.ALLOCATED, Kind.AISLE, Kind.PRICE)

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, with `able`: which stores can give what is wanted, whatever their kind."""

    shelves: Shelves
    quantities: tuple[int, ...]
    able: Mask
    distances: NDArray[np.float64]
    radius_km: float
    #: Show only what fills the quantity, or every line of a basket.
    whole_basket: bool = False


class Availability:
    """Answers from the ledger as of now; nothing is remembered between two questions but the list of stores."""

    def __init__(self, directory: StoreDirectory, rows: RowReader, *, low_stock_level: int = 2) -> None:
        self._directory = directory
        self._rows = rows
        self._low = low_stock_level

    async def nearest(
        self,
        products: Sequence[Product],
        origin: Coordinates,
        *,
        quantity: int = 1,
        radius_km: float = 100.0,
        limit: int = 5,
        cursor: str | None = None,
    ) -> AvailabilityAnswer:
        """The nearest stores with pickup that can give the quantity of at least one of the products.

        `skipped`: the nearest 5 stores that cannot, nearer than the last result of the page, or within the radius where
        there is no result. `nearest_beyond_radius`: only where no store within the radius can; the nearest that can.
        Both are about the first page; a later page continues after its cursor.
        """
        _check(quantity, radius_km, limit, len(products))
        # The same products in another order are the same question: only their places within a store differ.
        question = (*sorted(product.sku for product in products), origin.lat, origin.lon, quantity, radius_km)
        after = unpack_cursor(cursor, question) if cursor else None
        shelves = await self._read(products)
        able = np.asarray((shelves.available >= quantity).any(axis=0), bool)
        asked = _Asked(
            shelves, (quantity,) * len(products), able, shelves.stores.points.distances_km(origin), radius_km
        )
        return self._answer(asked, limit, after, question)

    async def nearest_for_basket(
        self,
        lines: Sequence[tuple[Product, int]],
        origin: Coordinates,
        *,
        radius_km: float = 100.0,
        limit: int = 5,
    ) -> AvailabilityAnswer:
        """The nearest stores with pickup that can give every line in full; the items are the lines."""
        products, quantities = _summed(lines, radius_km, limit)
        shelves = await self._read(products)
        enough = shelves.available >= needed(quantities)[:, None]
        able = np.asarray(enough.all(axis=0), bool) & bool(products)
        distances = shelves.stores.points.distances_km(origin)
        asked = _Asked(shelves, quantities, able, distances, radius_km, whole_basket=True)
        return self._answer(asked, limit, None, ())

    async def splits_for_basket(
        self,
        lines: Sequence[tuple[Product, int]],
        origin: Coordinates,
        *,
        radius_km: float = 100.0,
        max_stops: int = MAX_STOPS,
        limit: int = 3,
    ) -> tuple[SplitProposal, ...]:
        """The best ways to get every line in full from stores with pickup within the radius, fewest stores first.

        Where no single store within the radius has everything, the nearest one beyond it is proposed beside them.
        """
        if not 1 <= max_stops <= MAX_STOPS or not 1 <= limit <= MAX_SPLITS:
            message = f"a split has 1 to {MAX_STOPS} stores, and 1 to {MAX_SPLITS} are proposed"
            raise InvalidSearch(message, details={"field": "limit" if 1 <= max_stops <= MAX_STOPS else "max_stops"})
        products, quantities = _summed(lines, radius_km, limit)
        shelves = await self._read(products)
        everything = tuple(range(len(products)))
        distances = shelves.stores.points.distances_km(origin)
        question = SplitQuestion(shelves, everything, quantities, distances, radius_km)
        return propose_splits(question, max_stops=max_stops, limit=limit)

    async def at_store(
        self, products: Sequence[Product], store_id: str, *, origin: Coordinates | None = None
    ) -> StoreAvailability | None:
        """Every product as it stands at one store, in the order given; None where there is no such store."""
        _check(1, 0.0, 1, len(products))
        shelves = await self._read(products)
        store = shelves.stores.by_id(store_id)
        if store is None:
            return None
        place = shelves.stores.ordinals[store_id]
        distance = float(shelves.stores.points.distances_km(origin)[place]) if origin else 0.0
        return StoreAvailability(
            store, distance, shelves.as_of, items_at(shelves, place, range(len(products)), self._low)
        )

    async def sold_at(self, skus: Sequence[str], store_id: str) -> frozenset[str]:
        """Those of the products that one store can give now: the filter of product search."""
        with tracing.trip("reading stock"):
            read = await self._rows.read([Sku(sku) for sku in skus], (Kind.AVAILABLE,))
        stores = await self._directory.at_version(read.registry_version)
        place = stores.ordinals.get(store_id)
        if place is None or place >= read.store_count:
            return frozenset()
        return frozenset(sku for sku in skus if read.rows[Sku(sku), Kind.AVAILABLE][place] > 0)

    async def _read(self, products: Sequence[Product]) -> Shelves:
        read = await self._rows.read([Sku(product.sku) for product in products], _KINDS)
        stores = await self._directory.at_version(read.registry_version)
        return Shelves.of(products, read, stores)

    def _answer(
        self, asked: _Asked, limit: int, after: Position | None, question: tuple[object, ...]
    ) -> AvailabilityAnswer:
        stores, distances = asked.shelves.stores, asked.distances
        shops = stores.is_shop
        givers = asked.shelves.givers & asked.able
        within = distances <= asked.radius_km
        ordered = stores.nearest_first(np.flatnonzero(givers & within), distances)
        total = len(ordered)
        start = _start(stores, distances, ordered, after)
        page = ordered[start : start + limit]
        results = tuple(self._result(asked, place) for place in page)
        beyond = None
        if not total and (far := stores.nearest_first(np.flatnonzero(givers), distances)[:1]).size:
            beyond = self._result(asked, far[0])
        reach = distances[page[-1]] if page.size else asked.radius_km
        passed = shops & ~givers & (distances <= reach)
        more = start + limit < total and page.size
        last = (float(distances[page[-1]]), _id(stores, page[-1])) if more else None
        return AvailabilityAnswer(
            results=results,
            skipped=self._skipped(asked, np.flatnonzero(passed), after),
            nearest_beyond_radius=beyond,
            total=total,
            next_cursor=pack_cursor(last, question) if last else None,
            as_of=asked.shelves.as_of,
            splits=() if total else self._splits(asked),
        )

    def _result(self, asked: _Asked, place: np.intp) -> StoreAvailability:
        store = asked.shelves.stores.stores[place]
        assert store is not None  # is_shop is False for stores without details
        column = asked.shelves.available[:, place]
        enough = np.flatnonzero(column >= needed(asked.quantities))
        shown = enough if asked.whole_basket else enough[:MAX_ITEMS]
        items = items_at(asked.shelves, int(place), shown, self._low)
        return StoreAvailability(store, float(asked.distances[place]), asked.shelves.as_of, items)

    def _splits(self, asked: _Asked) -> tuple[SplitProposal, ...]:
        if asked.whole_basket:
            everything = tuple(range(len(asked.quantities)))
            question = SplitQuestion(asked.shelves, everything, asked.quantities, asked.distances, asked.radius_km)
            return several_stores(question)
        if not asked.quantities:
            return ()
        return several_stores_for_one(asked.shelves, asked.quantities[0], asked.distances, asked.radius_km)

    def _skipped(self, asked: _Asked, passed: NDArray[np.intp], after: Position | None) -> tuple[Skipped, ...]:
        if not asked.quantities:
            return ()
        stores, distances = asked.shelves.stores, asked.distances
        ordered = stores.nearest_first(passed, distances)
        start = _start(stores, distances, ordered, after)
        return tuple(
            reason_at(
                asked.shelves, int(place), asked.quantities, asked.able, float(distances[place]), asked.whole_basket
            )
            for place in ordered[start : start + MAX_SKIPPED]
        )


def _summed(
    lines: Sequence[tuple[Product, int]], radius_km: float, limit: int
) -> tuple[list[Product], tuple[int, ...]]:
    """The products of a basket, each once, with how many of it are wanted."""
    products: dict[str, Product] = {}
    quantities: dict[str, int] = {}
    for product, quantity in lines:
        _check(quantity, radius_km, limit, len(lines))
        products[product.sku] = product
        quantities[product.sku] = quantities.get(product.sku, 0) + quantity
    return list(products.values()), tuple(quantities.values())


def _start(
    stores: StoreSnapshot, distances: NDArray[np.float64], ordered: NDArray[np.intp], after: Position | None
) -> int:
    """How many of the ordered stores lie at or before a position."""
    if after is None:
        return 0
    for place, store in enumerate(ordered):
        if (float(distances[store]), _id(stores, store)) > after:
            return place
    return len(ordered)


def _id(stores: StoreSnapshot, place: np.intp) -> str:
    store = stores.stores[place]
    return store.store_id if store is not None else ""


def _check(quantity: int, radius_km: float, limit: int, products: int) -> None:
    if quantity < 1:
        raise InvalidSearch("the quantity must be 1 or more", details={"field": "quantity"})
    if not 0 <= radius_km < float("inf"):
        raise InvalidSearch("the radius must be 0 or more", details={"field": "radius_km"})
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidSearch(f"the limit must be from 1 to {MAX_LIMIT}", details={"field": "limit"})
    if products > MAX_PRODUCTS:
        raise InvalidSearch(f"at most {MAX_PRODUCTS} products at once", details={"field": "products"})
