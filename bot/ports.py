"""What a conversation needs from the rest of the system, as protocols. Real ones are handed in by the composition root."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from geo.models import Coordinates, PlaceMention, PlaceOutcome
from inventory.models import (
    HoldChanged,
    HoldHasExpired,
    HoldLine,
    HoldNotFound,
    HoldPlaced,
    HoldWrongState,
    IdempotencyConflict,
    InsufficientStock,
    StoreId,
    UnknownProduct,
    UnknownStore,
)
from search.models import AvailabilityAnswer, Filters, MatchSet, Product, Store, StoreAvailability

HoldOutcome = HoldPlaced | InsufficientStock | UnknownStore | UnknownProduct | IdempotencyConflict
HoldChangeOutcome = HoldChanged | HoldNotFound | HoldWrongState | HoldHasExpired


class Catalogue(Protocol):
    """Finds products by words or identifiers."""

    async def find(self, q: str, *, limit: int, filters: Filters, language: str | None) -> MatchSet: ...

    async def get(self, skus: Sequence[str]) -> dict[str, Product]: ...


class Shelves(Protocol):
    """Knows which stores have how many, right now."""

    async def nearest(
        self, products: Sequence[Product], origin: Coordinates, *, quantity: int, radius_km: float, limit: int
    ) -> AvailabilityAnswer: ...

    async def at_store(self, products: Sequence[Product], store_id: str, *, quantity: int) -> StoreAvailability | None:
        """None when there is no such store."""


class Stores(Protocol):
    """The chain's stores by id and by name, with opening hours."""

    async def get(self, store_id: str) -> Store | None: ...

    async def search(self, text: str, *, origin: Coordinates | None, limit: int) -> tuple[Store, ...]: ...

    def hours_today(self, store: Store, at: datetime) -> str | None:
        """The store's opening hours of the day that `at` falls on there, as "09:00-19:00"; None when unknown."""

    def open_now(self, store: Store, at: datetime) -> bool | None: ...


class PlaceNames(Protocol):
    """Place names inside a sentence, without asking anybody outside."""

    def find_in(self, text: str) -> list[PlaceMention]: ...


class Places(Protocol):
    """What a person calls a place, resolved."""

    async def resolve(self, text: str, language: str) -> PlaceOutcome: ...


class HoldDesk(Protocol):
    """Places, shows and cancels holds."""

    async def place(
        self, store_id: StoreId, lines: Sequence[HoldLine], *, ttl_seconds: int, idempotency_key: str, principal: str
    ) -> HoldOutcome: ...

    async def show(self, hold_id: str) -> HoldChangeOutcome: ...

    async def cancel(self, hold_id: str) -> HoldChangeOutcome: ...
