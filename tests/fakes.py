"""One honest fake for each port of the conversation: in memory, deterministic, answers like those of the real ones."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from bot.conversations import Conversation, Remembered
from bot.messages import TurnAnswer
from bot.ports import OpeningToday, Ports
from geo.distance import distances_km
from geo.models import (
    Coordinates,
    Place,
    PlaceAmbiguous,
    PlaceFound,
    PlaceKind,
    PlaceMention,
    PlaceOutcome,
    PlaceUnknown,
)
from inventory.models import (
    ChangeOutcome,
    HeldLine,
    Hold,
    HoldChanged,
    HoldId,
    HoldLine,
    HoldNotFound,
    HoldPlaced,
    HoldState,
    InsufficientStock,
    LimitReached,
    LineShortage,
    StoreId,
)
from inventory.terms import Asker
from search.models import (
    AvailabilityAnswer,
    Filters,
    ItemAvailability,
    Level,
    MatchSet,
    Product,
    ProductHit,
    Skipped,
    SkipReason,
    Store,
    StoreAvailability,
    Tier,
)

#: A Wednesday in November, 16:00 in Paris and 09:00 in Chicago.
NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)


def a_place(name: str, admin: str, country: str, lat: float, lon: float, population: int = 500_000) -> Place:
    label = f"{name}, {admin}" if admin else name
    return Place(name, admin, country, PlaceKind.CITY, Coordinates(lat, lon), population, label)


PLACES = (
    a_place("Chicago", "IL", "US", 41.8781, -87.6298, 2_700_000),
    a_place("New York", "NY", "US", 40.7128, -74.0060, 8_000_000),
    a_place("Boston", "MA", "US", 42.3601, -71.0589, 650_000),
    a_place("Springfield", "IL", "US", 39.7990, -89.6440, 114_000),
    a_place("Springfield", "MO", "US", 37.2090, -93.2923, 169_000),
    a_place("Springfield", "MA", "US", 42.1015, -72.5898, 155_000),
    a_place("Paris", "Île-de-France", "FR", 48.8566, 2.3522, 2_100_000),
    a_place("Lyon", "Auvergne-Rhône-Alpes", "FR", 45.7640, 4.8357, 520_000),
    a_place("Marseille", "Provence-Alpes-Côte d'Azur", "FR", 43.2965, 5.3698, 870_000),
    a_place("Saint-Étienne", "Auvergne-Rhône-Alpes", "FR", 45.4397, 4.3872, 170_000),
    a_place("Nice", "Provence-Alpes-Côte d'Azur", "FR", 43.7102, 7.2620, 340_000),
    a_place("60601", "IL", "US", 41.8858, -87.6181, 0),
    a_place("10001", "NY", "US", 40.7506, -73.9972, 0),
    a_place("69003", "Auvergne-Rhône-Alpes", "FR", 45.7597, 4.8500, 0),
    a_place("75011", "Île-de-France", "FR", 48.8590, 2.3790, 0),
)
_PREPOSITION = re.compile(
    r"(?:^|.*[\s;,])(?:near|in|at|around|by|to|from|of|is|about|a|à|au|de|d'|vers|sur|en|et|pour|for)(?: the)? $",
    re.I | re.S,
)


class FakePlaces:
    """A dozen towns. Like the gazetteer it believes a name after a preposition, at an edge with a capital, or alone."""

    def find_in(self, text: str, language: str) -> list[PlaceMention]:
        found: list[PlaceMention] = []
        for name in sorted({place.name for place in PLACES}, key=len, reverse=True):
            for match in re.finditer(
                rf"(?<![\w-]){re.escape(name)}(?:,? (?P<admin>[A-Z]{{2}})\b)?(?![\w-])", text, re.I
            ):
                outcome = self._outcome(name, match["admin"])
                taken = any(each.start < match.end() and match.start() < each.end for each in found)
                if not isinstance(outcome, PlaceUnknown) and not taken and self._believable(text, match):
                    found.append(PlaceMention(match.start(), match.end(), outcome))
        return sorted(found, key=lambda mention: mention.start)

    async def resolve(self, text: str, language: str) -> PlaceOutcome:
        match = re.fullmatch(r"(?P<name>.+?)(?:,? (?P<admin>[A-Z]{2}|[A-Z][\w'-]+(?: [\w'-]+)*))?", text.strip())
        if match is None:
            return PlaceUnknown(text)
        whole = self._outcome(text.strip(), None)
        return self._outcome(match["name"], match["admin"]) if isinstance(whole, PlaceUnknown) else whole

    def _believable(self, text: str, match: re.Match[str]) -> bool:
        if match[0].isdecimal() or _PREPOSITION.match(text[: match.start()]):
            return True
        alone = not text[match.end() :].strip(" .!?;,") or not text[: match.start()].strip(" ;")
        return alone and match[0][0].isupper()

    def _outcome(self, name: str, admin: str | None) -> PlaceFound | PlaceAmbiguous | PlaceUnknown:
        fits = [
            place
            for place in PLACES
            if place.name.lower() == name.lower() and (admin is None or place.admin.lower() == admin.lower())
        ]
        if not fits:
            return PlaceUnknown(name)
        ranked = tuple(sorted(fits, key=lambda place: -place.population))
        return PlaceFound(ranked[0]) if len(ranked) == 1 else PlaceAmbiguous(name, ranked)


def a_product(sku: str, title: str, title_fr: str, brand: str, price: str, category: str = "kitchen") -> Product:
    return Product(sku, title, brand, category, Decimal(price), "USD", localized={"title_fr": title_fr})


PRODUCTS = (
    a_product("PC-6", "Seb Pressure Cooker 6 L", "Autocuiseur Seb 6 L", "Seb", "79.00"),
    a_product("PC-8", "Tefal Pressure Cooker 8 L", "Autocuiseur Tefal 8 L", "Tefal", "99.90"),
    a_product("TO-2", "Brill Toaster 2 slices", "Grille-pain Brill 2 tranches", "Brill", "24.50"),
    a_product("KE-1", "Brill Kettle 1.7 L", "Bouilloire Brill 1,7 L", "Brill", "31.00"),
    a_product("EP-9", "Nuvo AirPods wireless earphones", "Écouteurs sans fil AirPods Nuvo", "Nuvo", "149.00", "audio"),
)


class FakeCatalogue:
    """Every word of the query must be in a title, plurals aside; "slow" words find similar things only."""

    def __init__(self, products: Sequence[Product] = PRODUCTS) -> None:
        self.products = {product.sku: product for product in products}
        self.asked: list[str] = []
        self.degraded: tuple[str, ...] = ()
        self.similar_for: dict[str, tuple[str, ...]] = {}
        self.corrections: dict[str, str] = {}

    async def find(self, q: str, *, limit: int, filters: Filters) -> MatchSet:
        self.asked.append(q)
        if q.upper() in self.products:
            return self._answer(q, Tier.IDENTIFIER, [self.products[q.upper()]], filters, limit)
        if q in self.similar_for:
            return self._answer(q, Tier.SIMILAR, [self.products[sku] for sku in self.similar_for[q]], filters, limit)
        corrected = self.corrections.get(q)
        found = [product for product in self.products.values() if self._fits(corrected or q, product)]
        tier = Tier.CORRECTED if corrected else Tier.ALL_TERMS
        return replace(self._answer(q, tier, found, filters, limit), corrected=corrected)

    async def get(self, skus: Sequence[str]) -> dict[str, Product]:
        return {sku: self.products[sku] for sku in skus if sku in self.products}

    def _fits(self, q: str, product: Product) -> bool:
        said = f"{product.title} {product.title_in('fr')}".lower().replace("6 l", "6l").replace("8 l", "8l").split()
        wanted = re.sub(r"(\d) ?(?:l|litres?)\b", r"\1l", q.lower()).split()
        wanted = [word for word in wanted if word not in ("de", "le", "la")]
        return bool(wanted) and all(any(word.rstrip("s") == each.rstrip("s") for each in said) for word in wanted)

    def _answer(self, q: str, tier: Tier, found: list[Product], filters: Filters, limit: int) -> MatchSet:
        low, high = filters.price_min or Decimal(0), filters.price_max or Decimal("Infinity")
        fitting = [product for product in found if product.price is not None and low <= product.price <= high]
        hits = tuple(ProductHit(product, 1.0, tier) for product in fitting[:limit])
        return MatchSet(q, tier if hits else None, hits, len(hits), degraded=self.degraded)


def a_store(store_id: str, name: str, city: str, lat: float, lon: float, **details: object) -> Store:
    given = {"timezone": "Europe/Paris" if lon > -20 else "America/Chicago", "postal_code": "00000", **details}
    return Store(store_id, name, lat, lon, city=city, **given)  # type: ignore[arg-type]  # details are the test's own


STORES = (
    a_store("S1", "Chicago Loop", "Chicago", 41.8837, -87.6289, phone="+1 312 555 0101", address="1 State St"),
    a_store("S2", "Chicago Union Square", "Chicago", 41.9000, -87.6500, hours="Mo-Su 09:00-21:00"),
    a_store("S3", "Evanston", "Evanston", 42.0451, -87.6877),
    a_store("S4", "Lyon Part-Dieu", "Lyon", 45.7610, 4.8570, phone="+33 4 00 00 00 01", address="17 rue Servient"),
    a_store("S5", "Lyon Bellecour", "Lyon", 45.7570, 4.8320),
    a_store("S6", "Saint-Étienne", "Saint-Étienne", 45.4397, 4.3872),
    a_store("S7", "Boston", "Boston", 42.3601, -71.0589),
)


@dataclass
class FakeWorld:
    """The one stock that shelves and holds look at, so that a hold is seen on the shelf."""

    stock: dict[tuple[str, str], int] = field(default_factory=dict)
    prices: dict[tuple[str, str], Decimal] = field(default_factory=dict)  # stores' own
    stores: tuple[Store, ...] = STORES

    def available(self, store_id: str, sku: str) -> int:
        return self.stock.get((store_id, sku), 0)


class FakeShelves:
    """Brute force over the world's stock."""

    def __init__(self, world: FakeWorld) -> None:
        self._world = world

    async def nearest(
        self, products: Sequence[Product], origin: Coordinates, *, quantity: int, radius_km: float, limit: int
    ) -> AvailabilityAnswer:
        ranked = sorted((self._distance(store, origin), store.store_id, store) for store in self._world.stores)
        givers, skipped = [], []
        for km, _, store in ranked:
            items = tuple(self._item(store, product) for product in products)
            enough = tuple(item for item in items if item.available >= quantity)
            if enough:
                givers.append(StoreAvailability(store, km, NOW, enough))
            elif km <= radius_km:
                skipped.append(Skipped(store.store_id, store.name, km, SkipReason.OUT_OF_STOCK))
        within = [giver for giver in givers if giver.distance_km <= radius_km]
        reach = within[:limit][-1].distance_km if within else radius_km
        return AvailabilityAnswer(
            tuple(within[:limit]),
            tuple(each for each in skipped if each.distance_km <= reach)[:5],
            givers[0] if givers and not within else None,
            len(within),
            None,
            NOW,
        )

    async def at_store(
        self, products: Sequence[Product], store_id: str, *, origin: Coordinates | None
    ) -> StoreAvailability | None:
        store = next((store for store in self._world.stores if store.store_id == store_id), None)
        if store is None:
            return None
        km = self._distance(store, origin) if origin else 0.0
        return StoreAvailability(store, km, NOW, tuple(self._item(store, product) for product in products))

    def _distance(self, store: Store, origin: Coordinates) -> float:
        return float(distances_km(origin, np.array([store.lat]), np.array([store.lon]))[0])

    def _item(self, store: Store, product: Product) -> ItemAvailability:
        available = self._world.available(store.store_id, product.sku)
        level = Level.OUT if available == 0 else Level.LOW if available < 3 else Level.IN_STOCK
        price = self._world.prices.get((store.store_id, product.sku), product.price)
        return ItemAvailability(product, available, level, price=price)


