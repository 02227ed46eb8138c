"""One run of the indexer: stores, then products, then stock, then vectors, each complete before the next begins."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field

from redis.asyncio import Redis

from indexing.applied import FeedMemory, digest_of, tell_again
from indexing.bars import Bars
from indexing.columns import PRODUCTS, STOCK, STORES, Layout
from indexing.feeds import FeedFile
from indexing.lock import RunLock, run_lock
from indexing.products import ProductImporter
from indexing.reading import OnProgress, read_all, refuse_wrong_file, row_blocks
from indexing.records import product_of
from indexing.report import FeedReport, FindingSink
from indexing.rows import RowReader
from indexing.stock import StockImporter
from indexing.stock_records import identifier_codes
from indexing.stock_table import StockTable, StockTableBuilder
from indexing.store_records import store_of
from indexing.stores import StoreImporter
from indexing.vectors import VectorImporter, VectorsApplied, remove_vectors_of_strangers
from inventory.registry import StoreRegistry
from search.embeddings import Embedder
from search.models import Product

LAYOUTS: dict[str, Layout] = {"stores": STORES, "products": PRODUCTS, "stock": STOCK}


@dataclass(frozen=True, slots=True)
class Options:
    """How feeds are applied. `full` says that what a feed does not name is gone."""

    full: bool = False
    force: bool = False
    max_rejected_share: float = 0.5


@dataclass(frozen=True, slots=True)
class Importers:
    """Everything that writes, made by the command."""

    redis: Redis
    namespace: str
    memory: FeedMemory
    registry: StoreRegistry
    stores: StoreImporter
    products: ProductImporter
    stock: StockImporter
    model: str
    load_embedder: Callable[[], Awaitable[Embedder | None]]


@dataclass(slots=True)
class Outcome:
    """What a run did, as far as it came."""

    reports: list[FeedReport] = field(default_factory=list)
    vectors: dict[str, int] | None = None
    degraded: list[str] = field(default_factory=list)


class IndexRun:
    """Applies the feeds of one command. `outcome` is filled as the run goes on, for a failure's sake."""

    def __init__(self, importers: Importers, options: Options, sink: FindingSink, bars: Bars, outcome: Outcome) -> None:
        self._to = importers
        self._options = options
        self._sink = sink
        self._bars = bars
        self.outcome = outcome

    async def apply(self, feeds: Mapping[str, FeedFile]) -> None:
        """All feeds. A wrong header in any of them is refused before the first one is applied."""
        readers = {kind: RowReader(feeds[kind], layout) for kind, layout in LAYOUTS.items() if kind in feeds}
        async with run_lock(self._to.redis, self._to.namespace) as lock:
            if "stores" in readers:
                await self._stores(readers["stores"])
            products = await self._products(readers["products"], lock) if "products" in readers else None
            if "stock" in readers:
                await self._stock(readers["stock"])
            if "products" in readers:
                await self._vectors(readers["products"], products)

    async def _stores(self, reader: RowReader) -> None:
        report, digest = await self._begin(reader)
        if digest is None:
            return
        stores = await read_all(reader, report, store_of, lambda store: store.store_id, self._bars.reading(reader))
        refuse_wrong_file(report, self._options.max_rejected_share)
        await self._to.memory.forget("stores")
        applied = await self._to.stores.apply(stores, full=self._options.full, spared=report.refused_ids)
        report.written, report.unchanged = applied.written, applied.unchanged
        if applied.removed:
            report.notes.append(f"{applied.removed:,} stores that the feed does not name were closed")
        await self._to.memory.remember("stores", digest, report)

    async def _products(self, reader: RowReader, lock: RunLock) -> dict[str, Product] | None:
        report, digest = await self._begin(reader)
        if digest is None:
            return None
        products = await self._read_products(reader, report)
        refuse_wrong_file(report, self._options.max_rejected_share)
        progress = self._bars.counting("indexing products", len(products))
        await self._to.memory.forget("products")
        applied = await self._to.products.apply(
            products, lock, full=self._options.full, spared=report.refused_ids, on_progress=progress
        )
        report.written, report.unchanged = applied.written, applied.unchanged
        if applied.kept:
            report.notes.append(f"{len(applied.kept):,} products that the feed does not name were kept")
        if applied.removed:
            report.notes.append(f"{applied.removed:,} products that the feed does not name were removed")
            # Now, whether there is a model or not: search by meaning must not show what is gone.
            await remove_vectors_of_strangers(self._to.redis, self._to.namespace, await self._to.products.known_skus())
        await self._to.memory.remember("products", _of_build(digest, applied.build), report)
        return products

    async def _read_products(self, reader: RowReader, report: FeedReport) -> dict[str, Product]:
        return await read_all(reader, report, product_of, lambda product: product.sku, self._bars.reading(reader))

    async def _stock(self, reader: RowReader) -> None:
        report, digest = await self._begin(reader)
        if digest is None:
            return
        skus = await self._to.products.known_skus()
        ordinals = (await self._to.registry.load()).ordinals
        table = await read_stock(reader, report, ordinals, skus, self._bars.reading(reader))
        refuse_wrong_file(report, self._options.max_rejected_share)
        await self._to.memory.forget("stock")
        source = f"feed:{reader.feed.digest[:12]}"
        progress = self._bars.counting("loading stock", sum(1 for _ in table.slices()))
        report.written = await self._to.stock.apply(table, skus, source=source, on_progress=progress)
        report.unchanged = report.accepted - report.written
        if self._options.full:
            cleared = await self._to.stock.clear_absent(table, skus, source=source)
            report.notes.append(f"{cleared:,} counts that the feed does not name were set to 0")
        await self._to.memory.remember("stock", digest, report)

    async def _vectors(self, reader: RowReader, products: dict[str, Product] | None) -> None:
        build = await self._to.products.live_build()
        mark = f"{self._to.model}:{build}"
        if self._to.model == "off":
            self.outcome.degraded.append("no model is set: products are found by their words only")
            return
        if products is None and await self._to.memory.vectors_done() == mark:
            return
        embedder = await self._to.load_embedder()
        if embedder is None:
            self.outcome.degraded.append("the model could not be loaded: products are found by their words only")
            return
        try:
            if products is None:
                report = FeedReport("products", reader.feed.name, FindingSink(None))
                products = await self._read_products(reader, report)
            self.outcome.vectors = asdict(await self._embed(embedder, build, products))
        finally:
            embedder.close()
        await self._to.memory.set_vectors_done(mark)

    async def _embed(self, embedder: Embedder, build: str | None, products: dict[str, Product]) -> VectorsApplied:
        catalogue = await self._to.products.known_skus()
        absent = [sku for sku in catalogue if sku not in products]
        kept = await self._to.products.card_products(build, absent) if build else []
        everything = [*products.values(), *kept]
        progress = self._bars.counting("embedding products", len(everything))
        return await VectorImporter(self._to.redis, self._to.namespace, embedder).apply(everything, progress)

    async def _begin(self, reader: RowReader) -> tuple[FeedReport, str | None]:
        """The report, and the digest to remember: None when this very feed was the last one applied."""
        kind = reader.layout.kind
        report = FeedReport(kind, reader.feed.name, self._sink)
        self.outcome.reports.append(report)
        digest = digest_of(reader.feed, full=self._options.full)
        known = _of_build(digest, await self._to.products.live_build()) if kind == "products" else digest
        applied = await self._to.memory.recall(kind)
        if applied is None or applied.digest != known or self._options.force:
            return report, digest
        tell_again(report, applied)
        return report, None


def _of_build(digest: str, build: str | None) -> str:
    """A products feed is in force while the build that it made is live: regions share one catalogue."""
    return f"{digest}:{build}"


async def read_stock(
    reader: RowReader, report: FeedReport, ordinals: Mapping[str, int], skus: list[str], on_bytes: OnProgress
) -> StockTable:
    """The stock feed with every id checked."""
    numbers = {sku: number for number, sku in enumerate(skus)}
    builder = StockTableBuilder(identifier_codes(ordinals), identifier_codes(numbers), report)
    async for block in row_blocks(reader, report, on_bytes):
        builder.add(block)
    return builder.table()
