"""All stores of the chain in process, in the ledger's order, loaded again when the registry's version changes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from geo.distance import EarthPoints
from geo.models import Coordinates
from inventory.keys import Keyspace
from inventory.registry import RegistrySnapshot, StoreRegistry
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients
from search.documents import store_of
from search.folding import fold
from search.models import Store
from search.schema import store_key

#: How alike a name or city must be, of 100.
MIN_NAME_SCORE = 80
STORES_PER_TRIP = 500
MAX_NAME_CHARS = 100


@dataclass(frozen=True, slots=True)
class StoreHit:
    """A store of a list, with its distance where there was a place to measure from."""

    store: Store
    distance_km: float | None = None


@dataclass(frozen=True, slots=True)
class StoreSnapshot:
    """Stores at one version of the registry. Arrays are by ordinal; a store without details is never shown."""

    version: int
    stores: tuple[Store | None, ...] = ()
    aisles: tuple[str, ...] = ()
    ordinals: dict[str, int] = field(default_factory=dict)
    points: EarthPoints = field(default_factory=lambda: EarthPoints([], []))
    is_shop: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    has_pickup: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    #: Place of each store in the order of store ids, which settles equal distances.
    id_rank: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))
    #: What each store can be found by: name, city, both.
    search_texts: tuple[str, ...] = ()

    def by_id(self, store_id: str) -> Store | None:
        ordinal = self.ordinals.get(store_id)
        return None if ordinal is None else self.stores[ordinal]

    def all(self) -> list[Store]:
        return [store for store in self.stores if store is not None]

    def nearest_first(self, places: NDArray[np.intp], distances: NDArray[np.float64]) -> NDArray[np.intp]:
        """Ordinals ordered by distance; equal distances by store id."""
        return places[np.lexsort((self.id_rank[places], distances[places]))]

    def aisle(self, number: int) -> str | None:
        return self.aisles[number - 1] if 0 < number <= len(self.aisles) else None


class StoreDirectory:
    """The one holder of the current snapshot."""

    def __init__(self, clients: RedisClients, keyspace: Keyspace, registry: StoreRegistry) -> None:
        self._redis = clients.reads
        self._keyspace = keyspace
        self._registry = registry
        self._snapshot: StoreSnapshot | None = None
        self._loading = asyncio.Lock()

    @property
    def latest(self) -> StoreSnapshot | None:
        """What was loaded last; None before the first time."""
        return self._snapshot

    async def current(self) -> StoreSnapshot:
        """The snapshot at hand; loaded if there is none yet."""
        return self._snapshot or await self.reload()

    async def at_version(self, version: int) -> StoreSnapshot:
        """A snapshot that fits rows read at this version of the registry."""
        snapshot = await self.current()
        return snapshot if snapshot.version == version else await self.reload(unless_version=version)

    async def reload(self, unless_version: int | None = None) -> StoreSnapshot:
        async with self._loading:
            if self._snapshot is not None and self._snapshot.version == unless_version:
                return self._snapshot
            registry = await self._registry.load()
            ordered = sorted(registry.ordinals, key=registry.ordinals.__getitem__)
            stores = await self._details(ordered)
            with translate_redis_errors("loading aisle labels"):
                labels = await self._redis.lrange(self._keyspace.aisles(), 0, -1)
            self._snapshot = snapshot_of(registry, stores, [_text(label) for label in labels])
            return self._snapshot

    async def _details(self, store_ids: Sequence[str]) -> list[Store | None]:
        stores: list[Store | None] = []
        for first in range(0, len(store_ids), STORES_PER_TRIP):
            pipe = self._redis.pipeline(transaction=False)
            for store_id in store_ids[first : first + STORES_PER_TRIP]:
                pipe.hget(store_key(self._keyspace.namespace, store_id), "card")
            with translate_redis_errors("loading stores"):
                stores.extend(store_of(card) if card else None for card in await pipe.execute())
        return stores


def snapshot_of(registry: RegistrySnapshot, stores: Sequence[Store | None], aisles: Sequence[str]) -> StoreSnapshot:
    ids = sorted(registry.ordinals, key=registry.ordinals.__getitem__)
    return StoreSnapshot(
        version=registry.version,
        stores=tuple(stores),
        aisles=tuple(aisles),
        ordinals=registry.ordinals,
        points=EarthPoints([s.lat if s else 0.0 for s in stores], [s.lon if s else 0.0 for s in stores]),
        is_shop=np.array([s is not None and s.kind == "store" for s in stores], bool),
        has_pickup=np.array([s is not None and s.pickup for s in stores], bool),
        id_rank=np.argsort(np.argsort(np.array(ids, dtype=np.str_), kind="stable")) if ids else np.zeros(0, np.intp),
        search_texts=tuple(_plain(f"{s.name} {s.city or ''}") if s else "" for s in stores),
    )


def find_stores(
    snapshot: StoreSnapshot,
    *,
    q: str | None = None,
    origin: Coordinates | None = None,
    limit: int = 20,
    accept: Callable[[Store], bool] | None = None,
) -> list[StoreHit]:
    """Shops by name or town, best first (nearest first where there is an origin); all of them without words."""
    scores = _scores(snapshot, q) if q and _plain(q[:MAX_NAME_CHARS]) else None
    distances = snapshot.points.distances_km(origin) if origin is not None else None
    places = np.flatnonzero(snapshot.is_shop)
    if scores is not None:
        places = places[scores[places] >= MIN_NAME_SCORE]
    if distances is not None:
        ordered = snapshot.nearest_first(places, distances)
    elif scores is not None:
        ordered = places[np.lexsort((snapshot.id_rank[places], -scores[places]))]
    else:
        ordered = places[np.argsort(snapshot.id_rank[places])]
    found: list[StoreHit] = []
    for place in ordered:
        store = snapshot.stores[place]
        if len(found) == limit:
            break
        if store is not None and (accept is None or accept(store)):
            found.append(StoreHit(store, float(distances[place]) if distances is not None else None))
    return found


def _scores(snapshot: StoreSnapshot, q: str) -> NDArray[np.float64]:
    wanted = _plain(q[:MAX_NAME_CHARS])
    if (ordinal := snapshot.ordinals.get(q.strip())) is not None:  # the id itself
        scores = np.zeros(len(snapshot.stores))
        scores[ordinal] = 100.0
        return scores
    matrix = process.cdist([wanted], snapshot.search_texts, scorer=_alike, dtype=np.float64)
    return np.asarray(matrix[0], dtype=np.float64)


def _plain(text: str) -> str:
    """Folded words without punctuation: "Saint-Denis" is "saint denis"."""
    return " ".join(re.findall(r"\w+", fold(text)))


def _alike(wanted: str, text: str, **_: object) -> float:
    """Every word must be there, give or take a slip; a start of a word will do while someone is typing."""
    said = text.split()
    worst = 100.0
    for word in dict.fromkeys(wanted.split()):
        if worst < MIN_NAME_SCORE:
            break
        best = max((100.0 if part.startswith(word) else fuzz.ratio(word, part) for part in said), default=0.0)
        worst = min(worst, best)
    return worst


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
