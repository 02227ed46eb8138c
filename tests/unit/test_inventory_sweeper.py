import asyncio

import pytest

from inventory.sweeper import sweep_forever
from runtime.errors import BackendUnavailable


class FlakyUpkeep:
    """Answers a script: whether there is more to do, or a failure; then stops the sweeper by cancelling its task."""

    def __init__(self, script: list[bool | Exception]) -> None:
        self.script = script
        self.task: asyncio.Task[None] | None = None

    async def tick(self) -> bool:
        if not self.script:
            assert self.task is not None
            self.task.cancel()
            return False
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step


async def sweep(script: list[bool | Exception], interval_seconds: float) -> FlakyUpkeep:
    upkeep = FlakyUpkeep(script)
    upkeep.task = asyncio.create_task(sweep_forever(upkeep, interval_seconds))  # type: ignore[arg-type]
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await upkeep.task
    return upkeep


async def test_the_sweeper_goes_on_after_redis_was_away() -> None:
    away = BackendUnavailable("away")
    assert (await sweep([False, away, away, False], 0)).script == []


async def test_a_full_batch_is_followed_by_the_next_without_a_pause() -> None:
    assert (await sweep([True, True, True], 3_600)).script == []
