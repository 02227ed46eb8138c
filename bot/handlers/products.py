"""Product search, alternatives and completions over HTTP."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from bot.answers.search import AlternativesAnswer, AlternativesQueryJson
from bot.app_keys import CLIENT_ADDRESS, METRICS, SERVICES
from bot.callers import shown_cap
from bot.capping import capped_hits
from bot.handlers.origin import Origin, language_of, resolve_origin
from bot.handlers.stores import known_store
from bot.problems import Code, Refused
from bot.requests.search import FindAlternatives, FindProducts, ProductsQuery, Suggest
from bot.responses.search import hit_json, product_json, products_json, suggestion_json
from bot.responses.values import json_response
from search.models import Filters, MatchSet
from search.near import Around
from search.tracing import traced


async def find(request: web.Request, asked: FindProducts) -> web.Response:
    query = asked.query
    if query.store_id is not None:
        await known_store(request, query.store_id)
    origin = await resolve_origin(request, query)
    if query.explain == "true":
        with traced() as trace:
            matches = await _matches(request, query, origin)
        explanation = request.app[SERVICES].products.explained(matches, trace)
    else:
        matches, explanation = await _matches(request, query, origin), None
    if query.offset == 0:
        request.app[SERVICES].popular.heard(matches, request[CLIENT_ADDRESS])
    for reason in matches.degraded:
        request.app[METRICS].search_degraded.labels(reason).inc()
    if origin is None:
        return json_response(products_json(matches, explanation=explanation))
    matches = replace(matches, hits=capped_hits(matches.hits, shown_cap(request)))
    shown = products_json(matches, located=True, explanation=explanation)
    told = shown["query"]
    told["lat"], told["lon"] = origin.coordinates.lat, origin.coordinates.lon
    told["radius_km"] = query.radius_km
    if origin.label is not None:
        told["place"] = origin.label
    if query.only_in_stock:
        told["in_stock"] = True
    return json_response(shown)


async def _matches(request: web.Request, query: ProductsQuery, origin: Origin | None) -> MatchSet:
    products = request.app[SERVICES].products
    filters = Filters(query.brand, query.category, query.price_min, query.price_max, query.store_id)
    around = None if origin is None else Around(origin.coordinates, query.radius_km)
    narrowing = around if query.only_in_stock else None
    if query.q is None:
        matches = await products.browse(filters, limit=query.limit, offset=query.offset, facets=True)
    else:
        matches = await products.find(
            query.q, limit=query.limit, offset=query.offset, filters=filters, facets=True, around=narrowing
        )
    if around is None or narrowing is not None:
        return matches
    return await products.with_nearest(matches, around)


async def find_alternatives(request: web.Request, asked: FindAlternatives) -> web.Response:
    sku, query = asked.path.sku, asked.query
    origin = await resolve_origin(request, query)
    assert origin is not None  # the model of the request demands one
    around = Around(origin.coordinates, query.radius_km)
    found = await request.app[SERVICES].products.alternatives(sku, query.kind, around, limit=query.limit)
    if found is None:
        raise Refused(Code.NOT_FOUND, "There is no such product", details={"sku": sku})
    told: AlternativesQueryJson = {
        "sku": sku,
        "kind": query.kind,
        "lat": origin.coordinates.lat,
        "lon": origin.coordinates.lon,
        "radius_km": query.radius_km,
    }
    if origin.label is not None:
        told["place"] = origin.label
    hits = capped_hits(found.hits, shown_cap(request))
    shown: AlternativesAnswer = {
        "query": told,
        "product": product_json(found.product),
        "total": found.total,
        "products": [hit_json(hit, located=True) for hit in hits],
        "degraded": list(found.degraded),
    }
    return json_response(shown)


async def suggest(request: web.Request, asked: Suggest) -> web.Response:
    query, services = asked.query, request.app[SERVICES]
    origin = await resolve_origin(request, query)
    suggestions = await services.products.suggest(
        query.q,
        language=language_of(request),
        popular=services.popular.texts,
        around=None if origin is None else Around(origin.coordinates, query.radius_km),
    )
    return json_response({"suggestions": [suggestion_json(entry) for entry in suggestions]})
