"""Products, stores and availability as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from bot.answers.search import (
    FoundJson,
    ItemJson,
    NearestJson,
    ProductHitJson,
    ProductJson,
    ProductQueryJson,
    ProductsAnswer,
    ResultJson,
    SkippedJson,
    SplitJson,
    StoreJson,
    SuggestionJson,
)
from bot.responses.explanation import hit_explanation_json, query_explanation_json
from bot.responses.values import money, timestamp
from search.explaining import Explanation
from search.models import (
    AvailabilityAnswer,
    ItemAvailability,
    MatchSet,
    NearestStore,
    Product,
    ProductHit,
    Skipped,
    SplitProposal,
    Store,
    StoreAvailability,
)
from search.opening_hours import hours_today, open_now
from search.suggest import Suggestion


def product_json(product: Product, *, price: Decimal | None = None) -> ProductJson:
    """`price` is a store's own price, which wins over the catalogue's."""
    return {
        "sku": product.sku,
        "title": product.title,
        "brand": product.brand,
        "category": product.category,
        "price": money(product.price if price is None else price),
        "currency": product.currency,
        "gtin": product.gtin,
        "image_url": product.image_url,
    }


def hit_json(hit: ProductHit, *, located: bool = False) -> ProductHitJson:
    """With `located` its nearest store, or null where none around has any."""
    product = product_json(hit.product)
    shown: ProductHitJson = {**product, "score": round(hit.score, 6), "tier": hit.tier}  # type: ignore[typeddict-item]
    if located:
        shown["nearest"] = None if hit.nearest is None else _nearest_json(hit.nearest)
    return shown


def _nearest_json(nearest: NearestStore) -> NearestJson:
    shown: NearestJson = {
        "store_id": nearest.store_id,
        "name": nearest.name,
        "distance_km": round(nearest.distance_km, 3),
        "available": nearest.available,
    }
    if nearest.capped:
        shown["available_capped"] = True
    return shown


def products_json(
    matches: MatchSet, *, located: bool = False, explanation: Explanation | None = None
) -> ProductsAnswer:
    query: ProductQueryJson = {"q": matches.q, "tier": matches.tier}
    if matches.corrected is not None:
        query["corrected"] = matches.corrected
    if matches.relaxed:
        query["relaxed"] = list(matches.relaxed)
    products = [hit_json(hit, located=located) for hit in matches.hits]
    if explanation is not None:
        query["explanation"] = query_explanation_json(matches, explanation)
        for product in products:
            product["explanation"] = hit_explanation_json(matches, explanation.hits[product["sku"]])
    return {
        "query": query,
        "total": matches.total,
        "facets": {
            name: [{"value": facet.value, "count": facet.count} for facet in facets]
            for name, facets in matches.facets.items()
        },
        "products": products,
        "degraded": list(matches.degraded),
    }


def suggestion_json(entry: Suggestion) -> SuggestionJson:
    shown: SuggestionJson = {"text": entry.text, "kind": entry.kind}
    if entry.sku is not None:
        shown["sku"] = entry.sku
    if entry.in_stock_near is not None:
        shown["in_stock_near"] = entry.in_stock_near
    return shown


def store_json(store: Store, at: datetime, *, distance_km: float | None = None) -> StoreJson:
    """`at` is the moment that `open_now` and `hours_today` speak of."""
    shown: StoreJson = {
        "store_id": store.store_id,
        "name": store.name,
        "kind": store.kind,
        "address": store.address,
        "city": store.city,
        "region": store.region,
        "postal_code": store.postal_code,
        "country": store.country,
        "lat": store.lat,
        "lon": store.lon,
        "timezone": store.timezone,
        "open_now": open_now(store, at),
        "hours_today": hours_today(store, at),
        "hours": store.hours,
        "phone": store.phone,
        "services": list(store.services),
        "pickup": store.pickup,
    }
    if distance_km is not None:
        shown["distance_km"] = round(distance_km, 3)
    return shown


def _item_json(item: ItemAvailability) -> ItemJson:
    product = product_json(item.product, price=item.price)
    shown: ItemJson = {**product, "available": item.available, "level": item.level}  # type: ignore[typeddict-item]
    if item.capped:
        shown["available_capped"] = True
    if item.aisle is not None:
        shown["aisle"] = item.aisle
    return shown


def result_json(result: StoreAvailability, at: datetime) -> ResultJson:
    return {
        "store": store_json(result.store, at),
        "distance_km": round(result.distance_km, 3),
        "as_of": timestamp(result.as_of),
        "items": [_item_json(item) for item in result.items],
    }


def skipped_json(skipped: Iterable[Skipped]) -> list[SkippedJson]:
    shown: list[SkippedJson] = []
    for store in skipped:
        entry: SkippedJson = {
            "store_id": store.store_id,
            "name": store.name,
            "distance_km": round(store.distance_km, 3),
            "reason": store.reason,
        }
        if store.short_by is not None:
            entry["short_by"] = store.short_by
        shown.append(entry)
    return shown


def split_json(split: SplitProposal, at: datetime) -> SplitJson:
    return {
        "parts": [
            {
                "store_id": part.store.store_id,
                "store": store_json(part.store, at),
                "distance_km": round(part.distance_km, 3),
                "lines": [
                    {"sku": product.sku, "title": product.title, "quantity": quantity}
                    for product, quantity in part.lines
                ],
            }
            for part in split.parts
        ],
        "total_distance_km": round(split.total_distance_km, 3),
    }


def found_json(answer: AvailabilityAnswer, degraded: Iterable[str] = ()) -> FoundJson:
    """Everything of an availability answer but the question."""
    beyond = answer.nearest_beyond_radius
    shown: FoundJson = {
        "results": [result_json(result, answer.as_of) for result in answer.results],
        "skipped": skipped_json(answer.skipped),
        "nearest_beyond_radius": None if beyond is None else result_json(beyond, answer.as_of),
        "total": answer.total,
        "next_cursor": answer.next_cursor,
        "as_of": timestamp(answer.as_of),
        "degraded": list(degraded),
    }
    if answer.splits:
        shown["splits"] = [split_json(split, answer.as_of) for split in answer.splits]
    return shown
