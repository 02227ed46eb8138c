import asyncio

import pytest

from inventory.sweeper import sweep_forever
from runtime.errors import BackendUnavailable


class FlakyHolds:
    """Answers a script: a number of holds ended, or a failure; then stops the sweeper by cancelling its task."""

    def __init__(self, script: list[int | Exception]) -> None:
        self.script = script
        self.task: asyncio.Task[None] | None = None

    async def expire_due(self, limit: int = 100) -> int:
        if not self.script:
            assert self.task is not None
            self.task.cancel()
            return 0
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step


async def sweep(script: list[int | Exception], interval_seconds: float) -> FlakyHolds:
    holds = FlakyHolds(script)
    holds.task = asyncio.create_task(sweep_forever(holds, interval_seconds))  # type: ignore[arg-type]
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await holds.task
    return holds


async def test_the_sweeper_goes_on_after_redis_was_away() -> None:
    away = BackendUnavailable("away")
    assert (await sweep([1, away, away, 2], 0)).script == []


async def test_a_full_batch_is_followed_by_the_next_without_a_pause() -> None:
    assert (await sweep([100, 100, 100], 0)).script == []
