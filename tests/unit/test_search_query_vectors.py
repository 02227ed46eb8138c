"""Vectors of queries: encoded once, forgotten in time, and never waited for in a crowd."""

import asyncio
from collections.abc import Sequence

import numpy as np

from search.embeddings import Vectors
from search.query_vectors import MAX_WAITING, QueryVectors
from search.schema import VECTOR_DIMENSIONS


class SlowEmbedder:
    """Answers when it is let."""

    digest = "slow"

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.texts: list[str] = []

    async def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        await self.go_on.wait()
        return np.zeros((len(texts), VECTOR_DIMENSIONS), dtype=np.float32)

    def close(self) -> None: ...


async def test_no_more_wait_for_the_encoder_than_it_can_serve_in_time() -> None:
    embedder = SlowEmbedder()
    vectors = QueryVectors(embedder)
    crowd = [asyncio.create_task(vectors.compute(f"query {n}")) for n in range(MAX_WAITING)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert await vectors.compute("one more") is None
    embedder.go_on.set()
    assert all(await asyncio.gather(*crowd))
    assert len(embedder.texts) == MAX_WAITING
    assert await vectors.compute("one more") is not None
    assert vectors.known("ONE  MORE") is not None
