"""When a confirmed hold can be fetched, by the store's own hours; refuses what could not be fetched in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from aiohttp import web

from bot.app_keys import SERVICES, SETTINGS
from bot.problems import Code, Refused
from inventory.models import Hold, HoldState
from inventory.terms import PickupWindow
from search.models import Product, Store
from search.pickup import plan_pickup
from search.pickup import ready_by as ready_by_hours


async def window_of(request: web.Request, hold: Hold, store_id: str) -> PickupWindow:
    """The window of a hold that is confirmed now; a store that has left the registry keeps it for the usual time."""
    services, now = request.app[SERVICES], datetime.now(UTC)
    store = (await services.directory.current()).by_id(store_id)
    if store is None:
        return PickupWindow.until(now + timedelta(seconds=request.app[SETTINGS].pickup_window_seconds))
    products = await services.products.get([line.sku for line in hold.lines if line.held])
    return window_at(request, store, list(products.values()), now)


def window_at(request: web.Request, store: Store, products: Sequence[Product], now: datetime) -> PickupWindow:
    times = plan_pickup(store, products, now, request.app[SERVICES].pickup)
    if not times.in_time:
        details = {"store_id": store.store_id}
        raise Refused(Code.STORE_CLOSED, "This store does not open in time for a pick-up", details=details)
    return PickupWindow(times.pickup_by, times.no_show_at, times.remind_at)


def ready_by(request: web.Request, hold: Hold, store: Store | None) -> datetime | None:
    """When the store will have put a confirmed hold aside; its last change was the confirmation."""
    if hold.state is not HoldState.CONFIRMED or store is None:
        return None
    policy = request.app[SERVICES].pickup
    ready = ready_by_hours(store, hold.updated_at, preparation=policy.preparation, longest=policy.longest)
    return ready if hold.pickup_by is None else min(ready, hold.pickup_by)
