"""What the service depends on, and how each of it is doing."""

from __future__ import annotations

from bot.answers import State
from bot.services import Services
from runtime.errors import AppError, translate_redis_errors


async def check_dependencies(services: Services) -> dict[str, State]:
    """Each dependency with its state: `down` stops every answer, `degraded` makes some poorer."""
    try:
        with translate_redis_errors("checking readiness"):
            await services.clients.writes.ping()
    except AppError:
        return {"redis": "down"}
    return {
        "redis": "up",
        "products": await _products(services),
        "stores": await _stores(services),
        "encoder": "up" if services.embedder is not None else "degraded",
    }


async def _products(services: Services) -> State:
    """Without an index of products nothing can be found yet: loading the feeds makes one."""
    try:
        await services.products.find("readiness", limit=1)
    except AppError:
        return "degraded"
    return "up"


async def _stores(services: Services) -> State:
    try:
        return "up" if (await services.directory.current()).stores else "degraded"
    except AppError:
        return "degraded"
