"""Holds as JSON."""

from __future__ import annotations

from collections.abc import Mapping

from bot.answers.holds import HoldJson
from bot.responses.values import timestamp
from inventory.models import Hold


def hold_json(hold: Hold, titles: Mapping[str, str]) -> HoldJson:
    """A hold without its customer: whoever holds the id need not learn a name or a telephone number."""
    shown: HoldJson = {
        "hold_id": hold.hold_id,
        "state": hold.state,
        "store_id": hold.store_id,
        "lines": [
            {"sku": line.sku, "title": titles.get(line.sku), "requested": line.requested, "held": line.held}
            for line in hold.lines
        ],
        "expires_at": None if hold.expires_at is None else timestamp(hold.expires_at),
        "created_at": timestamp(hold.created_at),
        "updated_at": timestamp(hold.updated_at),
    }
    if hold.pickup_by is not None:
        shown["pickup_by"] = timestamp(hold.pickup_by)
    return shown