class FakeStores:
    def __init__(self, world: FakeWorld) -> None:
        self._world = world

    async def get(self, store_id: str) -> Store | None:
        return next((store for store in self._world.stores if store.store_id == store_id), None)

    async def search(self, text: str, *, origin: Coordinates | None, limit: int) -> tuple[Store, ...]:
        words = text.lower().replace("-", " ").split()
        fitting = [
            store
            for store in self._world.stores
            if all(word in f"{store.name} {store.city}".lower().replace("-", " ").split() for word in words)
        ]
        if origin:
            shelves = FakeShelves(self._world)
            fitting.sort(key=lambda store: shelves._distance(store, origin))
        return tuple(fitting[:limit])

    def opening(self, store: Store, at: datetime) -> OpeningToday | None:
        return OpeningToday("09:00-21:00", open_now=True) if store.hours else None


class FakeHolds:
    """All or nothing, the same answer to the same key, expiry by the clock that the test moves."""

    def __init__(self, world: FakeWorld) -> None:
        self._world = world
        self.now = NOW
        self.placed: list[tuple[str, str, int]] = []
        self._holds: dict[str, Hold] = {}
        self._by_key: dict[str, HoldPlaced | InsufficientStock] = {}
        self.askers: list[Asker] = []
        self.limit: LimitReached | None = None

    async def place(
        self, store_id: StoreId, lines: Sequence[HoldLine], *, idempotency_key: str, asker: Asker, ttl_seconds: int
    ) -> HoldPlaced | InsufficientStock | LimitReached:
        await asyncio.sleep(0)
        self.askers.append(asker)
        if self.limit is not None:
            return self.limit
        if idempotency_key in self._by_key:
            return replace(self._by_key[idempotency_key], replayed=True)
        short = tuple(
            LineShortage(store_id, line.sku, line.quantity, self._world.available(store_id, line.sku), carried=True)
            for line in lines
            if self._world.available(store_id, line.sku) < line.quantity
        )
        outcome = InsufficientStock(store_id, short) if short else self._take(store_id, lines, ttl_seconds)
        self._by_key[idempotency_key] = outcome
        return outcome

    def _take(self, store_id: StoreId, lines: Sequence[HoldLine], ttl_seconds: int) -> HoldPlaced:
        for line in lines:
            self._world.stock[store_id, line.sku] -= line.quantity
            self.placed.append((store_id, line.sku, line.quantity))
        hold = Hold(
            HoldId("H" + secrets.token_hex(13).upper()),
            HoldState.HELD,
            store_id,
            tuple(HeldLine(line.sku, line.quantity, line.quantity) for line in lines),
            None,
            self.now,
            self.now,
            self.now + timedelta(seconds=ttl_seconds),
        )
        self._holds[hold.hold_id] = hold
        return HoldPlaced(hold)

    async def show(self, hold_id: HoldId) -> Hold | HoldNotFound:
        return self._holds.get(hold_id, HoldNotFound(hold_id))

    async def cancel(self, hold_id: HoldId, *, principal: str) -> ChangeOutcome:
        hold = self._holds.get(hold_id)
        if hold is None:
            return HoldNotFound(hold_id)
        if hold.state is HoldState.HELD:
            for line in hold.lines:
                self._world.stock[hold.store_id, line.sku] += line.held
        self._holds[hold_id] = replace(hold, state=HoldState.CANCELLED, expires_at=None)
        return HoldChanged(self._holds[hold_id])


