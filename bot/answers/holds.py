"""Holds as they are answered."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from bot.answers.search import ResultJson
from inventory.models import HoldState


class HoldLineJson(TypedDict):
    sku: str
    title: str | None
    requested: int
    held: int
    short_by: NotRequired[int]


class CustomerJson(TypedDict):
    id: str | None
    name: str | None
    contact: str | None


class HoldJson(TypedDict):
    """The `…_local` times are by the store's own clock, where its time zone is known."""

    hold_id: str
    state: HoldState
    store_id: str
    lines: list[HoldLineJson]
    expires_at: str | None
    expires_at_local: NotRequired[str]
    #: When the store will have put it aside; told while it is confirmed.
    ready_by: NotRequired[str]
    ready_by_local: NotRequired[str]
    pickup_by: NotRequired[str]
    pickup_by_local: NotRequired[str]
    created_at: str
    updated_at: str
    group_id: NotRequired[str]
    moved_to: NotRequired[str]
    moved_from: NotRequired[str]
    wait_id: NotRequired[str]
    #: Why it was shorted: `not_found` on the shelf, or `oversold` by a till.
    reason: NotRequired[str]
    #: Shown to keys with the scope `holds` alone.
    customer: NotRequired[CustomerJson | None]
    #: Of a shorted hold: the nearest stores that can give all of it now.
    alternatives: NotRequired[list[ResultJson]]


class GroupJson(TypedDict):
    """`state` is that of all holds, or `mixed`."""

    group_id: str
    state: HoldState | Literal["mixed"]
    holds: list[HoldJson]
