"""What a conversation needs from the rest of the system, as protocols. The composition root hands in real ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.understanding.places import PlaceNames
from geo.models import Coordinates, PlaceOutcome
from inventory.models import ChangeOutcome, Hold, HoldId, HoldLine, HoldNotFound, StoreId
from inventory.models import PlaceOutcome as HoldOutcome
from inventory.terms import Asker
from search.models import AvailabilityAnswer, Filters, MatchSet, Product, Store, StoreAvailability


class Catalogue(Protocol):
    """Finds products by words or identifiers."""

    async def find(self, q: str, *, limit: int, filters: Filters) -> MatchSet: ...

    async def get(self, skus: Sequence[str]) -> dict[str, Product]: ...


class Shelves(Protocol):
    """Knows which stores have how many, right now."""

    async def nearest(
        self, products: Sequence[Product], origin: Coordinates, *, quantity: int, radius_km: float, limit: int
    ) -> AvailabilityAnswer: ...

    async def at_store(
        self, products: Sequence[Product], store_id: str, *, origin: Coordinates | None
    ) -> StoreAvailability | None:
        """Every product as it stands at one store, in the order given; None when there is no such store."""


@dataclass(frozen=True, slots=True)
class OpeningToday:
    """A store's opening hours of one day. `hours` is like "09:00-19:00", empty when closed all day."""

    hours: str
    open_now: bool


class Stores(Protocol):
    """The chain's stores by id and by name, with opening hours."""

    async def get(self, store_id: str) -> Store | None: ...

    async def search(self, text: str, *, origin: Coordinates | None, limit: int) -> tuple[Store, ...]:
        """By name or town; without words all of them, nearest first where there is an origin."""

    def opening(self, store: Store, at: datetime) -> OpeningToday | None:
        """The day and moment of `at`, in the store's zone; None when its hours are not known."""


class Places(PlaceNames, Protocol):
    """What people call places."""

    async def resolve(self, text: str, language: str) -> PlaceOutcome: ...


class HoldDesk(Protocol):
    """Places, shows and cancels holds."""

    async def place(
        self, store_id: StoreId, lines: Sequence[HoldLine], *, idempotency_key: str, asker: Asker, ttl_seconds: int
    ) -> HoldOutcome: ...

    async def show(self, hold_id: HoldId) -> Hold | HoldNotFound: ...

    async def cancel(self, hold_id: HoldId, *, principal: str) -> ChangeOutcome: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that a conversation may ask for."""

    catalogue: Catalogue
    shelves: Shelves
    stores: Stores
    places: Places
    holds: HoldDesk
