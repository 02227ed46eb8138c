"""Places in the waiting line as they are answered."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from inventory.models import HoldState
from inventory.waits import WaitState


class OfferJson(TypedDict):
    """The hold that was made of what came free; it is shown and changed like any other."""

    hold_id: str
    state: HoldState
    store_id: str
    #: Until when he has to confirm it.
    expires_at: str | None


class WaitJson(TypedDict):
    """`position` 1 is next; at several stores, where the line before him is shortest."""

    wait_id: str
    state: WaitState
    sku: str
    title: str | None
    quantity: int
    #: At how many stores he waits.
    stores: int
    #: Where it is one.
    store_id: NotRequired[str]
    position: int | None
    joined_at: str
    updated_at: str
    #: When the place ends by itself.
    until: str
    offer: NotRequired[OfferJson]
