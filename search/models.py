"""What the read side answers with: products, match sets, stores, availability. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True)
class Product:
    """A product as it is shown. `localized` maps a field with its language ("title_fr") to its text.

    `attributes` are their values as one text, which is searched and never shown.
    """

    sku: str
    title: str
    brand: str | None = None
    category: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    gtin: str | None = None
    image_url: str | None = None
    description: str | None = None
    localized: dict[str, str] = field(default_factory=dict)
    attributes: str | None = None

    def title_in(self, language: str) -> str:
        """The title in a language, or the catalogue's own where there is none."""
        return self.localized.get(f"title_{language}") or self.title


class Tier(StrEnum):
    """How well the words were met, best first."""

    IDENTIFIER = "identifier"
    ALL_TERMS = "all_terms"
    MOST_TERMS = "most_terms"
    CORRECTED = "corrected"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class NearestStore:
    """The nearest store that hands a product out now. `capped`: there are more than `available` tells."""

    store_id: str
    name: str
    distance_km: float
    available: int
    capped: bool = False


@dataclass(frozen=True, slots=True)
class ProductHit:
    """`tier` is None where no words were asked for, `nearest` where no point was given or no store near it has any."""

    product: Product
    score: float
    tier: Tier | None
    nearest: NearestStore | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """Brand and category are compared without case and accents; prices are inclusive."""

    brand: str | None = None
    category: str | None = None
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    store_id: str | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What facets count of a product, as it is shown."""

    brand: str | None
    category: str | None


@dataclass(frozen=True, slots=True)
class MatchSet:
    """The products that the words mean: hits of one tier only, the best that had any.

    `total` counts the whole tier, `hits` is one page of it. `relaxed` are the words that no hit was asked to have.
    `degraded` names what was missing or late while answering ("model", "vocabulary", "timeout",
    "index" or "vectors" while these do not hold the whole catalogue; "stock_view" where the view of a store's stock is
    missing or late, "store_filter" where therefore, or because there are too many, not all matches were looked at).
    """

    q: str
    tier: Tier | None = None
    hits: tuple[ProductHit, ...] = ()
    total: int = 0
    corrected: str | None = None
    relaxed: tuple[str, ...] = ()
    facets: dict[str, tuple[Facet, ...]] = field(default_factory=dict)
    degraded: tuple[str, ...] = ()

    @property
    def products(self) -> tuple[Product, ...]:
        """The products to look for in stores, best first."""
        return tuple(hit.product for hit in self.hits)


StoreKind = Literal["store", "warehouse"]


@dataclass(frozen=True, slots=True)
class Store:
    """A place that holds stock. `hours` is an OpenStreetMap opening_hours value."""

    store_id: str
    name: str
    lat: float
    lon: float
    kind: StoreKind = "store"
    address: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    timezone: str | None = None
    hours: str | None = None
    phone: str | None = None
    services: tuple[str, ...] = ()
    pickup: bool = True


class Level(StrEnum):
    IN_STOCK = "in_stock"
    LOW = "low"
    OUT = "out"


class SkipReason(StrEnum):
    OUT_OF_STOCK = "out_of_stock"
    INSUFFICIENT = "insufficient"
    SAFETY_STOCK = "safety_stock"
    NOT_CARRIED = "not_carried"
    PICKUP_OFF = "pickup_off"


@dataclass(frozen=True, slots=True)
class ItemAvailability:
    """`price` is the store's own where the ledger has one. `capped`: there are more than `available` tells."""

    product: Product
    available: int
    level: Level
    carried: bool = True
    aisle: str | None = None
    price: Decimal | None = None
    capped: bool = False


@dataclass(frozen=True, slots=True)
class StoreAvailability:
    store: Store
    distance_km: float
    as_of: datetime
    items: tuple[ItemAvailability, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A nearer store that was passed over. `short_by` units of the best product were missing."""

    store_id: str
    name: str
    distance_km: float
    reason: SkipReason
    short_by: int | None = None


@dataclass(frozen=True, slots=True)
class SplitPart:
    """What one store of a split gives: products with their units."""

    store: Store
    distance_km: float
    lines: tuple[tuple[Product, int], ...]


@dataclass(frozen=True, slots=True)
class SplitProposal:
    """Stores that have everything between them, nearest first; none of them can be left out."""

    parts: tuple[SplitPart, ...]
    total_distance_km: float


@dataclass(frozen=True, slots=True)
class AvailabilityAnswer:
    """`total` counts the stores within the radius that can give the quantity; `as_of` is Redis' clock at the read.

    `splits` only where no store within the radius can give everything but several together can: these, fewest stores
    first, and beside them the nearest single store beyond the radius.
    """

    results: tuple[StoreAvailability, ...]
    skipped: tuple[Skipped, ...]
    nearest_beyond_radius: StoreAvailability | None
    total: int
    next_cursor: str | None
    as_of: datetime
    splits: tuple[SplitProposal, ...] = ()
