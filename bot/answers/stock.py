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
    """`shorted` are the holds that lost their units to these movements."""

    applied: int
    duplicate: int
    rejected: list[MovementRejectedJson]
    shortfalls: list[MovementShortfallJson]
    shorted: list[str]


class GapJson(TypedDict):
    """Numbers that are missing, both ends included."""

    first: int
    last: int


class SourceJson(TypedDict):
    """`missing` counts every number that is not there; `gaps` lists the first ones."""

    source: str
    first_seq: int
    last_seq: int
    applied: int
    missing: int
    gaps: list[GapJson]
    late: int
    duplicate: int
    since: str | None


class SourcesAnswer(TypedDict):
    sources: list[SourceJson]
