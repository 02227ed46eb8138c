"""State of the indexes, for doctor and readiness: what is there, what failed, what has to be done about it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients
from search.index_info import index_info
from search.schema import products_alias, skus_key, stores_alias, vectors_alias

#: Above this many internal ids per live document queries grow slow and scores drift; a fresh build cures it.
MAX_IDS_PER_DOCUMENT = 5.0


class State(StrEnum):
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class IndexHealth:
    """One index behind its alias. `problems` are sentences for an operator."""

    alias: str
    state: State
    index: str | None = None
    documents: int = 0
    #: Documents that it should have, where that is known.
    expected: int = 0
    failures: int = 0
    ids_per_document: float = 0.0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchHealth:
    products: IndexHealth
    vectors: IndexHealth
    stores: IndexHealth
    problems: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """Without products nothing can be found; without vectors only meaning is missing."""
        if self.products.state is State.DOWN:
            return State.DOWN
        whole = all(each.state is State.UP for each in (self.products, self.vectors, self.stores))
        return State.UP if whole and not self.problems else State.DEGRADED


async def search_health(clients: RedisClients, namespace: str, *, wants_vectors: bool = True) -> SearchHealth:
    """Raises BackendUnavailable where Redis does not answer."""
    redis = clients.reads
    products = await catalogue_size(redis, namespace)
    vectors = IndexHealth(vectors_alias(namespace), State.UP)
    if wants_vectors:
        vectors = await index_health(redis, vectors_alias(namespace), products)
    return SearchHealth(
        products=await index_health(redis, products_alias(namespace), products),
        vectors=vectors,
        stores=await index_health(redis, stores_alias(namespace)),
        problems=await _timeout_problems(redis),
    )


async def refuse_cut_answers(redis: Redis) -> None:
    """Ask the server to fail a search that runs out of time. Where it may not be told so, doctor complains."""
    with suppress(RedisError):
        await redis.execute_command("FT.CONFIG", "SET", "ON_TIMEOUT", "FAIL")


async def catalogue_size(redis: Redis, namespace: str) -> int:
    """How many products the live catalogue has."""
    with translate_redis_errors("counting the catalogue"):
        return int(await redis.scard(skus_key(namespace)))


async def index_health(redis: Redis, alias: str, expected: int = 0) -> IndexHealth:
    """How far an index is is judged by its documents: `percent_indexed` says 0 after each start, whole or not."""
    reply = await index_info(redis, alias)
    if reply is None:
        return IndexHealth(alias, State.DOWN, problems=(f"{alias} does not exist: run `onhand index`",))
    documents, highest = int(reply["num_docs"]), int(reply["max_doc_id"])
    failures = int(reply["hash_indexing_failures"])
    ratio = highest / documents if documents else 0.0
    problems = []
    if documents < expected:
        problems.append(f"{alias} has {documents:,} of {expected:,} products so far")
    if failures:
        problems.append(f"{alias} could not take {failures} documents")
    if ratio > MAX_IDS_PER_DOCUMENT:
        problems.append(f"{alias} carries {ratio:.1f} ids per document: build it afresh with `onhand index`")
    if not documents:
        problems.append(f"{alias} is empty")
    state = State.DEGRADED if problems else State.UP
    return IndexHealth(alias, state, _text(reply["index_name"]), documents, expected, failures, ratio, tuple(problems))


async def _timeout_problems(redis: Redis) -> tuple[str, ...]:
    """A search that is cut off must say so: RediSearch's own default is to answer what it has, silently."""
    with translate_redis_errors("asking for the time limit policy"):
        raw = await _timeout_policy(redis)
    policy = _text(raw[0][1]).lower() if raw else ""
    if policy in {"fail", "return_strict"}:
        return ()
    return (f"ON_TIMEOUT is {policy or 'unknown'}: set it to FAIL, or answers may be cut off silently",)


async def _timeout_policy(redis: Redis) -> Any:
    try:
        return await redis.execute_command("FT.CONFIG", "GET", "ON_TIMEOUT")
    except ResponseError:
        return None


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
