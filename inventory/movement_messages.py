"""A movement as others send it, over HTTP or through a stream: one model says what is acceptable."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import orjson
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from inventory.models import MAX_COUNT, Sku, StoreId
from inventory.movements import MAX_SEQ, Movement, MovementType

#: The field of a stream's message that holds all of a movement as JSON.
JSON_FIELD = b"movement"

_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_WHOLE = re.compile(r"-?[0-9]{1,17}")
_NUMBERS = ("seq", "quantity")
#: What the checking library says, in words for whoever looks after the source.
_PLAIN = {
    "missing": "is missing",
    "int_type": "should be a whole number",
    "string_type": "should be text",
    "string_too_short": "is empty",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "has characters that it may not have, or too many",
}


def _timestamp_text(value: object) -> object:
    if value is not None and not (isinstance(value, str) and _TIMESTAMP.fullmatch(value)):
        raise PydanticCustomError("timestamp", "should be an RFC 3339 time such as 2026-01-31T12:00:00Z")
    return value


SourceName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,128}$")]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]


class MovementMessage(BaseModel):
    """Nothing is converted and nothing unknown is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    source: SourceName
    seq: int = Field(ge=0, le=MAX_SEQ)
    type: Annotated[MovementType, Field(strict=False)]
    store_id: Identifier
    sku: Identifier
    quantity: int = Field(ge=-MAX_COUNT, le=MAX_COUNT, description="Signed for `adjust`, absolute for `count`")
    at: Annotated[AwareDatetime | None, Field(strict=False), BeforeValidator(_timestamp_text)] = None

    def movement(self) -> Movement:
        """What the ledger takes."""
        return Movement(
            source=self.source,
            seq=self.seq,
            type=self.type,
            store_id=StoreId(self.store_id),
            sku=Sku(self.sku),
            quantity=self.quantity,
            at=self.at,
        )


@dataclass(frozen=True, slots=True)
class MessageRefused:
    """Why a message is no movement, in words that hold nothing of it."""

    code: str
    reason: str


def read_message(fields: Mapping[bytes, bytes]) -> Movement | MessageRefused:
    """The movement in a stream's message: JSON in the field `movement`, or one field for each of its parts."""
    try:
        told = orjson.loads(fields[JSON_FIELD]) if JSON_FIELD in fields else _flat(fields)
        return MovementMessage.model_validate(told).movement()
    except UnicodeDecodeError:
        return MessageRefused("bad_request", "a field is not UTF-8")
    except orjson.JSONDecodeError:
        return MessageRefused("bad_request", "the field `movement` is not JSON")
    except ValidationError as error:
        return MessageRefused("bad_request", _said(error))


def _flat(fields: Mapping[bytes, bytes]) -> dict[str, object]:
    told: dict[str, object] = {name.decode(): value.decode() for name, value in fields.items()}
    for name in _NUMBERS:
        if isinstance(value := told.get(name), str) and _WHOLE.fullmatch(value):
            told[name] = int(value)
    if told.get("at") == "":
        del told["at"]
    return told


def _said(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    name = first["loc"][0] if first["loc"] else None
    if name not in MovementMessage.model_fields:
        return "a movement is an object" if name is None else "there is a field that no movement has"
    return f"{name}: {_PLAIN.get(first['type']) or first['msg'].removeprefix('Input ')}"
