"""Tidies up: ends holds that have run out, notes reminders, resolves oversold cells. No answer depends on it."""

from __future__ import annotations

import asyncio

import structlog

from inventory.hold_functions import HoldFunctions
from inventory.overdue import OverdueHolds
from inventory.shorting import Shorting
from runtime.errors import AppError

_log = structlog.get_logger()
_BATCH = 100


class HoldUpkeep:
    """What becomes due with time, or was left over by a process that died."""

    def __init__(self, functions: HoldFunctions, overdue: OverdueHolds, shorting: Shorting) -> None:
        self._functions = functions
        self._overdue = overdue
        self._shorting = shorting

    async def tick(self) -> bool:
        """Do what is due now, at most a batch of each kind; True where there may be more."""
        overdue = await self._overdue.find(_BATCH)
        await self._overdue.end(overdue)
        reminders = await self._functions.due_reminders(_BATCH)
        if reminders:
            await self._functions.remind(reminders)
        await self._shorting.resolve_all()
        return max(len(overdue), len(reminders)) == _BATCH


async def sweep_forever(upkeep: HoldUpkeep, interval_seconds: float) -> None:
    """Run until cancelled; what goes wrong is told once and tried again at the next tick."""
    failing = False
    while True:
        more = False
        try:
            more = await upkeep.tick()
            failing = False
        except AppError as error:
            if not failing:
                _log.warning("hold_sweep_failing", code=error.code)
            failing = True
        if not more:
            await asyncio.sleep(interval_seconds)
