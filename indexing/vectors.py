"""Vectors of the live catalogue's products: only texts that changed are encoded."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from redis.asyncio import Redis

from indexing.indexes import hset_command, text_of
from indexing.workers import batched
from runtime.errors import translate_redis_errors
from search.documents import embedding_text, product_card, text_hash, vector_document
from search.embeddings import Embedder
from search.index_info import index_info
from search.index_removal import delete_by_prefix, drop_index
from search.models import Product
from search.schema import (
    all_vectors_prefix,
    create_vectors_index,
    vector_key,
    vector_prefix,
    vectors_alias,
    vectors_index,
)

BATCH = 256  # the encoder sorts a batch by length, so that little is padding
#: Fields that a product may lose.
OPTIONAL_FIELDS = ("brand", "category")

Vector = NDArray[np.floating]


@dataclass(slots=True)
class VectorsApplied:
    """`encoded` went through the model; `refreshed` kept their vector and changed otherwise."""

    encoded: int = 0
    refreshed: int = 0
    unchanged: int = 0
    removed: int = 0


class VectorImporter:
    """Brings the vector index of one model up to date. Can be broken off and started again at any time."""

    def __init__(self, redis: Redis, namespace: str, embedder: Embedder) -> None:
        self._redis = redis
        self._namespace = namespace
        self._embedder = embedder
        self._index = vectors_index(namespace, embedder.digest)

    async def apply(self, products: Collection[Product], on_progress: Callable[[int], None]) -> VectorsApplied:
        """Vectors for these products, which are the whole catalogue. Those of other products and models go."""
        done = VectorsApplied()
        await self._ensure_index()
        catalogue = {product.sku for product in products}
        done.removed = await remove_vectors_of_strangers(self._redis, self._namespace, catalogue)
        missing: list[Product] = []
        for batch in batched(products, BATCH):
            missing += await self._refresh(batch, done)
            on_progress(done.refreshed + done.unchanged)
        # Encoding takes minutes, so it comes when all that could mislead is put right.
        for batch in batched(missing, BATCH):
            vectors = await self._embedder.embed([embedding_text(product) for product in batch])
            await self._write(list(zip(batch, vectors, strict=True)))
            done.encoded += len(batch)
            on_progress(done.refreshed + done.unchanged + done.encoded)
        await self._serve()
        await self._remove_other_models()
        return done

    async def _ensure_index(self) -> None:
        """A first index is served while it fills; beside another model's, only when it is complete."""
        if await index_info(self._redis, self._index) is None:
            with translate_redis_errors("creating the vector index"):
                await self._redis.execute_command(*create_vectors_index(self._namespace, self._embedder.digest))
        if await index_info(self._redis, vectors_alias(self._namespace)) is None:
            await self._serve()

    async def _serve(self) -> None:
        with translate_redis_errors("publishing the vector index"):
            await self._redis.execute_command("FT.ALIASUPDATE", vectors_alias(self._namespace), self._index)

    async def _remove_other_models(self) -> None:
        """Of the model before, or left by a run that broke off here. The index goes last: it tells of the documents."""
        prefix = vectors_index(self._namespace, "")
        with translate_redis_errors("removing the vectors of other models"):
            names = [text_of(name) for name in await self._redis.execute_command("FT._LIST")]
            for name in names:
                if name.startswith(prefix) and name != self._index:
                    await delete_by_prefix(self._redis, vector_prefix(self._namespace, name.removeprefix(prefix)))
                    await drop_index(self._redis, name)

    async def _refresh(self, batch: list[Product], done: VectorsApplied) -> list[Product]:
        """Bring up to date what needs no encoder; answers the products that do."""
        pipe = self._redis.pipeline(transaction=False)
        for product in batch:
            pipe.hmget(self._key(product.sku), ["text_hash", "card", "vector"])
        with translate_redis_errors("reading vectors"):
            stored = await pipe.execute()
        ready: list[tuple[Product, Vector]] = []
        missing: list[Product] = []
        for product, (known_hash, card, vector) in zip(batch, stored, strict=True):
            if vector is None or known_hash != text_hash(embedding_text(product)).encode():
                missing.append(product)
            elif card != product_card(product):
                ready.append((product, np.frombuffer(vector, dtype="<f2")))
        done.refreshed += len(ready)
        done.unchanged += len(batch) - len(ready) - len(missing)
        await self._write(ready)
        return missing

    async def _write(self, ready: list[tuple[Product, Vector]]) -> None:
        if not ready:
            return
        # No transaction: adding to the graph takes time, and readers want to get in between.
        pipe = self._redis.pipeline(transaction=False)
        for product, vector in ready:
            document = vector_document(product, vector)
            pipe.execute_command(*hset_command(self._key(product.sku), document))
            if gone := [name for name in OPTIONAL_FIELDS if name not in document]:
                pipe.hdel(self._key(product.sku), *gone)
        with translate_redis_errors("writing vectors"):
            await pipe.execute()

    def _key(self, sku: str) -> str:
        return vector_key(self._namespace, self._embedder.digest, sku)


async def remove_vectors_of_strangers(redis: Redis, namespace: str, catalogue: Collection[str]) -> int:
    """Remove the vectors, of any model, of products that the catalogue does not have; answers how many."""
    skus = frozenset(catalogue)
    with translate_redis_errors("removing vectors"):
        return await delete_by_prefix(
            redis, all_vectors_prefix(namespace), lambda rest: rest.partition(":")[2] not in skus
        )
