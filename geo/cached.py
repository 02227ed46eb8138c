"""A geocoder that remembers answers and misses in Redis, and shares one rate limit with all other processes.

Keys: `<namespace>:geocode:<digest>`, the answer to a text; `<namespace>:geocode:slot`, present while nobody may ask.
"""

from __future__ import annotations

import asyncio
import hashlib
import math

import orjson

from geo.errors import GeocoderFailed
from geo.geocoder import Geocoder
from geo.models import Coordinates, Place, PlaceKind
from geo.spelling import fold
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

_MISS_SECONDS = 86_400  # maps grow: what is unknown today may be known tomorrow
_SHORTEST_WAIT_SECONDS = 0.005


class CachedGeocoder:
    """Asks the inner geocoder only for what nobody has asked lately, and no faster than its operator allows."""

    def __init__(
        self,
        inner: Geocoder,
        clients: RedisClients,
        namespace: str,
        *,
        cache_seconds: int,
        requests_per_second: float,
        longest_wait_seconds: float,
    ) -> None:
        self._inner = inner
        self._clients = clients
        self._prefix = f"{namespace}:geocode:"
        self._cache_seconds = cache_seconds
        self._interval_ms = math.ceil(1000 / requests_per_second)
        self._longest_wait_seconds = longest_wait_seconds

    async def locate(self, text: str, language: str) -> tuple[Place, ...]:
        key = self._key(text, language)
        places = await self._remembered(key)
        if places is None:
            places = await self._wait_for_turn(key)
        if places is None:
            places = await self._inner.locate(text, language)
            await self._remember(key, places)
        return places

    def _key(self, text: str, language: str) -> str:
        asked = " ".join(fold(text).split())
        digest = hashlib.blake2b(f"{language}\0{asked}".encode(errors="replace"), digest_size=16)
        return self._prefix + digest.hexdigest()

    async def _remembered(self, key: str) -> tuple[Place, ...] | None:
        with translate_redis_errors("reading a remembered place"):
            stored = await self._clients.reads.get(key)
        return None if stored is None else tuple(_place(row) for row in orjson.loads(stored))

    async def _remember(self, key: str, places: tuple[Place, ...]) -> None:
        seconds = self._cache_seconds if places else min(self._cache_seconds, _MISS_SECONDS)
        with translate_redis_errors("remembering a place"):
            await self._clients.writes.set(key, orjson.dumps([_row(place) for place in places]), ex=seconds)

    async def _wait_for_turn(self, key: str) -> tuple[Place, ...] | None:
        """Takes the next slot; an answer instead, when somebody else got it meanwhile."""
        slot = f"{self._prefix}slot"
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._longest_wait_seconds
        while True:
            with translate_redis_errors("waiting for the geocoder's turn"):
                if await self._clients.writes.set(slot, b"1", nx=True, px=self._interval_ms):
                    return None
                left_ms = await self._clients.reads.pttl(slot)
            wait_seconds = max(left_ms / 1000, _SHORTEST_WAIT_SECONDS)
            if loop.time() + wait_seconds > deadline:
                raise GeocoderFailed("The geocoder is asked by too many at once")
            await asyncio.sleep(wait_seconds)
            places = await self._remembered(key)
            if places is not None:
                return places


def _row(place: Place) -> list[object]:
    point = place.coordinates
    return [
        place.name,
        place.admin,
        place.country,
        place.kind.value,
        point.lat,
        point.lon,
        place.population,
        place.label,
    ]


def _place(row: list[object]) -> Place:
    name, admin, country, kind, lat, lon, population, label = row
    return Place(
        name=str(name),
        admin=str(admin),
        country=str(country),
        kind=PlaceKind(str(kind)),
        coordinates=Coordinates(float(str(lat)), float(str(lon))),
        population=int(str(population)),
        label=str(label),
    )
