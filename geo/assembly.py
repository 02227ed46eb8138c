"""Set-up time only: the sources' cities and postal codes, joined into one list of places with the names they go by."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from geo.distance import roughly_km
from geo.joining import FR_LIKE, US_LIKE, Admins, Row, Towns, key_of
from geo.models import PlaceKind
from geo.sources import City, Postcode, Sources
from geo.typos import edits_between

_WITH_POSTCODES = frozenset({*US_LIKE, *FR_LIKE, "MC"})
# Every settlement of these; of the others only towns.
_WHOLE_COUNTRIES = frozenset({*US_LIKE, *FR_LIKE, "MC", "LU", "BE", "CH", "GB", "IE", "CA"})
_TOWN_POPULATION = 5_000
_ALTERNATES_FROM_POPULATION = 100_000
_BIG_CITY = 100_000
_BIG_CITY_KM = 10.0
_ARRONDISSEMENT = re.compile(r"(Paris|Lyon|Marseille) (\d{1,2})(?:er|e)?")


def assemble(sources: Sources, provinces: Mapping[str, Sequence[str]], local_names: Mapping[str, str]) -> list[Row]:
    """Every place, in a fixed order. Provinces and local names as in names.toml."""
    cities = [_called_locally(city, local_names) for city in sources.cities() if _is_wanted(city)]
    names = {(city.country, city.name.casefold()) for city in cities}
    useful = partial(_is_useful, names)
    postcodes = list(sources.postcodes(useful, sorted(_WITH_POSTCODES)))
    states = {name: code for code, name in sources.us_states().items()}
    towns = Towns()
    admins = Admins(postcodes, states, {number: code for number, (code, _) in provinces.items()})
    quarters = _quarters(cities, postcodes)
    for city in cities:
        row = _row_of(city, admins.of_city(city))
        row.population = 0 if city in quarters else row.population
        towns.add(row)
    local = [code for code in postcodes if code.country in _WITH_POSTCODES]
    _add_towns_of_postcodes(towns, local, admins)
    rows = [*towns.rows(), *_postcode_rows(local, towns, admins)]
    return sorted(rows, key=lambda row: (row.country, row.admin, row.kind, row.name, row.lat, row.lon))


def _called_locally(city: City, local_names: Mapping[str, str]) -> City:
    name = local_names.get(f"{city.name}, {city.country}")
    return replace(city, name=name, alternates=(*city.alternates, city.name)) if name else city


def _is_wanted(city: City) -> bool:
    if city.country == "FR" and _ARRONDISSEMENT.match(city.name):
        return False  # these come with their postcodes
    return city.country in _WHOLE_COUNTRIES or city.population >= _TOWN_POPULATION


def _is_useful(names: set[tuple[str, str]], country: str, code: str, city: str) -> bool:
    if country in _WITH_POSTCODES:
        return code[:5].isdecimal() and len(code) >= 5
    return (country, city.casefold()) in names


def _quarters(cities: Iterable[City], postcodes: Iterable[Postcode]) -> set[City]:
    """Parts of big French cities, such as Gare: found by name, but never more likely than a town of that name."""
    communes = {key_of(code.city) for code in postcodes if code.country == "FR"}
    french = [city for city in cities if city.country == "FR"]
    big = [city for city in french if city.population >= _BIG_CITY and key_of(city.name) in communes]
    return {
        city
        for city in french
        if key_of(city.name) not in communes
        and any(roughly_km(city.lat, city.lon, each.lat, each.lon) <= _BIG_CITY_KM for each in big)
    }


def _row_of(city: City, admin: str) -> Row:
    row = Row(city.name, city.country, admin, PlaceKind.CITY, city.lat, city.lon, city.population)
    row.keys.add(key_of(city.name))
    # Other names of American cities are historic, or those of their parts.
    if city.population >= _ALTERNATES_FROM_POPULATION and city.country not in US_LIKE:
        for other in city.alternates:
            # Capitals are codes of airports; short forms are words of other languages.
            if len(other) >= 4 and max(other) < "\u0250" and not other.isupper():
                row.alternate_keys.add(key_of(other))
        # Near spellings are left to the typo index, which says that it corrected them.
        row.alternate_keys = {key for key in row.alternate_keys if edits_between(key, key_of(city.name)) is None}
    return row


def _add_towns_of_postcodes(towns: Towns, postcodes: Iterable[Postcode], admins: Admins) -> None:
    grouped: dict[tuple[str, str, str], list[Postcode]] = defaultdict(list)
    for code in postcodes:
        admin = admins.of_postcode(code)
        is_district = code.country == "FR" and _ARRONDISSEMENT.fullmatch(code.city)
        if admin and not is_district and "CEDEX" not in code.code:
            grouped[code.country, admin, code.city].append(code)
    for (country, admin, name), codes in sorted(grouped.items(), key=lambda item: item[0]):
        if towns.find(country, admin, name) is None:
            lat, lon = _middle([(code.lat, code.lon, 1.0) for code in codes])
            towns.add(Row(name, country, admin, PlaceKind.CITY, lat, lon, 0, keys={key_of(name)}))


def _postcode_rows(postcodes: Iterable[Postcode], towns: Towns, admins: Admins) -> list[Row]:
    grouped: dict[tuple[str, str], list[Postcode]] = defaultdict(list)
    cedex: dict[tuple[str, str], list[Postcode]] = defaultdict(list)
    for code in postcodes:
        if code.admin_name or code.country != "US":  # military post offices have no state and no place
            (cedex if "CEDEX" in code.code else grouped)[code.country, code.code[:5]].append(code)
    rows = [_postcode_row(country, code, codes, towns, admins) for (country, code), codes in sorted(grouped.items())]
    for (country, number), codes in sorted(cedex.items()):
        if (country, number) not in grouped:
            row = _postcode_row(country, number, codes, towns, admins)
            # Codes of offices that get much post: nobody lives there, so the same code of another country comes first.
            row.keys, row.alternate_keys = set(), row.keys
            rows.append(row)
    return rows


def _postcode_row(country: str, code: str, codes: list[Postcode], towns: Towns, admins: Admins) -> Row:
    districts = [(match, each) for each in codes if (match := _ARRONDISSEMENT.fullmatch(each.city))]
    admin = admins.of_postcode(codes[0])
    if country == "FR" and districts:
        match, found = districts[0]
        number = int(match[2])
        name = f"{code}\t{match[1]} {number}{'er' if number == 1 else 'e'}"
        return Row(name, country, admin, PlaceKind.POSTAL_CODE, found.lat, found.lon, 0, keys={code})
    weighted: list[tuple[int, str, Postcode]] = []
    for each in {each.city: each for each in codes}.values():
        town = towns.find(country, admin, each.city)
        weighted.append((town.population if town else 0, each.city, each))
    biggest = max(weighted, key=lambda item: (item[0], -len(item[1]), item[1]))
    lat, lon = _middle([(each.lat, each.lon, max(100.0, population)) for population, _, each in weighted])
    return Row(f"{code}\t{biggest[1]}", country, admin, PlaceKind.POSTAL_CODE, lat, lon, 0, keys={code})


def _middle(points: list[tuple[float, float, float]]) -> tuple[float, float]:
    total = sum(weight for _, _, weight in points)
    lat = sum(lat * weight for lat, _, weight in points) / total
    return lat, sum(lon * weight for _, lon, weight in points) / total
