"""What is said when a store cannot give all that was asked for: how much it has, and who has enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import orjson
from aiohttp import web

from bot.app_keys import CALLER, SERVICES
from bot.callers import shown_cap
from bot.capping import capped_count, capped_result
from bot.problems import Code, Refused
from bot.responses.search import result_json
from geo.models import Coordinates
from inventory.holds import IDEMPOTENCY_RECORD_MS
from inventory.models import InsufficientStock, LineShortage
from runtime.errors import translate_redis_errors
from search.models import Product, SkipReason, Store

MAX_ALTERNATIVES = 3


async def refuse_shortage(
    request: web.Request,
    store: Store,
    products: Mapping[str, Product],
    wanted: Mapping[str, int],
    outcome: InsufficientStock,
    idempotency_key: str,
) -> NoReturn:
    """Refuse with the lines that fell short and the nearest stores that can give everything."""
    never_there = not any(line.carried for line in outcome.lines)
    cap = shown_cap(request)
    lines = [_line_json(line, products.get(line.sku), cap) for line in outcome.lines]
    raise Refused(
        Code.NOT_CARRIED if never_there else Code.INSUFFICIENT_STOCK,
        "This store does not sell these products" if never_there else "This store does not have that many",
        details={"store_id": outcome.store_id, "lines": lines},
        alternatives=await _first_told(request, idempotency_key, await _alternatives(request, store, products, wanted)),
        headers={"Idempotent-Replayed": "true"} if outcome.replayed else None,
    )


async def _alternatives(
    request: web.Request, store: Store, products: Mapping[str, Product], wanted: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Within the usual radius, or else the nearest of all."""
    answer = await request.app[SERVICES].availability.nearest_for_basket(
        [(products[sku], quantity) for sku, quantity in wanted.items() if sku in products],
        Coordinates(store.lat, store.lon),
        limit=MAX_ALTERNATIVES,
    )
    beyond = answer.nearest_beyond_radius
    found = answer.results or (() if beyond is None else (beyond,))
    return [dict(result_json(capped_result(result, shown_cap(request)), answer.as_of)) for result in found]


async def _first_told(
    request: web.Request, idempotency_key: str, alternatives: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The alternatives that were told first under this key: a repeat gets the same answer, whatever has changed."""
    services = request.app[SERVICES]
    # What was told to one who may count everything is not told again to one who may not.
    operation = "place_hold_alternatives_capped" if shown_cap(request) else "place_hold_alternatives"
    name = services.keyspace.idempotency(request[CALLER].principal, operation, idempotency_key)
    with translate_redis_errors("remembering an answer"):
        first = await services.clients.writes.set(
            name, orjson.dumps(alternatives), nx=True, get=True, px=IDEMPOTENCY_RECORD_MS
        )
    return [dict(entry) for entry in orjson.loads(first)] if isinstance(first, bytes) else alternatives


def _line_json(line: LineShortage, product: Product | None, cap: int) -> dict[str, object]:
    available, more = capped_count(line.available, cap)
    return {
        "sku": line.sku,
        "title": None if product is None else product.title,
        "requested": line.requested,
        "available": available,
        **({"available_capped": True} if more else {}),
        "reason": _reason(line),
    }


def _reason(line: LineShortage) -> SkipReason:
    if not line.carried:
        return SkipReason.NOT_CARRIED
    return SkipReason.OUT_OF_STOCK if line.available == 0 else SkipReason.INSUFFICIENT
