"""What the service depends on, and how each of it is doing."""

from __future__ import annotations

from collections.abc import Mapping

from bot.answers.health import State
from bot.services import Services
from inventory.audit.keeping import archive_health
from runtime.errors import AppError
from search.health import search_health

#: Without these there is no answer at all; without the others answers are poorer.
VITAL = frozenset({"redis", "products", "stores"})


async def check_dependencies(services: Services) -> dict[str, State]:
    """Each dependency with its state."""
    wants_vectors = services.settings.model != "off"
    try:
        found = await search_health(services.clients, services.settings.namespace, wants_vectors=wants_vectors)
    except AppError:
        return {"redis": "down"}
    states: dict[str, State] = {
        "redis": "up",
        "products": found.products.state.value,
        "stores": found.stores.state.value,
    }
    if wants_vectors:
        states["vectors"] = found.vectors.state.value
        states["encoder"] = "up" if services.embedder is not None else "down"
    states["stock_view"] = await _stock_view(services)
    states["archive"] = await _archive(services)
    return states


async def _stock_view(services: Services) -> State:
    try:
        view = await services.stock_view.state()
    except AppError:
        return "down"
    return "up" if view.fresh else "degraded" if view.exists else "down"


async def _archive(services: Services) -> State:
    try:
        return (await archive_health(services.audit.history, services.settings.ledger_max_entries)).state
    except AppError:
        return "down"


def overall(dependencies: Mapping[str, State]) -> State:
    """Down when something vital is down, degraded when anything at all is less than up."""
    if any(dependencies.get(name) == "down" for name in VITAL):
        return "down"
    return "up" if set(dependencies.values()) == {"up"} else "degraded"
