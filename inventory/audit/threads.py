"""Work on files in threads, so that the event loop goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

Value = TypeVar("Value")


async def to_the_end(work: Callable[..., Value], *arguments: object) -> Value:
    """Do it in a thread, and when cancelled wait for it: nobody else may begin while a file is half written."""
    task = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
    return task.result()


async def in_thread(pieces: Iterator[Value]) -> AsyncIterator[Value]:
    """The same pieces, each made without keeping the event loop."""
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece
