"""Messages that could not be applied: set aside with the reason, listed, put back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from inventory.errors import InvalidRequest
from inventory.functions import Argument, LedgerFunctions
from inventory.movement_messages import MessageRefused
from inventory.replies import moment
from runtime.errors import BackendMisused, translate_redis_errors
from runtime.redis_client import RedisClients

#: What is kept of a message with more fields than any movement has; the function could not be handed them all.
MOST_FIELDS = 100
_KEPT = b"field:"
_PAGE = 500


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """One message that was given up."""

    #: Its name among the parked ones.
    parked_id: str
    parked_at: datetime
    original_id: str
    code: str
    reason: str
    tries: int
    #: As it came.
    fields: Mapping[bytes, bytes]


class Parking:
    """The parked messages of one stream."""

    def __init__(self, clients: RedisClients, functions: LedgerFunctions, stream: str) -> None:
        self._clients = clients
        self._functions = functions
        self._stream = stream
        self._parked = functions.keyspace.movements_parked()

    async def park(
        self, group: str, message_id: str, fields: Mapping[bytes, bytes], refused: MessageRefused, tries: int
    ) -> bool:
        """Set one aside; False when another consumer has dealt with it."""
        about: list[Argument] = ["code", refused.code, "reason", refused.reason, "tries", tries]
        about += ["original_id", message_id]
        for name, value in list(fields.items())[:MOST_FIELDS]:
            about += [_KEPT + name, value]
        keys = [self._stream, self._parked]
        reply = await self._functions.call("park_message", keys, [group, message_id, *about], doing="parking a message")
        return reply.status == "parked"

    async def replay(self, parked_id: str) -> bool:
        """Put one back at the end of the stream; False when it is not there."""
        keys = [self._parked, self._stream]
        try:
            reply = await self._functions.call("replay_parked", keys, [parked_id], doing="replaying a message")
        except BackendMisused as error:
            if "Invalid stream ID" in error.message:
                raise InvalidRequest("an id of a parked message looks like 1700000000000-0") from None
            raise
        return reply.status == "replayed"

    async def all(self) -> AsyncIterator[ParkedMessage]:
        """Every parked message, those parked first at first."""
        after = "-"
        while True:
            with translate_redis_errors("listing parked messages"):
                page: list[tuple[bytes, dict[bytes, bytes]]] = await self._clients.reads.execute_command(
                    "XRANGE", self._parked, after, "+", "COUNT", _PAGE
                )
            for parked_id, fields in page:
                yield _parked(parked_id.decode(), fields)
            if len(page) < _PAGE:
                return
            after = f"({page[-1][0].decode()}"

    async def count(self) -> int:
        """How many there are."""
        with translate_redis_errors("counting parked messages"):
            return int(await self._clients.reads.xlen(self._parked))


def _parked(parked_id: str, fields: Mapping[bytes, bytes]) -> ParkedMessage:
    about = {name: fields[name].decode() for name in (b"code", b"reason", b"tries", b"original_id")}
    return ParkedMessage(
        parked_id=parked_id,
        parked_at=moment(parked_id.partition("-")[0]),
        original_id=about[b"original_id"],
        code=about[b"code"],
        reason=about[b"reason"],
        tries=int(about[b"tries"]),
        fields={name.removeprefix(_KEPT): value for name, value in fields.items() if name.startswith(_KEPT)},
    )
