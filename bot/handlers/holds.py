"""Holds over HTTP: place one, look at it, move it along or elsewhere."""

from __future__ import annotations

from typing import NoReturn, assert_never

from aiohttp import web

from bot.app_keys import CALLER, SERVICES
from bot.handlers.hold_access import own_hold
from bot.handlers.hold_answers import count, hold_response, refuse_change, refuse_extension, refuse_limit
from bot.handlers.hold_terms import asker_of, check_contact, completed, customer_of, ttl_of_extended, ttl_of_new
from bot.handlers.pickup import window_of
from bot.handlers.shortage import refuse_shortage
from bot.handlers.stores import known_store
from bot.handlers.wishes import can_fetch_at, no_pickup_at, wished
from bot.problems import Code, Refused
from bot.requests.holds import (
    ChangeHold,
    ConfirmHold,
    ExtendHold,
    HoldBody,
    MoveHold,
    PlaceHold,
    ShortHold,
    ShowHold,
    summed,
)
from inventory.models import (
    ConfirmOutcome,
    HoldChanged,
    HoldHasExpired,
    HoldId,
    HoldLimitReached,
    HoldLine,
    HoldNotFound,
    HoldPlaced,
    HoldState,
    HoldWrongState,
    IdempotencyConflict,
    InsufficientStock,
    LimitReached,
    ReplaceOutcome,
    Sku,
    StoreId,
    UnknownProduct,
    UnknownStore,
)
from search.models import Store


async def place(request: web.Request, asked: PlaceHold) -> web.Response:
    body, key = asked.body, asked.headers.idempotency_key
    (store,), products = await wished(request, [body.store_id], body.totals(), "place_hold", key)
    outcome = await _placed(request, body, store, key)
    count(request, "place", outcome)
    if isinstance(outcome, HoldPlaced):
        headers = {"Idempotent-Replayed": "true"} if outcome.replayed else None
        return await hold_response(request, outcome.hold, status=201, headers=headers, products=products)
    if isinstance(outcome, InsufficientStock):
        await refuse_shortage(request, outcome, store, body.totals(), idempotency_key=key)
    await refuse_placing(request, outcome)


async def _placed(request: web.Request, body: HoldBody, store: Store, key: str) -> ReplaceOutcome:
    holds, customer = request.app[SERVICES].holds, customer_of(body.customer)
    lines = [HoldLine(Sku(line.sku), line.quantity) for line in body.lines]
    asker = asker_of(request, customer, store.country)
    ttl_seconds = ttl_of_new(request, body.ttl_seconds, customer)
    if body.replaces is None:
        return await holds.place(
            StoreId(body.store_id),
            lines,
            idempotency_key=key,
            asker=asker,
            ttl_seconds=ttl_seconds,
            allow_partial=body.allow_partial,
        )
    replaced = await own_hold(request, body.replaces)
    return await holds.replace(
        replaced.hold_id,
        StoreId(body.store_id),
        lines,
        idempotency_key=key,
        asker=asker,
        ttl_seconds=ttl_seconds,
        allow_partial=body.allow_partial,
    )


async def refuse_placing(
    request: web.Request,
    outcome: UnknownStore
    | UnknownProduct
    | IdempotencyConflict
    | LimitReached
    | HoldNotFound
    | HoldWrongState
    | HoldHasExpired,
) -> NoReturn:
    """Every reason for holding nothing but a shortage."""
    match outcome:
        case UnknownStore(store_id=store_id):
            raise Refused(Code.NOT_FOUND, "There is no such store", details={"store_id": store_id})
        case UnknownProduct(skus=skus):
            raise Refused(Code.NOT_CARRIED, "No store sells these products", details={"skus": list(skus)})
        case IdempotencyConflict():
            raise Refused(Code.IDEMPOTENCY_CONFLICT, "This Idempotency-Key was used for another request")
        case LimitReached():
            refuse_limit(request, outcome)
        case HoldNotFound() | HoldWrongState() | HoldHasExpired():
            await refuse_change(request, outcome)
        case _:
            assert_never(outcome)


