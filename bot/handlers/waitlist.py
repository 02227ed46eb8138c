"""The waiting line over HTTP: join it, look at a place, leave it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn, assert_never

import orjson
from aiohttp import web

from bot.app_keys import CALLER, METRICS, SERVICES, SETTINGS
from bot.handlers.hold_access import may_touch
from bot.handlers.hold_answers import refuse_limit
from bot.handlers.hold_terms import asker_of
from bot.handlers.origin import resolve_origin
from bot.handlers.shortage import nearest_for
from bot.handlers.wishes import wished
from bot.problems import Code, Refused
from bot.requests.waitlist import JoinWaitlist, LeaveWaitlist, ShowWait, WaitBody
from bot.responses.values import json_response
from bot.responses.waitlist import wait_json
from inventory.models import Customer, IdempotencyConflict, LimitReached, Sku, StoreId, UnknownProduct, UnknownStore
from inventory.waits import NotCarried, Wait, WaitId, WaitJoined, WaitLeft, WaitNotFound, WaitTaken
from search.models import Product, Store
from search.waiting_area import stores_that_sell

RADIUS_KM = 100.0


async def join(request: web.Request, asked: JoinWaitlist) -> web.Response:
    """A place in line. Where there are units for him at once, the answer has the offer."""
    body, key = asked.body, asked.headers.idempotency_key
    wanted = [] if body.store_id is None else [body.store_id]
    stores, products = await wished(request, wanted, [body.sku], "join_waitlist", key)
    where = tuple(StoreId(store.store_id) for store in stores) or await _around(request, body)
    customer = Customer(body.customer.id, body.customer.name, body.customer.contact)
    outcome = await request.app[SERVICES].inventory.waitlist.join(
        Sku(body.sku),
        body.quantity,
        where,
        idempotency_key=key,
        asker=asker_of(request, customer, await _country(request, where)),
        asked=orjson.dumps(body.model_dump(exclude={"customer"})).decode(),
    )
    _count(request, "join", outcome)
    match outcome:
        case WaitJoined():
            headers = {"Idempotent-Replayed": "true"} if outcome.replayed else None
            return _response(outcome.wait, products, status=201, headers=headers)
        case NotCarried():
            await _refuse_not_carried(request, body, stores[0] if stores else None)
        case UnknownStore(store_id=store_id):
            raise Refused(Code.NOT_FOUND, "There is no such store", details={"store_id": store_id})
        case UnknownProduct():
            await _refuse_not_carried(request, body, None)
        case IdempotencyConflict():
            raise Refused(Code.IDEMPOTENCY_CONFLICT, "This Idempotency-Key was used for another request")
        case LimitReached():
            refuse_limit(request, outcome)
        case _:
            assert_never(outcome)


async def _around(request: web.Request, body: WaitBody) -> tuple[StoreId, ...]:
    """The stores around the point that sell the product, nearest first, or a refusal."""
    services = request.app[SERVICES]
    origin = await resolve_origin(request, body)
    assert origin is not None  # the model of the request demands one where there is no store
    found = await stores_that_sell(
        Sku(body.sku),
        origin.coordinates,
        RADIUS_KM if body.radius_km is None else body.radius_km,
        request.app[SETTINGS].waitlist_area_max_stores,
        rows=services.inventory.rows,
        directory=services.directory,
    )
    if not found:
        await _refuse_not_carried(request, body, None)
    return found


async def _country(request: web.Request, stores: tuple[StoreId, ...]) -> str | None:
    """Where a telephone number without a country belongs."""
    store = (await request.app[SERVICES].directory.current()).by_id(stores[0])
    return None if store is None else store.country


async def _refuse_not_carried(request: web.Request, body: WaitBody, store: Store | None) -> NoReturn:
    """It would be a promise that nobody can keep."""
    message = "No store sells this product there" if store is None else "This store does not sell this product"
    details = {"sku": body.sku} if store is None else {"sku": body.sku, "store_id": store.store_id}
    alternatives = await nearest_for(request, store, {body.sku: body.quantity}, elsewhere=True)
    raise Refused(Code.NOT_CARRIED, message, details=details, alternatives=[dict(result) for result in alternatives])


async def show(request: web.Request, asked: ShowWait) -> web.Response:
    return await _shown(request, await _own_wait(request, asked.path.wait_id))


async def leave(request: web.Request, asked: LeaveWaitlist) -> web.Response:
    return await _left(request, asked.path.wait_id)


async def remove(request: web.Request, asked: ShowWait) -> web.Response:
    """The same as leaving, for those who delete what they do not want any more."""
    return await _left(request, asked.path.wait_id)


async def _left(request: web.Request, wait_id: str) -> web.Response:
    wait = await _own_wait(request, wait_id)
    principal = request[CALLER].principal
    outcome = await request.app[SERVICES].inventory.waitlist.leave(wait.wait_id, principal=principal)
    _count(request, "leave", outcome)
    match outcome:
        case WaitLeft():
            return await _shown(request, outcome.wait)
        case WaitNotFound():
            raise _no_such_place()
        case WaitTaken(wait=taken):
            details: dict[str, object] = {"state": taken.state, "hold_id": taken.hold_id}
            raise Refused(Code.HOLD_STATE, "What was offered is confirmed: cancel the hold instead", details=details)
        case _:
            assert_never(outcome)


async def _own_wait(request: web.Request, wait_id: str) -> Wait:
    """The place as it is now, or a refusal that does not tell whether somebody else has it."""
    found = await request.app[SERVICES].inventory.waitlist.show(WaitId(wait_id))
    if isinstance(found, WaitNotFound) or not may_touch(request[CALLER], found):
        raise _no_such_place()
    return found


async def _shown(request: web.Request, wait: Wait) -> web.Response:
    return _response(wait, await request.app[SERVICES].products.get([wait.sku]))


def _response(
    wait: Wait, products: Mapping[str, Product], *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    title = products[wait.sku].title if wait.sku in products else None
    return json_response(wait_json(wait, title), status=status, headers=headers)


def _count(request: web.Request, operation: str, outcome: object) -> None:
    request.app[METRICS].waits.labels(operation, type(outcome).__name__).inc()


def _no_such_place() -> Refused:
    return Refused(Code.NOT_FOUND, "There is no such place in line")
