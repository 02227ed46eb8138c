"""Changes of stock as they are answered."""

from __future__ import annotations

from typing_extensions import TypedDict


class MovementRejectedJson(TypedDict):
    index: int
    code: str
    message: str


class MovementsAnswer(TypedDict):
    applied: int
    duplicate: int
    rejected: list[MovementRejectedJson]
