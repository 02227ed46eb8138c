"""Makes the demo retailer's stores and warehouses. What is written about them is read by `demo.chain`."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from demo.chain import Chain, Country, CountryHabits, Format, Site, Warehouse, load_chain, load_sites

_COUNTRIES: tuple[Country, ...] = ("US", "FR")


@dataclass(frozen=True, slots=True)
class DemoStore:
    """One line of stores.csv, columns in the feed's order."""

    store_id: str
    name: str
    kind: str
    lat: float
    lon: float
    address: str
    city: str
    region: str
    postal_code: str
    country: str
    timezone: str
    hours: str
    phone: str
    services: str
    pickup: str


@dataclass(frozen=True, slots=True)
class Shop:
    """A store with what its stock is made from: the short name of its place and its share of the range."""

    store: DemoStore
    place: str
    range_share: float


def make_shops(seed: int) -> list[Shop]:
    """Every shop, by country and in the order of the data files; the same for the same seed."""
    chain = load_chain()
    rng = random.Random(f"{seed}:stores")
    return [_make_shop(chain, site, rng) for country in _COUNTRIES for site in load_sites(country)]


def make_warehouses() -> list[DemoStore]:
    """The places that keep stock and serve no one."""
    chain = load_chain()
    return [_make_warehouse(chain, warehouse) for warehouse in chain.warehouses]


def _make_shop(chain: Chain, site: Site, rng: random.Random) -> Shop:
    habits = chain.countries[site.country]
    name = _choose_format(site, rng)
    shop_format = chain.formats[name]
    smallest, largest = shop_format.range_share
    store = DemoStore(
        store_id=f"{site.country}-{site.number:04d}",
        name=f"{chain.name} {site.place}",
        kind="store",
        lat=site.lat,
        lon=site.lon,
        address=_make_address(site.country, habits, rng),
        city=site.city,
        region=site.region,
        postal_code=site.postal_code,
        country=site.country,
        timezone=site.timezone,
        hours=_pick(habits.hours[name], rng),
        phone=site.phone,
        services="|".join((*shop_format.services, *_choose_services(habits, rng))),
        pickup="no" if site.place in chain.closed_pickup else "yes",
    )
    return Shop(store, site.place, smallest + (largest - smallest) * rng.random())


def _make_warehouse(chain: Chain, warehouse: Warehouse) -> DemoStore:
    city, postal_code, region, country, lat, lon = warehouse.place
    return DemoStore(
        store_id=warehouse.store_id,
        name=f"{chain.name} {warehouse.name}",
        kind="warehouse",
        lat=lat,
        lon=lon,
        address=warehouse.address,
        city=city,
        region=region,
        postal_code=postal_code,
        country=country,
        timezone=warehouse.timezone,
        hours="",
        phone=warehouse.phone,
        services="",
        pickup="no",
    )


def _choose_format(site: Site, rng: random.Random) -> Format:
    """Large shops stand in the cities that have several."""
    draw = rng.random()
    if site.stores_in_city > 1:
        return "flagship" if draw < 0.5 else "standard"
    return "standard" if draw < 0.6 else "compact"


def _make_address(country: Country, habits: CountryHabits, rng: random.Random) -> str:
    street = _pick(habits.streets, rng)
    number = 1 + int(rng.random() * (1900 if country == "US" else 120))
    return f"{number} {street}"


def _choose_services(habits: CountryHabits, rng: random.Random) -> list[str]:
    return [service for service in habits.services if rng.random() < 0.45]


def _pick(choices: Sequence[str], rng: random.Random) -> str:
    # Only random() is promised to stay the same in later versions of Python; choice() is not.
    return choices[int(rng.random() * len(choices))]
