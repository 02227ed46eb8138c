"""Tidies up: ends holds that have run out, notes reminders, resolves oversold cells. No answer depends on it."""

from __future__ import annotations

from inventory.hold_functions import HoldFunctions
from inventory.overdue import OverdueHolds
from inventory.shorting import Shorting
from runtime.repeating import repeat_forever

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
    """Run until cancelled."""
    await repeat_forever(upkeep.tick, interval_seconds, failing="hold_sweep_failing")
