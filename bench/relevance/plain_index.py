"""The same products, indexed without further thought: raw texts, stemmed by the server, and vectors."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from redis.asyncio import Redis
from redisvl.query import AggregateHybridQuery

from bench.relevance.stage import Stage
from search.embeddings import Embedder
from search.schema import VECTOR_DIMENSIONS, vector_prefix

#: As many documents travel in one pipeline.
BATCH = 500
#: What redisvl leaves out of a question in English, as far as shoppers say it.
ENGLISH_STOP_WORDS = frozenset(
    [
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is"),
        *("it", "of", "on", "or", "that", "the", "this", "to", "was", "with"),
    ]
)
_TOKEN = re.compile(r"\w+")


class PlainIndex:
    """One hash a product: `text` (title, brand, category, description) and `vector`, copied from onhand's own."""

    def __init__(self, redis: Redis, name: str, embedder: Embedder | None) -> None:
        self._redis = redis
        self._index = f"relevance-plain{'' if embedder is None else '-vectors'}:{name}"
        self._embedder = embedder
        self._query_vectors: dict[str, bytes] = {}
        self.has_vectors = embedder is not None

    @classmethod
    async def open(cls, stage: Stage, loaded: str) -> PlainIndex:
        """The index, filled where it does not hold what `loaded` names."""
        index = cls(stage.redis, stage.name, stage.embedder)
        mark = f"{index._index}:loaded"
        if await stage.redis.get(mark) != loaded.encode():
            await index._fill(stage)
            await stage.clients.writes.set(mark, loaded)
        return index

    async def bm25(self, query: str, count: int) -> list[str]:
        """Any of the words."""
        said = list(dict.fromkeys(_TOKEN.findall(query)))[:32]
        if not said:
            return []
        text = "|".join(f"$p{place}" for place in range(len(said)))
        params = [item for place, word in enumerate(said) for item in (f"p{place}", word)]
        reply = await self._redis.execute_command(
            *("FT.SEARCH", self._index, f"@text:({text})", "SCORER", "BM25STD", "RETURN", 1, "sku"),
            *("LIMIT", 0, count, "TIMEOUT", 0, "PARAMS", len(params), *params, "DIALECT", 2),
        )
        return [fields[1].decode() for fields in reply[2::2]]

    async def nearest(self, query: str, count: int) -> list[str]:
        reply = await self._redis.execute_command(
            *("FT.SEARCH", self._index, "*=>[KNN $k @vector $v EF_RUNTIME $ef AS d]", "RETURN", 1, "sku"),
            *("SORTBY", "d", "ASC", "LIMIT", 0, count, "TIMEOUT", 0),
            *("PARAMS", 6, "k", count, "v", await self._vector(query), "ef", 2 * count + 1, "DIALECT", 2),
        )
        return [fields[1].decode() for fields in reply[2::2]]

    async def redisvl_hybrid(self, query: str, count: int) -> list[str]:
        """redisvl's query object; it refuses a text of stop words only, which then has no answer."""
        try:
            asked = AggregateHybridQuery(
                text=query,
                text_field_name="text",
                vector=await self._vector(query),
                vector_field_name="vector",
                dtype="float16",
                num_results=count,
                return_fields=["sku"],
                stopwords=set(ENGLISH_STOP_WORDS),
            )
        except ValueError:
            return []
        params = [item for pair in asked.params.items() for item in pair]
        reply = await self._redis.execute_command(
            "FT.AGGREGATE", self._index, *asked.build_args(), "PARAMS", len(params), *params, "TIMEOUT", 0
        )
        rows = [dict(zip(row[::2], row[1::2], strict=True)) for row in reply[1:]]
        return [row[b"sku"].decode() for row in rows]

    async def _vector(self, query: str) -> bytes:
        if query not in self._query_vectors:
            assert self._embedder is not None
            vectors = await self._embedder.embed([query])
            self._query_vectors[query] = np.asarray(vectors[0]).astype("<f2").tobytes()
        return self._query_vectors[query]

    async def _fill(self, stage: Stage) -> None:
        redis = stage.clients.writes
        if self._index.encode() in await redis.execute_command("FT._LIST"):
            await redis.execute_command("FT.DROPINDEX", self._index, "DD")
        await redis.execute_command(*self._create())
        for start in range(0, len(stage.catalogue.items), BATCH):
            batch = stage.catalogue.items[start : start + BATCH]
            vectors = await self._vectors(stage, [item.sku for item in batch])
            pipe = redis.pipeline(transaction=False)
            for item, vector in zip(batch, vectors, strict=True):
                pair = ("vector", vector) if vector else ()
                pipe.execute_command("HSET", f"{self._index}:{item.sku}", "sku", item.sku, "text", item.text, *pair)
            await pipe.execute()

    async def _vectors(self, stage: Stage, skus: Sequence[str]) -> Sequence[bytes | None]:
        if stage.embedder is None:
            return [None] * len(skus)
        prefix = vector_prefix(stage.namespace, stage.embedder.digest)
        pipe = stage.redis.pipeline(transaction=False)
        for sku in skus:
            pipe.hget(prefix + sku, "vector")
        return list(await pipe.execute())

    def _create(self) -> tuple[str | int, ...]:
        vector: tuple[str | int, ...] = ()
        if self.has_vectors:
            hnsw = ("TYPE", "FLOAT16", "DIM", VECTOR_DIMENSIONS, "DISTANCE_METRIC", "COSINE")
            vector = ("vector", "VECTOR", "HNSW", len(hnsw), *hnsw)
        return (
            *("FT.CREATE", self._index, "ON", "HASH", "PREFIX", 1, f"{self._index}:", "SKIPINITIALSCAN"),
            # A query that starts with two stop words kills RediSearch 2.10.5.
            *("STOPWORDS", 0, "SCHEMA", "text", "TEXT", *vector),
        )
