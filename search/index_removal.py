"""Removes an index and its documents without anybody waiting: the index by its real name, the documents in batches."""

from __future__ import annotations

from collections.abc import Callable

from redis.asyncio import Redis

from search.index_info import index_info

DELETE_BATCH = 500


async def drop_index(redis: Redis, real_name: str) -> None:
    """Drop an index without its documents. An alias would take the live index with it, so it must be a real name."""
    info = await index_info(redis, real_name)
    if info is not None and info["index_name"].decode() == real_name:
        await redis.execute_command("FT.DROPINDEX", real_name)


async def delete_by_prefix(redis: Redis, prefix: str, is_due: Callable[[str], bool] = lambda rest: True) -> int:
    """Delete keys, of which the rest is due, in small batches, so that nobody waits for it. Answers how many."""
    batch: list[bytes] = []
    deleted = 0
    async for key in redis.scan_iter(match=f"{prefix}*", count=2_000):
        if is_due(bytes(key).decode().removeprefix(prefix)):
            batch.append(key)
        if len(batch) == DELETE_BATCH:
            deleted += await redis.unlink(*batch)
            batch.clear()
    return deleted + (await redis.unlink(*batch) if batch else 0)
