"""Set-up time only: `python -m geo.build [OUT]` makes the gazetteer file, once for given sources and code."""

from __future__ import annotations

import argparse
import gc
import hashlib
import sys
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from babel import Locale

from geo import index_file
from geo.assembly import assemble
from geo.distance import roughly_km
from geo.errors import GazetteerBuildFailed
from geo.gazetteer_file import ALTERNATE_BIT, KINDS, NO_NEIGHBOUR, default_path
from geo.joining import FR_LIKE, US_LIKE, Row
from geo.models import PlaceKind
from geo.sources import Sources, fetch
from geo.spelling import key_of
from geo.typos import MAX_KEY_LENGTH, MIN_KEY_LENGTH, deletions

_BIG_TOWN = 40_000
_DEFAULT_WHEELS = Path(".cache/gazetteer")
_MADE_OF = (
    "assembly.py",
    "build.py",
    "index_file.py",
    "joining.py",
    "models.py",
    "names.toml",
    "sources.py",
    "sources.txt",
)
_TYPO_COUNTRIES = frozenset({*US_LIKE, *FR_LIKE, "CA", "GB", "BE", "CH", "LU", "MC", "IE"})

Names = Mapping[str, Any]


def build(out: Path, wheels: Path) -> bool:
    """Make the file unless the one that is there was made from the same inputs; says whether it was made."""
    inputs = inputs_digest()
    if out.exists() and _digest_in(out) == inputs:
        return False
    names: Names = tomllib.loads((resources.files("geo") / "names.toml").read_text())
    write(out, fetch(wheels), names, inputs)
    return True


def write(out: Path, sources: Sources, names: Names, inputs: str) -> None:
    """Make the file from these sources and names; the same ones give the same bytes."""
    gc.disable()  # millions of small objects that live until the end
    try:
        rows = [*assemble(sources, names["provinces"], names["local_names"]), *_districts(names)]
        meta = {**_meta(sources, names, rows), "inputs": inputs}
        index_file.write(out, _arrays(rows, names, meta), meta)
    finally:
        gc.enable()


def inputs_digest() -> str:
    """Changes whenever the file has to be built again."""
    digest = hashlib.sha256()
    for name in (*_MADE_OF, "spelling.py", "typos.py"):
        digest.update(name.encode() + (resources.files("geo") / name).read_bytes())
    return digest.hexdigest()


def _digest_in(path: Path) -> str | None:
    try:
        return str(index_file.IndexFile(path).meta.get("inputs"))
    except (ValueError, OSError):
        return None


def _districts(names: Names) -> list[Row]:
    return [
        Row(
            each["name"],
            each["country"],
            each["admin"],
            PlaceKind.DISTRICT,
            each["lat"],
            each["lon"],
            0,
            keys={key_of(key) for key in each["keys"]},
        )
        for each in names["districts"]
    ]


def _meta(sources: Sources, names: Names, rows: Sequence[Row]) -> dict[str, Any]:
    """Countries, and the words that may follow a town: each means some (country, admin) pairs."""
    qualifiers: dict[str, set[tuple[str, str]]] = defaultdict(set)
    countries: dict[str, list[str]] = {}
    english, french = Locale("en").territories, Locale("fr").territories
    for code, row in sorted(sources.countries().items()):
        countries[code] = [str(english.get(code, row["name"])), str(french.get(code, row["name"]))]
        for name in (code, row["name"], *countries[code]):
            qualifiers[key_of(name)].add((code, ""))
    for name, code in names["countries"].items():
        qualifiers[key_of(name)].add((code, ""))
    for code, name in sources.us_states().items():
        qualifiers[key_of(code)].add(("US", code))
        qualifiers[key_of(name)].add(("US", code))
    for number, (name, region) in names["departments"].items():
        for key in (number, name, region):
            qualifiers[key_of(key)].add(("FR", number))
    for code, name in names["provinces"].values():
        qualifiers[key_of(code)].add(("CA", code))
        qualifiers[key_of(name)].add(("CA", code))
    for place in rows:
        if place.admin and place.country not in (*US_LIKE, *FR_LIKE, "CA"):
            qualifiers[key_of(place.admin)].add((place.country, place.admin))
    return {"countries": countries, "qualifiers": {key: sorted(value) for key, value in qualifiers.items() if key}}


