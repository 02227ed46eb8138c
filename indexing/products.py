"""Products of a feed become a new build of the text index; the old one serves until the new one has been checked."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

import orjson
from redis.asyncio import Redis

from indexing.indexes import ProductBuilds, as_stored, text_of
from indexing.lock import RunLock
from runtime.errors import translate_redis_errors
from search.documents import Document, product_document, product_of
from search.models import Product
from search.schema import skus_key
from search.vocabulary import VocabularyBuilder

T = TypeVar("T")

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
    words: VocabularyBuilder = field(default_factory=VocabularyBuilder)
    skus: list[str] = field(default_factory=list)
    samples: list[Document] = field(default_factory=list)
    unchanged: int = 0


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
        step = max(1, len(products) // SAMPLES)
        for batch in batched(products.values(), BATCH):
            old = await self._builds.read(live, [product.sku for product in batch])
            documents = {product.sku: product_document(product) for product in batch}
            await self._builds.write(build, documents)
            for product in batch:
                state.words.add(product)
                state.unchanged += as_stored(documents[product.sku]) == old.get(product.sku)
                if len(state.skus) % step == 0:
                    state.samples.append(documents[product.sku])
                state.skus.append(product.sku)
            on_progress(len(state.skus))

    async def _keep(self, build: str, live: str | None, absent: list[str], state: _Progress) -> None:
        for batch in batched(absent, BATCH):
            old = await self._builds.read(live, batch)
            await self._builds.write(
                build,
                {sku: {name.decode(): value for name, value in document.items()} for sku, document in old.items()},
            )
            for sku, document in old.items():
                state.words.add(product_of(orjson.loads(document[b"card"])))
                state.skus.append(sku)


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
