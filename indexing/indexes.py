"""Builds of the product index: made beside the live one, checked, published in one step, dropped by real name."""

import asyncio
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import WatchError

from indexing.errors import BuildFailed
from indexing.keys import build_counter_key, definition_key, doomed_builds_key, next_skus_key
from indexing.lock import RunLock
from runtime.errors import translate_redis_errors
from search.documents import Document
from search.index_info import index_info
from search.index_removal import delete_by_prefix, drop_index
from search.schema import (
    catalogue_key,
    create_products_index,
    product_key,
    product_prefix,
    products_alias,
    products_index,
    skus_key,
    titles_key,
    vocabulary_key,
)

READY_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class CatalogueWords:
    """What readers of a build keep in process, as bytes."""

    vocabulary: bytes
    titles: bytes


class ProductBuilds:
    """Creates, checks, publishes and removes builds. A build is doomed from its creation until it is published."""

    def __init__(self, redis: Redis, namespace: str) -> None:
        self._redis = redis
        self._namespace = namespace
        self._own: set[str] = set()

    async def live(self) -> str | None:
        """The build that readers see."""
        with translate_redis_errors("reading the live build"):
            build = await self._redis.get(catalogue_key(self._namespace))
        return text_of(build) if build else None

    async def is_defined_as_now(self) -> bool:
        """Whether this release would define the live index in the same way."""
        with translate_redis_errors("reading the index definition"):
            return await self._redis.get(definition_key(self._namespace)) == self._definition()

    def _definition(self) -> bytes:
        return hashlib.sha256(repr(create_products_index(self._namespace, "")).encode()).hexdigest().encode()

    async def create(self) -> str:
        """A new, empty index beside the live one."""
        with translate_redis_errors("creating an index"):
            build = f"v{await self._redis.incr(build_counter_key(self._namespace))}"
            self._own.add(build)
            await self._redis.sadd(doomed_builds_key(self._namespace), build)
            await self._redis.execute_command(*create_products_index(self._namespace, build))
        return build

    async def write(self, build: str, documents: Mapping[str, Document]) -> None:
        """Add documents by SKU."""
        pipe = self._redis.pipeline(transaction=False)
        for sku, document in documents.items():
            pipe.execute_command(*hset_command(product_key(self._namespace, build, sku), document))
        with translate_redis_errors("writing products"):
            await pipe.execute()

    async def read(self, build: str | None, skus: Collection[str]) -> dict[str, dict[bytes, bytes]]:
        """The documents of a build by SKU, without those that it lacks."""
        if build is None or not skus:
            return {}
        pipe = self._redis.pipeline(transaction=False)
        for sku in skus:
            pipe.hgetall(product_key(self._namespace, build, sku))
        with translate_redis_errors("reading products"):
            documents = await pipe.execute()
        return {sku: document for sku, document in zip(skus, documents, strict=True) if document}

    async def check(self, build: str, count: int, samples: Sequence[Document]) -> None:
        """Wait until all is indexed; raise BuildFailed unless all of it is there and can be found."""
        info = await wait_until_indexed(self._redis, products_index(self._namespace, build))
        if int(info["hash_indexing_failures"]) or int(info["num_docs"]) != count:
            raise BuildFailed(
                f"the new index holds {int(info['num_docs']):,} of {count:,} products, "
                f"{int(info['hash_indexing_failures']):,} failed; the old one keeps serving"
            )
        for sample in samples:
            await self._check_found(build, sample)

    async def _check_found(self, build: str, document: Document) -> None:
        query, params = "@sku:{$sku}", ["sku", document["sku"]]
        if terms := str(document.get("title", "")).split():
            query, params = f"{query} @title:$term", [*params, "term", terms[0]]
        command = ("FT.SEARCH", products_index(self._namespace, build), query, "NOCONTENT", "LIMIT", 0, 10)
        with translate_redis_errors("checking the new index"):
            reply = await self._redis.execute_command(*command, "PARAMS", len(params), *params, "DIALECT", 2)
        if product_key(self._namespace, build, str(document["sku"])).encode() not in reply[1:]:
            raise BuildFailed("a product of the new index cannot be found in it; the old one keeps serving")

    async def publish(self, build: str, skus: Sequence[str], words: CatalogueWords, lock: RunLock) -> None:
        """Alias, SKUs, vocabulary, titles and build change in one step, and only while the lock is ours."""
        live, next_skus = await self.live(), next_skus_key(self._namespace, build)
        with translate_redis_errors("publishing the new index"):
            for first in range(0, len(skus), 10_000):
                await self._redis.sadd(next_skus, *skus[first : first + 10_000])
            async with self._redis.pipeline(transaction=True) as pipe:
                await lock.guard(pipe)
                pipe.multi()
                alias = products_alias(self._namespace)
                pipe.execute_command("FT.ALIASUPDATE", alias, products_index(self._namespace, build))
                pipe.rename(next_skus, skus_key(self._namespace))
                pipe.set(vocabulary_key(self._namespace), words.vocabulary)
                pipe.set(titles_key(self._namespace), words.titles)
                pipe.set(definition_key(self._namespace), self._definition())
                pipe.set(catalogue_key(self._namespace), build)
                pipe.srem(doomed_builds_key(self._namespace), build)
                if live is not None:
                    pipe.sadd(doomed_builds_key(self._namespace), live)
                try:
                    await pipe.execute()
                except WatchError as error:
                    raise BuildFailed("the lock of this run was lost; the old index keeps serving") from error

    async def remove_doomed(self, lock: RunLock) -> int:
        """Remove every build that is not live: of this run, or left by one that crashed. Answers how many."""
        with translate_redis_errors("removing old builds"):
            builds = {text_of(build) for build in await self._redis.smembers(doomed_builds_key(self._namespace))}
            builds.discard(await self.live() or "")
            if not await lock.is_ours():  # asked after reading: the others may be what another run is making
                builds &= self._own
            for build in builds:
                await drop_index(self._redis, products_index(self._namespace, build))
                await delete_by_prefix(self._redis, product_prefix(self._namespace, build))
                await self._redis.unlink(next_skus_key(self._namespace, build))
                await self._redis.srem(doomed_builds_key(self._namespace), build)
        return len(builds)


def text_of(reply: bytes | str) -> str:
    """Text of a reply; our clients give bytes, redis-py's types allow both."""
    return reply if isinstance(reply, str) else reply.decode()


def hset_command(key: str, document: Document) -> tuple[str | bytes, ...]:
    """The command that writes a document."""
    return ("HSET", key, *chain.from_iterable(document.items()))


def as_stored(document: Document) -> dict[bytes, bytes]:
    """A document as Redis gives it back."""
    return {name.encode(): value if isinstance(value, bytes) else value.encode() for name, value in document.items()}


async def wait_until_indexed(redis: Redis, index: str, longest_seconds: float = READY_SECONDS) -> dict[str, Any]:
    """The FT.INFO of an index that has seen all its documents. Raises BuildFailed when that takes too long."""
    deadline = asyncio.get_running_loop().time() + longest_seconds
    while asyncio.get_running_loop().time() < deadline:
        info = await index_info(redis, index)
        if info is None:
            raise BuildFailed(f"the index {index} disappeared while it was built")
        if not int(info["indexing"]) and float(info["percent_indexed"]) >= 1:
            return info
        await asyncio.sleep(0.05)
    raise BuildFailed(f"the index {index} was not ready within {longest_seconds:.0f} seconds")
