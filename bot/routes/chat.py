"""The conversation."""

from __future__ import annotations

from typing import Any

from bot.answers.chat import ChatAnswer
from bot.endpoint import Endpoint
from bot.handlers import chat
from bot.problems import Code
from bot.requests.chat import Chat

ENDPOINTS: tuple[Endpoint[Any], ...] = (
    Endpoint(
        "POST",
        "/v1/chat",
        chat.take_turn,
        Chat,
        {200: ChatAnswer},
        "One turn of a conversation",
        "chat",
        problems=(Code.IDEMPOTENCY_IN_FLIGHT,),
    ),
)
