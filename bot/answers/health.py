"""Whether the service can answer."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from bot.problems import ErrorPart

State = Literal["up", "degraded", "down"]


class LivezAnswer(TypedDict):
    status: Literal["up"]


class ReadyzAnswer(TypedDict):
    status: State
    dependencies: dict[str, State]


class NotReadyAnswer(ReadyzAnswer):
    """The error shape, with the same dependencies beside it."""

    error: ErrorPart
