"""Looks at the movements of stock: numbers that stay missing, messages that were parked."""

from __future__ import annotations

import asyncio

from inventory.inventory import Inventory
from inventory.sources import SourceReport
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

#: A gap that is still there after so long was not just a batch that another consumer is about to apply.
LASTING_SECONDS = 0.5


async def lasting_gaps(inventory: Inventory) -> list[SourceReport]:
    """Sources that miss something, seen twice."""
    seen = {report.source: set(report.gaps) for report in await inventory.ledger.sources() if report.gaps}
    if not seen:
        return []
    await asyncio.sleep(LASTING_SECONDS)
    reports = await inventory.ledger.sources()
    return [report for report in reports if seen.get(report.source, set()) & set(report.gaps)]


async def movement_troubles(clients: RedisClients, inventory: Inventory) -> tuple[str, bool]:
    """A line about it, and whether somebody should look."""
    sources = await inventory.ledger.sources()
    gaps = await lasting_gaps(inventory)
    with translate_redis_errors("counting parked movements"):
        parked = int(await clients.reads.xlen(inventory.keyspace.movements_parked()))
    missing = sum(report.missing for report in gaps)
    found = f"{_counted(len(sources), 'source')}, {_counted(missing, 'number')} missing"
    if gaps:
        found += f" (at {_counted(len(gaps), 'source')})"
    return f"{found}, {_counted(parked, 'message')} parked", bool(gaps or parked)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
