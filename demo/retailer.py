"""Writes the demo retailer's three feeds: the same bytes for the same seed, on any machine."""

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from itertools import chain
from pathlib import Path

from demo.catalogue import load_catalogue
from demo.products import DemoProduct, make_products
from demo.stock import STOCK_COLUMNS, StockMaker
from demo.stores import DemoStore, make_shops, make_warehouses


@dataclass(frozen=True, slots=True)
class FeedFiles:
    """Where the three feeds lie."""

    products: Path
    stores: Path
    stock: Path


def write_feeds(folder: Path, seed: int = 2026) -> FeedFiles:
    """Makes the whole retailer and writes it into `folder`, which is created if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    written = FeedFiles(folder / "products.csv", folder / "stores.csv", folder / "stock.csv")
    products = make_products(load_catalogue(), seed)
    shops, warehouses = make_shops(seed), make_warehouses()
    _write(written.products, _columns(DemoProduct), map(astuple, products))
    _write(written.stores, _columns(DemoStore), map(astuple, [*(shop.store for shop in shops), *warehouses]))
    maker = StockMaker(products, seed)
    in_shops = (row for shop in shops for row in maker.shop_rows(shop))
    in_warehouses = (row for warehouse in warehouses for row in maker.warehouse_rows(warehouse))
    _write(written.stock, STOCK_COLUMNS, chain(in_shops, in_warehouses))
    return written


def _columns(line: type[DemoProduct] | type[DemoStore]) -> tuple[str, ...]:
    return tuple(column.name for column in fields(line))


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
