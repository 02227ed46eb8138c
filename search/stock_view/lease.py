"""One process at a time: a key with a token that ends by itself soon after its holder has died."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, LockNotOwnedError, RedisError

from runtime.errors import AppError, translate_redis_errors

LEASE_SECONDS = 3.0


class LeaseLost(AppError):
    """Another process may be doing this work now, or the build that it was done for is not the live one any more."""

    code = "unavailable"
    retryable = True


#: Keys and what they must hold for a write to be allowed.
Guard = Mapping[str, bytes]


async def guarded(pipe: Pipeline, guard: Guard) -> None:
    """Make the coming MULTI fail when one of the keys changes before EXEC. Raises LeaseLost when one has already."""
    await pipe.watch(*guard)
    if await pipe.mget(list(guard)) != list(guard.values()):
        raise LeaseLost("another process makes or follows the stock view now")
    pipe.multi()


@asynccontextmanager
async def leased(redis: Redis, key: str, seconds: float = LEASE_SECONDS) -> AsyncIterator[Guard | None]:
    """The lease as a guard, renewed while the block runs and given back after it; None where another process has it."""
    lock = redis.lock(key, timeout=seconds, blocking=False)
    with translate_redis_errors("taking a lease"):
        taken = await lock.acquire()
    if not taken:
        yield None
        return
    renewing = asyncio.create_task(_renew(lock, seconds / 4))
    try:
        yield {key: bytes(lock.local.token)}
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing
        with suppress(LockError, RedisError):
            await lock.release()


async def _renew(lock: Lock, pause_seconds: float) -> None:
    """Returns only when the lease is lost; its holder learns that from its guard."""
    while True:
        await asyncio.sleep(pause_seconds)
        try:
            await lock.reacquire()
        except LockNotOwnedError:
            return
        except (RedisError, OSError):
            continue  # the next time may do; if not, the work itself meets the same trouble
