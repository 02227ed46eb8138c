"""Turns the function library's replies into values. Pure."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import orjson

from inventory.functions import Reply
from inventory.models import Customer, HeldLine, Hold, HoldId, HoldState, Sku, StoreId


def hold_from_fields(hold_id: HoldId, fields: list[bytes]) -> Hold:
    """A hold from the flat field list of its hash."""
    raise NotImplementedError
