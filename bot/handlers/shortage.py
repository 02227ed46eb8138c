"""What is said when a store cannot give all that was asked for: how much it has, and who has enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import orjson
from aiohttp import web

from bot.answers.search import ResultJson, SplitJson
from bot.app_keys import CALLER, SERVICES
from bot.callers import shown_cap
from bot.capping import capped_answer, capped_count
from bot.problems import Code, Refused
from bot.responses.search import result_json, split_json
from geo.models import Coordinates
from inventory.models import InsufficientStock, LineShortage
from inventory.placing import IDEMPOTENCY_RECORD_MS
from runtime.errors import translate_redis_errors
from search.models import Product, SkipReason, Store

MAX_ALTERNATIVES = 3


async def refuse_shortage(
    request: web.Request,
    outcome: InsufficientStock,
    store: Store,
    wanted: Mapping[str, int],
    *,
    idempotency_key: str | None = None,
) -> NoReturn:
    """Refuse with the lines that fell short and the nearest stores that can give everything that is wanted."""
    products = await request.app[SERVICES].products.get(list(wanted))
    never_there = not any(line.carried for line in outcome.lines)
    one = all(line.store_id == store.store_id for line in outcome.lines)
    who = "This store does not" if one else "One of the stores does not"
    instead = await _instead(request, store, wanted)
    told = _Told([dict(result) for result in instead.results], [dict(split) for split in instead.splits])
    if idempotency_key is not None:
        told = await _first_told(request, idempotency_key, told)
    details: dict[str, object] = {
        **_where(outcome),
        "lines": [line_json(request, line, products.get(line.sku)) for line in outcome.lines],
    }
    if told.splits:
        details["splits"] = told.splits
    raise Refused(
        Code.NOT_CARRIED if never_there else Code.INSUFFICIENT_STOCK,
        f"{who} sell these products" if never_there else f"{who} have that many",
        details=details,
        alternatives=told.alternatives,
        headers={"Idempotent-Replayed": "true"} if outcome.replayed else None,
    )


async def nearest_for(
    request: web.Request, store: Store | None, wanted: Mapping[str, int], *, elsewhere: bool = False
) -> list[ResultJson]:
    """The stores nearest to one that can give everything now: within the usual radius, or else the nearest of all.

    `elsewhere` leaves the store itself out, whatever its count says.
    """
    return [] if store is None else (await _instead(request, store, wanted, elsewhere=elsewhere)).results


@dataclass(frozen=True, slots=True)
class _Instead:
    """Stores that have everything, and several that have it together where none has."""

    results: list[ResultJson]
    splits: list[SplitJson]


async def _instead(
    request: web.Request, store: Store, wanted: Mapping[str, int], *, elsewhere: bool = False
) -> _Instead:
    services = request.app[SERVICES]
    products = await services.products.get(list(wanted))
    basket = [(products[sku], quantity) for sku, quantity in wanted.items() if sku in products]
    if not basket:
        return _Instead([], [])
    answer = await services.availability.nearest_for_basket(
        basket, Coordinates(store.lat, store.lon), limit=MAX_ALTERNATIVES + elsewhere
    )
    answer = capped_answer(answer, max(wanted.values()), shown_cap(request))
    beyond = answer.nearest_beyond_radius
    found = answer.results or (() if beyond is None else (beyond,))
    others = [result for result in found if not elsewhere or result.store.store_id != store.store_id]
    return _Instead(
        [result_json(result, answer.as_of) for result in others[:MAX_ALTERNATIVES]],
        [split_json(split, answer.as_of) for split in answer.splits],
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What a refusal offered instead."""

    alternatives: list[dict[str, Any]]
    splits: list[dict[str, Any]]


async def _first_told(request: web.Request, idempotency_key: str, told: _Told) -> _Told:
    """What was offered first under this key: a repeat gets the same answer, whatever has changed."""
    services = request.app[SERVICES]
    # What was told to one who may count everything is not told again to one who may not.
    operation = "place_hold_alternatives_capped" if shown_cap(request) else "place_hold_alternatives"
    name = services.keyspace.idempotency(request[CALLER].principal, operation, idempotency_key)
    with translate_redis_errors("remembering an answer"):
        first = await services.clients.writes.set(name, orjson.dumps(told), nx=True, get=True, px=IDEMPOTENCY_RECORD_MS)
    return _Told(**orjson.loads(first)) if isinstance(first, bytes) else told


def line_json(request: web.Request, line: LineShortage, product: Product | None) -> dict[str, object]:
    """A line that fell short, with no more of its count than the caller may see."""
    available, more = capped_count(line.available, shown_cap(request))
    return {
        "store_id": line.store_id,
        "sku": line.sku,
        "title": None if product is None else product.title,
        "requested": line.requested,
        "available": available,
        **({"available_capped": True} if more else {}),
        "reason": _reason(line),
    }


def _where(outcome: InsufficientStock) -> dict[str, object]:
    """The store that fell short; where several did, the first one and all of them."""
    short = list(dict.fromkeys(line.store_id for line in outcome.lines)) or [outcome.store_id]
    return {"store_id": short[0]} if len(short) == 1 else {"store_id": short[0], "store_ids": short}


def _reason(line: LineShortage) -> SkipReason:
    if not line.carried:
        return SkipReason.NOT_CARRIED
    return SkipReason.OUT_OF_STOCK if line.available == 0 else SkipReason.INSUFFICIENT
