"""Tidies up: ends holds that have run out soon after, so that events are timely. No answer depends on it."""

from __future__ import annotations

import asyncio

import structlog

from inventory.holds import Holds
from runtime.errors import AppError

_log = structlog.get_logger()
_BATCH = 100


async def sweep_forever(holds: Holds, interval_seconds: float) -> None:
    """Run until cancelled; what goes wrong is told once and tried again at the next tick."""
    failing = False
    while True:
        try:
            ended = await holds.expire_due(_BATCH)
            failing = False
        except AppError as error:
            ended = 0
            if not failing:
                _log.warning("hold_sweep_failing", code=error.code)
            failing = True
        if ended < _BATCH:
            await asyncio.sleep(interval_seconds)
