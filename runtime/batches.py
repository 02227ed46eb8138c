"""Commands that many callers send at the same moment travel together: one connection and one trip serve all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis

Argument = str | bytes | int | float
#: With more in one trip the server waits while a batch is made, and the client while it is worked on.
MOST_COMMANDS = 16


class CommandBatches:
    """Sends commands by one client. Each caller gets the reply, or the error, of its own command.

    Where a connection breaks, all commands of the batch are unanswered, as each would be alone: nobody knows whether
    they took effect.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: list[_Waiting] = []
        self._trips: set[asyncio.Task[None]] = set()

    async def execute(self, *command: Argument) -> Any:
        """Send with whatever else is sent in this turn of the event loop. A caller that goes away disturbs nobody."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._depart)
        self._waiting.append((command, answer))
        return await answer

    def _depart(self) -> None:
        waiting = [each for each in self._waiting if not each[1].done()]
        self._waiting = []
        for first in range(0, len(waiting), MOST_COMMANDS):
            trip = asyncio.create_task(self._travel(waiting[first : first + MOST_COMMANDS]))
            self._trips.add(trip)
            trip.add_done_callback(self._trips.discard)

    async def _travel(self, batch: Sequence[_Waiting]) -> None:
        replies: Sequence[Any]
        try:
            replies = await self._replies([command for command, _ in batch])
        except asyncio.CancelledError:
            for _, answer in batch:
                answer.cancel()
            raise
        except Exception as error:
            replies = [error] * len(batch)
        for (_, answer), reply in zip(batch, replies, strict=True):
            if answer.done():
                continue
            if isinstance(reply, Exception):
                answer.set_exception(reply)
            else:
                answer.set_result(reply)

    async def _replies(self, commands: Sequence[tuple[Argument, ...]]) -> Sequence[Any]:
        if len(commands) == 1:
            return [await self._redis.execute_command(*commands[0])]
        pipe = self._redis.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command)
        replies: list[Any] = await pipe.execute(raise_on_error=False)
        return replies


_Waiting = tuple[tuple[Argument, ...], asyncio.Future[Any]]
