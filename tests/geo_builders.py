"""What tests about places share: the built gazetteer, chains of stores, and outcomes in short."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache

from geo.chain import ChainTowns
from geo.errors import GeocoderFailed
from geo.gazetteer import Gazetteer
from geo.models import Coordinates, Place, PlaceAmbiguous, PlaceFound, PlaceKind, PlaceOutcome
from geo.spelling import fold


@dataclass(frozen=True)
class StoreHere:
    """As much of a store as places need."""

    name: str
    city: str
    region: str
    country: str
    lat: float
    lon: float


PARIS = StoreHere("Acme Paris", "Paris", "Île-de-France", "FR", 48.86, 2.35)
LYON = StoreHere("Acme Lyon Part-Dieu", "Lyon", "Auvergne-Rhône-Alpes", "FR", 45.76, 4.86)
SAINT_DENIS = StoreHere("Acme Saint-Denis", "Saint-Denis", "Île-de-France", "FR", 48.93, 2.36)
CHICAGO = StoreHere("Acme Loop", "Chicago", "IL", "US", 41.88, -87.63)
PARIS_TEXAS = StoreHere("Acme Paris Crossing", "Paris", "TX", "US", 33.66, -95.55)
SPRINGFIELD_IL = StoreHere("Acme Springfield", "Springfield", "IL", "US", 39.8, -89.65)
DALLAS = StoreHere("Acme Galleria", "Dallas", "TX", "US", 32.78, -96.8)


def a_chain(*stores: StoreHere) -> ChainTowns:
    """The towns of a chain with these stores."""
    return ChainTowns.from_stores(stores)


@cache
def the_gazetteer() -> Gazetteer:
    """The built file, opened once."""
    return Gazetteer.load()


def short(outcome: PlaceOutcome) -> str | list[str] | None:
    """The label found, the labels to choose from, or None."""
    match outcome:
        case PlaceFound(place):
            return place.label
        case PlaceAmbiguous(_, choices):
            return [place.label for place in choices]
        case _:
            return None


class FakeGeocoder:
    """An honest geocoder of a few towns: knows, does not know, or fails; counts how often it was asked."""

    def __init__(self, *places: Place, failing: bool = False) -> None:
        self.places = places
        self.failing = failing
        self.asked: list[tuple[str, str]] = []

    async def locate(self, text: str, language: str) -> tuple[Place, ...]:
        self.asked.append((text, language))
        if self.failing:
            raise GeocoderFailed("out of order")
        return tuple(place for place in self.places if text and fold(text) in fold(place.label))


def an_address(label: str, lat: float, lon: float, country: str = "US") -> Place:
    """A place as a geocoder gives it."""
    return Place(label.partition(",")[0], "", country, PlaceKind.ADDRESS, Coordinates(lat, lon), 0, label)


def slowness() -> float:
    """How much slower than a quiet machine this one is now, at least 1: the bound is for a quiet one."""
    took = []
    for _ in range(5):
        start = time.perf_counter()
        sum(range(100_000))
        took.append(time.perf_counter() - start)
    return max(1.0, sorted(took)[2] / 0.003)
