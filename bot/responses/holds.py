"""Holds as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.answers.holds import CustomerJson, GroupJson, HoldJson, HoldLineJson
from bot.answers.search import ResultJson
from bot.responses.values import timestamp
from inventory.models import Customer, HeldLine, Hold, HoldGroup, HoldState
from search.models import Store
from search.opening_hours import in_store_time


@dataclass(frozen=True, slots=True)
class BesideHold:
    """What is shown with a hold and is not in its record; parts that are None are not shown."""

    titles: Mapping[str, str]
    store: Store | None = None
    ready_by: datetime | None = None
    with_customer: bool = False
    alternatives: Sequence[ResultJson] | None = None


def hold_json(hold: Hold, beside: BesideHold) -> HoldJson:
    """A hold without its customer, unless asked: whoever holds the id need not learn a name or a telephone number."""
    shown: HoldJson = {
        "hold_id": hold.hold_id,
        "state": hold.state,
        "store_id": hold.store_id,
        "lines": [_line_json(line, beside.titles.get(line.sku)) for line in hold.lines],
        "expires_at": None if hold.expires_at is None else timestamp(hold.expires_at),
        "created_at": timestamp(hold.created_at),
        "updated_at": timestamp(hold.updated_at),
    }
    if hold.pickup_by is not None:
        shown["pickup_by"] = timestamp(hold.pickup_by)
    if beside.ready_by is not None:
        shown["ready_by"] = timestamp(beside.ready_by)
    if beside.store is not None and beside.store.timezone is not None:
        _add_local_times(shown, hold, beside.store, beside.ready_by)
    _add_links(shown, hold)
    if beside.with_customer:
        shown["customer"] = None if hold.customer is None else _customer_json(hold.customer)
    if beside.alternatives is not None:
        shown["alternatives"] = list(beside.alternatives)
    return shown


def group_json(group: HoldGroup, beside: Mapping[str, BesideHold]) -> GroupJson:
    """`beside` by hold id."""
    states = {hold.state for hold in group.holds}
    return {
        "group_id": group.group_id,
        "state": states.pop() if len(states) == 1 else "mixed",
        "holds": [hold_json(hold, beside[hold.hold_id]) for hold in group.holds],
    }


def _line_json(line: HeldLine, title: str | None) -> HoldLineJson:
    shown: HoldLineJson = {"sku": line.sku, "title": title, "requested": line.requested, "held": line.held}
    if line.held < line.requested:
        shown["short_by"] = line.requested - line.held
    return shown


def _add_local_times(shown: HoldJson, hold: Hold, store: Store, ready_by: datetime | None) -> None:
    if hold.expires_at is not None:
        shown["expires_at_local"] = _local(store, hold.expires_at)
    if ready_by is not None:
        shown["ready_by_local"] = _local(store, ready_by)
    if hold.pickup_by is not None:
        shown["pickup_by_local"] = _local(store, hold.pickup_by)


def _local(store: Store, moment: datetime) -> str:
    """RFC 3339 with the store's offset: people read its clock, programs the moment."""
    return in_store_time(store, moment).isoformat(timespec="seconds")


def _add_links(shown: HoldJson, hold: Hold) -> None:
    if hold.group_id is not None:
        shown["group_id"] = hold.group_id
    if hold.moved_to is not None:
        shown["moved_to"] = hold.moved_to
    if hold.moved_from is not None:
        shown["moved_from"] = hold.moved_from
    if hold.wait_id is not None:
        shown["wait_id"] = hold.wait_id
    if hold.state is HoldState.SHORTED and hold.reason is not None:
        shown["reason"] = hold.reason


def _customer_json(customer: Customer) -> CustomerJson:
    return {"id": customer.id, "name": customer.name, "contact": customer.contact}
