"""Typed calls of the functions that place, read and settle holds: keys declared in the order that each expects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inventory.functions import Argument, Call, LedgerFunctions, Reply, as_reply
from inventory.models import Hold, HoldId, Kind, Sku, StoreId
from inventory.replies import hold_from_reply
from inventory.terms import Limits, PickupWindow

#: Stands where a call has nobody's key to declare.
NOBODY = "-"


@dataclass(frozen=True, slots=True)
class Part:
    """What one hold asks of one store: every product once."""

    hold_id: HoldId
    store_id: StoreId
    lines: tuple[tuple[Sku, int], ...]

    @property
    def skus(self) -> list[Sku]:
        return [sku for sku, _ in self.lines]


@dataclass(frozen=True, slots=True)
class Placing:
    """Names of the records that a placing touches besides the parts themselves."""

    record: str
    customer_key: str = ""
    address_key: str = ""
    group_id: str = ""
    replaced: Hold | None = None


@dataclass(frozen=True, slots=True)
class Settling:
    """One hold on its way to another state; the window is for confirming."""

    hold: Hold
    window: PickupWindow | None = None


class HoldFunctions:
    """One method per function."""

    def __init__(self, functions: LedgerFunctions) -> None:
        self._functions = functions
        self._keyspace = functions.keyspace

    async def read_holds(self, hold_ids: Sequence[str]) -> list[Reply]:
        calls: list[Call] = [([self._keyspace.hold(hold_id)], ()) for hold_id in hold_ids]
        replies = await self._functions.call_many("read_hold", calls, doing="reading holds", read_only=True)
        return [as_reply(reply) for reply in replies]

    async def overdue(self, limit: int) -> list[str]:
        """Holds that have run out by the server's clock, those longest overdue first."""
        return list((await self._functions.read_rows([])).overdue[:limit])

    async def place(self, parts: Sequence[Part], placing: Placing, terms: Sequence[Argument]) -> Reply:
        """`terms` are the arguments up to the number of parts."""
        keyspace, old = self._keyspace, placing.replaced
        skus = dict.fromkeys(sku for part in parts for sku in part.skus)
        if old is not None:
            skus |= dict.fromkeys(line.sku for line in old.lines)
        keys = [
            *self._ledger_keys(),
            placing.record,
            keyspace.address(placing.address_key or NOBODY),
            keyspace.group(placing.group_id or NOBODY),
            *self._customer_keys(placing.customer_key),
            keyspace.hold(old.hold_id if old else NOBODY),
            *self._customer_keys(old.customer_key if old else ""),
            *(keyspace.hold(part.hold_id) for part in parts),
            *self._product_keys(skus),
            *(keyspace.waiting(sku, part.store_id) for part in parts for sku in part.skus),
        ]
        arguments = [*terms, len(parts)]
        for part in parts:
            arguments += [part.hold_id, part.store_id, len(part.lines)]
            arguments += [value for line in part.lines for value in line]
        return await self._functions.call("place_hold", keys, arguments, doing="placing a hold")

    async def settle(
        self, verb: str, holds: Sequence[Settling], *, by: str = "", customer: bytes = b"", customer_key: str = ""
    ) -> Reply:
        """Holds that move together."""
        while True:
            keys, arguments = self._settling(holds, customer_key)
            head: list[Argument] = [verb, by, customer, customer_key]
            reply = await self._functions.call("settle_hold", keys, [*head, *arguments], doing="settling holds")
            if reply.status != "stale":
                return reply
            holds = await self._read_again(holds)

    async def retake(
        self, holds: Sequence[Settling], *, by: str, customer: bytes, customer_key: str, limits: Limits
    ) -> Reply:
        while True:
            keys, arguments = self._settling(holds, customer_key)
            head: list[Argument] = [by, customer, customer_key, *limits_as_arguments(limits)]
            reply = await self._functions.call("retake_hold", keys, [*head, *arguments], doing="retaking holds")
            if reply.status != "stale":
                return reply
            holds = await self._read_again(holds)

    async def _read_again(self, holds: Sequence[Settling]) -> list[Settling]:
        """Holds of which one got a customer between the reading and the call; a customer once known stays."""
        replies = await self.read_holds([settling.hold.hold_id for settling in holds])
        return [
            settling if reply.status == "not_found" else Settling(hold_from_reply(reply), settling.window)
            for settling, reply in zip(holds, replies, strict=True)
        ]

    async def expire_each(self, holds: Iterable[tuple[str, Hold | None]]) -> list[Reply]:
        """Each by itself; of a hold that is gone only the due time is put right. One that was just confirmed stays."""
        calls: list[Call] = []
        for hold_id, hold in holds:
            keys, arguments = self._settling([Settling(hold)], "") if hold else self._vanished(hold_id)
            calls.append((keys, ["expire", "", "", "", *arguments]))
        replies = await self._functions.call_many("settle_hold", calls, doing="ending holds that have run out")
        return [as_reply(reply) for reply in replies]

    async def extend(
        self, holds: Sequence[Hold], ttl_ms: int, lifetime_ms: int, most_extensions: int, *, by: str
    ) -> Reply:
        arguments: list[Argument] = [by, ttl_ms, lifetime_ms, most_extensions, *(hold.hold_id for hold in holds)]
        while True:
            keys = [self._keyspace.ledger(), self._keyspace.holds_due()]
            for hold in holds:
                keys += [self._keyspace.hold(hold.hold_id), *self._customer_keys(hold.customer_key)]
            reply = await self._functions.call("extend_hold", keys, arguments, doing="extending holds")
            if reply.status != "stale":
                return reply
            holds = [settling.hold for settling in await self._read_again([Settling(hold) for hold in holds])]

    async def due_reminders(self, limit: int) -> list[str]:
        """Confirmed holds whose customers are to be reminded by now."""
        return await self._functions.members_due(self._keyspace.holds_reminders(), limit)

    async def remind(self, hold_ids: Sequence[str]) -> list[Reply]:
        keyspace = self._keyspace
        head = [keyspace.ledger(), keyspace.holds_reminders()]
        calls: list[Call] = [([*head, keyspace.hold(hold_id)], [hold_id]) for hold_id in hold_ids]
        replies = await self._functions.call_many("remind_hold", calls, doing="noting reminders")
        return [as_reply(reply) for reply in replies]

    async def clear_oversold(self, member: bytes, sku: str, ordinal: int) -> Reply:
        keyspace = self._keyspace
        keys = [keyspace.oversold(), keyspace.row(Kind.ON_HAND, sku), keyspace.row(Kind.HELD, sku)]
        return await self._functions.call("clear_oversold", keys, [member, ordinal], doing="checking an oversold cell")

    def _settling(self, holds: Sequence[Settling], customer_key: str) -> tuple[list[str], list[Argument]]:
        keys, waiting = self._ledger_keys(), list[str]()
        arguments: list[Argument] = [len(holds)]
        skus: dict[Sku, None] = {}
        for settling in holds:
            hold = settling.hold
            mine = dict.fromkeys(line.sku for line in hold.lines)
            keys += [self._keyspace.hold(hold.hold_id), *self._customer_keys(hold.customer_key or customer_key)]
            arguments += [hold.hold_id, *_times(settling.window), len(mine), *mine]
            waiting += [self._keyspace.waiting(sku, hold.store_id) for sku in mine]
            skus |= mine
        return [*keys, *self._product_keys(skus), *waiting], arguments

    def _vanished(self, hold_id: str) -> tuple[list[str], list[Argument]]:
        keys = [*self._ledger_keys(), self._keyspace.hold(hold_id), *self._customer_keys("")]
        return keys, [1, hold_id, "", "", "", 0]

    def _ledger_keys(self) -> list[str]:
        keyspace = self._keyspace
        return [keyspace.registry(), keyspace.ledger(), keyspace.holds_due(), keyspace.holds_reminders()]

    def _customer_keys(self, digest: str) -> list[str]:
        return [self._keyspace.customer(digest or NOBODY), self._keyspace.customer_holds(digest or NOBODY)]

    def _product_keys(self, skus: Iterable[str]) -> list[str]:
        keys: list[str] = []
        for sku in skus:
            keys += [*self._functions.stock_rows([sku]), self._keyspace.holders(sku)]
        return keys


def limits_as_arguments(limits: Limits) -> list[Argument]:
    """In the order in which the library reads them."""
    return [limits.units_per_sku, limits.open_holds, limits.holds_per_minute, limits.share_percent]


def _times(window: PickupWindow | None) -> list[Argument]:
    if window is None:
        return ["", "", ""]
    remind = "" if window.remind_at is None else int(window.remind_at.timestamp() * 1000)
    return [int(window.pickup_by.timestamp() * 1000), int(window.ends_at.timestamp() * 1000), remind]
