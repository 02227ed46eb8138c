"""Whether the indexes hold the whole catalogue: while Redis reads documents in, after a restart or while vectors are
being made, it answers from what it has. Such answers have to say so."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

from runtime.errors import AppError
from runtime.redis_client import RedisClients
from search.health import catalogue_size, index_health
from search.models import MatchSet, Tier
from search.schema import products_alias, vectors_index

WAIT_POLL_SECONDS = 0.05


class Completeness:
    """Looks at the indexes of a namespace. `lacking` is what the last look found: "index", "vectors", or nothing."""

    def __init__(self, clients: RedisClients, namespace: str, model_digest: str | None) -> None:
        self._redis = clients.reads
        self._namespace = namespace
        self._indexes = {"index": products_alias(namespace)}
        if model_digest is not None:
            self._indexes["vectors"] = vectors_index(namespace, model_digest)
        self.lacking: tuple[str, ...] = ()

    async def look(self) -> tuple[str, ...]:
        """Ask each index how far it is. One that does not exist is no matter of completeness."""
        products = await catalogue_size(self._redis, self._namespace)
        health = {name: await index_health(self._redis, index, products) for name, index in self._indexes.items()}
        self.lacking = tuple(name for name, each in health.items() if each.index and each.documents < products)
        return self.lacking

    def say_so(self, matches: MatchSet) -> MatchSet:
        """The same matches, with what they may lack. Vectors matter only where the words found nothing better."""
        by_words = matches.tier not in (None, Tier.SIMILAR)
        lacking = [part for part in self.lacking if not (part == "vectors" and by_words)]
        new = tuple(part for part in lacking if part not in matches.degraded)
        return replace(matches, degraded=matches.degraded + new) if new else matches

    async def wait_for_products(self, longest_seconds: float) -> None:
        """Return once every product can be found by its words, or when the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(longest_seconds):
                while "index" in await self.look():  # noqa: ASYNC110  # Redis tells nobody when it is done
                    await asyncio.sleep(WAIT_POLL_SECONDS)

    async def watch_forever(self, interval_seconds: float) -> None:
        """Keep looking until cancelled. While Redis is away every answer fails anyway."""
        while True:
            try:
                await self.look()
            except AppError:
                self.lacking = tuple(self._indexes)
            await asyncio.sleep(interval_seconds)
