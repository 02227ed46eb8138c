"""Work that is done again and again for as long as a service runs."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from runtime.errors import AppError

log = structlog.get_logger()


async def repeat_forever(step: Callable[[], Awaitable[bool]], pause_seconds: float, *, failing: str) -> None:
    """Run until cancelled: a pause after each step, unless it answers that there is more to do.

    What goes wrong is told once, as the event `failing`, and tried again after the pause.
    """
    told = False
    while True:
        more = False
        try:
            more = await step()
            told = False
        except AppError as error:
            if not told:
                log.warning(failing, code=error.code, reason=error.message)
            told = True
        await asyncio.sleep(0 if more else pause_seconds)
