"""Where the retailer is: the towns and names of its own stores, which say what a place name most likely means here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from geo.spelling import key_of
from geo.typos import edits_between

_SHARED_WORD_PART = 0.6  # a first word shared by so many stores is the chain's own name


_US = frozenset({"US", "PR", "VI", "GU", "AS", "MP"})
_FRANCE = frozenset({"FR", "GP", "MQ", "GF", "RE", "PM", "YT", "BL", "MF"})


def sovereign(country: str) -> str:
    """The country that a place belongs to, where its overseas parts have codes of their own."""
    return "US" if country in _US else "FR" if country in _FRANCE else country


class StoreLike(Protocol):
    """What is needed of a store."""

    @property
    def name(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...


@dataclass(frozen=True, slots=True)
class ChainPlace:
    """A town with stores, or one store."""

    name: str
    city: str
    region: str
    country: str
    lat: float
    lon: float


@dataclass(frozen=True)
class ChainTowns:
    """The stores' towns and names by key. Immutable: make a new one when the stores change."""

    towns: dict[str, tuple[ChainPlace, ...]]
    stores: dict[str, tuple[ChainPlace, ...]]
    countries: frozenset[str]
    points: npt.NDArray[np.float64]  # unit vectors of all stores, one per column

    @classmethod
    def from_stores(cls, stores: Iterable[StoreLike]) -> ChainTowns:
        """Reads the stores once; the order does not matter."""
        all_stores = list(stores)
        own_name = _own_name([key_of(store.name) for store in all_stores])
        named: dict[str, list[ChainPlace]] = defaultdict(list)
        grouped: dict[tuple[str, str, str], list[StoreLike]] = defaultdict(list)
        for store in all_stores:
            country = store.country.strip().upper()
            grouped[key_of(store.city), key_of(store.region), country].append(store)
            place = ChainPlace(store.name, store.city, store.region, country, store.lat, store.lon)
            for key in _store_keys(key_of(store.name), key_of(store.city), own_name):
                named[key].append(place)
        towns: dict[str, list[ChainPlace]] = defaultdict(list)
        for (key, _, country), group in grouped.items():
            first = min(group, key=lambda store: (store.city, store.region))
            lat = sum(store.lat for store in group) / len(group)
            nearest = min(group, key=lambda store: (abs(store.lat - lat), store.lat, store.lon))
            towns[key].append(ChainPlace(first.city, first.city, first.region, country, nearest.lat, nearest.lon))
        return cls(
            towns={key: tuple(places) for key, places in towns.items() if key},
            stores={key: tuple(places) for key, places in named.items()},
            countries=frozenset(country for _, _, country in grouped if country),
            points=unit_vectors([store.lat for store in all_stores], [store.lon for store in all_stores]),
        )

    def nearest_km(self, lats: Sequence[float], lons: Sequence[float]) -> npt.NDArray[np.float64]:
        """Roughly how far the nearest store is from each point; infinite where there are no stores."""
        if not self.points.shape[1]:
            return np.full(len(lats), np.inf)
        cosines = unit_vectors(lats, lons).T @ self.points
        result: npt.NDArray[np.float64] = np.arccos(np.clip(cosines.max(axis=1), -1, 1)) * 6371.0
        return result

    def near(self, key: str) -> list[str]:
        """Town keys that this one may be a misspelling of, the nearest spelling only."""
        alike = self._by_first_letter.get(key[:1], ())
        found = [(edits, town) for town in alike if (edits := edits_between(key, town)) is not None]
        fewest = min((edits for edits, _ in found), default=0)
        return sorted(town for edits, town in found if edits == fewest)

    def longest(self, keys: Sequence[str]) -> int:
        """How many of these words, from the first on, name a town or store; 0 when none."""
        longest = self._first_words.get(keys[0], 0) if keys else 0
        for count in range(min(len(keys), longest), 0, -1):
            joined = " ".join(keys[:count])
            # What is left of a store's name without its town can be any word, so one word is not enough.
            if joined in self.towns or (count > 1 and joined in self.stores):
                return count
        return 0

    @cached_property
    def home_countries(self) -> frozenset[str]:
        """The countries with stores; overseas parts count as the country that they belong to."""
        return frozenset(sovereign(country) for country in self.countries)

    @cached_property
    def _by_first_letter(self) -> dict[str, list[str]]:
        letters: dict[str, list[str]] = defaultdict(list)
        for town in self.towns:
            letters[town[0]].append(town)
        return letters

    @cached_property
    def _first_words(self) -> dict[str, int]:
        """The first word of every name, and how many words the longest name has that starts with it."""
        longest: dict[str, int] = {}
        for key in (*self.towns, *self.stores):
            first, count = key.partition(" ")[0], key.count(" ") + 1
            longest[first] = max(longest.get(first, 0), count)
        return longest


def unit_vectors(lats: Sequence[float], lons: Sequence[float]) -> npt.NDArray[np.float64]:
    """On a sphere, one column per point: for rough distances only, geo.distance is the real one."""
    phi, lam = np.radians(np.asarray(lats, np.float64)), np.radians(np.asarray(lons, np.float64))
    return np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def _own_name(keys: Sequence[str]) -> str:
    """The first word of most stores' names: "Acme Lyon" and "Acme Nice" are both Acme's."""
    firsts = Counter(key.split()[0] for key in keys if " " in key)
    word, count = firsts.most_common(1)[0] if firsts else ("", 0)
    return word if len(keys) > 2 and count >= _SHARED_WORD_PART * len(keys) else ""


def _store_keys(name: str, city: str, own_name: str) -> set[str]:
    """The ways to call a store: all of its name, without the chain's name, without the town's."""
    short = name.removeprefix(f"{own_name} ") if own_name else name
    keys = {name, short}
    if city:
        keys.add(short.removeprefix(f"{city} "))
        keys.add(short.removesuffix(f" {city}"))
    return {key for key in keys if key}