async def show(request: web.Request, asked: ShowHold) -> web.Response:
    return await hold_response(request, await own_hold(request, asked.path.hold_id))


async def confirm(request: web.Request, asked: ConfirmHold) -> web.Response:
    hold = await own_hold(request, asked.path.hold_id)
    customer = completed(customer_of(asked.body.customer), hold.customer)
    if hold.state in (HoldState.HELD, HoldState.EXPIRED):
        check_contact(request, customer)
    store = (await request.app[SERVICES].directory.current()).by_id(hold.store_id)
    outcome = await request.app[SERVICES].holds.confirm(
        hold.hold_id,
        window=await window_of(request, hold, hold.store_id),
        asker=asker_of(request, customer if asked.body.customer else None, None if store is None else store.country),
    )
    return await _changed(request, "confirm", outcome)


async def cancel(request: web.Request, asked: ChangeHold) -> web.Response:
    hold = await own_hold(request, asked.path.hold_id)
    outcome = await request.app[SERVICES].holds.cancel(hold.hold_id, principal=request[CALLER].principal)
    return await _changed(request, "cancel", outcome)


async def extend(request: web.Request, asked: ExtendHold) -> web.Response:
    hold = await own_hold(request, asked.path.hold_id)
    ttl_seconds = ttl_of_extended(request, asked.body.ttl_seconds, hold)
    outcome = await request.app[SERVICES].holds.extend(
        hold.hold_id, ttl_seconds=ttl_seconds, principal=request[CALLER].principal
    )
    if isinstance(outcome, HoldLimitReached):
        count(request, "extend", outcome)
        refuse_extension(request, outcome, ttl_seconds)
    return await _changed(request, "extend", outcome)


async def move(request: web.Request, asked: MoveHold) -> web.Response:
    """The same units at another store: checked, taken there and given back here in one call, or nothing changes."""
    hold = await own_hold(request, asked.path.hold_id)
    there = await known_store(request, asked.body.store_id)
    if not can_fetch_at(there):
        raise no_pickup_at(there)
    outcome = await request.app[SERVICES].holds.move(
        hold.hold_id,
        StoreId(there.store_id),
        window=None if hold.state is HoldState.HELD else await window_of(request, hold, there.store_id),
        asker=asker_of(request, hold.customer, there.country),
    )
    count(request, "move", outcome)
    if isinstance(outcome, HoldPlaced):
        return await hold_response(request, outcome.hold)
    if isinstance(outcome, InsufficientStock):
        await refuse_shortage(request, outcome, there, {line.sku: line.held for line in hold.lines if line.held})
    await refuse_placing(request, outcome)


async def ready(request: web.Request, asked: ChangeHold) -> web.Response:
    holds, hold_id = request.app[SERVICES].holds, HoldId(asked.path.hold_id)
    return await _changed(request, "ready", await holds.ready(hold_id, principal=request[CALLER].principal))


async def pickup(request: web.Request, asked: ChangeHold) -> web.Response:
    holds, hold_id = request.app[SERVICES].holds, HoldId(asked.path.hold_id)
    return await _changed(request, "pickup", await holds.pickup(hold_id, principal=request[CALLER].principal))


async def no_show(request: web.Request, asked: ChangeHold) -> web.Response:
    holds, hold_id = request.app[SERVICES].holds, HoldId(asked.path.hold_id)
    return await _changed(request, "no_show", await holds.no_show(hold_id, principal=request[CALLER].principal))


async def short(request: web.Request, asked: ShortHold) -> web.Response:
    """The clerk cannot find it: the count is corrected, and the answer shows who has it."""
    holds, hold_id, said = request.app[SERVICES].holds, HoldId(asked.path.hold_id), asked.body.missing
    missing = None if said is None else {Sku(sku): units for sku, units in summed(said).items()}
    outcome = await holds.short(hold_id, missing=missing, principal=request[CALLER].principal)
    return await _changed(request, "short", outcome)


async def _changed(request: web.Request, operation: str, outcome: ConfirmOutcome) -> web.Response:
    count(request, operation, outcome)
    if isinstance(outcome, HoldChanged):
        return await hold_response(request, outcome.hold)
    await refuse_change(request, outcome)
