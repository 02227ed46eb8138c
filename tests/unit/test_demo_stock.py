"""The demo's stock: shelves that are full, low and bare in the right places."""

from collections import Counter
from typing import NamedTuple

import pytest
from geopy.distance import geodesic

from demo.catalogue import load_catalogue
from demo.products import DemoProduct, make_products
from demo.stock import StockMaker, StockRow
from demo.stores import DemoStore, Shop, make_shops, make_warehouses

SEED = 2026


class Retailer(NamedTuple):
    products: list[DemoProduct]
    shops: list[Shop]
    in_shops: dict[str, list[StockRow]]
    in_warehouses: list[StockRow]


@pytest.fixture(scope="module")
def retailer() -> Retailer:
    products = make_products(load_catalogue(), SEED)
    shops = make_shops(SEED)
    maker = StockMaker(products, SEED)
    in_shops = {shop.store.store_id: list(maker.shop_rows(shop)) for shop in shops}
    in_warehouses = [row for warehouse in make_warehouses() for row in maker.warehouse_rows(warehouse)]
    return Retailer(products, shops, in_shops, in_warehouses)


def test_each_shop_carries_a_quarter_to_nearly_half_of_the_range(retailer: Retailer) -> None:
    for rows in retailer.in_shops.values():
        assert 0.24 <= len(rows) / len(retailer.products) <= 0.46
        assert len({row[1] for row in rows}) == len(rows)


def test_the_whole_stock_has_about_three_hundred_thousand_lines(retailer: Retailer) -> None:
    lines = sum(map(len, retailer.in_shops.values())) + len(retailer.in_warehouses)

    assert 250_000 <= lines <= 350_000


def test_a_quarter_of_the_shelves_is_empty_and_many_are_low(retailer: Retailer) -> None:
    counts = [row[2] for rows in retailer.in_shops.values() for row in rows]

    assert 0.20 < sum(count == 0 for count in counts) / len(counts) < 0.33
    assert 0.30 < sum(1 <= count <= 3 for count in counts) / len(counts) < 0.45
    assert min(counts) == 0


def test_safety_stock_is_none_or_one_and_every_shelf_has_an_aisle(retailer: Retailer) -> None:
    rows = [row for shelf in retailer.in_shops.values() for row in shelf]

    assert {row[3] for row in rows} == {0, 1}
    assert all(row[4] for row in rows)
    assert len({row[4] for row in rows}) <= 255


def test_every_product_lies_somewhere_on_a_shelf(retailer: Retailer) -> None:
    on_shelves = {row[1] for rows in retailer.in_shops.values() for row in rows if row[2] > 0}

    assert on_shelves == {product.sku for product in retailer.products}


def test_marked_down_prices_are_below_the_usual_ones(retailer: Retailer) -> None:
    usual = {product.sku: float(product.price) for product in retailer.products}
    reduced = [(row[1], row[5]) for rows in retailer.in_shops.values() for row in rows if row[5]]

    assert reduced
    assert all(0 < float(price) < usual[sku] for sku, price in reduced)


def test_warehouses_keep_nearly_everything_by_the_thousand(retailer: Retailer) -> None:
    per_warehouse = Counter(row[0] for row in retailer.in_warehouses)
    counts = [row[2] for row in retailer.in_warehouses]

    assert len(per_warehouse) == 5
    assert min(per_warehouse.values()) > 0.9 * len(retailer.products)
    assert min(counts) >= 1_000
    assert max(counts) > 65_535


@pytest.mark.parametrize(
    ("town", "lat", "lon"),
    [
        ("New York", 40.7143, -74.0060),
        ("Chicago", 41.8500, -87.6500),
        ("Paris", 48.8534, 2.3488),
        ("Lyon", 45.7491, 4.8479),
    ],
)
def test_the_nearest_shop_has_no_pressure_cooker_left_but_one_close_by_has(
    retailer: Retailer, town: str, lat: float, lon: float
) -> None:
    by_distance = sorted(retailer.shops, key=lambda shop: _distance_km(shop.store, lat, lon))
    supplied = [shop for shop in by_distance if _free_cookers(retailer, shop) > 0]

    assert by_distance[0].store.city == town
    assert _free_cookers(retailer, by_distance[0]) == 0
    assert _distance_km(supplied[0].store, lat, lon) < 30


def _distance_km(store: DemoStore, lat: float, lon: float) -> float:
    return float(geodesic((lat, lon), (store.lat, store.lon)).km)


def _free_cookers(retailer: Retailer, shop: Shop) -> int:
    cookers = {product.sku for product in retailer.products if product.category == "Pressure Cookers"}
    return sum(max(0, row[2] - row[3]) for row in retailer.in_shops[shop.store.store_id] if row[1] in cookers)
