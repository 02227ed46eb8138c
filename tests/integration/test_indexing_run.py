"""Feeds into a real Redis: complete or not at all, twice the same as once."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from indexing_desk import PRODUCTS, STOCK, STORES, Desk, changed, counts

from indexing.errors import FeedRefused
from indexing.keys import definition_key
from indexing.run import Options
from indexing.stock import StockImporter
from indexing.stores import StoreImporter
from inventory.functions import LedgerFunctions
from inventory.ledger import StockLedger
from inventory.models import HoldLine, HoldPlaced, Sku, StoreId
from inventory.movements import Movement, MovementType
from inventory.registry import StoreRegistry
from runtime.errors import BackendUnavailable
from search.documents import store_of
from search.index_info import index_info
from search.schema import (
    product_key,
    products_index,
    store_key,
)


async def test_three_feeds_make_a_catalogue_a_chain_and_its_stock(desk: Desk) -> None:
    outcome = await desk.index(stores=STORES, products=PRODUCTS, stock=STOCK)
    assert [counts(report) for report in outcome.reports] == [(3, 3, 0, 0), (3, 3, 0, 0), (3, 3, 0, 0)]
    assert await desk.skus() == {"pot", "pan", "lid"}
    assert await desk.found("@sku:{pot}") == {"pot"}
    assert await desk.available("pot") == {"12": 4, "07": 0}
    assert await desk.available("pan") == {"DC": 70_000}
    assert [cell.aisle for cell in await desk.inventory.ledger.cells(Sku("pot"))] == ["A1", None]
    card = await desk.redis.hget(store_key(desk.namespace, "07"), "card")
    assert card is not None
    store = store_of(card if isinstance(card, bytes) else card.encode())
    assert (store.lat, store.lon, store.city) == (0.0, 0.0, None)
    assert (await desk.words()).knows("cooker")


async def test_the_same_feeds_twice_change_nothing(desk: Desk) -> None:
    bad = [*STOCK, {"store_id": "12", "sku": "pan", "on_hand": "-1"}]
    await desk.index(stores=STORES, products=PRODUCTS, stock=bad)
    build, entries = await desk.live_build(), await desk.redis.xlen(desk.inventory.keyspace.ledger())
    version = (await desk.inventory.registry.load()).version
    outcome = await desk.index(stores=STORES, products=PRODUCTS, stock=bad)
    assert [counts(report) for report in outcome.reports] == [(3, 0, 3, 0), (3, 0, 3, 0), (4, 0, 3, 1)]
    assert all(report.unchanged_since for report in outcome.reports)
    assert await desk.live_build() == build
    assert await desk.redis.xlen(desk.inventory.keyspace.ledger()) == entries
    assert (await desk.inventory.registry.load()).version == version
    assert "negative" in (desk.folder / "report.csv").read_text()


async def test_a_count_feed_that_comes_again_does_not_undo_sales_unless_it_is_forced(desk: Desk) -> None:
    await desk.index(stores=STORES, products=PRODUCTS, stock=STOCK)
    sale = Movement("till", 1, MovementType.SELL, StoreId("12"), Sku("pot"), 3)
    await desk.inventory.ledger.apply_movements([sale])
    await desk.index(stock=STOCK)
    assert (await desk.available("pot"))["12"] == 1
    await desk.index(Options(force=True), stock=STOCK)
    assert (await desk.available("pot"))["12"] == 4


async def test_a_count_from_a_feed_keeps_live_holds(desk: Desk) -> None:
    await desk.index(stores=STORES, products=PRODUCTS, stock=STOCK)
    placed = await desk.inventory.holds.place(
        StoreId("12"), [HoldLine(Sku("pot"), 2)], ttl_seconds=900, idempotency_key="k"
    )
    assert isinstance(placed, HoldPlaced)
    await desk.index(stock=changed(STOCK, "store_id", "12", on_hand="10"))
    assert (await desk.available("pot"))["12"] == 10 - 1 - 2


async def test_a_product_feed_changes_what_it_names_and_keeps_the_rest(desk: Desk) -> None:
    await desk.index(products=PRODUCTS)
    first = await desk.live_build()
    outcome = await desk.index(products=[{**PRODUCTS[0], "title": "Slow cooker"}, {"sku": "new", "title": "Whisk"}])
    assert counts(outcome.reports[0]) == (2, 2, 0, 0)
    assert await desk.skus() == {"pot", "pan", "lid", "new"}
    assert await desk.found("@title:slow") == {"pot"}
    assert await desk.found("@title:pressur*") == set()
    build = await desk.live_build()
    assert build != first
    assert await desk.product_keys() == {
        product_key(desk.namespace, build, sku) for sku in ("pot", "pan", "lid", "new")
    }
    assert await index_info(desk.redis, products_index(desk.namespace, first)) is None


async def test_the_same_products_applied_again_by_force_leave_the_live_index_in_place(desk: Desk) -> None:
    await desk.index(products=PRODUCTS)
    build = await desk.live_build()
    for products in (PRODUCTS, PRODUCTS[1:]):
        outcome = await desk.index(Options(force=True), products=products)
        assert counts(outcome.reports[0]) == (len(products), 0, len(products), 0)
    assert await desk.live_build() == build
    await desk.redis.set(definition_key(desk.namespace), "of another release")
    await desk.index(Options(force=True), products=PRODUCTS)
    assert await desk.live_build() != build


async def test_one_changed_product_among_many_gets_the_others_copied(desk: Desk) -> None:
    many = [{"sku": f"s{number}", "title": f"Pot {number}"} for number in range(1_500)]
    await desk.index(products=many)
    outcome = await desk.index(products=changed(many, "sku", "s1400", title="Wok"))
    assert counts(outcome.reports[0]) == (1_500, 1, 1_499, 0)
    build = await desk.live_build()
    assert await desk.product_keys() == {product_key(desk.namespace, build, row["sku"]) for row in many}
    assert await desk.found("@title:wok") == {"s1400"}


async def test_a_full_feed_removes_what_it_does_not_name(desk: Desk) -> None:
    await desk.index(stores=STORES, products=PRODUCTS, stock=STOCK)
    outcome = await desk.index(Options(full=True), stores=STORES[:2], products=PRODUCTS[:2], stock=STOCK[:1])
    assert await desk.skus() == {"pot", "pan"}
    assert await desk.available("pan") == {"DC": 0}
    assert await desk.redis.exists(store_key(desk.namespace, "DC")) == 0
    assert [note for report in outcome.reports for note in report.notes] == [
        "1 stores that the feed does not name were closed",
        "1 products that the feed does not name were removed",
        "1 counts that the feed does not name were set to 0",
    ]


async def test_what_a_full_feed_names_in_a_rejected_row_is_not_taken_for_gone(desk: Desk) -> None:
    await desk.index(stores=STORES, products=PRODUCTS, stock=STOCK)
    outcome = await desk.index(
        Options(full=True),
        stores=changed(STORES, "store_id", "12", lat="north"),
        products=changed(PRODUCTS, "sku", "pan", price="cheap"),
        stock=changed(STOCK, "sku", "pan", on_hand="many"),
    )
    assert [report.rejected for report in outcome.reports] == [1, 1, 1]
    assert await desk.redis.exists(store_key(desk.namespace, "12")) == 1
    assert await desk.skus() == {"pot", "pan", "lid"}
    assert await desk.available("pan") == {"DC": 70_000}


async def test_counts_of_products_that_left_the_catalogue_do_not_come_back_with_them(desk: Desk) -> None:
    await desk.index(stores=STORES, products=PRODUCTS, stock=STOCK)
    await desk.index(Options(full=True), products=PRODUCTS[:1], stock=STOCK[:2])
    await desk.index(products=PRODUCTS)
    assert await desk.available("pan") == {"DC": 0}


async def test_products_that_a_feed_does_not_name_keep_every_word_of_their_text(desk: Desk) -> None:
    wordy = {**PRODUCTS[0], "description": "very " * 80 + "waffle", "title_fr": "Autocuiseur " * 25 + "inoxydable"}
    await desk.index(products=[wordy, *PRODUCTS[1:]])
    whole = await desk.words()
    await desk.index(products=changed(PRODUCTS[1:], "sku", "lid", title="Glass lid, large"))
    kept = await desk.words()
    assert whole.knows("waffle")
    assert [(word, kept.frequency(word)) for word in ("waffle", "very", "cooker", "inoxydable", "large")] == [
        ("waffle", 1),
        ("very", 1),
        ("cooker", 1),
        ("inoxydable", 1),
        ("large", 1),
    ]
    assert "inoxydable" in kept


async def test_attributes_are_searched_and_their_names_are_not(desk: Desk) -> None:
    rows = [
        {"sku": "a", "title": "Pot", "attributes": '{"colour": "teal", "dimensions": {"litres": [6, 8]}, "new": true}'},
        {"sku": "b", "title": "Pan", "attributes": "Coating: ceramic | induction"},
        {"sku": "c", "title": "Lid", "attributes": '{"colour": "tea'},
    ]
    await desk.index(products=rows)
    assert [await desk.found(f"@body:{word}") for word in ("teal", "8", "induct", "colour", "true")] == [
        {"a"},
        {"a"},
        {"b"},
        {"c"},
        set(),
    ]


async def test_rejected_rows_are_reported_and_the_others_applied(desk: Desk) -> None:
    dirty = [
        *PRODUCTS,
        {"sku": "4.00638E+12", "title": "Kettle"},
        {"sku": "x", "title": " "},
        {**PRODUCTS[0], "title": "Again"},
    ]
    outcome = await desk.index(
        products=dirty, stores=STORES, stock=[*STOCK, {"store_id": "99", "sku": "pot", "on_hand": "1"}]
    )
    assert [counts(report) for report in outcome.reports] == [(3, 3, 0, 0), (6, 3, 0, 3), (4, 3, 0, 1)]
    with (desk.folder / "report.csv").open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert [(Path(line["file"]).name, line["line"], line["field"], line["value"]) for line in lines] == [
        ("products.csv", "5", "sku", "4.00638E+12"),
        ("products.csv", "6", "title", " "),
        ("products.csv", "7", "sku", "pot"),
        ("stock.csv", "5", "store_id", "99"),
    ]
    card = await desk.redis.hget(product_key(desk.namespace, await desk.live_build(), "pot"), "card")
    assert card is not None
    assert b"Pressure cooker" in (card if isinstance(card, bytes) else card.encode())


async def test_a_wrong_file_is_refused_and_nothing_is_applied(desk: Desk) -> None:
    await desk.index(products=PRODUCTS)
    build = await desk.live_build()
    for rows in ([{"sku": "", "title": "a"}, {"sku": "", "title": "b"}, {"sku": "c", "title": "c"}], []):
        with pytest.raises(FeedRefused):
            await desk.index(products=rows or [{"sku": "", "title": ""}])
    with pytest.raises(FeedRefused):
        await desk.index(stores=STORES, products=[{"nothing": "here"}])
    assert await desk.live_build() == build
    assert (await desk.inventory.registry.load()).ordinals == {}


async def test_a_stock_load_that_broke_off_is_done_again(desk: Desk) -> None:
    await desk.index(stores=STORES, products=PRODUCTS, stock=STOCK)

    class BrokenLedger:
        async def aisle_numbers(self, labels: Sequence[str]) -> dict[str, int]:
            raise BackendUnavailable("gone")

    broken = StockImporter(cast(StockLedger, BrokenLedger()), desk.inventory.rows, desk.inventory.registry)
    whole, desk.importers = desk.importers, replace(desk.importers, stock=broken)
    with pytest.raises(BackendUnavailable):
        await desk.index(stock=STOCK[:1])
    desk.importers = whole
    outcome = await desk.index(stock=STOCK)
    assert (outcome.reports[0].unchanged_since, counts(outcome.reports[0])) == (None, (3, 0, 3, 0))


async def test_what_a_run_wrote_before_it_broke_off_is_announced_by_the_next_one(desk: Desk) -> None:
    await desk.index(stores=STORES, products=PRODUCTS, stock=STOCK)

    class SilentRegistry(StoreRegistry):
        async def announce(self) -> int:
            raise BackendUnavailable("gone")

    whole = desk.importers
    silent = SilentRegistry(desk.clients, desk.inventory.keyspace, cast(LedgerFunctions, None))
    stores = StoreImporter(desk.importers.redis, desk.namespace, silent)
    stock = StockImporter(desk.inventory.ledger, desk.inventory.rows, silent)
    feeds = {
        "stores": changed(STORES, "store_id", "12", pickup="no"),
        "stock": changed(STOCK, "sku", "pot", aisle="Z9"),
    }
    for kind, rows in feeds.items():
        desk.importers = replace(whole, stores=stores, stock=stock)
        with pytest.raises(BackendUnavailable):
            await desk.index(**{kind: rows})
        desk.importers = whole
        before = (await desk.inventory.registry.load()).version
        await desk.index(**{kind: rows})
        assert (await desk.inventory.registry.load()).version > before


async def test_hostile_text_stays_text(desk: Desk) -> None:
    titles = [
        "is|the|shoe",
        "*",
        "@title:{x}",
        "-",
        "a" * 400,
        "%%x%%",
        "\\",
        "w'foo*'",
        "日本 🍳",
        "(",
        '"',
        "$p",
        "ⅷ",
    ]
    rows = [{"sku": f"h{number} :,{{}}*|", "title": title, "brand": title} for number, title in enumerate(titles)]
    outcome = await desk.index(products=rows)
    assert counts(outcome.reports[0]) == (13, 13, 0, 0)
    assert len(await desk.skus()) == 13
