"""Takes units for holds: what a request must look like, and asking again until nothing stands in between."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import orjson

from inventory.customers import CustomerNames
from inventory.errors import InvalidRequest, LedgerBusy
from inventory.freed import FreedUnits, cells_from
from inventory.functions import Argument, Reply
from inventory.hold_functions import HoldFunctions, Part, Placing, limits_as_arguments
from inventory.keys import Keyspace, fits_in_key
from inventory.models import MAX_LINES, MAX_QUANTITY, Hold, HoldId, HoldLine, Sku, StoreId, UnknownProduct, UnknownStore
from inventory.overdue import OverdueHolds
from inventory.replies import customer_json
from inventory.terms import Asker, PickupWindow

IDEMPOTENCY_RECORD_MS = 48 * 3_600_000
#: Most stores in one group.
MAX_PARTS = 20
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID_LENGTH = 27
#: Ending what has run out and serving who waits takes a round or two; so many mean that something goes wrong.
_MOST_ROUNDS = 50


def new_id(kind: str) -> str:
    """128 random bits after a letter: whoever knows the id may ask about the hold, so it must not be guessed."""
    number = secrets.randbits(128)
    return kind + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def is_id(kind: str, text: str) -> bool:
    """Whether a text can be such an id at all."""
    return len(text) == _ID_LENGTH and text[0] == kind and all(letter in _ALPHABET for letter in text[1:])


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of some stores, checked; `operation` and `key` name it once and for all."""

    wishes: tuple[tuple[StoreId, tuple[HoldLine, ...]], ...]
    operation: str
    key: str
    ttl_seconds: int
    partial: bool = False
    #: Of the group that the parts form, chosen by whoever must find it again; "" for a lone hold.
    group_id: str = ""
    replaced: Hold | None = None
    #: The replacement keeps state and times of the hold; the window is for one that was confirmed.
    moves: bool = False
    window: PickupWindow | None = None


class UnitTaker:
    """The one way in which units get into holds on request."""

    def __init__(
        self,
        functions: HoldFunctions,
        keyspace: Keyspace,
        names: CustomerNames,
        overdue: OverdueHolds,
        freed: FreedUnits,
    ) -> None:
        self._functions = functions
        self._names = names
        self._keyspace = keyspace
        self._overdue = overdue
        self._freed = freed

    async def take(self, request: Request, asker: Asker) -> Reply | UnknownStore | UnknownProduct:
        """The library's answer, once nothing overdue and nobody waiting stands in between."""
        if strange := _strangers(request):
            return strange
        customer, names = customer_json(asker.customer), self._names
        placing = Placing(
            record=self._keyspace.idempotency(asker.principal, request.operation, request.key),
            customer_key=request.replaced.customer_key if request.replaced and request.moves else names.customer(asker),
            address_key=names.address(asker),
            group_id=request.group_id,
            replaced=request.replaced,
        )
        terms = _terms(request, asker, customer, placing)
        wishes = [(store_id, _summed(lines)) for store_id, lines in request.wishes]

        async def place() -> Reply:
            parts = [Part(HoldId(new_id("H")), store_id, lines) for store_id, lines in wishes]
            return await self._functions.place(parts, placing, terms)

        return await self.when_clear(place)

    async def when_clear(self, ask: Callable[[], Awaitable[Reply]]) -> Reply:
        """Ask, and ask again while something overdue or somebody waiting stands in between. Raises LedgerBusy."""
        for _ in range(_MOST_ROUNDS):
            reply = await ask()
            if not await self._stood_between(reply):
                return reply
        raise LedgerBusy("holds run out or people are waiting faster than they can be dealt with")

    async def _stood_between(self, reply: Reply) -> bool:
        """Deal with what the library wants done first; True where it is to be asked again."""
        match reply.status:
            case "due_first":
                await self._overdue.end([hold_id.decode() for hold_id in reply.rest[0]])
            case "waitlist_first":
                await self._freed.tell(cells_from(reply.rest[0]))
            case _:
                return False
        return True


def check_lines(lines: Sequence[HoldLine]) -> None:
    """Raises InvalidRequest for lines that no hold can have."""
    if not 1 <= len(lines) <= MAX_LINES:
        raise InvalidRequest(f"a hold has 1 to {MAX_LINES} lines")
    if any(type(line.quantity) is not int or line.quantity < 1 for line in lines):
        raise InvalidRequest("a quantity is a whole number of 1 or more")
    if max(quantity for _, quantity in _summed(lines)) > MAX_QUANTITY:
        raise InvalidRequest(f"a quantity is at most {MAX_QUANTITY}")


def check_key(idempotency_key: str) -> None:
    """Raises InvalidRequest for a key that names nothing."""
    if not 1 <= len(idempotency_key) <= 255:
        raise InvalidRequest("an idempotency key has 1 to 255 characters")


def _summed(lines: Sequence[HoldLine]) -> tuple[tuple[Sku, int], ...]:
    totals: dict[Sku, int] = {}
    for line in lines:
        totals[line.sku] = totals.get(line.sku, 0) + line.quantity
    return tuple(totals.items())


def _strangers(request: Request) -> UnknownStore | UnknownProduct | None:
    """Ids that cannot be part of a key do not exist."""
    for store_id, lines in request.wishes:
        if not fits_in_key(store_id):
            return UnknownStore(store_id)
        if odd := tuple(line.sku for line in lines if not fits_in_key(line.sku)):
            return UnknownProduct(odd)
    return None


def _terms(request: Request, asker: Asker, customer: bytes, placing: Placing) -> list[Argument]:
    wishes = [[store_id, [[line.sku, line.quantity] for line in lines]] for store_id, lines in request.wishes]
    replaced_id = request.replaced.hold_id if request.replaced else ""
    body = orjson.dumps([wishes, request.ttl_seconds, request.partial, replaced_id])
    fingerprint = hashlib.sha256(body + customer).hexdigest()
    window = request.window
    remind_ms = "" if window is None or window.remind_at is None else int(window.remind_at.timestamp() * 1000)
    return [
        fingerprint,
        IDEMPOTENCY_RECORD_MS,
        request.ttl_seconds * 1000,
        int(request.partial),
        customer,
        placing.customer_key,
        asker.principal,
        int(asker.address is not None),
        placing.group_id,
        replaced_id,
        int(request.moves),
        "" if window is None else int(window.pickup_by.timestamp() * 1000),
        "" if window is None else int(window.ends_at.timestamp() * 1000),
        remind_ms,
        *limits_as_arguments(asker.limits),
    ]
