"""Vectors of the live catalogue's products: only texts that changed are encoded."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from redis.asyncio import Redis

from indexing.indexes import delete_by_prefix, drop_index, hset_command, index_info
from indexing.workers import batched
from runtime.errors import translate_redis_errors
from search.documents import embedding_text, product_card, text_hash, vector_document
from search.embeddings import Embedder
from search.models import Product
from search.schema import create_vectors_index, vector_key, vector_prefix, vectors_alias, vectors_index

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

    async def apply(
        self,
        products: Iterable[Product],
        kept: Iterable[Product],
        catalogue: Collection[str],
        on_progress: Callable[[int], None],
    ) -> VectorsApplied:
        """Vectors for the products of a feed and, where they have none, for those that the feed does not name.

        Vectors of SKUs that are no longer in the catalogue go.
        """
        done = VectorsApplied()
        serving = await self._ensure_index()
        done.removed = await self._remove_strangers(set(catalogue))
        missing: list[Product] = []
        for is_new, group in ((True, products), (False, kept)):
            for batch in batched(group, BATCH):
                missing += await self._refresh(batch, done, compare=is_new)
                on_progress(done.refreshed + done.unchanged)
        # Encoding takes minutes, so it comes when all that could mislead is put right.
        for batch in batched(missing, BATCH):
            vectors = await self._embedder.embed([embedding_text(product) for product in batch])
            await self._write(list(zip(batch, vectors, strict=True)))
            done.encoded += len(batch)
            on_progress(done.refreshed + done.unchanged + done.encoded)
        if serving != self._index:
            await self._serve(serving)
        return done

    async def _ensure_index(self) -> str | None:
        """The real name that the alias has; a first index is served while it fills."""
        if await index_info(self._redis, self._index) is None:
            with translate_redis_errors("creating the vector index"):
                await self._redis.execute_command(*create_vectors_index(self._namespace, self._embedder.digest))
        serving = await index_info(self._redis, vectors_alias(self._namespace))
        if serving is not None:
            return str(serving["index_name"].decode())
        await self._serve(None)
        return self._index

    async def _serve(self, old_name: str | None) -> None:
        """Point the alias here and remove the index of the model before."""
        with translate_redis_errors("publishing the vector index"):
            await self._redis.execute_command("FT.ALIASUPDATE", vectors_alias(self._namespace), self._index)
            if old_name is not None:
                await drop_index(self._redis, old_name)
                digest = old_name.removeprefix(vectors_index(self._namespace, ""))
                await delete_by_prefix(self._redis, vector_prefix(self._namespace, digest))

    async def _refresh(self, batch: list[Product], done: VectorsApplied, *, compare: bool) -> list[Product]:
        """Bring up to date what needs no encoder; answers the products that do."""
        pipe = self._redis.pipeline(transaction=False)
        for product in batch:
            pipe.hmget(self._key(product.sku), ["text_hash", "card", "vector"])
        with translate_redis_errors("reading vectors"):
            stored = await pipe.execute()
        ready: list[tuple[Product, Vector]] = []
        missing: list[Product] = []
        for product, (known_hash, card, vector) in zip(batch, stored, strict=True):
            if vector is None or (compare and known_hash != text_hash(embedding_text(product)).encode()):
                missing.append(product)
            elif compare and card != product_card(product):
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

    async def _remove_strangers(self, catalogue: set[str]) -> int:
        prefix = vector_prefix(self._namespace, self._embedder.digest)
        removed = 0
        with translate_redis_errors("removing vectors"):
            async for key in self._redis.scan_iter(match=f"{prefix}*", count=2_000):
                if bytes(key).decode().removeprefix(prefix) not in catalogue:
                    removed += await self._redis.unlink(key)
        return removed

    def _key(self, sku: str) -> str:
        return vector_key(self._namespace, self._embedder.digest, sku)
