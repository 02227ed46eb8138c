"""A fold that follows the ledger while others write it: brought to exactly the moment at which something was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from redis.exceptions import ResponseError

from inventory.audit.checkpoints import latest_checkpoint
from inventory.audit.entries import id_order
from inventory.audit.errors import KeyOfAnotherType
from inventory.audit.fold import Fold
from inventory.audit.history import LedgerHistory, last_id_in
from inventory.audit.record import ArchiveRecord
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

Command = tuple[str | int, ...]

#: What is kept under a key that a command reads.
_KEPT = {"HGET": "a hash", "HGETALL": "a hash", "ZRANGE": "a sorted set", "ZSCORE": "a sorted set"}


class FollowedFold:
    """The sums of the ledger up to wherever they were last brought."""

    def __init__(self, clients: RedisClients, history: LedgerHistory, fold: Fold) -> None:
        self._clients = clients
        self._history = history
        self.fold = fold

    @classmethod
    async def start(
        cls, clients: RedisClients, history: LedgerHistory, record: ArchiveRecord, *, from_beginning: bool
    ) -> FollowedFold:
        """From the newest checkpoint of the archive, or from the first entry."""
        manifest = await history.archived_files(record)
        fold = Fold() if from_beginning else latest_checkpoint(manifest)[0]
        return cls(clients, history, fold)

    async def catch_up(self, upto: str | None = None, on_entries: Callable[[int], None] | None = None) -> None:
        """Add every entry up to this one, or up to the end."""
        async for entries in self._history.read(self.fold.last_id, upto):
            self.fold.apply_all(entries)
            if on_entries is not None:
                on_entries(self.fold.entries)

    async def at_one_moment(self, commands: Iterable[Command]) -> list[Any]:
        """The answers to some reading commands, with the fold as it was at the moment of the answers."""
        pipe = self._clients.reads.pipeline(transaction=True)
        asked = list(commands)
        for command in asked:
            pipe.execute_command(*command)
        self._history.ask_last_id(pipe)
        with translate_redis_errors("reading beside the ledger"):
            *replies, last = await pipe.execute(raise_on_error=False)
            for command, reply in zip(asked, replies, strict=True):
                await self._check(command, reply)
            if isinstance(last, Exception):
                raise last
        last_id = last_id_in(last)
        if id_order(last_id) > id_order(self.fold.last_id):
            await self.catch_up(last_id)
        return replies

    async def _check(self, command: Command, reply: object) -> None:
        """Raises what Redis answered instead; of a key with another type, by its name."""
        if isinstance(reply, ResponseError) and "WRONGTYPE" in str(reply):
            key = str(command[1])
            told: Any = await self._clients.reads.type(key)
            found, kept = told.decode(), _KEPT.get(str(command[0]), "another type")
            raise KeyOfAnotherType(
                f"The key {key!r} holds a {found}, where the ledger would keep {kept}: it was not written by onhand."
                " Look at it, then rename or delete it, and verify again",
                details={"key": key, "type": found},
            ) from reply
        if isinstance(reply, Exception):
            raise reply
