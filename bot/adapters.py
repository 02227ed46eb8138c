"""The conversation's ports, filled with the real parts of the system."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.ports import OpeningToday
from geo.chain import ChainPlace, ChainTowns
from geo.models import Coordinates, PlaceMention, PlaceOutcome
from geo.places import PlaceFinder
from inventory.holds import Holds
from inventory.models import ChangeOutcome, Hold, HoldId, HoldLine, HoldNotFound, StoreId
from inventory.models import PlaceOutcome as HoldOutcome
from inventory.terms import Asker
from search.models import Store
from search.opening_hours import open_now, spans_today
from search.products import ProductSearch
from search.stores import StoreDirectory, StoreSnapshot, find_stores

#: Told what was done to a hold and how that came out, for the metrics.
OutcomeCounter = Callable[[str, object], None]


@dataclass(frozen=True, slots=True)
class CountedHolds:
    """The ledger's holds for a conversation, each operation counted like those over HTTP."""

    holds: Holds
    count: OutcomeCounter

    async def place(
        self, store_id: StoreId, lines: Sequence[HoldLine], *, idempotency_key: str, asker: Asker, ttl_seconds: int
    ) -> HoldOutcome:
        outcome = await self.holds.place(
            store_id, lines, idempotency_key=idempotency_key, asker=asker, ttl_seconds=ttl_seconds
        )
        self.count("place", outcome)
        return outcome

    async def show(self, hold_id: HoldId) -> Hold | HoldNotFound:
        return await self.holds.show(hold_id)

    async def cancel(self, hold_id: HoldId, *, principal: str) -> ChangeOutcome:
        outcome = await self.holds.cancel(hold_id, principal=principal)
        self.count("cancel", outcome)
        return outcome


@dataclass(frozen=True, slots=True)
class DirectoryStores:
    """Stores from the directory, open or not by their own clocks."""

    directory: StoreDirectory

    async def get(self, store_id: str) -> Store | None:
        return (await self.directory.current()).by_id(store_id)

    async def search(self, text: str, *, origin: Coordinates | None, limit: int) -> tuple[Store, ...]:
        snapshot = await self.directory.current()
        return tuple(hit.store for hit in find_stores(snapshot, q=text or None, origin=origin, limit=limit))

    def opening(self, store: Store, at: datetime) -> OpeningToday | None:
        spans, opened = spans_today(store, at), open_now(store, at)
        if spans is None or opened is None:
            return None
        return OpeningToday(hours=", ".join(map(str, spans)), open_now=opened)


class ChainPlaces:
    """Places as this chain's shoppers mean them: its own towns count for more, and are kept up with its stores."""

    def __init__(self, finder: PlaceFinder, directory: StoreDirectory, products: ProductSearch) -> None:
        self._finder = finder
        self._directory = directory
        self._products = products
        self._chain_version: int | None = None

    async def resolve(self, text: str, language: str) -> PlaceOutcome:
        self._follow(await self._directory.current())
        return await self._finder.resolve(text, language)

    def find_in(self, text: str, language: str) -> list[PlaceMention]:
        if self._directory.latest is not None:
            self._follow(self._directory.latest)
        return self._finder.find_in(text, language, self._products.vocabulary)

    def _follow(self, stores: StoreSnapshot) -> None:
        if stores.version != self._chain_version:
            self._finder.chain = ChainTowns.from_stores(_chain_place(store) for store in stores.all())
            self._chain_version = stores.version


def _chain_place(store: Store) -> ChainPlace:
    return ChainPlace(
        name=store.name,
        city=store.city or "",
        region=store.region or "",
        country=store.country or "",
        lat=store.lat,
        lon=store.lon,
    )
