"""The demo's stores: real towns, their own time, hours that a machine can read, telephones that never ring."""

import re
import zoneinfo
from collections import Counter

import opening_hours
import pytest

from demo.stores import DemoStore, Shop, make_shops, make_warehouses

US_BOX = (17.5, 71.5, -180.0, -65.0)
FR_BOX = (41.3, 51.2, -5.2, 9.7)
US_PHONE = re.compile(r"\+1 [2-9]\d\d-555-01\d\d")
FR_PHONE = re.compile(r"\+33 (1 99 00|2 61 91|3 53 01|4 65 71|5 36 49) \d\d \d\d")


@pytest.fixture(scope="module")
def shops() -> list[Shop]:
    return make_shops(seed=2026)


@pytest.fixture(scope="module")
def everywhere(shops: list[Shop]) -> list[DemoStore]:
    return [*(shop.store for shop in shops), *make_warehouses()]


def test_about_four_hundred_stores_stand_in_two_countries(shops: list[Shop]) -> None:
    per_country = Counter(shop.store.country for shop in shops)

    assert 250 <= per_country["US"] <= 280
    assert 130 <= per_country["FR"] <= 165
    assert len(make_warehouses()) == 5


def test_every_store_has_its_own_id_name_and_telephone(everywhere: list[DemoStore]) -> None:
    for values in (
        [store.store_id for store in everywhere],
        [(store.name, store.region) for store in everywhere],
        [store.phone for store in everywhere],
        [(store.lat, store.lon) for store in everywhere],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []
    assert all(re.fullmatch(r"(US|FR)-\d{4}", store.store_id) for store in everywhere)
    assert all(store.store_id[:2] == store.country for store in everywhere)


def test_stores_lie_in_their_country(everywhere: list[DemoStore]) -> None:
    for store in everywhere:
        south, north, west, east = US_BOX if store.country == "US" else FR_BOX
        assert south < store.lat < north, store
        assert west < store.lon < east, store


def test_time_zones_exist_and_belong_to_the_country(everywhere: list[DemoStore]) -> None:
    known = zoneinfo.available_timezones()
    for store in everywhere:
        assert store.timezone in known
        if store.country == "US":
            assert store.timezone.startswith(("America/", "Pacific/Honolulu"))
        else:
            assert store.timezone == "Europe/Paris"


def test_hours_are_valid_and_say_when_the_holidays_are_off(shops: list[Shop]) -> None:
    for shop in shops:
        assert opening_hours.validate(shop.store.hours), shop.store
        assert shop.store.hours.endswith("off") or "PH off" in shop.store.hours


def test_american_stores_open_on_sunday_and_most_french_ones_do_not(shops: list[Shop]) -> None:
    sundays = Counter(shop.store.country for shop in shops if "Su " in shop.store.hours)
    stores = Counter(shop.store.country for shop in shops)

    assert sundays["US"] == stores["US"]
    assert 0 < sundays["FR"] < 0.25 * stores["FR"]
    assert any("12:30,14:00" in shop.store.hours for shop in shops if shop.store.country == "FR")


def test_telephone_numbers_belong_to_fiction(everywhere: list[DemoStore]) -> None:
    for store in everywhere:
        pattern = US_PHONE if store.country == "US" else FR_PHONE
        assert pattern.fullmatch(store.phone), store.phone


def test_addresses_are_complete(everywhere: list[DemoStore]) -> None:
    for store in everywhere:
        assert re.fullmatch(r"\d{5}", store.postal_code)
        for text in (store.name, store.address, store.city, store.region):
            assert text == text.strip() != ""


def test_only_a_few_stores_refuse_pickup_and_every_warehouse_does(shops: list[Shop]) -> None:
    refusing = [shop.place for shop in shops if shop.store.pickup == "no"]

    assert 5 <= len(refusing) <= 20
    assert {store.pickup for store in make_warehouses()} == {"no"}
    assert {store.kind for store in make_warehouses()} == {"warehouse"}
    assert {shop.store.kind for shop in shops} == {"store"}


def test_services_are_named_once_each(shops: list[Shop]) -> None:
    for shop in shops:
        services = shop.store.services.split("|")
        assert len(services) == len(set(services))
        assert all(services)
