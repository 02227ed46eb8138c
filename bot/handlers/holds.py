"""Holds over HTTP: place one, look at it, move it along."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import assert_never

from aiohttp import web

from bot.app_keys import CALLER, METRICS, SERVICES, SETTINGS
from bot.handlers.shortage import refuse_shortage
from bot.handlers.stores import known_store
from bot.problems import Code, Refused
from bot.requests.holds import ChangeHold, ExtendHold, HoldBody, PlaceHold, ShowHold
from bot.responses.holds import hold_json
from bot.responses.values import json_response
from inventory.models import (
    ChangeOutcome,
    Customer,
    ExtendOutcome,
    Hold,
    HoldChanged,
    HoldHasExpired,
    HoldId,
    HoldLimitReached,
    HoldLine,
    HoldNotFound,
    HoldPlaced,
    HoldWrongState,
    IdempotencyConflict,
    InsufficientStock,
    Sku,
    StoreId,
    UnknownProduct,
    UnknownStore,
)
from runtime.errors import translate_redis_errors
from search.models import Product, Store


async def place(request: web.Request, asked: PlaceHold) -> web.Response:
    body, services = asked.body, request.app[SERVICES]
    store, products = await _check_catalogue(request, body, asked.headers.idempotency_key)
    customer = body.customer
    outcome = await services.holds.place(
        StoreId(body.store_id),
        [HoldLine(Sku(line.sku), line.quantity) for line in body.lines],
        idempotency_key=asked.headers.idempotency_key,
        principal=request[CALLER].principal,
        customer=None if customer is None else Customer(customer.id, customer.name, customer.contact),
        ttl_seconds=_ttl_seconds(request, body.ttl_seconds),
        allow_partial=body.allow_partial,
    )
    request.app[METRICS].holds.labels("place", type(outcome).__name__).inc()
    match outcome:
        case HoldPlaced(hold=hold, replayed=replayed):
            headers = {"Idempotent-Replayed": "true"} if replayed else None
            return await _hold_response(request, hold, status=201, headers=headers)
        case InsufficientStock():
            await refuse_shortage(request, store, products, body.totals(), outcome, asked.headers.idempotency_key)
        case UnknownStore():
            raise Refused(Code.NOT_FOUND, "There is no such store", details={"store_id": body.store_id})
        case UnknownProduct(skus=skus):
            raise Refused(Code.NOT_CARRIED, "No store sells these products", details={"skus": list(skus)})
        case IdempotencyConflict():
            raise Refused(Code.IDEMPOTENCY_CONFLICT, "This Idempotency-Key was used for another request")
        case _:
            assert_never(outcome)


async def _check_catalogue(request: web.Request, body: HoldBody, key: str) -> tuple[Store, dict[str, Product]]:
    """The store and the products of a wish, if there are such and people may fetch things there.

    A wish that was answered before is let through whatever the catalogue says now: the ledger gives the same answer.
    """
    store = await known_store(request, body.store_id)
    skus = list(body.totals())
    products = await request.app[SERVICES].products.get(skus)
    unknown = [sku for sku in skus if sku not in products]
    refusal = None
    if store.kind != "store" or not store.pickup:
        details = {"store_id": store.store_id}
        refusal = Refused(Code.PICKUP_UNAVAILABLE, "Nothing can be picked up at this store", details=details)
    elif unknown:
        refusal = Refused(Code.NOT_FOUND, "There is no such product", details={"skus": unknown})
    if refusal is not None and not await _was_answered(request, key):
        raise refusal
    return store, products


async def _was_answered(request: web.Request, key: str) -> bool:
    services = request.app[SERVICES]
    record = services.keyspace.idempotency(request[CALLER].principal, "place_hold", key)
    with translate_redis_errors("looking for a first answer"):
        return bool(await services.clients.reads.exists(record))


def _ttl_seconds(request: web.Request, asked: int | None) -> int:
    settings = request.app[SETTINGS]
    if asked is None:
        return settings.hold_ttl_seconds
    if asked > settings.hold_ttl_max_seconds:
        raise Refused(
            Code.LIMIT_EXCEEDED,
            f"A hold lasts at most {settings.hold_ttl_max_seconds} seconds",
            details={"field": "ttl_seconds", "maximum": settings.hold_ttl_max_seconds},
        )
    return asked


async def show(request: web.Request, asked: ShowHold) -> web.Response:
    found = await request.app[SERVICES].holds.show(HoldId(asked.path.hold_id))
    if isinstance(found, HoldNotFound):
        raise _no_such_hold()
    return await _hold_response(request, found)


async def confirm(request: web.Request, asked: ChangeHold) -> web.Response:
    waits_until = datetime.now(UTC) + timedelta(seconds=request.app[SETTINGS].pickup_window_seconds)
    outcome = await request.app[SERVICES].holds.confirm(
        HoldId(asked.path.hold_id), pickup_by=waits_until, principal=request[CALLER].principal
    )
    return await _changed(request, "confirm", outcome)


async def cancel(request: web.Request, asked: ChangeHold) -> web.Response:
    holds, hold_id = request.app[SERVICES].holds, HoldId(asked.path.hold_id)
    return await _changed(request, "cancel", await holds.cancel(hold_id, principal=request[CALLER].principal))


async def ready(request: web.Request, asked: ChangeHold) -> web.Response:
    holds, hold_id = request.app[SERVICES].holds, HoldId(asked.path.hold_id)
    return await _changed(request, "ready", await holds.ready(hold_id, principal=request[CALLER].principal))


async def pickup(request: web.Request, asked: ChangeHold) -> web.Response:
    holds, hold_id = request.app[SERVICES].holds, HoldId(asked.path.hold_id)
    return await _changed(request, "pickup", await holds.pickup(hold_id, principal=request[CALLER].principal))


async def extend(request: web.Request, asked: ExtendHold) -> web.Response:
    outcome = await request.app[SERVICES].holds.extend(
        HoldId(asked.path.hold_id),
        ttl_seconds=_ttl_seconds(request, asked.body.ttl_seconds),
        principal=request[CALLER].principal,
    )
    return await _changed(request, "extend", outcome)


async def _changed(request: web.Request, operation: str, outcome: ChangeOutcome | ExtendOutcome) -> web.Response:
    request.app[METRICS].holds.labels(operation, type(outcome).__name__).inc()
    match outcome:
        case HoldChanged(hold=hold):
            return await _hold_response(request, hold)
        case HoldNotFound():
            raise _no_such_hold()
        case HoldWrongState(hold=hold, wanted=wanted):
            message = f"A hold that is {hold.state} cannot become {wanted}"
            raise Refused(Code.HOLD_STATE, message, details={"state": hold.state, "wanted": wanted})
        case HoldHasExpired(hold=hold):
            raise Refused(Code.HOLD_EXPIRED, "This hold has run out", details={"state": hold.state})
        case HoldLimitReached(max_seconds=max_seconds):
            raise Refused(Code.LIMIT_EXCEEDED, "This hold cannot last any longer", details={"maximum": max_seconds})
        case _:
            assert_never(outcome)


def _no_such_hold() -> Refused:
    return Refused(Code.NOT_FOUND, "There is no such hold")


async def _hold_response(
    request: web.Request, hold: Hold, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    products = await request.app[SERVICES].products.get([line.sku for line in hold.lines])
    titles = {sku: product.title for sku, product in products.items()}
    return json_response(hold_json(hold, titles), status=status, headers=headers)
