"""Places as values: coordinates, a place, the outcomes of looking one up. Order is always (lat, lon), in degrees."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A point on the earth; 0, 0 is a place like any other."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        for name, value, limit in (("lat", self.lat, 90.0), ("lon", self.lon, 180.0)):
            if isinstance(value, bool) or not math.isfinite(value) or abs(value) > limit:
                raise ValueError(f"{name} must be a finite number from {-limit:g} to {limit:g}")


class PlaceKind(StrEnum):
    CITY = "city"
    DISTRICT = "district"
    POSTAL_CODE = "postal_code"
    STORE = "store"
    TOWN = "town"  # a town known only from the retailer's own stores
    ADDRESS = "address"  # anything that an online geocoder found


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to measure distances from. `label` is what a person is shown: "Springfield, IL"."""

    name: str
    admin: str  # state, region or department; may be empty
    country: str  # ISO 3166 alpha-2; may be empty
    kind: PlaceKind
    coordinates: Coordinates
    population: int  # 0 when unknown
    label: str


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """`corrected` says that the words were not spelt like `place.name`: whoever shows it must say so."""

    place: Place
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class PlaceAmbiguous:
    """Several places fit; `choices` are ranked, most likely first. `corrected` as in PlaceFound."""

    text: str
    choices: tuple[Place, ...]
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class PlaceUnknown:
    """Nothing fits. `geocoder_failed` says that the online geocoder was asked and did not answer."""

    text: str
    geocoder_failed: bool = False


PlaceOutcome = PlaceFound | PlaceAmbiguous | PlaceUnknown


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place named inside a sentence: text[start:end], without the preposition before it."""

    start: int
    end: int
    outcome: PlaceFound | PlaceAmbiguous
