"""Background tasks end with their block, also when a cancellation gets lost on the way."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from bot.background import running


async def test_a_task_that_swallows_its_first_cancellation_ends_all_the_same() -> None:
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        swallowed += 1
        await asyncio.Event().wait()

    async with running(stubborn(), "stubborn"):
        await asyncio.sleep(0)
    assert swallowed == 1


async def test_a_task_that_fails_is_heard() -> None:
    async def broken() -> None:
        raise ValueError("private words")

    with structlog.testing.capture_logs() as lines:
        async with running(broken(), "broken"):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
    assert lines == [
        {"event": "background_task_failed", "task": "broken", "error_type": "ValueError", "log_level": "error"}
    ]
