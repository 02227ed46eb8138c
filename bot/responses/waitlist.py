"""Places in the waiting line as JSON."""

from __future__ import annotations

from bot.answers.waitlist import OfferJson, WaitJson
from bot.responses.values import timestamp
from inventory.models import Hold
from inventory.waits import Wait


def wait_json(wait: Wait, title: str | None) -> WaitJson:
    """A place without its customer: whoever has the id need not learn his telephone number."""
    shown: WaitJson = {
        "wait_id": wait.wait_id,
        "state": wait.state,
        "sku": wait.sku,
        "title": title,
        "quantity": wait.quantity,
        "stores": len(wait.stores),
        "position": wait.position,
        "joined_at": timestamp(wait.joined_at),
        "updated_at": timestamp(wait.updated_at),
        "until": timestamp(wait.until),
    }
    if len(wait.stores) == 1:
        shown["store_id"] = wait.stores[0]
    if wait.hold is not None:
        shown["offer"] = _offer_json(wait.hold)
    return shown


def _offer_json(hold: Hold) -> OfferJson:
    return {
        "hold_id": hold.hold_id,
        "state": hold.state,
        "store_id": hold.store_id,
        "expires_at": None if hold.expires_at is None else timestamp(hold.expires_at),
    }
