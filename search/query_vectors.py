"""Vectors of queries, kept in process: what is asked often is asked again, and the encoder costs more than Redis."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

import numpy as np

from search import tracing
from search.embeddings import Embedder
from search.folding import fold_value

MAX_KEPT = 4_096
ENCODER_TIMEOUT_SECONDS = 1.0
#: More that wait would only be encoded after whoever asked has gone.
MAX_WAITING = 64


class QueryVectors:
    """Each query is encoded once, however many ask for it at the same time."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._running: dict[str, asyncio.Task[bytes]] = {}

    def known(self, q: str) -> bytes | None:
        """The vector as RediSearch takes it, where it has been computed before."""
        key = fold_value(q)
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    async def compute(self, q: str) -> bytes | None:
        """The vector; None where the encoder failed or took too long, which the caller reports as degraded."""
        if (known := self.known(q)) is not None:
            return known
        key = fold_value(q)
        task = self._running.get(key)
        if task is None and len(self._running) >= MAX_WAITING:
            return None
        if task is None:
            task = self._running[key] = asyncio.create_task(self._encode(key))
            task.add_done_callback(lambda done: self._forget(key, done))
        try:
            # Shielded: another question may be waiting for the same vector.
            with tracing.work("encoding the words"):
                return await asyncio.wait_for(asyncio.shield(task), ENCODER_TIMEOUT_SECONDS)
        except (TimeoutError, RuntimeError, OSError, ValueError):
            return None

    def _forget(self, key: str, done: asyncio.Task[bytes]) -> None:
        self._running.pop(key, None)
        if not done.cancelled():
            done.exception()  # seen: whoever asked may have gone before it failed

    async def _encode(self, key: str) -> bytes:
        vectors = await self._embedder.embed([key])
        blob = np.asarray(vectors[0]).astype("<f2").tobytes()
        self._kept[key] = blob
        while len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return blob
