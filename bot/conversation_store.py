"""Conversations in Redis: one hash each, with the last answers for repeated messages, and a lock for one turn at once.

`<namespace>:conversation:<id>` has the field `state` (JSON) and, for each of the last answers, a field of `answer:` and
a digest of the message id (JSON, deflated). `<namespace>:turn:<id>` holds the token of the turn that runs.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from bot.conversations import Conversation, Remembered
from bot.messages import TurnAnswer
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

#: Answers that are kept for repeated messages; older ones are forgotten.
ANSWERS_KEPT = 20
#: A lock outlives the time limit of a turn by so much; a turn whose process died frees the conversation after that.
LOCK_MARGIN_SECONDS = 5.0
LOCK_POLL_SECONDS = 0.02

log = structlog.get_logger()

_CONVERSATION = TypeAdapter(Conversation)
_ANSWER = TypeAdapter(TurnAnswer)
Value = TypeVar("Value")


class ConversationStore:
    def __init__(self, clients: RedisClients, namespace: str, *, ttl_seconds: int, turn_seconds: float = 5.0) -> None:
        self._reads = clients.reads
        self._writes = clients.writes
        self._namespace = namespace
        self._ttl_seconds = ttl_seconds
        self._lock_seconds = turn_seconds + LOCK_MARGIN_SECONDS

    def key(self, conversation_id: str) -> str:
        return f"{self._namespace}:conversation:{conversation_id}"

    @asynccontextmanager
    async def exclusive(self, conversation_id: str, *, wait_seconds: float) -> AsyncIterator[bool]:
        """The only turn of the conversation while it lasts; False when another kept it for too long."""
        lock = Lock(
            self._writes,
            f"{self._namespace}:turn:{conversation_id}",
            timeout=self._lock_seconds,
            sleep=LOCK_POLL_SECONDS,
            blocking_timeout=wait_seconds,
        )
        with translate_redis_errors("waiting for the conversation"):
            held = await lock.acquire()
        try:
            yield held
        finally:
            if held:
                await _release(lock)

    async def recall(self, conversation_id: str, message_id: str) -> Remembered:
        with translate_redis_errors("loading the conversation"):
            state, answer = await self._reads.hmget(self.key(conversation_id), ["state", _field(message_id)])
        return Remembered(_parsed(_ANSWER, _unpacked(answer)), _parsed(_CONVERSATION, state))

    async def keep(self, conversation: Conversation, answer: TurnAnswer) -> None:
        """State and answer together, or neither."""
        key = self.key(conversation.conversation_id)
        ids = tuple(each for each in conversation.message_ids if each != answer.message_id)
        forgotten, kept = ids[: 1 - ANSWERS_KEPT] if len(ids) >= ANSWERS_KEPT else (), ids[1 - ANSWERS_KEPT :]
        state = replace(conversation, message_ids=(*kept, answer.message_id))
        pipe = self._writes.pipeline(transaction=True)
        pipe.hset(
            key,
            mapping={"state": _CONVERSATION.dump_json(state), _field(answer.message_id): _packed(answer)},
        )
        if forgotten:
            pipe.hdel(key, *(_field(each) for each in forgotten))
        pipe.expire(key, self._ttl_seconds)
        with translate_redis_errors("saving the conversation"):
            await pipe.execute()


def _field(message_id: str) -> str:
    return "answer:" + hashlib.sha256(message_id.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _packed(answer: TurnAnswer) -> bytes:
    """Lists of stores repeat themselves: deflated they take a tenth of the room."""
    return zlib.compress(_ANSWER.dump_json(answer), level=1)


def _unpacked(stored: bytes | str | None) -> bytes | None:
    return zlib.decompress(stored) if isinstance(stored, bytes) else None


def _parsed(adapter: TypeAdapter[Value], stored: bytes | str | None) -> Value | None:
    """What another version wrote in another shape is forgotten rather than fatal."""
    try:
        return None if stored is None else adapter.validate_json(stored)
    except ValidationError:
        return None


async def _release(lock: Lock) -> None:
    """The turn is over and saved, or has failed on its own: that the lock stays for a moment changes neither."""
    try:
        await lock.release()
    except LockError:
        return  # it ran out; the token kept us from freeing somebody else's
    except (RedisError, OSError, TimeoutError) as error:
        log.warning("conversation_stays_locked", error_type=type(error).__name__)
