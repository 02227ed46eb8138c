"""One indexing run at a time for each namespace: a lock that is renewed while the run lives and ends soon after it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from indexing.errors import BuildFailed, BuildInProgress
from indexing.keys import lock_key
from runtime.errors import translate_redis_errors

LOCK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class RunLock:
    """The lock of this run."""

    lock: Lock
    key: str

    async def guard(self, pipe: Pipeline) -> None:
        """Make the coming MULTI fail if the lock is lost before EXEC. Raises BuildFailed when it is lost already."""
        await pipe.watch(self.key)
        if await pipe.get(self.key) != self.lock.local.token:
            raise BuildFailed("the lock of this run was lost, so another run may be writing; nothing was published")


@asynccontextmanager
async def run_lock(redis: Redis, namespace: str) -> AsyncIterator[RunLock]:
    """Hold the lock, or raise BuildInProgress."""
    key = lock_key(namespace)
    lock = redis.lock(key, timeout=LOCK_SECONDS, blocking=False)
    with translate_redis_errors("taking the indexing lock"):
        taken = await lock.acquire()
    if not taken:
        raise BuildInProgress(
            "another `onhand index` is running on this Redis; wait for it to end "
            f"(after a crash the lock ends by itself within {LOCK_SECONDS:.0f} seconds)"
        )
    renewing = asyncio.create_task(_renew(lock))
    try:
        yield RunLock(lock, key)
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing
        with suppress(LockError, RedisError):
            await lock.release()


async def _renew(lock: Lock) -> None:
    while True:
        await asyncio.sleep(LOCK_SECONDS / 3)
        with suppress(RedisError):  # LockError is one; publishing finds out
            await lock.reacquire()