def _arrays(rows: Sequence[Row], names: Names, meta: dict[str, Any]) -> dict[str, npt.NDArray[Any]]:
    """The columns of the places, and the sorted keys with the places of each. Adds the numbered names to meta."""
    admins, countries = sorted({row.admin for row in rows}), sorted({row.country for row in rows})
    admin_numbers = {admin: number for number, admin in enumerate(admins)}
    country_numbers = {country: number for number, country in enumerate(countries)}
    meta["admins"], meta["country_codes"] = admins, countries
    places_of = _places_of_keys(rows, names)
    keys = sorted(places_of, key=str.encode)
    entries = [places_of[key] for key in keys]
    typo_hashes, typo_keys = _typos(keys, entries, rows)
    return {
        **index_file.texts_arrays("names", [row.name for row in rows]),
        **index_file.texts_arrays("keys", keys),
        "admin": np.array([admin_numbers[row.admin] for row in rows], np.uint16),
        "country": np.array([country_numbers[row.country] for row in rows], np.uint16),
        "kind": np.array([KINDS.index(row.kind) for row in rows], np.uint8),
        "lat_e5": np.array([round(row.lat * 1e5) for row in rows], np.int32),
        "lon_e5": np.array([round(row.lon * 1e5) for row in rows], np.int32),
        "population": np.array([row.population for row in rows], np.uint32),
        "entry_ends": np.cumsum([len(entry) for entry in entries], dtype=np.uint32),
        "entries": np.array([place for entry in entries for place in entry], np.uint32),
        "neighbour": _neighbours(rows),
        "typo_hashes": typo_hashes,
        "typo_keys": typo_keys,
    }


def _neighbours(rows: Sequence[Row]) -> npt.NDArray[np.uint32]:
    """For places that share name, state and country with another: the nearest big town, to tell them apart by."""
    alike: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    big: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        if row.kind is not PlaceKind.POSTAL_CODE:
            alike[row.country, row.admin, key_of(row.name)].append(number)
        if row.population >= _BIG_TOWN:
            big[row.country].append(number)
    neighbours = np.full(len(rows), NO_NEIGHBOUR, np.uint32)
    for (country, _, _), numbers in alike.items():
        for number in numbers if len(numbers) > 1 else ():
            here = rows[number]
            others = [each for each in big[country] if rows[each].name != here.name]
            if others:
                neighbours[number] = min(
                    others, key=lambda each: (roughly_km(here.lat, here.lon, rows[each].lat, rows[each].lon), each)
                )
    return neighbours


def _places_of_keys(rows: Sequence[Row], names: Names) -> dict[str, list[int]]:
    """Key → places that go by it, the biggest first; places that go by it in another language last."""
    primary: dict[str, set[int]] = defaultdict(set)
    alternate: dict[str, set[int]] = defaultdict(set)
    for number, row in enumerate(rows):
        for key in row.keys:
            primary[key].add(number)
        for key in row.alternate_keys:
            alternate[key].add(number)
    for key, target in names["nicknames"].items():
        primary[key_of(key)].add(_target(target, primary, rows))

    def by_size(number: int) -> tuple[int, int]:
        return -rows[number].population, number

    return {
        key: sorted(primary[key], key=by_size)
        + [number | ALTERNATE_BIT for number in sorted(alternate.get(key, set()) - primary[key], key=by_size)]
        for key in sorted({*primary, *alternate})
        if key
    }


def _target(target: str, primary: Mapping[str, set[int]], rows: Sequence[Row]) -> int:
    name, _, qualifier = target.rpartition(", ")
    named = primary.get(key_of(name), set())
    found = [number for number in named if qualifier in (rows[number].admin, rows[number].country)]
    if not found:
        raise GazetteerBuildFailed(f"names.toml: no place is called {target!r}")
    return max(found, key=lambda number: rows[number].population)


def _typos(
    keys: Sequence[str], entries: Sequence[Sequence[int]], rows: Sequence[Row]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Hashes of every known town's name with letters left out, so that misspelt ones meet theirs."""
    hashes: list[int] = []
    numbers: list[int] = []
    for number, key in enumerate(keys):
        biggest = entries[number][0]
        if biggest & ALTERNATE_BIT or not MIN_KEY_LENGTH <= len(key) <= MAX_KEY_LENGTH:
            continue
        row = rows[biggest]
        if row.population >= (5_000 if row.country in _TYPO_COUNTRIES else 100_000):
            leftovers = deletions(key)
            hashes += leftovers
            numbers += [number] * len(leftovers)
    pairs = np.sort(np.array(hashes, np.uint64) << np.uint64(32) | np.array(numbers, np.uint64))
    return (pairs >> np.uint64(32)).astype(np.uint32), (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; prints one line."""
    parser = argparse.ArgumentParser(prog="python -m geo.build", description="Build the offline gazetteer.")
    parser.add_argument("out", nargs="?", type=Path, default=default_path(), help="file to write")
    parser.add_argument("--wheels", type=Path, default=_DEFAULT_WHEELS, help="where the sources are kept between runs")
    options = parser.parse_args(arguments)
    try:
        made = build(options.out, options.wheels)
    except GazetteerBuildFailed as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    size_mb = options.out.stat().st_size / 1e6
    print(f"gazetteer {'built' if made else 'up to date'}: {options.out} ({size_mb:.1f} MB)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
