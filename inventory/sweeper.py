"""Tidies up: ends holds that have run out soon after, so that events are timely. No answer depends on it."""

from __future__ import annotations

import asyncio

import structlog

from inventory.holds import Holds
from runtime.errors import BackendUnavailable

_log = structlog.get_logger()
_BATCH = 100


async def sweep_forever(holds: Holds, interval_seconds: float) -> None:
    """Run until cancelled; while Redis is away, try again at the next tick."""
    away = False
    while True:
        try:
            ended = await holds.expire_due(_BATCH)
            away = False
        except BackendUnavailable:
            ended = 0
            if not away:
                _log.warning("hold_sweep_paused", reason="redis_unavailable")
            away = True
        if ended < _BATCH:
            await asyncio.sleep(interval_seconds)
