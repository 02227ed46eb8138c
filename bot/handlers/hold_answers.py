"""How holds and the outcomes of their changes leave over HTTP: what stands beside a hold, and every refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from aiohttp import web

from bot.api_keys import Scope
from bot.app_keys import CALLER, METRICS, SERVICES, SETTINGS
from bot.callers import shown_cap
from bot.capping import capped_count
from bot.handlers.hold_access import no_such_hold
from bot.handlers.pickup import ready_by
from bot.handlers.shortage import line_json, nearest_for
from bot.problems import Code, Refused
from bot.responses.holds import BesideHold, group_json, hold_json
from bot.responses.values import json_response, timestamp
from inventory.models import (
    Hold,
    HoldGroup,
    HoldHasExpired,
    HoldLimitReached,
    HoldNotFound,
    HoldState,
    HoldWrongState,
    LimitReached,
)
from search.models import Product

Headers = dict[str, str]
_REASONS = {
    "units_per_sku": "That would be more of one product than a customer may hold",
    "open_holds": "That would be more holds than a customer may have at once",
    "holds_per_minute": "Too many holds were placed from this address within a minute",
    "share_percent": "That would be a larger part of all there is than a customer may hold",
    "places": "That would be more places in line than a customer may have",
    "places_per_product": "This customer waits for this product already",
}
_STATES = {
    HoldState.HELD: "is not confirmed yet",
    HoldState.CONFIRMED: "is confirmed and waits until its pick-up time",
    HoldState.READY: "is ready and waits until its pick-up time",
    HoldState.PICKED_UP: "was picked up",
    HoldState.CANCELLED: "was cancelled",
    HoldState.EXPIRED: "has run out",
    HoldState.NO_SHOW: "ended because nobody came",
    HoldState.SHORTED: "ended because its units were not there",
    HoldState.MOVED: "was replaced by another one",
}
_STEPS = {
    "held": "extended",
    "ready": "put aside",
    "picked_up": "picked up",
    "no_show": "marked as not fetched",
    "shorted": "marked as not found",
}


async def hold_response(
    request: web.Request,
    hold: Hold,
    *,
    status: int = 200,
    headers: Headers | None = None,
    products: Mapping[str, Product] | None = None,
) -> web.Response:
    """`products` are those of the hold, where they have been read already."""
    beside = await _beside(request, [hold], products)
    return json_response(hold_json(hold, beside[hold.hold_id]), status=status, headers=headers)


async def group_response(
    request: web.Request, group: HoldGroup, *, status: int = 200, headers: Headers | None = None
) -> web.Response:
    return json_response(group_json(group, await _beside(request, group.holds)), status=status, headers=headers)


async def _beside(
    request: web.Request, holds: Sequence[Hold], products: Mapping[str, Product] | None = None
) -> dict[str, BesideHold]:
    services, caller = request.app[SERVICES], request[CALLER]
    if products is None:
        products = await services.products.get(list({line.sku for hold in holds for line in hold.lines}))
    titles = {sku: product.title for sku, product in products.items()}
    stores = await services.directory.current()
    found: dict[str, BesideHold] = {}
    for hold in holds:
        store = stores.by_id(hold.store_id)
        wanted: dict[str, int] = {line.sku: line.requested for line in hold.lines}
        found[hold.hold_id] = BesideHold(
            titles=titles,
            store=store,
            ready_by=ready_by(request, hold, store),
            with_customer=Scope.HOLDS in caller.scopes,
            alternatives=(
                await nearest_for(request, store, wanted, elsewhere=True) if hold.state is HoldState.SHORTED else None
            ),
        )
    return found


def count(request: web.Request, operation: str, outcome: object) -> None:
    request.app[METRICS].count_hold(operation, outcome)


def refuse_limit(request: web.Request, outcome: LimitReached) -> NoReturn:
    until = None if outcome.until is None else timestamp(outcome.until)
    # A share of all there is would tell a stranger how much that is.
    hidden = outcome.limit == "share_percent" and capped_count(outcome.maximum, shown_cap(request))[1]
    details = {"limit": outcome.limit, "maximum": None if hidden else outcome.maximum, "until": until}
    raise Refused(Code.LIMIT_EXCEEDED, _REASONS.get(outcome.limit, "That is more than one may hold"), details=details)


def refuse_extension(request: web.Request, outcome: HoldLimitReached, ttl_seconds: int) -> NoReturn:
    """Either it would last too long, or it was extended too often."""
    lasts = datetime.now(UTC) + timedelta(seconds=ttl_seconds) - outcome.hold.created_at
    limit, maximum = "ttl_seconds", outcome.max_seconds
    if lasts.total_seconds() <= outcome.max_seconds:
        limit, maximum = "extensions", request.app[SETTINGS].hold_extensions_max
    details = {"limit": limit, "maximum": maximum, "until": None}
    raise Refused(Code.LIMIT_EXCEEDED, "This hold cannot be extended any further", details=details)


async def refuse_change(
    request: web.Request, outcome: HoldNotFound | HoldWrongState | HoldHasExpired | LimitReached
) -> NoReturn:
    """Why a hold stays as it is."""
    match outcome:
        case LimitReached():
            refuse_limit(request, outcome)
        case HoldNotFound():
            raise no_such_hold()
        case HoldWrongState(hold=hold, wanted=wanted):
            message = f"This hold {_STATES[hold.state]}: it cannot be {_STEPS.get(wanted, wanted)}"
            raise Refused(Code.HOLD_STATE, message, details={"state": hold.state, "wanted": wanted})
        case HoldHasExpired():
            await _refuse_expired(request, outcome)


async def _refuse_expired(request: web.Request, outcome: HoldHasExpired) -> NoReturn:
    """Its units are free; where they could not be taken again, who else has them."""
    hold, services = outcome.hold, request.app[SERVICES]
    products = await services.products.get([line.sku for line in hold.lines])
    store = (await services.directory.current()).by_id(hold.store_id)
    wanted: dict[str, int] = {line.sku: line.held for line in hold.lines if line.held}
    details: dict[str, object] = {"state": hold.state}
    if outcome.short:
        details["lines"] = [line_json(request, line, products.get(line.sku)) for line in outcome.short]
    raise Refused(
        Code.HOLD_EXPIRED,
        "This hold has run out",
        details=details,
        alternatives=[dict(result) for result in await nearest_for(request, store, wanted)],
    )
