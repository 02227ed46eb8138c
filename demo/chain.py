"""Reads what is written about the demo chain: its shop formats, its countries' habits and where it trades."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter

from demo.catalogue import read_toml

Country = Literal["US", "FR"]
Format = Literal["flagship", "standard", "compact"]


@dataclass(frozen=True, slots=True)
class ShopFormat:
    """`range_share` is the smallest and the largest part of the range that a shop of this format carries."""

    range_share: tuple[float, float]
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountryHabits:
    """What shops of one country choose their street, hours and further services from."""

    services: tuple[str, ...]
    streets: tuple[str, ...]
    hours: dict[Format, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Warehouse:
    """`place` is city, postal code, region, country, latitude, longitude."""

    store_id: str
    name: str
    place: tuple[str, str, str, Country, float, float]
    timezone: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The chain as chain.toml has it; `closed_pickup` names places whose shops hand nothing over to order."""

    name: str
    formats: dict[Format, ShopFormat]
    countries: dict[Country, CountryHabits]
    closed_pickup: frozenset[str]
    warehouses: tuple[Warehouse, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """One place where the chain has a shop; `number` counts through the country."""

    country: Country
    number: int
    region: str
    city: str
    district: str
    postal_code: str
    lat: float
    lon: float
    timezone: str
    phone: str
    stores_in_city: int

    @property
    def place(self) -> str:
        """How the shop is told from the chain's others."""
        return f"{self.city} {self.district}".rstrip()


@dataclass(frozen=True, slots=True)
class _Region:
    """As written; `area_code` in the United States, `phone_prefix` in France. A row may end in its own time zone."""

    stores: tuple[tuple[str, str, str, float, float] | tuple[str, str, str, float, float, str], ...]
    timezone: str = "Europe/Paris"
    area_code: str = ""
    phone_prefix: str = ""


def load_chain() -> Chain:
    """Reads chain.toml."""
    return TypeAdapter(Chain).validate_python(read_toml("chain.toml"))


def load_sites(country: Country) -> Iterator[Site]:
    """Reads the sites of one country, in the order of its file."""
    regions = TypeAdapter(dict[str, _Region]).validate_python(read_toml(f"stores_{country.lower()}.toml"))
    stores_in_city = Counter((name, row[0]) for name, region in regions.items() for row in region.stores)
    number = 0
    for name, region in regions.items():
        for position, row in enumerate(region.stores):
            number += 1
            city, district, postal_code, lat, lon = row[:5]
            yield Site(
                country=country,
                number=number,
                region=name,
                city=city,
                district=district,
                postal_code=postal_code,
                lat=lat,
                lon=lon,
                timezone=row[5] if len(row) == 6 else region.timezone,
                phone=_phone(region, number, position),
                stores_in_city=stores_in_city[name, city],
            )


def _phone(region: _Region, number: int, position: int) -> str:
    """A number that belongs to no one: 555-01xx in the United States, the ranges kept for fiction in France."""
    if region.area_code:
        return f"+1 {region.area_code}-555-{100 + position:04d}"
    return f"+33 {region.phone_prefix} {number // 100:02d} {number % 100:02d}"
