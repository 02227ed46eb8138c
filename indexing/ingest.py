"""Takes movements from the stream into the ledger: effect first, then the acknowledgement, so that none is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from indexing.movement_stream import Message, MovementStream
from inventory.inventory import Inventory
from inventory.movement_messages import MessageRefused, read_message
from inventory.movements import Movement, MovementsApplied
from inventory.parking import Parking
from runtime.errors import AppError, BackendMisused
from runtime.redis_client import RedisClients

_log = structlog.get_logger()

BATCH = 200
#: After so many deliveries a message that is refused is parked.
TRIES = 5
IDLE_SECONDS = 0.05
OUTAGE_SECONDS = 0.5
UPKEEP_SECONDS = 1.0


@dataclass(slots=True)
class Tally:
    """What has become of the messages so far."""

    applied: int = 0
    #: Told before: they had their effect already.
    duplicate: int = 0
    parked: int = 0
    #: Movements that told of more than the count had, and holds that lost their units.
    shortfalls: int = 0
    shorted: int = 0
    outages: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return time.monotonic() - self.started

    def as_dict(self) -> dict[str, float]:
        """For machines."""
        counts = ("applied", "duplicate", "parked", "shortfalls", "shorted", "outages")
        return {**{name: getattr(self, name) for name in counts}, "seconds": round(self.seconds, 3)}


class Ingest:
    """One consumer of the group. Any number may run; what one leaves behind, another takes over."""

    def __init__(
        self,
        clients: RedisClients,
        inventory: Inventory,
        stream: MovementStream,
        parking: Parking,
        *,
        retry_seconds: float,
    ) -> None:
        self._clients = clients
        self._inventory = inventory
        self._stream = stream
        self._parking = parking
        self._retry_seconds = retry_seconds
        self._next_look = self._next_upkeep = 0.0
        self.tally = Tally()

    async def run(self, stop: asyncio.Event, *, once: bool, tell: Callable[[Tally], None]) -> None:
        """Until told to stop; with `once`, until everything in the stream is applied or parked.

        A batch that has begun is finished first. Where Redis is gone it waits and goes on.
        """
        ready = False
        while not stop.is_set():
            pause = IDLE_SECONDS
            try:
                if not ready:
                    await self._prepare()
                    ready = True
                if await self._round():
                    tell(self.tally)
                    continue
                if once and not (await self._stream.backlog()).open:
                    break
            except AppError as error:
                if "NOGROUP" in error.message:  # somebody deleted the stream: it is begun anew
                    ready = False
                elif error.retryable:
                    if ready:
                        _log.warning("ingest_waits", code=error.code)
                        self.tally.outages += 1
                    ready, pause = False, OUTAGE_SECONDS
                else:
                    raise
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
        with suppress(AppError):
            await self._stream.leave()

    async def _prepare(self) -> None:
        await self._inventory.library.ensure_loaded(self._clients.writes)
        await self._stream.ensure_group()

    async def _round(self) -> bool:
        """One batch of new messages, and one of left-over ones when it is time; whether there was any."""
        new = await self._stream.new(BATCH)
        await self._take(new)
        left_over: list[Message] = []
        if time.monotonic() >= self._next_look:
            left_over = await self._stream.left_over(int(self._retry_seconds * 1_000), BATCH)
            await self._take(left_over)
            if self._stream.looked_through:
                self._next_look = time.monotonic() + min(1.0, self._retry_seconds / 2)
        if time.monotonic() >= self._next_upkeep:
            await self._stream.trim()
            self._next_upkeep = time.monotonic() + UPKEEP_SECONDS
        return bool(new or left_over)

    async def _take(self, messages: Sequence[Message]) -> None:
        read = [(message, read_message(message.fields)) for message in messages]
        sound = [(message, told) for message, told in read if isinstance(told, Movement)]
        refused = {message: told for message, told in read if isinstance(told, MessageRefused)}
        refused |= await self._apply(sound)
        await self._stream.done([message.message_id for message, _ in sound if message not in refused])
        for message, why in refused.items():
            if message.deliveries >= TRIES and await self._park(message, why):
                self.tally.parked += 1

    async def _park(self, message: Message, why: MessageRefused) -> bool:
        return await self._parking.park(
            self._stream.group, message.message_id, message.fields, why, tries=message.deliveries
        )

    async def _apply(self, sound: Sequence[tuple[Message, Movement]]) -> dict[Message, MessageRefused]:
        """Those that the ledger refuses. Should it refuse a whole batch, the one that it stumbles over is found."""
        if not sound:
            return {}
        try:
            outcome = await self._inventory.ledger.apply_movements([movement for _, movement in sound])
        except BackendMisused as error:
            if len(sound) == 1:
                return {sound[0][0]: MessageRefused(error.code, "the ledger could not take it; see the log")}
            _log.error("ingest_batch_failed", code=error.code, said=error.message)
            found = [await self._apply([one]) for one in sound]
            return {message: why for part in found for message, why in part.items()}
        self._count(outcome)
        return {sound[entry.index][0]: MessageRefused(entry.code, entry.message) for entry in outcome.rejected}

    def _count(self, outcome: MovementsApplied) -> None:
        self.tally.applied += outcome.applied
        self.tally.duplicate += outcome.duplicate
        self.tally.shortfalls += len(outcome.shortfalls)
        self.tally.shorted += len(outcome.shorted)
