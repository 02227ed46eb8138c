"""Stores over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web
from search.opening_hours import open_now

from bot.answers import StoresAnswer, StoresQueryJson
from bot.app_keys import SERVICES
from bot.handlers.origin import Origin, resolve_origin
from bot.problems import Code, Refused
from bot.requests import FindStores, ShowStore
from bot.responses import json_response, store_json
from search.models import Store


async def find(request: web.Request, asked: FindStores) -> web.Response:
    """Stores by words and by distance; `open_now=true` keeps those that say they are open."""
    query, now = asked.query, datetime.now(UTC)
    origin = await resolve_origin(request, query)
    at = None if origin is None else origin.coordinates
    found = await request.app[SERVICES].directory.search(query.q, origin=at, limit=None)
    if query.open_now == "true":
        found = [hit for hit in found if open_now(hit.store, now)]
    shown = [store_json(hit.store, now, distance_km=hit.distance_km) for hit in found[: query.limit]]
    answer: StoresAnswer = {"query": _query_json(query.q, origin), "total": len(found), "stores": shown}
    return json_response(answer)


def _query_json(q: str | None, origin: Origin | None) -> StoresQueryJson:
    shown: StoresQueryJson = {}
    if q is not None:
        shown["q"] = q
    if origin is not None:
        shown["lat"], shown["lon"] = origin.coordinates.lat, origin.coordinates.lon
        if origin.label is not None:
            shown["place"] = origin.label
    return shown


async def show(request: web.Request, asked: ShowStore) -> web.Response:
    store = await known_store(request, asked.path.store_id)
    return json_response(store_json(store, datetime.now(UTC)))


async def known_store(request: web.Request, store_id: str) -> Store:
    """The store, or a refusal."""
    store = await request.app[SERVICES].directory.get(store_id)
    if store is None:
        raise Refused(Code.NOT_FOUND, "There is no such store", details={"store_id": store_id})
    return store
