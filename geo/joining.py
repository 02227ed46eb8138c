"""Set-up time only: which records mean one town, and the state or department that a record lies in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from geo import spelling
from geo.distance import roughly_km
from geo.models import PlaceKind
from geo.sources import City, Postcode

US_LIKE = ("US", "PR", "VI", "GU", "AS", "MP")
# Overseas parts of France have ISO codes of their own; their department numbers start their postcodes.
OVERSEAS = {"GP": "971", "MQ": "972", "GF": "973", "RE": "974", "PM": "975", "YT": "976", "BL": "977", "MF": "978"}
FR_LIKE = ("FR", *OVERSEAS)
_SAME_TOWN_KM = 20.0
_SAME_NAME_KM = 30.0

key_of = lru_cache(maxsize=None)(spelling.key_of)


@dataclass(slots=True)
class Row:
    """A place as it goes into the index."""

    name: str
    country: str
    admin: str
    kind: PlaceKind
    lat: float
    lon: float
    population: int
    keys: set[str] = field(default_factory=set)
    alternate_keys: set[str] = field(default_factory=set)


class Admins:
    """The state, department or region that a city is shown with."""

    def __init__(self, postcodes: Iterable[Postcode], states: Mapping[str, str], provinces: Mapping[str, str]) -> None:
        self._states = states
        self._provinces = provinces
        self._by_name: dict[tuple[str, str], list[Postcode]] = defaultdict(list)
        self._by_square: dict[tuple[int, int], list[Postcode]] = defaultdict(list)
        for code in postcodes:
            self._by_name[code.country, code.city.casefold()].append(code)
            if code.country == "FR":
                self._by_square[round(code.lat * 5), round(code.lon * 5)].append(code)

    def of_postcode(self, code: Postcode) -> str:
        if code.country == "US":
            return self._states.get(code.admin_name, "")
        if code.country in FR_LIKE:
            return department(code.code)
        return code.country if code.country in US_LIKE else ""

    def of_city(self, city: City) -> str:
        if city.country == "US":
            return city.admin
        if city.country in US_LIKE:
            return city.country
        if city.country in OVERSEAS:
            return OVERSEAS[city.country]
        if city.country == "CA":
            return self._provinces.get(city.admin, "")
        near = self._nearest(city)
        if city.country == "FR":
            return department(near.code) if near else ""
        return near.admin_name if near and near.admin_name != city.name else ""

    def _nearest(self, city: City) -> Postcode | None:
        named = self._by_name.get((city.country, city.name.casefold()), [])
        square = (round(city.lat * 5), round(city.lon * 5))
        around = [
            code for dy in (-1, 0, 1) for dx in (-1, 0, 1) for code in self._by_square[square[0] + dy, square[1] + dx]
        ]
        for candidates, limit_km in ((named, _SAME_NAME_KM), (around if city.country == "FR" else [], _SAME_NAME_KM)):
            scored = [(roughly_km(city.lat, city.lon, code.lat, code.lon), code.code, code) for code in candidates]
            best = min(scored, key=lambda item: item[:2], default=None)
            if best and best[0] <= limit_km:
                return best[2]
        return None


def department(code: str) -> str:
    """The department of a French postcode."""
    if code.startswith("97"):
        return code[:3]
    if code.startswith("20"):
        return "2A" if code < "20200" else "2B"
    return code[:2]


class Towns:
    """Towns by country, admin and name; records of the same town are joined."""

    def __init__(self) -> None:
        self._towns: dict[tuple[str, str, str], list[Row]] = defaultdict(list)

    def add(self, row: Row) -> None:
        key = key_of(row.name)
        if not key:
            return
        there = self._towns[row.country, row.admin, key]
        for known in there:
            if roughly_km(known.lat, known.lon, row.lat, row.lon) <= _SAME_TOWN_KM:
                if row.population > known.population:
                    row.keys |= known.keys
                    row.alternate_keys |= known.alternate_keys
                    there[there.index(known)] = row
                return
        there.append(row)

    def find(self, country: str, admin: str, name: str) -> Row | None:
        there = self._towns.get((country, admin, key_of(name)))
        return max(there, key=lambda row: row.population) if there else None

    def rows(self) -> list[Row]:
        return [row for rows in self._towns.values() for row in rows]
