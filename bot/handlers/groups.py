"""Groups of holds over HTTP: one wish at several stores, kept together."""

from __future__ import annotations

from collections import Counter

from aiohttp import web

from bot.app_keys import CALLER, SERVICES
from bot.handlers.hold_access import no_such_group, own_group
from bot.handlers.hold_answers import count, group_response, refuse_change
from bot.handlers.hold_terms import asker_of, check_contact, completed, customer_of, ttl_of_new
from bot.handlers.holds import refuse_placing
from bot.handlers.pickup import window_of
from bot.handlers.shortage import refuse_shortage
from bot.handlers.wishes import wished
from bot.requests.holds import ChangeGroup, ConfirmGroup, PlaceGroup, ShowGroup, summed
from inventory.models import (
    GroupChanged,
    GroupConfirmOutcome,
    GroupNotFound,
    GroupPlaced,
    HoldLine,
    HoldState,
    InsufficientStock,
    Sku,
    StoreId,
)


async def place(request: web.Request, asked: PlaceGroup) -> web.Response:
    body, key = asked.body, asked.headers.idempotency_key
    wanted = Counter[str]()
    for part in body.parts:
        wanted.update(summed(part.lines))
    stores, _ = await wished(request, [part.store_id for part in body.parts], wanted, "place_group", key)
    customer = customer_of(body.customer)
    outcome = await request.app[SERVICES].groups.place(
        [
            (StoreId(part.store_id), [HoldLine(Sku(line.sku), line.quantity) for line in part.lines])
            for part in body.parts
        ],
        idempotency_key=key,
        asker=asker_of(request, customer, stores[0].country),
        ttl_seconds=ttl_of_new(request, body.ttl_seconds, customer),
    )
    count(request, "place_group", outcome)
    if isinstance(outcome, GroupPlaced):
        headers = {"Idempotent-Replayed": "true"} if outcome.replayed else None
        return await group_response(request, outcome.group, status=201, headers=headers)
    if isinstance(outcome, InsufficientStock):
        await refuse_shortage(request, outcome, stores[0], wanted, idempotency_key=key)
    await refuse_placing(request, outcome)


async def show(request: web.Request, asked: ShowGroup) -> web.Response:
    return await group_response(request, await own_group(request, asked.path.group_id))


async def confirm(request: web.Request, asked: ConfirmGroup) -> web.Response:
    """All of it, each part until its own store's deadline."""
    group = await own_group(request, asked.path.group_id)
    customer = completed(customer_of(asked.body.customer), group.holds[0].customer)
    if any(hold.state in (HoldState.HELD, HoldState.EXPIRED) for hold in group.holds):
        check_contact(request, customer)
    store = (await request.app[SERVICES].directory.current()).by_id(group.holds[0].store_id)
    outcome = await request.app[SERVICES].groups.confirm(
        group.group_id,
        windows={hold.store_id: await window_of(request, hold, hold.store_id) for hold in group.holds},
        asker=asker_of(request, customer if asked.body.customer else None, None if store is None else store.country),
    )
    return await _changed(request, "confirm_group", outcome)


async def cancel(request: web.Request, asked: ChangeGroup) -> web.Response:
    group = await own_group(request, asked.path.group_id)
    outcome = await request.app[SERVICES].groups.cancel(group.group_id, principal=request[CALLER].principal)
    return await _changed(request, "cancel_group", outcome)


async def _changed(request: web.Request, operation: str, outcome: GroupConfirmOutcome) -> web.Response:
    count(request, operation, outcome)
    if isinstance(outcome, GroupChanged):
        return await group_response(request, outcome.group)
    if isinstance(outcome, GroupNotFound):
        raise no_such_group()
    await refuse_change(request, outcome)
