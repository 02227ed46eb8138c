"""Who is asked: onhand, and plainer ways to search the same products in the same Redis."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

from bench.relevance.cases import NOTHING, Answer
from bench.relevance.metrics import DEPTH
from bench.relevance.plain_index import PlainIndex
from bench.relevance.stage import Counting, Stage

#: Reciprocal rank fusion as RediSearch 8.4 does it by default, but for a window that holds more than a page.
RRF_WINDOW, RRF_CONSTANT = 50, 60


class System(Protocol):
    """Answers a query with its first hits."""

    name: str

    async def ask(self, query: str) -> Answer:
        """The first DEPTH hits."""


class Onhand:
    """The search as the service uses it."""

    name = "onhand"

    def __init__(self, stage: Stage) -> None:
        self._search = stage.search
        self._counting = Counting(stage.embedder) if stage.embedder else None

    async def ask(self, query: str) -> Answer:
        calls = self._counting.calls if self._counting else 0
        begin = time.perf_counter()
        found = await self._search.find(query, limit=DEPTH)
        milliseconds = (time.perf_counter() - begin) * 1000
        return Answer(
            skus=tuple(hit.product.sku for hit in found.hits),
            milliseconds=milliseconds,
            total=found.total,
            tier=found.tier.value if found.tier else NOTHING,
            corrected=found.corrected,
            relaxed=found.relaxed,
            degraded=found.degraded,
            encoded=bool(self._counting and self._counting.calls > calls),
        )


class Plain:
    """A ranking by one query of the plain index."""

    def __init__(self, name: str, index: PlainIndex) -> None:
        self.name = name
        self._index = index

    async def ask(self, query: str) -> Answer:
        begin = time.perf_counter()
        skus = await self._rank(query)
        milliseconds = (time.perf_counter() - begin) * 1000
        return Answer(tuple(skus[:DEPTH]), milliseconds, len(skus), encoded=self._encodes)

    _encodes = True

    async def _rank(self, query: str) -> Sequence[str]:
        raise NotImplementedError


class Bm25(Plain):
    """Any of the words, best BM25 first."""

    _encodes = False

    async def _rank(self, query: str) -> Sequence[str]:
        return await self._index.bm25(query, DEPTH)


class Vectors(Plain):
    """The nearest vectors."""

    async def _rank(self, query: str) -> Sequence[str]:
        return await self._index.nearest(query, DEPTH)


class ReciprocalRank(Plain):
    """BM25 and vectors, fused by their ranks."""

    async def _rank(self, query: str) -> Sequence[str]:
        by_words = await self._index.bm25(query, RRF_WINDOW)
        by_meaning = await self._index.nearest(query, RRF_WINDOW)
        return fuse((by_words, by_meaning))


class RedisvlHybrid(Plain):
    """redisvl's AggregateHybridQuery with its own defaults."""

    async def _rank(self, query: str) -> Sequence[str]:
        return await self._index.redisvl_hybrid(query, DEPTH)


def fuse(rankings: Sequence[Sequence[str]], constant: int = RRF_CONSTANT) -> list[str]:
    """Reciprocal rank fusion: the sum of 1 / (constant + rank), ties by name."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + 1 / (constant + rank)
    return sorted(scores, key=lambda item: (-scores[item], item))


def systems(stage: Stage, index: PlainIndex | None) -> list[System]:
    """Onhand first. Without a plain index it is alone; without an encoder only BM25 is beside it."""
    found: list[System] = [Onhand(stage)]
    if index is not None:
        found.append(Bm25("bm25", index))
        if index.has_vectors:
            found += [
                Vectors("vectors", index),
                ReciprocalRank("rrf", index),
                RedisvlHybrid("redisvl hybrid", index),
            ]
    return found
