"""Product search and completions over HTTP."""

from __future__ import annotations

from aiohttp import web

from bot.app_keys import METRICS, SERVICES
from bot.handlers.stores import known_store
from bot.requests.search import FindProducts, Suggest
from bot.responses.search import products_json
from bot.responses.values import json_response
from search.models import Filters


async def find(request: web.Request, asked: FindProducts) -> web.Response:
    query = asked.query
    products = request.app[SERVICES].products
    filters = Filters(query.brand, query.category, query.price_min, query.price_max, query.store_id)
    if query.store_id is not None:
        await known_store(request, query.store_id)
    if query.q is None:
        matches = await products.browse(filters, limit=query.limit, offset=query.offset, facets=True)
    else:
        matches = await products.find(query.q, limit=query.limit, offset=query.offset, filters=filters, facets=True)
    for reason in matches.degraded:
        request.app[METRICS].search_degraded.labels(reason).inc()
    return json_response(products_json(matches))


async def suggest(request: web.Request, asked: Suggest) -> web.Response:
    suggestions = await request.app[SERVICES].products.suggest(asked.query.q)
    return json_response({"suggestions": [{"text": entry.text, "kind": entry.kind} for entry in suggestions]})
