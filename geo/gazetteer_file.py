"""The gazetteer's file as it is read: keys, the places of a key, and the columns of a place."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.errors import GazetteerMissing
from geo.index_file import IndexFile, NotAnIndexFile
from geo.models import PlaceKind
from geo.typos import Spelling, TypoIndex

KINDS: Final = (PlaceKind.CITY, PlaceKind.DISTRICT, PlaceKind.POSTAL_CODE)
ALTERNATE_BIT: Final = 1 << 31
NO_NEIGHBOUR: Final = (1 << 32) - 1
_COLUMNS: Final = ("admin", "country", "kind", "lat_e5", "lon_e5", "population", "neighbour")
_COMMAND = "python -m geo.build"


def default_path() -> Path:
    """Where the built file lives: in the package itself, so that an installed wheel carries it."""
    return Path(__file__).parent / "data" / "gazetteer.bin"


@dataclass(frozen=True, slots=True)
class Entry:
    """A place as the file has it."""

    number: int
    name: str  # for a postal code: the code, a tab and its town
    admin: str
    country: str
    kind: PlaceKind
    lat: float
    lon: float
    population: int
    alternate: bool = False  # known by this key only in another language
    neighbour: str = ""  # the nearest big town, where the country has several places of one name in one state


class GazetteerFile:
    """Reads one place or key at a time; the file stays mapped."""

    def __init__(self, path: Path) -> None:
        try:
            file = IndexFile(path)
            self.countries: dict[str, list[str]] = file.meta["countries"]
            self._admins: list[str] = file.meta["admins"]
            self._country_codes: list[str] = file.meta["country_codes"]
            pairs: dict[str, list[list[str]]] = file.meta["qualifiers"]
        except FileNotFoundError as error:
            raise GazetteerMissing(f"There is no gazetteer at {path}: run `{_COMMAND}`") from error
        except (NotAnIndexFile, KeyError, ValueError) as error:
            raise GazetteerMissing(f"{path} is not a gazetteer of this version: run `{_COMMAND}`") from error
        self.qualifiers = {key: frozenset((pair[0], pair[1]) for pair in value) for key, value in pairs.items()}
        self._keys, self._names = file.texts("keys"), file.texts("names")
        self._entry_ends = file.integers("entry_ends")
        self._entries = file.integers("entries")
        # Sentences are mostly made of the same few thousand words, and most of those start no name at all.
        self._starting_with = lru_cache(maxsize=8192)(self._range_of)
        self._columns = [file.integers(name) for name in _COLUMNS]
        self._admin, self._country = file.array("admin"), file.array("country")
        self._population, self._lat, self._lon = file.array("population"), file.array("lat_e5"), file.array("lon_e5")
        self._typos = TypoIndex(file.array("typo_hashes"), file.array("typo_keys"), self._keys)

    def find(self, key: str) -> list[Entry]:
        """The places that go by this key, the biggest first."""
        encoded = key.encode()
        at = self._first(encoded, 0, len(self._keys))
        return self.places(at) if at < len(self._keys) and self._keys.raw(at) == encoded else []

    def longest(self, keys: list[str]) -> int:
        """How many of these words, from the first on, are a key; 0 when none."""
        low, high = self._starting_with(keys[0]) if keys else (0, 0)
        best, prefix = 0, ""
        for count, key in enumerate(keys, 1):
            prefix = f"{prefix} {key}" if prefix else key
            encoded = prefix.encode()
            low = self._first(encoded, low, high)
            if low >= high:
                break
            found = self._keys.raw(low)
            if found == encoded:
                best = count
            elif not found.startswith(encoded + b" "):  # a space sorts before every letter
                break
            high = self._first(encoded + b"!", low, high)
        return best

    def _range_of(self, word: str) -> tuple[int, int]:
        encoded = word.encode()
        low = self._first(encoded, 0, len(self._keys))
        return low, self._first(encoded + b"!", low, len(self._keys))

    def near(self, key: str) -> list[Spelling]:
        """Keys that this one may be a misspelling of."""
        return self._typos.near(key)

    def key(self, number: int) -> str:
        return self._keys[number]

    def places(self, key_number: int) -> list[Entry]:
        """The places of a key by its number."""
        begin = self._entry_ends[key_number - 1] if key_number else 0
        return [self._entry(value) for value in self._entries[begin : self._entry_ends[key_number]]]

    def biggest_in(self, country: str, admin: str, count: int) -> list[Entry]:
        """The biggest towns of a country, or of one state of it."""
        if country not in self._country_codes or (admin and admin not in self._admins):
            return []
        wanted: npt.NDArray[np.bool_] = self._country == self._country_codes.index(country)
        if admin:
            wanted &= self._admin == self._admins.index(admin)
        numbers = np.flatnonzero(wanted)
        order = np.argsort(-self._population[numbers].astype(np.int64), kind="stable")[:count]
        return [self._entry(int(number)) for number in numbers[order]]

    def _first(self, key: bytes, low: int, high: int) -> int:
        return bisect_left(range(len(self._keys)), key, low, high, key=self._keys.raw)

    def _entry(self, value: int) -> Entry:
        number = value & ~ALTERNATE_BIT
        admin, country, kind, lat_e5, lon_e5, population, neighbour = [column[number] for column in self._columns]
        return Entry(
            number=number,
            name=self._names[number],
            admin=self._admins[admin],
            country=self._country_codes[country],
            kind=KINDS[kind],
            lat=lat_e5 / 1e5,
            lon=lon_e5 / 1e5,
            population=population,
            alternate=bool(value & ALTERNATE_BIT),
            neighbour="" if neighbour == NO_NEIGHBOUR else self._names[neighbour],
        )
