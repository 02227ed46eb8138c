"""Ends holds whose units a till has sold: those least promised first, until the shelf has enough for all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from inventory.freed import FreedCell
from inventory.hold_functions import HoldFunctions
from inventory.keys import Keyspace
from inventory.models import Hold, HoldId, HoldState, Sku, StoreId
from inventory.replies import hold_from_reply
from inventory.settling import HoldSettler
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

#: Who has been promised least loses first; units that were put aside are the last that a till can have sold.
_PROMISED = {HoldState.HELD: 0, HoldState.CONFIRMED: 1, HoldState.READY: 2}
#: What `read_hold` says of holds that still keep units.
_LIVE = ("overdue", "live")


@dataclass(frozen=True, slots=True)
class OversoldCell:
    """A product at a store where more is held than lies on the shelf, as the list of such cells names it."""

    sku: Sku
    store_id: StoreId
    ordinal: int
    member: bytes

    @classmethod
    def from_member(cls, member: bytes) -> OversoldCell:
        sku, store_id, ordinal = orjson.loads(member)
        return cls(Sku(sku), StoreId(store_id), int(ordinal), member)


class Shorting:
    """Resolves oversold cells. A cell stays listed until it is resolved, so a crash in between only delays it."""

    def __init__(
        self, clients: RedisClients, keyspace: Keyspace, functions: HoldFunctions, settler: HoldSettler
    ) -> None:
        self._clients = clients
        self._keyspace = keyspace
        self._functions = functions
        self._settler = settler

    async def resolve_all(self) -> list[HoldId]:
        """Whatever is listed now, however it came there."""
        return [hold_id for cell in await self._listed() for hold_id in await self._resolve(cell)]

    async def resolve(self, cells: Sequence[FreedCell]) -> list[HoldId]:
        """The holds at these cells that were shorted: unconfirmed ones first, and of those the newest first."""
        chosen = [cell for cell in await self._listed() if (cell.store_id, cell.sku) in set(cells)]
        return [hold_id for cell in chosen for hold_id in await self._resolve(cell)]

    async def _listed(self) -> list[OversoldCell]:
        with translate_redis_errors("listing oversold cells"):
            members: list[bytes] = await self._clients.reads.execute_command("SMEMBERS", self._keyspace.oversold())
        return [OversoldCell.from_member(member) for member in members]

    async def _resolve(self, cell: OversoldCell) -> list[HoldId]:
        shorted: list[HoldId] = []
        for hold in await self._holders(cell):
            if (await self._functions.clear_oversold(cell.member, cell.sku, cell.ordinal)).status == "cleared":
                return shorted
            if await self._settler.short_while_oversold(hold):
                shorted.append(hold.hold_id)
        await self._functions.clear_oversold(cell.member, cell.sku, cell.ordinal)
        return shorted

    async def _holders(self, cell: OversoldCell) -> list[Hold]:
        """Live holds with units of the cell, the least promised first; before them those that only have to be ended."""
        with translate_redis_errors("listing the holds of a product"):
            found: list[bytes] = await self._clients.reads.execute_command(
                "ZRANGE", self._keyspace.holders(cell.sku), cell.ordinal, cell.ordinal, "BYSCORE"
            )
        replies = await self._functions.read_holds([hold_id.decode() for hold_id in found]) if found else []
        holds = {status: [hold_from_reply(reply) for reply in replies if reply.status == status] for status in _LIVE}
        order = sorted(holds["live"], key=lambda hold: (_PROMISED[hold.state], -hold.created_at.timestamp()))
        return [hold for hold in (*holds["overdue"], *order) if _holds_units_of(hold, cell.sku)]


def _holds_units_of(hold: Hold, sku: Sku) -> bool:
    return any(line.sku == sku and line.held for line in hold.lines)
