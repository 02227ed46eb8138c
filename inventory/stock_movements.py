"""Applies movements; then ends the holds that lost their units, and tells of units for which somebody waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from inventory.freed import FreedUnits, cells_from
from inventory.functions import Argument, Reply
from inventory.models import HoldId
from inventory.movements import (
    Movement,
    MovementRejected,
    MovementsApplied,
    MovementShortfall,
    arguments_of,
    refusal_of,
    words_for,
)
from inventory.overdue import OverdueHolds
from inventory.shorting import Shorting
from inventory.stock_functions import StockFunctions
from runtime.errors import AppError

_log = structlog.get_logger()

#: Movements in one go: nobody else is served for the few milliseconds that they take.
BATCH = 50
#: Holds that have run out are ended first; those who wait for the units are served first.
_ASK_AGAIN = ("due_first", "waitlist_first")
_MOST_ROUNDS = 50


class StockMovements:
    """Movements of one region, each `(source, seq)` once."""

    def __init__(
        self,
        functions: StockFunctions,
        overdue: OverdueHolds,
        freed: FreedUnits,
        shorting: Shorting,
        *,
        returns_need_inspection: bool = False,
    ) -> None:
        self._functions = functions
        self._overdue = overdue
        self._freed = freed
        self._shorting = shorting
        self._returns_need_inspection = returns_need_inspection

    async def apply(self, movements: Sequence[Movement]) -> MovementsApplied:
        """Apply each movement that was not seen before. A rejected one may be sent again."""
        statuses = {place: status for place, movement in enumerate(movements) if (status := refusal_of(movement))}
        sound = {place: movement for place, movement in enumerate(movements) if place not in statuses}
        places = list(sound)
        replies: dict[int, Reply] = {}
        for first in range(0, len(places), BATCH):
            replies |= await self._answered({place: sound[place] for place in places[first : first + BATCH]})
        statuses |= {place: reply.status for place, reply in replies.items()}
        applied = {place: reply.rest for place, reply in replies.items() if reply.status == "applied"}
        shorted = await self._follow_up([(sound[place], *rest) for place, rest in applied.items()])
        said = list(statuses.values())
        return MovementsApplied(
            applied=len(applied),
            duplicate=said.count("duplicate"),
            rejected=_rejected(statuses),
            shortfalls=tuple(MovementShortfall(place, rest[0]) for place, rest in sorted(applied.items()) if rest[0]),
            shorted=shorted,
        )

    async def _answered(self, movements: Mapping[int, Movement]) -> dict[int, Reply]:
        """The answer to each. What stands before an allocation is dealt with, and it is asked again."""
        answers: dict[int, Reply] = {}
        for _ in range(_MOST_ROUNDS):
            open_places = [place for place in movements if place not in answers]
            if not open_places:
                break
            replies = await self._functions.apply_movements([self._call(movements[place]) for place in open_places])
            found = dict(zip(open_places, replies, strict=True))
            answers |= {place: reply for place, reply in found.items() if reply.status not in _ASK_AGAIN}
            between = [found[place] for place in open_places if place not in answers]
            await self._overdue.end(
                sorted(
                    {hold_id.decode() for reply in between if reply.status == "due_first" for hold_id in reply.rest[0]}
                )
            )
            await self._freed.tell(
                [cell for reply in between if reply.status == "waitlist_first" for cell in cells_from(reply.rest[0])]
            )
        return {place: Reply("busy", ()) for place in movements} | answers

    def _call(self, movement: Movement) -> tuple[Movement, list[Argument]]:
        return movement, arguments_of(movement, returns_need_inspection=self._returns_need_inspection)

    async def _follow_up(self, applied: Sequence[tuple[Movement, int, int, int]]) -> tuple[HoldId, ...]:
        """What was applied stays applied whatever happens here: the background work does what is left over."""
        oversold = dict.fromkeys((movement.store_id, movement.sku) for movement, _, ate_held, _ in applied if ate_held)
        freed = dict.fromkeys((movement.store_id, movement.sku) for movement, _, _, waited_for in applied if waited_for)
        shorted: Sequence[HoldId] = ()
        try:
            if oversold:
                shorted = await self._shorting.resolve(list(oversold))
            await self._freed.tell(list(freed))
        except AppError as error:
            _log.warning("movement_follow_up_failed", code=error.code, oversold=len(oversold), freed=len(freed))
        return tuple(shorted)


def _rejected(statuses: Mapping[int, str]) -> tuple[MovementRejected, ...]:
    return tuple(
        MovementRejected(place, *words_for(status))
        for place, status in sorted(statuses.items())
        if status not in ("applied", "duplicate")
    )
