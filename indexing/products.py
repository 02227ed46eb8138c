"""Products of a feed become a new build of the text index; the old one serves until the new one has been checked."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import orjson
from redis.asyncio import Redis

from indexing.indexes import ProductBuilds, as_stored, text_of
from indexing.lock import RunLock
from indexing.workers import for_each_batch
from runtime.errors import translate_redis_errors
from search.documents import Document, product_document, product_of
from search.models import Product
from search.schema import skus_key
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
    """What is known about a build while it is made."""

    making: asyncio.Lock = field(default_factory=asyncio.Lock)
    words: VocabularyBuilder = field(default_factory=VocabularyBuilder)
    skus: list[str] = field(default_factory=list)
    samples: list[Document] = field(default_factory=list)
    sample_step: int = 1
    unchanged: int = 0

    def documents_of(self, batch: list[Product]) -> dict[str, Document]:
        """Documents by SKU; their words are counted."""
        documents: dict[str, Document] = {}
        for product in batch:
            document = documents[product.sku] = product_document(product)
            self.words.add(product)
            if len(self.skus) % self.sample_step == 0:
                self.samples.append(document)
            self.skus.append(product.sku)
        return documents


class ProductImporter:
    """Applies products under the lock of a run."""

    def __init__(self, redis: Redis, namespace: str) -> None:
        self._redis = redis
        self._namespace = namespace
        self._builds = ProductBuilds(redis, namespace)

    async def apply(
        self, products: Mapping[str, Product], lock: RunLock, *, full: bool, on_progress: Callable[[int], None]
    ) -> ProductsApplied:
        """Build, check, publish. On any failure the old build serves on and nothing of the new one is left."""
        await self._builds.remove_doomed()
        live = await self._builds.live()
        absent = [sku for sku in await self.known_skus() if sku not in products]
        state = _Progress()
        try:
            build = await self._builds.create()
            await self._write(build, live, products, state, on_progress)
            if not full:
                await self._keep(build, live, absent, state)
            await self._builds.check(build, len(state.skus), state.samples)
            await self._builds.publish(build, state.skus, state.words.to_bytes(), lock)
        finally:
            # Cancelled or not: what is not live now goes, be it the failed build or the old one.
            await asyncio.shield(self._builds.remove_doomed())
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
        """Products as the live documents show them; their descriptions may be shortened."""
        documents = await self._builds.read(build, list(skus))
        return [product_of(orjson.loads(document[b"card"])) for document in documents.values()]

    async def _write(
        self,
        build: str,
        live: str | None,
        products: Mapping[str, Product],
        state: _Progress,
        on_progress: Callable[[int], None],
    ) -> None:
        state.sample_step = max(1, len(products) // SAMPLES)

        async def write_batch(batch: list[Product]) -> None:
            async with state.making:
                documents = await asyncio.to_thread(state.documents_of, batch)
            old = await self._builds.read(live, list(documents))
            await self._builds.write(build, documents)
            state.unchanged += sum(as_stored(document) == old.get(sku) for sku, document in documents.items())
            on_progress(len(state.skus))

        await for_each_batch(products.values(), BATCH, write_batch)

    async def _keep(self, build: str, live: str | None, absent: list[str], state: _Progress) -> None:
        async def keep_batch(batch: list[str]) -> None:
            old = await self._builds.read(live, batch)
            documents: dict[str, Document] = {
                sku: {text_of(name): value for name, value in old[sku].items()} for sku in old
            }
            await self._builds.write(build, documents)
            for sku, document in old.items():
                state.words.add(product_of(orjson.loads(document[b"card"])))
                state.skus.append(sku)

        await for_each_batch(absent, BATCH, keep_batch)
