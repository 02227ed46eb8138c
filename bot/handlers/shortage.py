"""What is said when a store cannot give all that was asked for: how much it has, and who has enough."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NoReturn

from aiohttp import web

from bot.app_keys import SERVICES
from bot.problems import Code, Refused
from bot.responses import result_json
from geo.models import Coordinates
from inventory.models import InsufficientStock, LineShortage
from search.models import Product, SkipReason, Store

MAX_ALTERNATIVES = 3


async def refuse_shortage(
    request: web.Request,
    store: Store,
    products: Mapping[str, Product],
    wanted: Mapping[str, int],
    outcome: InsufficientStock,
) -> NoReturn:
    """Refuse with the lines that fell short and the nearest stores that can give everything."""
    basket = [(products[sku], quantity) for sku, quantity in wanted.items()]
    others = await request.app[SERVICES].availability.nearest_for_basket(
        basket, Coordinates(store.lat, store.lon), limit=MAX_ALTERNATIVES
    )
    never_there = not any(line.carried for line in outcome.lines)
    raise Refused(
        Code.NOT_CARRIED if never_there else Code.INSUFFICIENT_STOCK,
        "This store does not sell these products" if never_there else "This store does not have that many",
        details={
            "store_id": outcome.store_id,
            "lines": [_line_json(line, products[line.sku].title) for line in outcome.lines],
        },
        alternatives=[dict(result_json(other, datetime.now(UTC))) for other in others],
        headers={"Idempotent-Replayed": "true"} if outcome.replayed else None,
    )


def _line_json(line: LineShortage, title: str) -> dict[str, object]:
    return {
        "sku": line.sku,
        "title": title,
        "requested": line.requested,
        "available": line.available,
        "reason": _reason(line),
    }


def _reason(line: LineShortage) -> SkipReason:
    if not line.carried:
        return SkipReason.NOT_CARRIED
    return SkipReason.OUT_OF_STOCK if line.available == 0 else SkipReason.INSUFFICIENT
