"""Availability over HTTP: which stores can give the whole quantity right now, nearest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from aiohttp import web

from bot.answers.search import AvailabilityJson, AvailabilityQueryJson, BasketJson, BasketQueryJson
from bot.app_keys import METRICS, SERVICES
from bot.callers import shown_cap
from bot.capping import capped_answer
from bot.handlers.origin import Origin, resolve_origin
from bot.problems import Code, Refused
from bot.requests.search import AvailabilityQuery, FindAvailability, FindBasket
from bot.responses.search import found_json
from bot.responses.values import json_response
from search.models import MatchSet, Product


async def find(request: web.Request, asked: FindAvailability) -> web.Response:
    query, metrics = asked.query, request.app[METRICS]
    origin = await resolve_origin(request, query)
    assert origin is not None  # the model of the request demands one
    matches = None if query.q is None else await _matches(request, query.q)
    products = await _named(request, query.sku) if matches is None else matches.products
    answer = await request.app[SERVICES].availability.nearest(
        products,
        origin.coordinates,
        quantity=query.quantity,
        radius_km=query.radius_km,
        limit=query.limit,
        cursor=query.cursor or None,
    )
    answer = capped_answer(answer, query.quantity, shown_cap(request))
    metrics.lookups.labels("http", "found" if answer.results else "none").inc()
    metrics.answer_age_seconds.observe(max(0.0, (datetime.now(UTC) - answer.as_of).total_seconds()))
    degraded = () if matches is None else matches.degraded
    shown: AvailabilityJson = {
        "query": _query_json(query, origin, products, matches),
        **found_json(answer, degraded),
    }
    return json_response(shown)


async def find_basket(request: web.Request, asked: FindBasket) -> web.Response:
    """The nearest stores with every line in full; where there is none, stores that have all of it together."""
    body, services = asked.body, request.app[SERVICES]
    origin = await resolve_origin(request, body)
    assert origin is not None  # the model of the request demands one
    wanted = Counter[str]()
    for line in body.lines:
        wanted[line.sku] += line.quantity
    products = await services.products.get(list(wanted))
    if unknown := [sku for sku in wanted if sku not in products]:
        raise Refused(Code.NOT_FOUND, "There is no such product", details={"skus": unknown})
    answer = await services.availability.nearest_for_basket(
        [(products[sku], quantity) for sku, quantity in wanted.items()],
        origin.coordinates,
        radius_km=body.radius_km,
        limit=body.limit,
    )
    request.app[METRICS].lookups.labels("http", "found" if answer.results else "none").inc()
    query: BasketQueryJson = {
        "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in wanted.items()],
        "lat": origin.coordinates.lat,
        "lon": origin.coordinates.lon,
        "radius_km": body.radius_km,
    }
    if origin.label is not None:
        query["place"] = origin.label
    capped = capped_answer(answer, max(wanted.values()), shown_cap(request))
    shown: BasketJson = {"query": query, **found_json(capped)}
    return json_response(shown)


async def _matches(request: web.Request, q: str) -> MatchSet:
    matches = await request.app[SERVICES].products.match(q)
    for reason in matches.degraded:
        request.app[METRICS].search_degraded.labels(reason).inc()
    return matches


async def _named(request: web.Request, sku: str | None) -> Sequence[Product]:
    assert sku is not None  # the model of the request demands either sku or q
    products = await request.app[SERVICES].products.get([sku])
    if sku not in products:
        raise Refused(Code.NOT_FOUND, "There is no such product", details={"sku": sku})
    return [products[sku]]


def _query_json(
    query: AvailabilityQuery, origin: Origin, products: Sequence[Product], matches: MatchSet | None
) -> AvailabilityQueryJson:
    shown: AvailabilityQueryJson = {
        "lat": origin.coordinates.lat,
        "lon": origin.coordinates.lon,
        "quantity": query.quantity,
        "radius_km": query.radius_km,
        "matched": len(products),
    }
    if origin.label is not None:
        shown["place"] = origin.label
    if query.sku is not None:
        shown["sku"] = query.sku
    if matches is not None:
        shown["q"], shown["tier"] = matches.q, matches.tier
        if matches.relaxed:
            shown["relaxed"] = list(matches.relaxed)
        if matches.corrected is not None:
            shown["corrected"] = matches.corrected
    return shown
