"""After the faults: what was acknowledged is there, once, and the ledger adds up."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from chaos.shoppers import Memory

from inventory.audit.ledger_audit import LedgerAudit
from inventory.inventory import Inventory
from inventory.models import Hold, HoldId, Kind, Sku
from runtime.redis_client import RedisClients
from runtime.settings import Settings

BATCH = 200


async def lost_holds(inventory: Inventory, memory: Memory) -> list[str]:
    """Acknowledged holds that are gone, or in another state than the one acknowledged last."""
    lost = []
    known = list(memory.states.items())
    for first in range(0, len(known), BATCH):
        batch = known[first : first + BATCH]
        shown = await asyncio.gather(*(inventory.holds.show(HoldId(hold_id)) for hold_id, _ in batch))
        lost += [
            hold_id
            for (hold_id, state), found in zip(batch, shown, strict=True)
            if not isinstance(found, Hold) or found.state != state
        ]
    return lost


async def check_everything(
    clients: RedisClients, inventory: Inventory, memory: Memory, *, stocked: dict[str, int], folder: Path
) -> dict[str, int]:
    """Every hold once, every counter right, the audit clean. `stocked`: units of each product before anybody came."""
    assert not memory.contradictions, memory.contradictions[:5]
    states = memory.count()
    live = states["held"] + states["confirmed"]
    placed = await operations(inventory)
    assert placed["hold_placed"] == len(memory.states), (
        f"a request took effect twice, or without an answer: {dict(placed)}, {dict(states)}"
    )
    assert placed["hold_picked_up"] == states["picked_up"]
    assert placed["hold_cancelled"] == states["cancelled"]
    read = await inventory.rows.read([Sku(sku) for sku in stocked], [Kind.HELD, Kind.ON_HAND])
    sums = Counter(
        {kind: sum(int(read.rows[Sku(sku), kind].sum()) for sku in stocked) for kind in (Kind.HELD, Kind.ON_HAND)}
    )
    assert sums[Kind.HELD] == live
    assert sums[Kind.ON_HAND] == sum(stocked.values()) - states["picked_up"]
    assert await clients.reads.zcard(inventory.keyspace.holds_due()) == live
    settings = Settings(
        ledger_archive_dir=folder, namespace=inventory.keyspace.namespace, region=inventory.keyspace.region
    )
    verification = await LedgerAudit.of(clients, inventory, settings).verifier.verify(from_beginning=True)
    assert verification.clean, verification.differences[:5]
    return {"ledger_entries_verified": verification.entries, "live_holds": live}


async def operations(inventory: Inventory) -> Counter[str]:
    """How often the ledger says that each thing was done."""
    found: Counter[str] = Counter()
    after = "0"
    while entries := await inventory.stream.read(after=after, count=5_000):
        found.update(entry.op for entry in entries)
        after = entries[-1].entry_id
    return found
