"""Runs one turn: one at a time per conversation, a repeated message answered the same, state kept between turns."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Protocol

from bot.conversations import Conversation, Remembered
from bot.messages import HANDLE, ConversationBusy, IncomingMessage, TurnAnswer, TurnOutcome

LOCK_WAIT_SECONDS = 3.0
#: A message id of so many characters is taken for one of a kind; "1" may be anybody's.
UNIQUE_ID_CHARACTERS = 16


class Memory(Protocol):
    """Where conversations are kept between turns."""

    def exclusive(self, conversation_id: str, *, wait_seconds: float) -> AbstractAsyncContextManager[bool]: ...

    async def recall(self, conversation_id: str, message_id: str) -> Remembered: ...

    async def keep(self, conversation: Conversation, answer: TurnAnswer) -> None: ...


class Responder(Protocol):
    """Answers one message of a conversation."""

    def respond(
        self, message: IncomingMessage, message_id: str, conversation: Conversation
    ) -> Awaitable[tuple[TurnAnswer, Conversation]]: ...


class TurnRunner:
    """The front door of the conversation for every channel."""

    def __init__(self, memory: Memory, dialogue: Responder, *, lock_wait_seconds: float = LOCK_WAIT_SECONDS) -> None:
        self._memory = memory
        self._dialogue = dialogue
        self._lock_wait_seconds = lock_wait_seconds

    async def run(self, message: IncomingMessage) -> TurnOutcome:
        """The answer to a message. Stopped half-way, the same message may be sent again: nothing is done twice."""
        conversation_id = _conversation_id(message)
        message_id = message.message_id or new_id()
        async with self._memory.exclusive(conversation_id, wait_seconds=self._lock_wait_seconds) as alone:
            if not alone:
                return ConversationBusy(conversation_id, message_id)
            known = await self._memory.recall(conversation_id, message_id)
            if known.answer is not None:
                return known.answer
            before = known.conversation or Conversation(conversation_id)
            named = replace(message, conversation_id=conversation_id, message_id=message_id)
            answer, after = await self._dialogue.respond(named, message_id, before)
            await self._memory.keep(after, answer)
            return answer


def new_id() -> str:
    """128 random bits: whoever knows the id may go on with the conversation."""
    return secrets.token_urlsafe(16)


def _conversation_id(message: IncomingMessage) -> str:
    """The caller's own, or a fresh one; a first message that is sent again finds the conversation that it began."""
    asked, message_id = message.conversation_id, message.message_id
    if asked is not None and HANDLE.fullmatch(asked):
        return asked
    if message_id is None or len(message_id) < UNIQUE_ID_CHARACTERS:
        return new_id()
    begun = f"{message.channel}\n{message_id}\n{message.text}".encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(hashlib.sha256(begun).digest()[:16]).decode().rstrip("=")
