"""Holds: place, show, confirm, cancel, extend, ready, pick up. The only writer of held units; one function call each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inventory.functions import LedgerFunctions
from inventory.keys import Keyspace
from inventory.models import (
    ChangeOutcome,
    Customer,
    ExtendOutcome,
    Hold,
    HoldId,
    HoldLine,
    HoldNotFound,
    PlaceOutcome,
    StoreId,
)
from inventory.overdue import OverdueHolds


class Holds:
    """The holds of one region."""

    def __init__(
        self, functions: LedgerFunctions, keyspace: Keyspace, overdue: OverdueHolds, *, ttl_max_seconds: int = 604_800
    ) -> None:
        self._functions = functions
        self._keyspace = keyspace
        self._overdue = overdue
        self._ttl_max_seconds = ttl_max_seconds

    async def place(
        self,
        store_id: StoreId,
        lines: Sequence[HoldLine],
        *,
        idempotency_key: str,
        principal: str = "anonymous",
        customer: Customer | None = None,
        ttl_seconds: int = 900,
        allow_partial: bool = False,
    ) -> PlaceOutcome:
        """Take all lines at one store or none; with `allow_partial` take what there is, if anything."""
        raise NotImplementedError

    async def show(self, hold_id: HoldId) -> Hold | HoldNotFound:
        """The hold as of now: one that has run out is ended first."""
        raise NotImplementedError

    async def confirm(self, hold_id: HoldId, *, pickup_by: datetime, principal: str = "anonymous") -> ChangeOutcome:
        """held → confirmed; the store keeps it until `pickup_by`."""
        raise NotImplementedError

    async def ready(self, hold_id: HoldId, *, principal: str = "anonymous") -> ChangeOutcome:
        """confirmed → ready."""
        raise NotImplementedError

    async def pickup(self, hold_id: HoldId, *, principal: str = "anonymous") -> ChangeOutcome:
        """confirmed or ready → picked up: the units leave the store."""
        raise NotImplementedError

    async def cancel(self, hold_id: HoldId, *, principal: str = "anonymous") -> ChangeOutcome:
        """Any live state → cancelled: the units are free at once."""
        raise NotImplementedError

    async def extend(self, hold_id: HoldId, *, ttl_seconds: int, principal: str = "anonymous") -> ExtendOutcome:
        """A held hold ends `ttl_seconds` from now, never past its longest lifetime; one that has run out stays so."""
        raise NotImplementedError

    async def expire_due(self, limit: int = 100) -> int:
        """End up to `limit` holds that have run out; answers how many."""
        raise NotImplementedError
