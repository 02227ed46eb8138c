"""Groups whose stores lie in different regions: one region after the other, and all undone when one says no.

No call reaches two regions, so each step is noted in the group's home region before it is taken, and whoever finds one
unfinished finishes it: forwards once the customer confirmed, else backwards (Garcia-Molina, Salem: Sagas, SIGMOD 1987).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import assert_never

import orjson

from inventory.chain_group_records import PATIENCE_SECONDS, ChainGroupRecords, packed_windows
from inventory.errors import InvalidRequest, LedgerBusy
from inventory.groups import Parts
from inventory.inventory import Inventory
from inventory.models import (
    GroupChanged,
    GroupChangeOutcome,
    GroupConfirmOutcome,
    GroupNotFound,
    GroupPlaced,
    GroupPlaceOutcome,
    Hold,
    HoldGroup,
    HoldHasExpired,
    HoldState,
    HoldWrongState,
    IdempotencyConflict,
    LimitReached,
    StoreId,
)
from inventory.placing import new_id
from inventory.terms import ANYBODY, Asker, PickupWindow


class ChainGroups:
    """Groups over any stores of a chain. Within one region they are a single call, as `HoldGroups` makes it."""

    def __init__(
        self,
        regions: Mapping[str, Inventory],
        region_of: Callable[[StoreId], str],
        *,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._regions = regions
        self._region_of = region_of
        self._records: ChainGroupRecords = regions[min(regions)].chain_group_records
        self._patience = patience_seconds

    async def place(
        self, parts: Parts, *, idempotency_key: str, asker: Asker = ANYBODY, ttl_seconds: int = 900
    ) -> GroupPlaceOutcome:
        """Every line at every store, or in the end nothing at all.

        Raises LedgerBusy while the same request is under way elsewhere, or where it was undone because its process
        died: then a new key is a new try.
        """
        regional = self._by_region(parts)
        if len(regional) == 1:
            (region,) = regional
            return await self._regions[region].groups.place(
                parts, idempotency_key=idempotency_key, asker=asker, ttl_seconds=ttl_seconds
            )
        fingerprint = _fingerprint(parts, ttl_seconds)
        first, group_id = await self._records.claim(asker.principal, idempotency_key, fingerprint, new_id("X"))
        if first != fingerprint:
            return IdempotencyConflict()
        members = {region: new_id("G") for region in regional}
        if not await self._step(group_id, "", "placing", asker.principal, members=orjson.dumps(members)):
            return await self._told_before(group_id)
        holds: list[Hold] = []
        for region, wishes in regional.items():
            outcome = await self._regions[region].groups.place(
                wishes, idempotency_key=group_id, asker=asker, ttl_seconds=ttl_seconds, group_id=members[region]
            )
            if not isinstance(outcome, GroupPlaced):
                await self._undo(group_id, "placing", members, asker.principal)
                return outcome
            holds += outcome.group.holds
        if not await self._done(group_id, "placing", "held", asker.principal):
            await self._undo(group_id, "undoing", members, asker.principal)
            raise LedgerBusy("the group took too long and was undone; ask again with a new key")
        return GroupPlaced(HoldGroup(group_id, tuple(holds)))

    async def show(self, group_id: str) -> HoldGroup | GroupNotFound:
        """The holds of every region as of now."""
        record = await self._records.read(group_id)
        if record is None:
            return GroupNotFound(group_id)
        found = [await self._regions[region].groups.show(member) for region, member in record.members.items()]
        holds = tuple(hold for group in found if isinstance(group, HoldGroup) for hold in group.holds)
        return HoldGroup(group_id, holds) if holds else GroupNotFound(group_id)

    async def confirm(
        self, group_id: str, *, windows: Mapping[StoreId, PickupWindow], asker: Asker = ANYBODY
    ) -> GroupConfirmOutcome:
        """Every part confirmed; where one has run out and cannot be taken again, all are cancelled."""
        record = await self._records.read(group_id)
        if record is None:
            return GroupNotFound(group_id)
        noted = packed_windows(windows)
        if record.state == "held":
            await self._step(group_id, "held", "confirming", asker.principal, windows=noted)
        return await self._confirm_all(group_id, record.members, windows, asker)

    async def cancel(self, group_id: str, *, principal: str = "anonymous") -> GroupChangeOutcome:
        """Every part cancelled; none where one was fetched already."""
        record = await self._records.read(group_id)
        found = await self.show(group_id)
        if record is None or isinstance(found, GroupNotFound):
            return GroupNotFound(group_id)
        if record.state == "undone":
            return GroupChanged(found, repeated=True)
        fetched = [hold for hold in found.holds if hold.state is HoldState.PICKED_UP]
        if fetched:
            return HoldWrongState(fetched[0], HoldState.CANCELLED)
        await self._undo(group_id, record.state, record.members, principal)
        return _as_changed(await self.show(group_id))

    async def finish_unfinished(self) -> int:
        """Finish what a process left half done; answers how many groups were found so."""
        group_ids = await self._records.unfinished()
        for group_id in group_ids:
            record = await self._records.read(group_id)
            if record is None:
                continue
            if record.state == "confirming":
                await self._confirm_all(group_id, record.members, record.windows, Asker(record.by))
            else:
                await self._undo(group_id, record.state, record.members, record.by)
        return len(group_ids)

    async def _confirm_all(
        self, group_id: str, members: Mapping[str, str], windows: Mapping[StoreId, PickupWindow], asker: Asker
    ) -> GroupConfirmOutcome:
        holds: list[Hold] = []
        repeated = True
        for region, member in members.items():
            try:
                outcome = await self._regions[region].groups.confirm(member, windows=windows, asker=asker)
            except InvalidRequest:
                await self._undo(group_id, "confirming", members, asker.principal)
                raise
            match outcome:
                case GroupChanged(group):
                    holds += group.holds
                    repeated = repeated and outcome.repeated
                case HoldHasExpired() | HoldWrongState() | GroupNotFound() | LimitReached():
                    await self._undo(group_id, "confirming", members, asker.principal)
                    return outcome
                case _:
                    assert_never(outcome)
        await self._done(group_id, "confirming", "confirmed", asker.principal)
        return GroupChanged(HoldGroup(group_id, tuple(holds)), repeated)

    async def _undo(self, group_id: str, state: str, members: Mapping[str, str], by: str) -> None:
        """Cancel whatever there is, unless somebody moved the group on meanwhile.

        A part that is placed later, by a process thought dead, ends by itself.
        """
        if state not in ("undoing", "undone") and not await self._step(group_id, state, "undoing", by):
            record = await self._records.read(group_id)
            if record is None or record.state not in ("undoing", "undone"):
                return
        for region, member in members.items():
            await self._regions[region].groups.cancel(member, principal=by)
        await self._done(group_id, "undoing", "undone", by)

    async def _told_before(self, group_id: str) -> GroupPlaceOutcome:
        record, found = await self._records.read(group_id), await self.show(group_id)
        if record is not None and record.state in ("held", "confirming", "confirmed") and isinstance(found, HoldGroup):
            return GroupPlaced(found, replayed=True)
        if record is not None and record.state == "placing":
            raise LedgerBusy("the same group is being placed right now")
        raise LedgerBusy("the group could not be placed; ask again with a new key")

    def _by_region(self, parts: Parts) -> dict[str, Parts]:
        regional: dict[str, list[object]] = {}
        for part in parts:
            regional.setdefault(self._region_of(part[0]), []).append(part)
        return {region: regional[region] for region in sorted(regional)}  # type: ignore[misc]

    async def _step(self, group_id: str, before: str, after: str, by: str, **noted: bytes | str) -> bool:
        return await self._records.step(group_id, before, after, by=by, patience_seconds=self._patience, **noted)

    async def _done(self, group_id: str, before: str, after: str, by: str) -> bool:
        return await self._records.step(group_id, before, after, by=by, patience_seconds=None)


def _fingerprint(parts: Parts, ttl_seconds: int) -> str:
    wishes = [[store_id, [[line.sku, line.quantity] for line in lines]] for store_id, lines in parts]
    return hashlib.sha256(orjson.dumps([wishes, ttl_seconds])).hexdigest()


def _as_changed(found: HoldGroup | GroupNotFound) -> GroupChangeOutcome:
    return found if isinstance(found, GroupNotFound) else GroupChanged(found)
