"""The demo's feeds as files: the same bytes every time, in the columns that `onhand index` reads."""

import csv
from pathlib import Path

import pytest

from demo.retailer import FeedFiles, write_feeds


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> FeedFiles:
    return write_feeds(tmp_path_factory.mktemp("feeds"))


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def test_the_same_seed_writes_the_same_bytes(feeds: FeedFiles, tmp_path: Path) -> None:
    again = write_feeds(tmp_path / "made" / "on the way")

    assert again.products.read_bytes() == feeds.products.read_bytes()
    assert again.stores.read_bytes() == feeds.stores.read_bytes()
    assert again.stock.read_bytes() == feeds.stock.read_bytes()


def test_another_seed_writes_another_stock(feeds: FeedFiles, tmp_path: Path) -> None:
    assert write_feeds(tmp_path, seed=7).stock.read_bytes() != feeds.stock.read_bytes()


def test_the_columns_are_those_of_the_canonical_feeds(feeds: FeedFiles) -> None:
    assert set(_header(feeds.products)) == {
        "sku", "title", "brand", "description", "category", "price", "currency", "gtin", "image_url", "attributes",
        "title_fr", "description_fr",
    }  # fmt: skip
    assert set(_header(feeds.stores)) == {
        "store_id", "name", "lat", "lon", "kind", "address", "city", "region", "postal_code", "country", "timezone",
        "hours", "phone", "services", "pickup",
    }  # fmt: skip
    assert _header(feeds.stock) == ["store_id", "sku", "on_hand", "safety_stock", "aisle", "price"]


def test_stock_speaks_only_of_known_stores_and_products(feeds: FeedFiles) -> None:
    def column(path: Path, name: str) -> set[str]:
        with path.open(encoding="utf-8", newline="") as file:
            return {row[name] for row in csv.DictReader(file)}

    assert column(feeds.stock, "sku") == column(feeds.products, "sku")
    assert column(feeds.stock, "store_id") == column(feeds.stores, "store_id")


def test_the_feeds_are_utf_8_with_unix_line_ends(feeds: FeedFiles) -> None:
    for path in (feeds.products, feeds.stores, feeds.stock):
        content = path.read_bytes()
        assert b"\r" not in content
        assert content.endswith(b"\n")
        assert content.decode("utf-8")[0] != "\ufeff"
    assert "Châtelet" in feeds.stores.read_text(encoding="utf-8")
