"""One row of the stores feed as a `Store`. Pure."""

import re
from functools import lru_cache
from zoneinfo import available_timezones

import phonenumbers
from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # missing in its stub

from geo.models import Coordinates
from indexing.records import MAX_NAME_CHARACTERS, Row
from search.models import Store, StoreKind

MAX_SERVICES = 50
MAX_HOURS_CHARACTERS = 1_000

_DEGREES = re.compile(r"[+-]?\d{1,3}(?:[.,]\d{1,20})?(?:[eE]-\d{1,2})?")
_KINDS: dict[str, StoreKind] = {"": "store", "store": "store", "warehouse": "warehouse"}
_YES = frozenset({"", "yes", "y", "true", "t", "1", "on", "oui"})
_NO = frozenset({"no", "n", "false", "f", "0", "off", "non"})


def store_of(row: Row) -> Store | None:
    """The store of a row, or None when the row is refused."""
    store_id = row.identifier("store_id")
    name = row.text("name", MAX_NAME_CHARACTERS)
    if name is None:
        row.refuse("name", "is empty")
    position = _position(row)
    kind = _KINDS.get(row.cell("kind").lower())
    if kind is None:
        row.refuse("kind", "is neither `store` nor `warehouse`")
    pickup = _pickup(row)
    if row.refused or name is None or position is None or kind is None:
        return None
    country = _country(row)
    return Store(
        store_id=store_id,
        name=name,
        lat=position.lat,
        lon=position.lon,
        kind=kind,
        address=row.text("address", MAX_NAME_CHARACTERS),
        city=row.text("city", MAX_NAME_CHARACTERS),
        region=row.text("region", MAX_NAME_CHARACTERS),
        postal_code=row.text("postal_code", 20),
        country=country,
        timezone=_timezone(row),
        hours=_hours(row),
        phone=_phone(row, country),
        services=_services(row),
        pickup=pickup,
    )


def _position(row: Row) -> Coordinates | None:
    degrees: dict[str, float] = {}
    for name, limit in (("lat", 90.0), ("lon", 180.0)):
        value = row.cell(name)
        if not value:
            row.refuse(name, "is empty")
        elif not _DEGREES.fullmatch(value):
            row.refuse(name, "is not a number of degrees")
        elif abs(number := float(value.replace(",", "."))) > limit:
            swapped = "; are lat and lon swapped?" if name == "lat" and abs(number) <= 180 else ""
            row.refuse(name, f"is outside -{limit:.0f}..{limit:.0f}{swapped}")
        else:
            degrees[name] = number
    return Coordinates(degrees["lat"], degrees["lon"]) if len(degrees) == 2 else None


def _pickup(row: Row) -> bool:
    value = row.cell("pickup").lower()
    if value not in _YES and value not in _NO:
        row.refuse("pickup", "is neither yes nor no")
    return value not in _NO


def _country(row: Row) -> str | None:
    value = row.cell("country").upper()
    if not value:
        return None
    if value in phonenumbers.SUPPORTED_REGIONS:
        return value
    row.warn("country", "is not an ISO 3166 code of two letters; left out")
    return None


def _timezone(row: Row) -> str | None:
    value = row.cell("timezone")
    if not value:
        return None
    if value in _zones():
        return value
    row.warn("timezone", "is not a time zone such as `Europe/Paris`; left out")
    return None


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _hours(row: Row) -> str | None:
    value = row.text("hours", MAX_HOURS_CHARACTERS)
    if value is None or _are_opening_hours(value):
        return value
    row.warn("hours", "is not an OpenStreetMap opening_hours value; left out")
    return None


@lru_cache(maxsize=4_096)
def _are_opening_hours(value: str) -> bool:
    try:
        OpeningHours(value)
    except ParserError:
        return False
    return True


def _phone(row: Row, country: str | None) -> str | None:
    value = row.cell("phone")
    if not value:
        return None
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        row.warn("phone", "is not a telephone number; left out")
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _services(row: Row) -> tuple[str, ...]:
    text = row.text("services", 10_000) or ""
    names = tuple(dict.fromkeys(name for part in text.split("|") if (name := part.strip()[:MAX_NAME_CHARACTERS])))
    if len(names) > MAX_SERVICES:
        row.warn("services", f"has more than {MAX_SERVICES} services; the first {MAX_SERVICES} are kept")
    return names[:MAX_SERVICES]
