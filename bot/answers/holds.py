"""Holds as they are answered."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from inventory.models import HoldState


class HoldLineJson(TypedDict):
    sku: str
    title: str | None
    requested: int
    held: int


class HoldJson(TypedDict):
    hold_id: str
    state: HoldState
    store_id: str
    lines: list[HoldLineJson]
    expires_at: str | None
    pickup_by: NotRequired[str]
    created_at: str
    updated_at: str
