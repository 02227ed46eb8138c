"""Reads the ledger's stream: every move, in order, with the exact differences that it made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from redis.exceptions import ResponseError

from inventory.keys import Keyspace
from inventory.models import HoldId, Sku
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

#: By the width that the first byte tells.
_PACKED_DELTAS = {2: np.dtype([("place", ">u2"), ("delta", ">i2")]), 4: np.dtype([("place", ">u2"), ("delta", ">i4")])}
#: Fields that are decoded into `moves`.
_ENCODED = {b"moves", b"on_hand", b"safety"}


@dataclass(frozen=True, slots=True)
class CellMove:
    """By how much each counter of one cell changed."""

    sku: Sku
    ordinal: int
    on_hand: int = 0
    safety: int = 0
    held: int = 0
    allocated: int = 0
    quality_control: int = 0


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One move: its place in the stream, what was done, what that changed, and who or what it concerns."""

    entry_id: str
    op: str
    moves: tuple[CellMove, ...]
    details: dict[str, str]

    @property
    def skus(self) -> frozenset[Sku]:
        """The products that the entry concerns, even where no counter changed."""
        named = {Sku(self.details["sku"])} if "sku" in self.details else set()
        return frozenset(named | {move.sku for move in self.moves})


@dataclass(frozen=True, slots=True)
class Notice:
    """Of an entry only what it is about: the hold, and the products that it may have made available or not."""

    entry_id: str
    op: str
    hold_id: HoldId
    skus: frozenset[Sku]


class LedgerStream:
    """A reader that keeps no place of its own: hand in the last `entry_id` that you have dealt with."""

    def __init__(self, clients: RedisClients, keyspace: Keyspace) -> None:
        self._clients = clients
        self._keyspace = keyspace

    async def read(self, after: str = "0", count: int = 1_000) -> list[LedgerEntry]:
        """Up to `count` entries later than `after`, oldest first."""
        with translate_redis_errors("reading the ledger"):
            entries: list[tuple[bytes, dict[bytes, bytes]]] = await self._clients.reads.execute_command(
                "XRANGE", self._keyspace.ledger(), f"({after}", "+", "COUNT", count
            )
        return [decode_entry(entry_id.decode(), fields) for entry_id, fields in entries]

    async def changed(self, after: str, count: int = 1_000) -> list[tuple[str, frozenset[Sku]]]:
        """Like `notices`, but of each entry only its id and the products."""
        return [(notice.entry_id, notice.skus) for notice in await self.notices(after, count)]

    async def notices(self, after: str, count: int = 1_000) -> list[Notice]:
        """Like `read`, but much cheaper: a count that a feed told of a thousand stores is not taken apart."""
        with translate_redis_errors("following the ledger"):
            entries: list[tuple[bytes, dict[bytes, bytes]]] = await self._clients.reads.execute_command(
                "XRANGE", self._keyspace.ledger(), f"({after}", "+", "COUNT", count
            )
        return [
            Notice(
                entry_id.decode(), fields[b"op"].decode(), HoldId(fields.get(b"hold", b"").decode()), _affected(fields)
            )
            for entry_id, fields in entries
        ]

    async def reaches_back_to(self, entry_id: str) -> bool:
        """Whether every entry later than this one is still there: old ones move to the archive."""
        about = await self._about()
        if about is None or about["length"] == about["entries-added"]:
            return True
        first = about["first-entry"]
        return place_of(entry_id) >= place_of((first[0] if first else about["last-generated-id"]).decode())

    async def last_id(self) -> str:
        """Where the ledger ends now, archived or not; "0" while nothing was ever written."""
        about = await self._about()
        return "0" if about is None else about["last-generated-id"].decode()

    async def _about(self) -> dict[str, Any] | None:
        with translate_redis_errors("looking at the ledger's beginning and end"):
            try:
                about: dict[str, Any] = await self._clients.reads.xinfo_stream(self._keyspace.ledger())
            except ResponseError as error:
                if "no such key" not in str(error):
                    raise
                return None
        return about


def place_of(entry_id: str) -> tuple[int, int]:
    """An entry's id as what it is ordered by: milliseconds, then number."""
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number or 0)


def _affected(fields: Mapping[bytes, bytes]) -> frozenset[Sku]:
    if b"moves" in fields:
        return frozenset(Sku(sku) for sku, _, *deltas in orjson.loads(fields[b"moves"]) if any(deltas[:4]))
    return frozenset({Sku(fields[b"sku"].decode())}) if b"on_hand" in fields else frozenset()


def decode_entry(entry_id: str, fields: Mapping[bytes, bytes]) -> LedgerEntry:
    """An entry from the fields that the stream keeps, or that the archive kept."""
    details = {name.decode(): value.decode() for name, value in fields.items() if name not in _ENCODED}
    op = details.pop("op")
    if b"moves" in fields:
        moves = tuple(CellMove(Sku(sku), *numbers) for sku, *numbers in orjson.loads(fields[b"moves"]))
    elif b"on_hand" in fields:
        moves = _count_moves(Sku(details["sku"]), fields)
    else:
        moves = ()
    return LedgerEntry(entry_id, op, moves, details)


def decode_deltas(packed: bytes) -> NDArray[np.void]:
    """Places (`place`) and differences (`delta`) of a feed's count, in rising order of places."""
    return np.frombuffer(packed, _PACKED_DELTAS[packed[0]], offset=1)


def _count_moves(sku: Sku, fields: Mapping[bytes, bytes]) -> tuple[CellMove, ...]:
    on_hand, safety = (
        {int(place): int(delta) for place, delta in decode_deltas(packed)}
        for packed in (fields[b"on_hand"], fields[b"safety"])
    )
    return tuple(
        CellMove(sku, ordinal, on_hand=on_hand.get(ordinal, 0), safety=safety.get(ordinal, 0))
        for ordinal in sorted(on_hand.keys() | safety.keys())
    )
