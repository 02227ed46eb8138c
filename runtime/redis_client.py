"""Connections to Redis: one pool for reads, one for writes. Reads are tried again when the connection breaks, writes
never: only the caller can know whether a write that got no answer took effect, and repeats it under the same
idempotency key. A read that timed out is not tried again either: a server that is late would only get more to do."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from runtime.embedded_redis import EmbeddedRedis
from runtime.redis_packing import PACKED
from runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class RedisClients:
    """`reads` survives a broken connection, `writes` never tries twice. Replies are bytes, in RESP2."""

    reads: Redis
    writes: Redis
    url: str
    #: The embedded server that this process is a user of, or None when a URL names another.
    embedded: EmbeddedRedis | None = None


def connect(url: str, settings: Settings, *, retries: int, timeout_seconds: float | None = None) -> Redis:
    """A client with a bounded pool; a caller who finds it empty waits instead of failing at once."""
    timeout = settings.redis_timeout_seconds if timeout_seconds is None else timeout_seconds
    backoff = ExponentialWithJitterBackoff(base=0.02, cap=0.2) if retries else NoBackoff()
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=settings.redis_connections,
        timeout=max(timeout, 5.0),
        protocol=2,
        decode_responses=False,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(backoff, retries, supported_errors=(RedisConnectionError,)),
    )
    pool.connection_class = PACKED[pool.connection_class]
    return Redis.from_pool(pool)


@asynccontextmanager
async def open_redis(settings: Settings, *, timeout_seconds: float | None = None) -> AsyncIterator[RedisClients]:
    """Clients for the Redis of the settings; starts the embedded server, or attaches to it where it runs already.

    `timeout_seconds` replaces the serving time limit for batch work such as loading feeds.
    """
    async with AsyncExitStack() as stack:
        url, embedded = settings.redis_url, None
        if url == "embedded":
            embedded = await stack.enter_async_context(EmbeddedRedis.running(settings.data_dir))
            url = embedded.url
        reads = connect(url, settings, retries=2, timeout_seconds=timeout_seconds)
        stack.push_async_callback(reads.aclose)
        writes = connect(url, settings, retries=0, timeout_seconds=timeout_seconds)
        stack.push_async_callback(writes.aclose)
        yield RedisClients(reads=reads, writes=writes, url=url, embedded=embedded)
