"""A desk at which tests index small feeds given as rows, and an encoder that needs no model."""

import csv
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from indexing.bars import Bars
from indexing.feeds import open_feed
from indexing.report import FeedReport, finding_sink
from indexing.run import Importers, IndexRun, Options, Outcome
from inventory.inventory import Inventory
from inventory.models import Sku
from runtime.redis_client import RedisClients
from search.embeddings import Embedder
from search.schema import (
    catalogue_key,
    products_alias,
    skus_key,
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


def with_model(desk: Desk, embedder: Embedder, model: str = "hash") -> Desk:
    async def load() -> Embedder | None:
        return embedder

    desk.importers = replace(desk.importers, model=model, load_embedder=load)
    return desk


def counts(report: FeedReport) -> tuple[int, int, int, int]:
    return report.read, report.written, report.unchanged, report.rejected


def changed(rows: Rows, id_name: str, value: str, **cells: str) -> Rows:
    return [{**row, **cells} if row[id_name] == value else row for row in rows]
