"""How a place is written for a person: "Springfield, IL", "Saint-Denis (93)", "London, Ontario, Canada"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geo.chain import ChainPlace, sovereign
from geo.gazetteer_file import Entry
from geo.models import Coordinates, Place, PlaceKind

Countries = Mapping[str, Sequence[str]]  # code → English name, French name


def place_of_entry(entry: Entry, countries: Countries, language: str) -> Place:
    """A place of the gazetteer, labelled in this language."""
    code, _, town = entry.name.rpartition("\t")
    return Place(
        name=code or entry.name,
        admin=entry.admin,
        country=entry.country,
        kind=entry.kind,
        coordinates=Coordinates(entry.lat, entry.lon),
        population=entry.population,
        label=_label(town, code, entry.admin, entry.country, countries, language) + _near(entry.neighbour, language),
    )


def place_of_chain(place: ChainPlace, kind: PlaceKind, countries: Countries, language: str) -> Place:
    """A store, or a town known only from the stores."""
    label = _label(place.name, "", place.region, place.country, countries, language)
    if kind is PlaceKind.STORE:
        label = f"{place.name} ({place.city})" if place.city and place.city != place.name else place.name
    return Place(place.name, place.region, place.country, kind, Coordinates(place.lat, place.lon), 0, label)


def _near(neighbour: str, language: str) -> str:
    if not neighbour:
        return ""
    return f" (près de {neighbour})" if language == "fr" else f" (near {neighbour})"


def _label(town: str, code: str, admin: str, country: str, countries: Countries, language: str) -> str:
    if sovereign(country) == "US":
        label = f"{town}, {admin}" if admin else town
        return f"{label} {code}" if code else label
    if code:
        return f"{code} {town}"
    if sovereign(country) == "FR":
        return f"{town} ({admin})" if admin else town
    names = countries.get(country, [country, country])
    parts = [town, admin, names[1] if language == "fr" else names[0]]
    return ", ".join(part for part in parts if part)
