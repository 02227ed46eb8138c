"""Changes of stock as they are answered."""

from __future__ import annotations

from typing_extensions import TypedDict


class MovementRejectedJson(TypedDict):
    index: int
    code: str
    message: str


class MovementShortfallJson(TypedDict):
    """A movement that took effect although the count had `units` too few."""

    index: int
    units: int


class MovementsAnswer(TypedDict):
    applied: int
    duplicate: int
    rejected: list[MovementRejectedJson]
    shortfalls: list[MovementShortfallJson]
    shorted: list[str]
