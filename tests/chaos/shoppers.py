"""Shoppers who hold, confirm, fetch and cancel through faults, never give up on an answer, and remember every one."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

#: What may follow on a state; the empty verb: leave it at that.
NEXT = {"held": ("", "confirm", "confirm", "cancel"), "confirmed": ("", "pickup", "cancel")}
STATE_AFTER = {"confirm": "confirmed", "pickup": "picked_up", "cancel": "cancelled"}
RETRY_SECONDS = 0.05


class Unanswered(Exception):
    """Nobody knows whether the request took effect."""


class Desk(Protocol):
    """Where shoppers ask. Both calls raise Unanswered, and both may then be repeated as they were."""

    async def place(self, sku: str, store_id: str, key: str) -> str:
        """Hold one unit; answers the hold's id."""

    async def change(self, hold_id: str, verb: str) -> str:
        """Answers the state in which the hold is now."""


@dataclass(slots=True)
class Memory:
    """What was acknowledged: the state of each hold, and how often an answer had to be waited for."""

    states: dict[str, str] = field(default_factory=dict)
    unanswered: int = 0
    repeated: int = 0
    #: What a repeated request was told that the first one was not: must stay empty.
    contradictions: list[str] = field(default_factory=list)

    def count(self) -> Counter[str]:
        return Counter(self.states.values())


class Shoppers:
    """So many of them at once, over the given cells, until they are told to stop."""

    def __init__(
        self, desk: Desk, cells: Sequence[tuple[str, str]], *, count: int, seed: int, place_only: bool = False
    ) -> None:
        self._desk = desk
        self._cells = cells
        self._count = count
        self._rng = random.Random(seed)
        self._place_only = place_only
        self._stopped = False
        self.memory = Memory()

    async def run(self) -> None:
        """Everybody ends between two holds, with every question answered."""
        await asyncio.gather(*(self._shop() for _ in range(self._count)))

    def stop(self) -> None:
        self._stopped = True

    async def _shop(self) -> None:
        while not self._stopped:
            sku, store_id = self._rng.choice(self._cells)
            key = secrets.token_urlsafe(16)
            hold_id = await self._answered(partial(self._desk.place, sku, store_id, key))
            if not self._place_only and self._rng.random() < 0.1:
                await self._ask_again(hold_id, sku, store_id, key)
            if hold_id in self.memory.states:
                self.memory.contradictions.append(f"{hold_id} was given to two requests")
            state = self.memory.states[hold_id] = "held"
            while verb := self._next_verb(state):
                state = await self._answered(partial(self._desk.change, hold_id, verb))
                if state != STATE_AFTER[verb]:
                    self.memory.contradictions.append(f"{verb} of {hold_id} ended in {state}")
                self.memory.states[hold_id] = state

    def _next_verb(self, state: str) -> str:
        return "" if self._place_only else self._rng.choice(NEXT.get(state, ("",)))

    async def _ask_again(self, hold_id: str, sku: str, store_id: str, key: str) -> None:
        """The same request with the same key although it was answered."""
        self.memory.repeated += 1
        again = await self._answered(partial(self._desk.place, sku, store_id, key))
        if again != hold_id:
            self.memory.contradictions.append(f"{again} instead of {hold_id} for the same key")

    async def _answered(self, ask: Callable[[], Awaitable[str]]) -> str:
        while True:
            try:
                return await ask()
            except Unanswered:
                self.memory.unanswered += 1
                await asyncio.sleep(RETRY_SECONDS)
