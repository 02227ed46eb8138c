"""The kinds of value that requests are made of, each with its limits."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from bot.messages import HANDLE

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?")
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_VISIBLE = re.compile(r"\S")
_NO_CONTROLS = r"^[^\x00-\x1f\x7f]+$"


def _number_text(value: object) -> object:
    """Plain ASCII decimal notation only: the parsers below would also take blanks, underscores and foreign digits."""
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise PydanticCustomError("number", "should be a number such as 12 or 3.5")
    return value


def _visible_text(value: str) -> str:
    if not _VISIBLE.search(value):
        raise PydanticCustomError("text", "should hold at least one visible character")
    return value


def _timestamp_text(value: object) -> object:
    if value is not None and not (isinstance(value, str) and _TIMESTAMP.fullmatch(value)):
        raise PydanticCustomError("timestamp", "should be an RFC 3339 time such as 2026-01-31T12:00:00Z")
    return value


NumberText = BeforeValidator(_number_text)
TimestampText = BeforeValidator(_timestamp_text)
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=_NO_CONTROLS)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_visible_text)]
MessageText = Annotated[str, StringConstraints(min_length=1, max_length=2_000), AfterValidator(_visible_text)]
IDEMPOTENCY_KEY = r"^[!-~]{1,255}$"
Handle = Annotated[str, StringConstraints(pattern=f"^{HANDLE.pattern}$")]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Money = Annotated[Decimal, Field(ge=0, le=1_000_000_000, allow_inf_nan=False)]


class Part(BaseModel):
    """One part of a request; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class JsonPart(Part):
    """JSON has types of its own, so nothing is converted."""

    model_config = ConfigDict(strict=True)
