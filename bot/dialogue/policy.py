"""The limits that a conversation keeps to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from inventory.terms import NO_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class DialoguePolicy:
    proposal_ttl: timedelta = timedelta(minutes=5)
    position_ttl: timedelta = timedelta(minutes=30)
    hold_ttl: timedelta = timedelta(minutes=15)
    radius_km: float = 100.0
    list_length: int = 5
    longest_list: int = 50
    matches: int = 50
    quantity_max: int = 1000
    limits: Limits = NO_LIMITS
