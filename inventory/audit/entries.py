"""Entries of the ledger as they were written: comparable ids, fields as bytes, one line of text each for a file."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

#: Before the first entry.
BEGINNING = "0-0"


class RawEntry(NamedTuple):
    """One entry with its fields undecoded; a million of these are read at a time."""

    entry_id: str
    fields: dict[bytes, bytes]


def id_order(entry_id: str) -> tuple[int, int]:
    """What two ids are compared by: the millisecond, then the number within it."""
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number or 0)


def next_id(entry_id: str) -> str:
    """The smallest id that comes after."""
    milliseconds, number = id_order(entry_id)
    return f"{milliseconds}-{number + 1}"


def moment_of(entry_id: str) -> datetime:
    """When the entry was written, by the clock of Redis."""
    return datetime.fromtimestamp(id_order(entry_id)[0] / 1000, UTC)


def raw_entries(reply: Sequence[tuple[bytes, dict[bytes, bytes]]]) -> list[RawEntry]:
    """The entries of a reply to XRANGE or XREVRANGE."""
    return [RawEntry(entry_id.decode(), fields) for entry_id, fields in reply]


def line_of(entry: RawEntry) -> bytes:
    """One line of JSON that `entry_of` turns back into the same bytes."""
    fields: list[str | dict[str, str]] = []
    for name, value in entry.fields.items():
        fields += [_text(name), _text(value)]
    return orjson.dumps([entry.entry_id, *fields], option=orjson.OPT_APPEND_NEWLINE)


def entry_of(line: bytes) -> RawEntry:
    """The entry that a line of a file keeps."""
    entry_id, *fields = orjson.loads(line)
    values = [_bytes(field) for field in fields]
    return RawEntry(entry_id, dict(zip(values[::2], values[1::2], strict=True)))


def _text(value: bytes) -> str | dict[str, str]:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def _bytes(field: Any) -> bytes:
    return field.encode() if isinstance(field, str) else base64.b64decode(field["base64"])
