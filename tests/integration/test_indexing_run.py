"""Feeds into a real Redis: complete or not at all, twice the same as once, the old catalogue serving meanwhile."""

import asyncio
import csv
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from indexing.bars import Bars
from indexing.commands import make_importers
from indexing.errors import BuildFailed, BuildInProgress, FeedRefused
from indexing.feeds import open_feed
from indexing.indexes import ProductBuilds, wait_until_indexed
from indexing.keys import build_counter_key, definition_key, doomed_builds_key, lock_key
from indexing.lock import run_lock
from indexing.report import FeedReport, finding_sink
from indexing.run import Importers, IndexRun, Options, Outcome
from indexing.stock import StockImporter
from indexing.stores import StoreImporter
from inventory.functions import LedgerFunctions
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from inventory.ledger import StockLedger
from inventory.models import HoldLine, HoldPlaced, Sku, StoreId
from inventory.movements import Movement, MovementType
from inventory.registry import StoreRegistry
from runtime.errors import BackendUnavailable
from runtime.redis_client import RedisClients
from runtime.settings import Settings
from search.documents import store_of
from search.embeddings import Embedder
from search.index_info import index_info
from search.schema import (
    catalogue_key,
    create_products_index,
    create_vectors_index,
    product_key,
    products_alias,
    products_index,
    skus_key,
    store_key,
    vector_key,
    vectors_alias,
    vectors_index,
    vocabulary_key,
)
from search.vocabulary import Vocabulary

STORES = [
    {"store_id": "12", "name": "Union Square", "lat": "40.7359", "lon": "-73.9911", "city": "New York"},
    {"store_id": "07", "name": "Null Island", "lat": "0", "lon": "0", "city": ""},
    {"store_id": "DC", "name": "Warehouse", "lat": "48.85", "lon": "2.35", "kind": "warehouse"},
]
PRODUCTS = [
    {"sku": "pot", "title": "Pressure cooker", "brand": "Cuisina", "price": "89.90", "currency": "USD"},
    {"sku": "pan", "title": "Frying pan", "brand": "Cuisina", "price": "29.90", "currency": "USD"},
    {"sku": "lid", "title": "Glass lid", "brand": "Verra", "price": "", "currency": ""},
]
STOCK = [
    {"store_id": "12", "sku": "pot", "on_hand": "5", "safety_stock": "1", "aisle": "A1"},
    {"store_id": "07", "sku": "pot", "on_hand": "0", "safety_stock": "0", "aisle": ""},
    {"store_id": "DC", "sku": "pan", "on_hand": "70000", "safety_stock": "", "aisle": "R 9"},
]
Rows = Sequence[Mapping[str, str]]


class Desk:
    """Runs the indexer on feeds given as rows."""

    def __init__(self, folder: Path, clients: RedisClients, importers: Importers, inventory: Inventory) -> None:
        self.folder = folder
        self.clients = clients
        self.redis = clients.reads
        self.importers = importers
        self.inventory = inventory
        self.namespace = importers.namespace

    async def index(self, options: Options | None = None, **feeds: Rows) -> Outcome:
        outcome = Outcome()
        with ExitStack() as stack:
            sink = stack.enter_context(finding_sink(self.folder / "report.csv"))
            files = {kind: stack.enter_context(open_feed(self.write(kind, rows))) for kind, rows in feeds.items()}
            bars = Bars(Progress(console=Console(stderr=True), disable=True))
            await IndexRun(self.importers, options or Options(), sink, bars, outcome).apply(files)
        return outcome

    def write(self, kind: str, rows: Rows) -> str:
        path = self.folder / f"{kind}.csv"
        with path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(dict.fromkeys(name for row in rows for name in row)), restval="")
            writer.writeheader()
            writer.writerows(rows)
        return str(path)

    async def skus(self) -> set[str]:
        return {sku.decode() for sku in await self.redis.smembers(skus_key(self.namespace))}

    async def found(self, query: str) -> set[str]:
        reply = await self.redis.execute_command(
            "FT.SEARCH", products_alias(self.namespace), query, "RETURN", 1, "sku", "LIMIT", 0, 1000, "DIALECT", 2
        )
        return {fields[1].decode() for fields in reply[2::2]}

    async def product_keys(self) -> set[str]:
        keys = [key async for key in self.redis.scan_iter(match=f"{self.namespace}:product:*", count=10_000)]
        return {key.decode() for key in keys}

    async def words(self) -> Vocabulary:
        words = await self.redis.get(vocabulary_key(self.namespace))
        return Vocabulary.from_bytes(words if isinstance(words, bytes) else None)

    async def live_build(self) -> str:
        build = await self.redis.get(catalogue_key(self.namespace))
        assert build is not None
        return build.decode() if isinstance(build, bytes) else build

    async def available(self, sku: str) -> dict[str, int]:
        return {cell.store_id: cell.available for cell in await self.inventory.ledger.cells(Sku(sku))}


