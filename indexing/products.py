"""Products of a feed become a new build of the text index; the old one serves until the new one has been checked."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

import orjson
from redis.asyncio import Redis

from indexing.indexes import CatalogueWords, ProductBuilds, as_stored, text_of
from indexing.lock import RunLock
from indexing.workers import batched, for_each_batch
from runtime.errors import translate_redis_errors
from search.documents import Document, product_document, product_of
from search.models import Product
from search.schema import skus_key
from search.titles import TitlesBuilder
from search.vocabulary import VocabularyBuilder

BATCH = 250
SAMPLES = 40


@dataclass(frozen=True, slots=True)
class ProductsApplied:
    """`kept` are products that the feed does not name; `removed` ones that a full feed does not name."""

    build: str
    written: int
    unchanged: int
    kept: tuple[str, ...]
    removed: int


@dataclass(slots=True)
class _Progress:
    """What is known while a feed is applied. There is no build before the first difference from the live one."""

    live: str | None
    build: str | None = None
    #: SKUs of the feed, so far all as they are in the live build.
    same: list[str] = field(default_factory=list)
    making: asyncio.Lock = field(default_factory=asyncio.Lock)
    choosing: asyncio.Lock = field(default_factory=asyncio.Lock)
    words: VocabularyBuilder = field(default_factory=VocabularyBuilder)
    titles: TitlesBuilder = field(default_factory=TitlesBuilder)
    skus: list[str] = field(default_factory=list)
    samples: list[Document] = field(default_factory=list)
    sample_step: int = 1
    unchanged: int = 0

    def documents_of(self, batch: list[Product]) -> dict[str, Document]:
        """Documents by SKU; their words are counted."""
        documents: dict[str, Document] = {}
        for product in batch:
            document = documents[product.sku] = product_document(product)
            self.count(product, document)
            if len(self.skus) % self.sample_step == 0:
                self.samples.append(document)
            self.skus.append(product.sku)
        return documents

    def count(self, product: Product, document: Document) -> None:
        self.words.add(product, document)
        self.titles.add(product)


class ProductImporter:
    """Applies products under the lock of a run."""

    def __init__(self, redis: Redis, namespace: str) -> None:
        self._redis = redis
        self._namespace = namespace
        self._builds = ProductBuilds(redis, namespace)

    async def apply(
        self,
        products: Mapping[str, Product],
        lock: RunLock,
        *,
        full: bool,
        on_progress: Callable[[int], None],
        spared: Collection[str] = (),
    ) -> ProductsApplied:
        """Build, check, publish. On any failure the old build serves on and nothing of the new one is left.

        `spared` products stay although a full feed does not have them.
        """
        await self._builds.remove_doomed(lock)
        live = await self._builds.live()
        absent = [sku for sku in await self.known_skus() if sku not in products]
        keep = [sku for sku in absent if not full or sku in spared]
        comparable = live is not None and await self._builds.is_defined_as_now()
        state = _Progress(live if comparable else None)
        try:
            await self._write(products, state, on_progress)
            if state.build is None and live is not None and len(keep) == len(absent):
                return ProductsApplied(live, 0, len(products), tuple(keep), 0)
            build = await self._begun(state)
            await self._keep(build, live, keep, state)
            await self._builds.check(build, len(state.skus), state.samples)
            words = CatalogueWords(state.words.to_bytes(), state.titles.to_bytes())
            await self._builds.publish(build, state.skus, words, lock)
        finally:
            # Cancelled or not: what is not live now goes, be it the failed build or the old one.
            await asyncio.shield(self._builds.remove_doomed(lock))
        kept = tuple(state.skus[len(products) :])
        written = len(products) - state.unchanged
        return ProductsApplied(build, written, state.unchanged, kept, len(absent) - len(kept))

    async def live_build(self) -> str | None:
        """The build that readers see."""
        return await self._builds.live()

    async def known_skus(self) -> list[str]:
        """The SKUs of the live catalogue."""
        with translate_redis_errors("reading known products"):
            return [text_of(sku) for sku in await self._redis.smembers(skus_key(self._namespace))]

    async def card_products(self, build: str, skus: Iterable[str]) -> list[Product]:
        """Products as the live documents show them: everything that is embedded of them, not all that is searched."""
        documents = await self._builds.read(build, list(skus))
        return [product_of(orjson.loads(document[b"card"])) for document in documents.values()]

    async def _write(
        self, products: Mapping[str, Product], state: _Progress, on_progress: Callable[[int], None]
    ) -> None:
        state.sample_step = max(1, len(products) // SAMPLES)

        async def write_batch(batch: list[Product]) -> None:
            async with state.making:
                documents = await asyncio.to_thread(state.documents_of, batch)
            old = await self._builds.read(state.live, list(documents))
            unchanged = sum(as_stored(document) == old.get(sku) for sku, document in documents.items())
            state.unchanged += unchanged
            async with state.choosing:
                if state.build is None and unchanged == len(batch):
                    state.same.extend(documents)
                    documents = {}
                build = await self._begun(state) if documents else ""
            if documents:
                await self._builds.write(build, documents)
            on_progress(len(state.skus))

        await for_each_batch(products.values(), BATCH, write_batch)

    async def _begun(self, state: _Progress) -> str:
        """The new build; when it is begun it gets what was found to be the same as in the live one."""
        if state.build is None:
            state.build = await self._builds.create()
            for batch in batched(state.same, BATCH):
                await self._copy(state.build, state.live, batch)
        return state.build

    async def _copy(self, build: str, live: str | None, skus: list[str]) -> dict[str, Document]:
        old = await self._builds.read(live, skus)
        documents: dict[str, Document] = {
            sku: {text_of(name): value for name, value in document.items()} for sku, document in old.items()
        }
        await self._builds.write(build, documents)
        return documents

    async def _keep(self, build: str, live: str | None, skus: list[str], state: _Progress) -> None:
        async def keep_batch(batch: list[str]) -> None:
            for sku, document in (await self._copy(build, live, batch)).items():
                state.count(product_of(orjson.loads(document["card"])), document)
                state.skus.append(sku)

        await for_each_batch(skus, BATCH, keep_batch)
