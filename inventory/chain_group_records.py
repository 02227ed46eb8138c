"""How far a group over several regions has got: one record in its home region, moved on step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from inventory.functions import LedgerFunctions
from inventory.keys import Keyspace
from inventory.models import StoreId
from inventory.placing import IDEMPOTENCY_RECORD_MS
from inventory.terms import PickupWindow
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

#: A step that takes longer than this has died with its process, and somebody else finishes it.
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Record:
    """`members` names the group that was, or is to be, placed in each region."""

    group_id: str
    state: str
    members: Mapping[str, str]
    by: str
    windows: Mapping[StoreId, PickupWindow] = field(default_factory=dict)


class ChainGroupRecords:
    """The records of one home region."""

    def __init__(self, clients: RedisClients, keyspace: Keyspace, functions: LedgerFunctions) -> None:
        self._clients = clients
        self._keyspace = keyspace
        self._functions = functions

    async def claim(self, principal: str, key: str, fingerprint: str, group_id: str) -> tuple[str, str]:
        """Fingerprint and group id of whoever used the key first: ours, or those of an earlier request."""
        name = self._keyspace.idempotency(principal, "place_chain_group", key)
        ours = orjson.dumps([fingerprint, group_id])
        with translate_redis_errors("claiming an idempotency key"):
            first = await self._clients.writes.set(name, ours, nx=True, get=True, px=IDEMPOTENCY_RECORD_MS)
        claimed = orjson.loads(first if isinstance(first, bytes) else ours)
        return claimed[0], claimed[1]

    async def step(
        self, group_id: str, before: str, after: str, *, by: str, patience_seconds: float | None, **noted: bytes | str
    ) -> bool:
        """Move the record on; False where it is not in the state that the caller believes. Without patience the new
        state is one in which nothing is left to do.
        """
        keyspace = self._keyspace
        keys = [keyspace.ledger(), keyspace.chain_group(group_id), keyspace.chain_groups_open()]
        patience_ms = "" if patience_seconds is None else max(1, int(patience_seconds * 1000))
        pairs = [part for pair in noted.items() for part in pair]
        arguments = [group_id, before, after, patience_ms, by, *pairs]
        reply = await self._functions.call("step_chain_group", keys, arguments, doing="noting a step of a group")
        return reply.status == "moved"

    async def read(self, group_id: str) -> Record | None:
        with translate_redis_errors("reading a group"):
            stored: dict[bytes, bytes] = await self._clients.reads.hgetall(  # type: ignore[assignment]
                self._keyspace.chain_group(group_id)
            )
        if not stored:
            return None
        windows = orjson.loads(stored.get(b"windows", b"{}"))
        return Record(
            group_id=group_id,
            state=stored[b"state"].decode(),
            members=orjson.loads(stored[b"members"]),
            by=stored[b"by"].decode(),
            windows={StoreId(store_id): _window(times) for store_id, times in windows.items()},
        )

    async def unfinished(self, limit: int = 100) -> list[str]:
        """Groups whose last step has taken too long."""
        return await self._functions.members_due(self._keyspace.chain_groups_open(), limit)


def packed_windows(windows: Mapping[StoreId, PickupWindow]) -> bytes:
    """As the record keeps them: three times in seconds for each store."""
    return orjson.dumps(
        {
            store_id: [
                window.pickup_by.timestamp(),
                window.ends_at.timestamp(),
                None if window.remind_at is None else window.remind_at.timestamp(),
            ]
            for store_id, window in windows.items()
        }
    )


def _window(times: list[float | None]) -> PickupWindow:
    pickup_by, ends_at, remind_at = (None if at is None else datetime.fromtimestamp(at, UTC) for at in times)
    assert pickup_by is not None
    assert ends_at is not None
    return PickupWindow(pickup_by, ends_at, remind_at)
