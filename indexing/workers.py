"""Two batches at a time: Redis works on one while the next is made ready."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

CONCURRENT_BATCHES = 2


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


async def for_each_batch(items: Iterable[T], size: int, work: Callable[[list[T]], Awaitable[None]]) -> None:
    """Do the work for every batch. The first failure ends all of it and is raised as itself."""
    batches = batched(items, size)

    async def worker() -> None:
        for batch in batches:
            await work(batch)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(CONCURRENT_BATCHES):
                group.create_task(worker())
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from failures
