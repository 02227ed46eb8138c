"""Where a text is: the gazetteer first, then the online geocoder where one is configured. The package's front door."""

from __future__ import annotations

from collections.abc import AsyncIterator, Container
from contextlib import asynccontextmanager

from geo.cached import CachedGeocoder
from geo.chain import ChainTowns
from geo.distance import distance_km
from geo.errors import GeocoderFailed
from geo.gazetteer import Gazetteer
from geo.geocoder import Geocoder, GeopyGeocoder
from geo.models import Place, PlaceAmbiguous, PlaceFound, PlaceMention, PlaceOutcome, PlaceUnknown
from runtime.errors import BackendUnavailable
from runtime.redis_client import RedisClients
from runtime.settings import Settings

_ONE_PLACE_KM = 30.0
_SHORTEST_TEXT = 3


class PlaceFinder:
    """Resolves places for one retailer. Set `chain` anew when the stores have changed."""

    def __init__(self, gazetteer: Gazetteer, chain: ChainTowns | None, geocoder: Geocoder | None = None) -> None:
        self.chain = chain
        self._gazetteer = gazetteer
        self._geocoder = geocoder

    async def resolve(self, text: str, language: str) -> PlaceOutcome:
        """The outcome for a text. A geocoder that fails is said in the outcome and raises nothing."""
        outcome = self._gazetteer.lookup(text, self.chain, language)
        if self._geocoder is None or not _is_worth_asking(text, outcome):
            return outcome
        try:
            places = await self._geocoder.locate(text, language)
        except (GeocoderFailed, BackendUnavailable):
            return PlaceUnknown(text, geocoder_failed=True) if isinstance(outcome, PlaceUnknown) else outcome
        return _outcome(text, places) if places else outcome

    def find_in(self, text: str, language: str, catalogue_words: Container[str] = frozenset()) -> list[PlaceMention]:
        """The places named inside a sentence, by the gazetteer alone."""
        return self._gazetteer.find_in(text, self.chain, language, catalogue_words)


@asynccontextmanager
async def open_place_finder(
    settings: Settings, clients: RedisClients, gazetteer: Gazetteer, chain: ChainTowns | None
) -> AsyncIterator[PlaceFinder]:
    """A finder with the geocoder of the settings, or with none; closes its connections at the end."""
    if settings.geocoder == "off":
        yield PlaceFinder(gazetteer, chain)
        return
    online = GeopyGeocoder(
        settings.geocoder,
        user_agent=settings.geocoder_user_agent,
        timeout_seconds=settings.geocoder_timeout_seconds,
        domain=settings.geocoder_domain,
    )
    cached = CachedGeocoder(
        online,
        clients,
        settings.namespace,
        cache_seconds=settings.geocoder_cache_seconds,
        requests_per_second=settings.geocoder_requests_per_second,
        longest_wait_seconds=settings.geocoder_timeout_seconds,
    )
    try:
        yield PlaceFinder(gazetteer, chain, cached)
    finally:
        await online.aclose()


def _is_worth_asking(text: str, outcome: PlaceOutcome) -> bool:
    if isinstance(outcome, PlaceUnknown):
        return sum(char.isalnum() for char in text) >= _SHORTEST_TEXT
    return isinstance(outcome, PlaceFound) and outcome.corrected


def _outcome(text: str, places: tuple[Place, ...]) -> PlaceOutcome:
    """The first place when the others are about there too; a choice when they are not."""
    first = places[0]
    if all(distance_km(first.coordinates, other.coordinates) <= _ONE_PLACE_KM for other in places[1:]):
        return PlaceFound(first)
    return PlaceAmbiguous(text, places)