class FakeMemory:
    """Conversations in a dictionary; `lose_next_save` plays a crash between acting and saving."""

    def __init__(self) -> None:
        self.conversations: dict[str, Conversation] = {}
        self.answers: dict[tuple[str, str], TurnAnswer] = {}
        self.lose_next_save = False
        self._locks: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def exclusive(self, conversation_id: str, *, wait_seconds: float) -> AsyncIterator[bool]:
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        try:
            await asyncio.wait_for(lock.acquire(), wait_seconds)
        except TimeoutError:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    async def recall(self, conversation_id: str, message_id: str) -> Remembered:
        return Remembered(self.answers.get((conversation_id, message_id)), self.conversations.get(conversation_id))

    async def keep(self, conversation: Conversation, answer: TurnAnswer) -> None:
        if self.lose_next_save:
            self.lose_next_save = False
            raise ConnectionError("lost on purpose")
        self.conversations[conversation.conversation_id] = conversation
        self.answers[conversation.conversation_id, answer.message_id] = answer


@dataclass
class FakePorts:
    """All fakes over one world."""

    world: FakeWorld

    def __post_init__(self) -> None:
        self.catalogue = FakeCatalogue()
        self.shelves = FakeShelves(self.world)
        self.stores = FakeStores(self.world)
        self.places = FakePlaces()
        self.holds = FakeHolds(self.world)

    @property
    def all(self) -> Ports:
        return Ports(self.catalogue, self.shelves, self.stores, self.places, self.holds)
