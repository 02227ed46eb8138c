"""Under what a hold is asked for and kept: who asks, what anybody may hold at most, until when it waits. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inventory.models import Customer


@dataclass(frozen=True, slots=True)
class Limits:
    """What one customer, or one address, may hold; 0 means any amount."""

    units_per_sku: int = 0
    open_holds: int = 0
    #: Holds that one address may place within a minute.
    holds_per_minute: int = 0
    #: Share of the units of a product in all stores.
    share_percent: int = 0


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a hold."""

    #: An API key's id, or "anonymous".
    principal: str = "anonymous"
    customer: Customer | None = None
    #: What the customer is known by, the same each time; None where nothing is known. Only a keyed digest is kept.
    identity: str | None = None
    #: Where the request came from; None where that is not counted.
    address: str | None = None
    limits: Limits = NO_LIMITS


ANYBODY = Asker()


@dataclass(frozen=True, slots=True)
class PickupWindow:
    """Until when a confirmed hold waits: what the customer is told, and when it really ends (a grace later)."""

    pickup_by: datetime
    ends_at: datetime
    remind_at: datetime | None = None

    @classmethod
    def until(cls, pickup_by: datetime) -> PickupWindow:
        """Without grace and reminder."""
        return cls(pickup_by, pickup_by)
