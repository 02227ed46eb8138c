"""Runs one turn: one at a time per conversation, a repeated message answered the same, state kept between turns."""

from __future__ import annotations

from bot.messages import IncomingMessage, TurnOutcome


class TurnRunner:
    async def run(self, message: IncomingMessage) -> TurnOutcome:
        raise NotImplementedError
