"""The waiting line for products that are not there: join it, look at a place, leave it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson

from inventory.customers import CustomerNames
from inventory.errors import InvalidRequest
from inventory.functions import Reply
from inventory.holds import Holds
from inventory.keys import Keyspace, fits_in_key
from inventory.models import (
    MAX_QUANTITY,
    Hold,
    HoldState,
    IdempotencyConflict,
    LimitReached,
    Sku,
    StoreId,
    UnknownProduct,
    UnknownStore,
)
from inventory.placing import IDEMPOTENCY_RECORD_MS, check_key, is_id, new_id
from inventory.replies import customer_json, first_answer, limit_from
from inventory.terms import Asker
from inventory.wait_functions import Joining, WaitFunctions
from inventory.wait_server import WaitServer
from inventory.waits import (
    JoinOutcome,
    LeaveOutcome,
    NotCarried,
    Wait,
    WaitId,
    WaitJoined,
    WaitLeft,
    WaitNotFound,
    WaitState,
    WaitTaken,
)

#: Most stores of one place in line.
MAX_STORES = 100
#: A hold that was moved is followed so far.
_MOST_MOVES = 20

_BY_HOLD = {
    HoldState.HELD: WaitState.OFFERED,
    HoldState.EXPIRED: WaitState.LAPSED,
    HoldState.CANCELLED: WaitState.LEFT,
    HoldState.SHORTED: WaitState.SHORTED,
}


@dataclass(frozen=True, slots=True)
class WaitTerms:
    """On which terms one may wait."""

    #: Life of a place.
    place_seconds: int = 30 * 86_400
    #: Places that one customer may have at once; 0 for any number.
    most_places: int = 20


class Waitlist:
    """The waiting line of one region."""

    def __init__(
        self,
        functions: WaitFunctions,
        keyspace: Keyspace,
        names: CustomerNames,
        holds: Holds,
        server: WaitServer,
        terms: WaitTerms | None = None,
    ) -> None:
        self._functions = functions
        self._keyspace = keyspace
        self._names = names
        self._holds = holds
        self._server = server
        self._terms = terms or WaitTerms()

    async def join(
        self,
        sku: Sku,
        quantity: int,
        stores: Sequence[StoreId],
        *,
        idempotency_key: str,
        asker: Asker,
        asked: str | None = None,
    ) -> JoinOutcome:
        """A place at the end of the line, at each of these stores that has the product in its range, best first.

        Where there are units for him at once, they are offered before this returns. The same key takes no second place
        and answers with the first one as it is now; `asked` says what was asked where the stores only follow from that.
        """
        _check(quantity, stores, asker)
        check_key(idempotency_key)
        if strange := next((store_id for store_id in stores if not fits_in_key(store_id)), None):
            return UnknownStore(strange)
        if not fits_in_key(sku):
            return UnknownProduct((sku,))
        if 0 < asker.limits.units_per_sku < quantity:
            return LimitReached("units_per_sku", asker.limits.units_per_sku, None)
        reply = await self._functions.join(self._joining(sku, quantity, stores, idempotency_key, asker, asked))
        first, replayed = first_answer(reply)
        if first.status != "joined":
            return _refusal(sku, stores, first)
        wait_id = WaitId(first.rest[0].decode())
        _, (found,) = await self._functions.read([wait_id])
        if found is not None and found.state is WaitState.WAITING:
            await self._server.serve([(store_id, sku) for store_id in found.stores])
        shown = await self.show(wait_id)
        assert isinstance(shown, Wait)  # a record outlives the answer that is kept under the key
        return WaitJoined(shown, replayed)

    def _joining(
        self, sku: Sku, quantity: int, stores: Sequence[StoreId], key: str, asker: Asker, asked: str | None
    ) -> Joining:
        customer = customer_json(asker.customer)
        where = list(stores) if asked is None else asked
        body = orjson.dumps([sku, quantity, where])
        return Joining(
            record=self._keyspace.idempotency(asker.principal, "join_waitlist", key),
            fingerprint=hashlib.sha256(body + customer).hexdigest(),
            record_ms=IDEMPOTENCY_RECORD_MS,
            wait_id=WaitId(new_id("W")),
            sku=sku,
            quantity=quantity,
            life_ms=self._terms.place_seconds * 1000,
            most_places=self._terms.most_places,
            customer=customer,
            customer_key=self._names.customer(asker),
            by=asker.principal,
            stores=tuple(dict.fromkeys(stores)),
        )

    async def show(self, wait_id: WaitId) -> Wait | WaitNotFound:
        """The place as of now: one whose time is over is ended first, and what was offered is judged by its hold."""
        if not is_id("W", wait_id):
            return WaitNotFound(wait_id)
        now, (wait,) = await self._functions.read([wait_id])
        if wait is not None and wait.state is WaitState.WAITING and wait.until <= now:
            await self._functions.end("lapse", wait)
            _, (wait,) = await self._functions.read([wait_id])
        if wait is None:
            return WaitNotFound(wait_id)
        if wait.state is WaitState.WAITING:
            return replace(wait, position=await self._functions.position(wait))
        if wait.hold_id is None:
            return wait
        found = await self._with_hold(wait)
        if found.state is WaitState.SHORTED and await self._server.give_back(wait):
            return await self.show(wait_id)
        return found

    async def _with_hold(self, wait: Wait) -> Wait:
        assert wait.hold_id is not None
        hold = await self._holds.show(wait.hold_id)
        for _ in range(_MOST_MOVES):
            if not isinstance(hold, Hold) or hold.moved_to is None:
                break
            hold = await self._holds.show(hold.moved_to)
        if not isinstance(hold, Hold):
            return replace(wait, state=WaitState.LAPSED)
        state = _BY_HOLD.get(hold.state, WaitState.TAKEN)
        return replace(wait, state=state, hold=hold, hold_id=hold.hold_id, updated_at=hold.updated_at)

    async def leave(self, wait_id: WaitId, *, principal: str = "anonymous") -> LeaveOutcome:
        """Give up the place, or the units that were offered; the next one gets them. Doing it again is no error."""
        for _ in range(2):
            wait = await self.show(wait_id)
            if isinstance(wait, WaitNotFound):
                return wait
            match wait.state:
                case WaitState.WAITING:
                    if (await self._functions.end("leave", wait, by=principal)).status == "over":
                        continue  # an offer was faster
                case WaitState.OFFERED:
                    assert wait.hold is not None
                    await self._holds.cancel(wait.hold.hold_id, principal=principal)
                case WaitState.TAKEN:
                    return WaitTaken(wait)
                case _:
                    return WaitLeft(wait, repeated=True)
            left = await self.show(wait_id)
            return left if isinstance(left, WaitNotFound) else WaitLeft(left)
        raise AssertionError("a place is offered something once only")


def _check(quantity: int, stores: Sequence[StoreId], asker: Asker) -> None:
    if type(quantity) is not int or not 1 <= quantity <= MAX_QUANTITY:
        raise InvalidRequest(f"a quantity is a whole number from 1 to {MAX_QUANTITY}")
    if not 1 <= len(stores) <= MAX_STORES:
        raise InvalidRequest(f"one waits at 1 to {MAX_STORES} stores")
    if asker.customer is None or asker.customer.contact is None or asker.identity is None:
        raise InvalidRequest("somebody who waits needs a contact: how else could he be told?")


def _refusal(sku: Sku, stores: Sequence[StoreId], reply: Reply) -> JoinOutcome:
    match reply.status:
        case "conflict":
            return IdempotencyConflict()
        case "unknown_store":
            return UnknownStore(StoreId(reply.rest[0].decode()))
        case "unknown_product":
            return UnknownProduct((sku,))
        case "not_carried":
            return NotCarried(sku, tuple(stores))
        case "limit":
            return limit_from(reply)
    raise AssertionError(f"join_waitlist does not answer {reply.status}")
