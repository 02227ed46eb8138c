"""The stream of movements as one consumer of a group sees it: new messages, those of consumers that died, done ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from runtime.errors import translate_redis_errors

Fields = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """One message, and how many times a consumer has been given it."""

    message_id: str
    fields: Fields
    deliveries: int = 1


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the group has not dealt with: never handed out (None where Redis cannot tell), handed out and open."""

    waiting: int | None
    open: int


class MovementStream:
    """Never blocks: a blocked reader is what older servers crash of, and it would hold a connection for nothing."""

    def __init__(self, redis: Redis, key: str, group: str, consumer: str) -> None:
        self._redis = redis
        self.key = key
        self.group = group
        self._consumer = consumer
        self._claim_from = b"0-0"

    async def ensure_group(self) -> None:
        """See to it that stream and group exist; a new group begins with the stream's first message."""
        with translate_redis_errors("creating the consumer group"):
            try:
                await self._redis.xgroup_create(self.key, self.group, id="0", mkstream=True)
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise

    async def new(self, count: int) -> list[Message]:
        """Messages that nobody was given yet."""
        with translate_redis_errors("reading the stream of movements"):
            found: Any = await self._redis.xreadgroup(self.group, self._consumer, {self.key: ">"}, count=count)
        return _messages(found[0][1]) if found else []

    async def left_over(self, idle_ms: int, count: int) -> list[Message]:
        """Messages that somebody was given at least so long ago and did not finish, this consumer included."""
        with translate_redis_errors("claiming open messages"):
            self._claim_from, claimed, *_ = await self._redis.xautoclaim(
                self.key, self.group, self._consumer, idle_ms, self._claim_from, count=count
            )
            messages = _messages(claimed)
            if not messages:
                return []
            pipe = self._redis.pipeline(transaction=False)
            for message in messages:
                pipe.xpending_range(self.key, self.group, message.message_id, message.message_id, 1)
            counted = await pipe.execute()
        # One that is not open any more was finished by somebody else a moment ago.
        return [
            replace(message, deliveries=int(found[0]["times_delivered"]))
            for message, found in zip(messages, counted, strict=True)
            if found
        ]

    @property
    def looked_through(self) -> bool:
        """Whether the last look at open messages has come to their end."""
        return self._claim_from == b"0-0"

    async def done(self, message_ids: Sequence[str]) -> None:
        """Take messages off the list of open ones."""
        if message_ids:
            with translate_redis_errors("acknowledging movements"):
                await self._redis.xack(self.key, self.group, *message_ids)

    async def backlog(self) -> Backlog:
        """How much there is to do."""
        for group in await self._groups():
            if group["name"].decode() == self.group:
                lag = group["lag"]
                return Backlog(None if lag is None else int(lag), int(group["pending"]))
        return Backlog(0, 0)

    async def trim(self) -> None:
        """Drop what every group of the stream is done with. The ledger keeps what became of it."""
        groups = await self._groups()
        with translate_redis_errors("trimming the stream of movements"):
            pipe = self._redis.pipeline(transaction=False)
            for group in groups:
                pipe.xpending(self.key, group["name"].decode())
            oldest_open = [reply["min"] for reply in await pipe.execute()]
            needed = [oldest or group["last-delivered-id"] for oldest, group in zip(oldest_open, groups, strict=True)]
            if needed:
                first, second = min(map(_place, needed))
                await self._redis.xtrim(self.key, minid=f"{first}-{second}", approximate=True)

    async def leave(self) -> None:
        """Take this consumer off the group's list, unless messages are open under its name."""
        with translate_redis_errors("leaving the consumer group"):
            consumers = await self._redis.xinfo_consumers(self.key, self.group)
            mine = [found for found in consumers if found["name"].decode() == self._consumer]
            if mine and int(mine[0]["pending"]) == 0:
                await self._redis.xgroup_delconsumer(self.key, self.group, self._consumer)

    async def _groups(self) -> list[dict[str, Any]]:
        with translate_redis_errors("looking at the consumer groups"):
            try:
                return list(await self._redis.xinfo_groups(self.key))
            except ResponseError as error:
                if "no such key" in str(error):
                    return []
                raise


def _messages(entries: Sequence[Any]) -> list[Message]:
    return [Message(message_id.decode(), fields or {}) for message_id, fields in entries]


def _place(entry_id: bytes) -> tuple[int, int]:
    first, _, second = entry_id.decode().partition("-")
    return int(first), int(second)