class HashEmbedder:
    """Vectors that depend on the text alone, and a list of what was asked."""

    def __init__(self, digest: str = "hash-1") -> None:
        self.asked: list[str] = []
        self._digest = digest

    @property
    def digest(self) -> str:
        return self._digest

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.extend(texts)
        seeds = [int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") for text in texts]
        rows = np.array([np.random.default_rng(seed).normal(size=384) for seed in seeds], dtype=np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    def close(self) -> None: ...


@pytest.fixture
async def desk(tmp_path: Path, redis_clients: RedisClients, settings: Settings, keyspace: Keyspace) -> Desk:
    importers = await make_importers(settings, redis_clients)
    return Desk(tmp_path, redis_clients, importers, await Inventory.open(redis_clients, keyspace))


def with_model(desk: Desk, embedder: Embedder, model: str = "hash") -> Desk:
    async def load() -> Embedder | None:
        return embedder

    desk.importers = replace(desk.importers, model=model, load_embedder=load)
    return desk


def counts(report: FeedReport) -> tuple[int, int, int, int]:
    return report.read, report.written, report.unchanged, report.rejected


def changed(rows: Rows, id_name: str, value: str, **cells: str) -> Rows:
    return [{**row, **cells} if row[id_name] == value else row for row in rows]


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


async def test_two_runs_at_once_are_refused_with_a_clear_message(desk: Desk) -> None:
    async with run_lock(desk.importers.redis, desk.namespace):
        with pytest.raises(BuildInProgress, match="another `onhand index` is running"):
            await desk.index(products=PRODUCTS)
    await desk.index(products=PRODUCTS)
    assert await desk.redis.exists(lock_key(desk.namespace)) == 0


async def test_a_run_that_lost_its_lock_publishes_nothing(desk: Desk) -> None:
    await desk.index(products=PRODUCTS)
    build = await desk.live_build()
    async with run_lock(desk.importers.redis, desk.namespace) as lock:
        await desk.importers.redis.set(lock_key(desk.namespace), "someone else")
        products = {product.sku: product for product in await desk.importers.products.card_products(build, ["pot"])}
        with pytest.raises(BuildFailed, match="lock"):
            await desk.importers.products.apply(products, lock, full=True, on_progress=lambda _: None)
    assert await desk.live_build() == build
    assert await desk.skus() == {"pot", "pan", "lid"}
    assert await desk.redis.smembers(doomed_builds_key(desk.namespace)) == set()


async def test_a_run_that_lost_its_lock_leaves_alone_what_another_run_is_making(desk: Desk) -> None:
    await desk.index(products=PRODUCTS)
    others = ProductBuilds(desk.importers.redis, desk.namespace)
    async with run_lock(desk.importers.redis, desk.namespace) as lock:
        await desk.importers.redis.set(lock_key(desk.namespace), "someone else")
        theirs = await others.create()
        products = await desk.importers.products.card_products(await desk.live_build(), ["pot"])
        with pytest.raises(BuildFailed, match="lock"):
            await desk.importers.products.apply(
                {product.sku: product for product in products}, lock, full=True, on_progress=lambda _: None
            )
    assert await index_info(desk.redis, products_index(desk.namespace, theirs)) is not None
    assert await desk.redis.smembers(doomed_builds_key(desk.namespace)) == {theirs.encode()}


async def test_work_is_broken_off_when_its_lock_is_lost_and_by_nothing_else(desk: Desk) -> None:
    key = lock_key(desk.namespace)
    locked = asyncio.Event()

    async def work(seconds: float) -> None:
        async with run_lock(desk.importers.redis, desk.namespace, seconds=seconds):
            locked.set()
            await asyncio.Event().wait()

    waiting = asyncio.create_task(work(0.1))
    await locked.wait()
    await desk.importers.redis.set(key, "someone else")
    with pytest.raises(BuildFailed, match="lock of this run was lost"):
        await waiting
    assert await desk.redis.get(key) == b"someone else"

    await desk.redis.delete(key)
    locked.clear()
    waiting = asyncio.create_task(work(30))
    await locked.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await desk.redis.exists(key) == 0


class BrokenBuilds(ProductBuilds):
    """Fails when it checks."""

    failure: BaseException = BuildFailed("a product is missing")

    async def check(self, build: str, count: int, samples: Sequence[Mapping[str, str | bytes]]) -> None:
        raise self.failure


@pytest.mark.parametrize("failure", [BuildFailed("a product is missing"), asyncio.CancelledError(), MemoryError()])
async def test_a_failed_build_leaves_the_old_one_serving_and_nothing_half_made(
    desk: Desk, failure: BaseException
) -> None:
    await desk.index(products=PRODUCTS)
    build, keys = await desk.live_build(), await desk.product_keys()
    broken = BrokenBuilds(desk.importers.redis, desk.namespace)
    broken.failure = failure
    desk.importers.products._builds = broken
    with pytest.raises(type(failure)):
        await desk.index(products=changed(PRODUCTS, "sku", "pot", title="Wok"))
    assert (await desk.live_build(), await desk.product_keys()) == (build, keys)
    assert await desk.found("@sku:{pan}") == {"pan"}
    assert await desk.redis.exists(lock_key(desk.namespace)) == 0


async def test_what_a_crashed_run_left_is_removed_by_the_next_one(desk: Desk) -> None:
    await desk.index(products=PRODUCTS)
    await desk.redis.incr(build_counter_key(desk.namespace))
    await desk.redis.sadd(doomed_builds_key(desk.namespace), "v2")
    await desk.redis.execute_command(*create_products_index(desk.namespace, "v2"))
    await desk.redis.hset(product_key(desk.namespace, "v2", "half"), "sku", "half")
    await desk.index(products=PRODUCTS[:2])
    build = await desk.live_build()
    assert await desk.product_keys() == {product_key(desk.namespace, build, sku) for sku in ("pot", "pan", "lid")}
    assert await index_info(desk.redis, products_index(desk.namespace, "v2")) is None


async def test_an_index_that_lacks_a_product_does_not_pass_its_check(desk: Desk) -> None:
    builds = ProductBuilds(desk.importers.redis, desk.namespace)
    build = await builds.create()
    await builds.write(build, {"a": {"sku": "a", "title": "pot"}})
    with pytest.raises(BuildFailed, match="1 of 2"):
        await builds.check(build, 2, [])
    with pytest.raises(BuildFailed, match="cannot be found"):
        await builds.check(build, 1, [{"sku": "b", "title": "pot"}])
    await builds.check(build, 1, [{"sku": "a", "title": "pot"}])
    with pytest.raises(BuildFailed, match="not ready"):
        await wait_until_indexed(desk.redis, products_index(desk.namespace, build), longest_seconds=0)
    async with run_lock(desk.importers.redis, desk.namespace) as lock:
        assert await builds.remove_doomed(lock) == 1


async def test_readers_find_the_whole_catalogue_at_every_moment_of_a_swap(desk: Desk) -> None:
    await desk.index(products=PRODUCTS)
    done = asyncio.Event()
    seen: set[frozenset[str]] = set()

    async def look() -> None:
        while not done.is_set():
            seen.add(frozenset(await desk.found("@brand:{cuisina}")))

    looking = asyncio.create_task(look())
    for number in range(5):
        await desk.index(products=[{**row, "price": str(number + 1), "currency": "USD"} for row in PRODUCTS])
    done.set()
    await looking
    assert seen == {frozenset({"pot", "pan"})}


async def test_only_changed_texts_are_embedded_again(desk: Desk) -> None:
    embedder = HashEmbedder()
    with_model(desk, embedder)
    outcome = await desk.index(products=PRODUCTS)
    assert outcome.vectors == {"encoded": 3, "refreshed": 0, "unchanged": 0, "removed": 0}
    embedder.asked.clear()
    assert (await desk.index(products=PRODUCTS)).vectors is None
    outcome = await desk.index(
        products=[{**PRODUCTS[0], "price": "1"}, {**PRODUCTS[1], "title": "Wok", "brand": ""}, PRODUCTS[2]]
    )
    assert outcome.vectors == {"encoded": 1, "refreshed": 1, "unchanged": 1, "removed": 0}
    assert embedder.asked == ["Wok"]
    assert await desk.redis.hexists(vector_key(desk.namespace, "hash-1", "pan"), "brand") == 0
    stored = await desk.redis.hget(vector_key(desk.namespace, "hash-1", "pot"), "card")
    assert stored is not None
    assert b'"p":"1"' in (stored if isinstance(stored, bytes) else stored.encode())
    info = await index_info(desk.redis, vectors_alias(desk.namespace))
    assert info is not None
    assert int(info["num_docs"]) == 3


async def test_vectors_of_removed_products_go_and_another_model_replaces_all(desk: Desk) -> None:
    await with_model(desk, HashEmbedder()).index(products=PRODUCTS)
    outcome = await desk.index(Options(full=True), products=PRODUCTS[:2])
    assert outcome.vectors == {"encoded": 0, "refreshed": 0, "unchanged": 2, "removed": 0}
    assert await desk.redis.exists(vector_key(desk.namespace, "hash-1", "lid")) == 0  # gone before the models' turn
    await with_model(desk, HashEmbedder("hash-2"), "other").index(Options(full=True), products=PRODUCTS[:2])
    info = await index_info(desk.redis, vectors_alias(desk.namespace))
    assert info is not None
    assert info["index_name"].decode() == vectors_index(desk.namespace, "hash-2")
    assert await index_info(desk.redis, vectors_index(desk.namespace, "hash-1")) is None
    assert await desk.redis.exists(vector_key(desk.namespace, "hash-1", "pot")) == 0


async def test_vectors_of_removed_products_go_even_where_there_is_no_model_now(desk: Desk) -> None:
    model, load = desk.importers.model, desk.importers.load_embedder
    await with_model(desk, HashEmbedder()).index(products=PRODUCTS)
    desk.importers = replace(desk.importers, model=model, load_embedder=load)
    outcome = await desk.index(Options(full=True), products=PRODUCTS[:2])
    assert outcome.vectors is None
    assert await desk.redis.exists(vector_key(desk.namespace, "hash-1", "lid")) == 0
    assert await desk.redis.exists(vector_key(desk.namespace, "hash-1", "pan")) == 1


async def test_vectors_of_a_model_before_go_though_the_run_that_replaced_them_broke_off(desk: Desk) -> None:
    old = vectors_index(desk.namespace, "hash-0")
    await desk.redis.execute_command(*create_vectors_index(desk.namespace, "hash-0"))
    await desk.redis.hset(vector_key(desk.namespace, "hash-0", "pot"), "sku", "pot")
    await with_model(desk, HashEmbedder()).index(products=PRODUCTS)
    await desk.index(Options(force=True), products=PRODUCTS)
    assert await index_info(desk.redis, old) is None
    assert await desk.redis.exists(vector_key(desk.namespace, "hash-0", "pot")) == 0


class Failing(HashEmbedder):
    """Gets no text done."""

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise MemoryError


async def test_a_text_whose_embedding_broke_off_is_embedded_by_a_later_feed_that_does_not_name_it(desk: Desk) -> None:
    await with_model(desk, HashEmbedder()).index(products=PRODUCTS)
    with pytest.raises(MemoryError):
        await with_model(desk, Failing()).index(
            products=changed(PRODUCTS, "sku", "pot", title="Wok", description="steel " * 60)
        )
    embedder = HashEmbedder()
    await with_model(desk, embedder).index(products=[{"sku": "new", "title": "Whisk"}])
    assert sorted(text.partition(".")[0] for text in embedder.asked) == ["Whisk", "Wok"]
    embedder.asked.clear()
    await desk.index(products=changed(PRODUCTS, "sku", "pot", title="Wok", description="steel " * 60))
    assert embedder.asked == []


async def test_embedding_that_broke_off_is_continued_by_the_same_feed(desk: Desk) -> None:
    with pytest.raises(MemoryError):
        await with_model(desk, Failing()).index(products=PRODUCTS)
    assert await desk.found("@sku:{pot}") == {"pot"}
    outcome = await with_model(desk, HashEmbedder()).index(products=PRODUCTS)
    assert outcome.reports[0].unchanged_since
    assert outcome.vectors is not None
    assert outcome.vectors["encoded"] == 3


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
