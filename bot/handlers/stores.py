"""Stores over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from bot.answers.search import StoresAnswer, StoresQueryJson
from bot.app_keys import SERVICES
from bot.handlers.origin import Origin, resolve_origin
from bot.problems import Code, Refused
from bot.requests.search import FindStores, ShowStore
from bot.responses.search import store_json
from bot.responses.values import json_response
from runtime.errors import translate_redis_errors
from search.models import Store
from search.opening_hours import open_now
from search.stores import StoreSnapshot, find_stores


async def find(request: web.Request, asked: FindStores) -> web.Response:
    """Stores by words and by distance; `open_now=true` keeps those that say they are open, `false` the others."""
    query, now = asked.query, datetime.now(UTC)
    origin = await resolve_origin(request, query)
    found = find_stores(
        await stores_now(request),
        q=query.q,
        origin=None if origin is None else origin.coordinates,
        limit=query.limit,
        accept=None if query.open_now is None else lambda store: open_now(store, now) is (query.open_now == "true"),
    )
    shown = [store_json(hit.store, now, distance_km=hit.distance_km) for hit in found]
    answer: StoresAnswer = {"query": _query_json(query.q, origin), "stores": shown}
    return json_response(answer)


async def stores_now(request: web.Request) -> StoreSnapshot:
    """The stores as they are registered now, also when another process has added some."""
    services = request.app[SERVICES]
    with translate_redis_errors("checking for new stores"):
        version = await services.clients.reads.get(services.keyspace.registry_version())
    return await services.directory.at_version(int(version or 0))


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
    snapshot = await request.app[SERVICES].directory.current()
    store = snapshot.by_id(store_id) or (await stores_now(request)).by_id(store_id)
    if store is None:
        raise Refused(Code.NOT_FOUND, "There is no such store", details={"store_id": store_id})
    return store
