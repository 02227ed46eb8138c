"""Who may see and change a hold: its owner, whoever was handed the id of an ownerless one, and a key that may all."""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from bot.api_keys import RESERVED_IDS, Caller, Scope
from bot.app_keys import CALLER, SERVICES
from bot.problems import Code, Refused
from inventory.models import GroupNotFound, Hold, HoldGroup, HoldId, HoldNotFound


class Owned(Protocol):
    @property
    def placed_by(self) -> str: ...


async def own_hold(request: web.Request, hold_id: str) -> Hold:
    """The hold as it is now, or a refusal that does not tell whether somebody else has it."""
    found = await request.app[SERVICES].holds.show(HoldId(hold_id))
    if isinstance(found, HoldNotFound) or not may_touch(request[CALLER], found):
        raise no_such_hold()
    return found


async def own_group(request: web.Request, group_id: str) -> HoldGroup:
    """The same for a group, whose holds have one owner."""
    found = await request.app[SERVICES].groups.show(group_id)
    if isinstance(found, GroupNotFound) or not all(may_touch(request[CALLER], hold) for hold in found.holds):
        raise no_such_group()
    return found


def may_touch(caller: Caller, hold: Owned) -> bool:
    """Ids cannot be guessed, so whoever presents that of a hold without an owner was handed it."""
    return hold.placed_by in RESERVED_IDS or hold.placed_by == caller.principal or caller.may(Scope.HOLDS)


def no_such_hold() -> Refused:
    return Refused(Code.NOT_FOUND, "There is no such hold")


def no_such_group() -> Refused:
    return Refused(Code.NOT_FOUND, "There is no such group of holds")
