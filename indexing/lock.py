"""One indexing run at a time for each namespace: a lock that is renewed while the run lives and ends soon after it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, LockNotOwnedError, RedisError

from indexing.errors import BuildFailed, BuildInProgress
from indexing.keys import lock_key
from runtime.errors import translate_redis_errors

LOCK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class RunLock:
    """The lock of this run."""

    lock: Lock
    key: str

    async def is_ours(self) -> bool:
        """Whether it still is: a process that was suspended for long may find that another run has begun."""
        with translate_redis_errors("looking at the indexing lock"):
            return await self.lock.owned()

    async def guard(self, pipe: Pipeline) -> None:
        """Make the coming MULTI fail if the lock is lost before EXEC. Raises BuildFailed when it is lost already."""
        await pipe.watch(self.key)
        if await pipe.get(self.key) != self.lock.local.token:
            raise _lost()


@asynccontextmanager
async def run_lock(redis: Redis, namespace: str, seconds: float = LOCK_SECONDS) -> AsyncIterator[RunLock]:
    """Hold the lock, or raise BuildInProgress. The work inside is broken off with BuildFailed when the lock is lost."""
    key = lock_key(namespace)
    lock = redis.lock(key, timeout=seconds, blocking=False)
    with translate_redis_errors("taking the indexing lock"):
        taken = await lock.acquire()
    if not taken:
        raise BuildInProgress(
            "another `onhand index` is running on this Redis; wait for it to end "
            f"(after a crash the lock ends by itself within {LOCK_SECONDS:.0f} seconds)"
        )
    run = asyncio.current_task()
    assert run is not None  # whoever awaits is a task
    renewing = asyncio.create_task(_renew_until_lost(lock, seconds / 3, run))
    try:
        yield RunLock(lock, key)
    except asyncio.CancelledError:
        if renewing.done() and renewing.exception() is None and not run.uncancel():
            raise _lost() from None
        raise
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing
        with suppress(LockError, RedisError):
            await lock.release()


async def _renew_until_lost(lock: Lock, pause_seconds: float, run: asyncio.Task[object]) -> None:
    """Returns only when the lock is lost, and breaks the run off."""
    while True:
        await asyncio.sleep(pause_seconds)
        try:
            await lock.reacquire()
        except LockNotOwnedError:
            run.cancel()  # another run may be writing: two at once would undo each other
            return
        except RedisError:
            continue  # the next time may do; if not, the run itself meets the same trouble


def _lost() -> BuildFailed:
    return BuildFailed("the lock of this run was lost, so another run may be writing; it was broken off")
