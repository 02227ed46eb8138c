"""What a hold may be wished for: stores where people can fetch things, products that the catalogue knows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from aiohttp import web

from bot.app_keys import CALLER, SERVICES
from bot.handlers.stores import known_store
from bot.problems import Code, Refused
from runtime.errors import translate_redis_errors
from search.models import Product, Store


async def wished(
    request: web.Request, store_ids: Sequence[str], skus: Collection[str], operation: str, key: str
) -> tuple[list[Store], dict[str, Product]]:
    """The stores and products of a wish, if people may fetch these there.

    A wish that was answered before is let through whatever the catalogue says now: the ledger gives the same answer.
    """
    stores = [await known_store(request, store_id) for store_id in store_ids]
    products = await request.app[SERVICES].products.get(list(skus))
    unknown = [sku for sku in skus if sku not in products]
    shut = next((store for store in stores if not can_fetch_at(store)), None)
    refusal = None
    if shut is not None:
        refusal = no_pickup_at(shut)
    elif unknown:
        refusal = Refused(Code.NOT_FOUND, "There is no such product", details={"skus": unknown})
    if refusal is not None and not await _was_answered(request, operation, key):
        raise refusal
    return stores, products


def can_fetch_at(store: Store) -> bool:
    return store.kind == "store" and store.pickup


def no_pickup_at(store: Store) -> Refused:
    details = {"store_id": store.store_id}
    return Refused(Code.PICKUP_UNAVAILABLE, "Nothing can be picked up at this store", details=details)


async def _was_answered(request: web.Request, operation: str, key: str) -> bool:
    services = request.app[SERVICES]
    record = services.keyspace.idempotency(request[CALLER].principal, operation, key)
    with translate_redis_errors("looking for a first answer"):
        return bool(await services.clients.reads.exists(record))
