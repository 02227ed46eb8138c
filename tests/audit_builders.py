"""Ledgers to audit: one that has seen a bit of everything, and its audit with files of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from inventory_builders import a_key, put

from inventory.audit.archive import LedgerArchiver
from inventory.audit.findings import Verification
from inventory.audit.history import LedgerHistory
from inventory.audit.ledger_audit import LedgerAudit
from inventory.inventory import Inventory
from inventory.models import Customer, HoldId, HoldLine, HoldPlaced, Sku, StoreId
from inventory.movements import Movement, MovementType
from inventory.terms import Asker, PickupWindow
from runtime.redis_client import RedisClients
from runtime.settings import Settings

STORES = [StoreId(f"s-{number}") for number in range(6)]
SKUS = [Sku(f"p-{number}") for number in range(4)]


def the_audit(clients: RedisClients, inventory: Inventory, folder: Path) -> LedgerAudit:
    keyspace = inventory.keyspace
    settings = Settings(ledger_archive_dir=folder, namespace=keyspace.namespace, region=keyspace.region)
    return LedgerAudit.of(clients, inventory, settings)


def an_archiver(clients: RedisClients, inventory: Inventory, audit: LedgerAudit, **options: object) -> LedgerArchiver:
    arguments: dict[str, object] = {"keep_entries": 10, "lease_seconds": 5.0, **options}
    return LedgerArchiver(clients, inventory.keyspace, audit.history, **arguments)  # type: ignore[arg-type]


async def place(inventory: Inventory, store_id: str, sku: str, quantity: int, **options: object) -> HoldId:
    outcome = await inventory.holds.place(
        StoreId(store_id),
        [HoldLine(Sku(sku), quantity)],
        idempotency_key=a_key(),
        **options,  # type: ignore[arg-type]
    )
    assert isinstance(outcome, HoldPlaced)
    return outcome.hold.hold_id


async def some_history(inventory: Inventory) -> dict[str, HoldId]:
    """Counts, movements, and a hold in every state; answers the holds."""
    for store_id in STORES:
        for number, sku in enumerate(SKUS):
            await put(inventory, store_id, sku, 100 * (number + 1), safety=number)
    await inventory.ledger.apply_movements(
        [Movement("till", seq, MovementType.SELL, STORES[seq % 6], SKUS[seq % 4], 1) for seq in range(1, 30)]
    )
    asker = Asker(customer=Customer(id="c-1", name="Ann", contact="ann@example.org"), identity="c-1")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    names = ("held", "confirmed", "ready", "picked_up", "cancelled")
    holds = {name: await place(inventory, STORES[0], SKUS[0], 2, asker=asker) for name in names}
    for name in ("confirmed", "ready", "picked_up"):
        await inventory.holds.confirm(holds[name], window=PickupWindow.until(tomorrow))
    for name in ("ready", "picked_up"):
        await inventory.holds.ready(holds[name])
    await inventory.holds.pickup(holds["picked_up"])
    await inventory.holds.cancel(holds["cancelled"])
    return holds


async def raw_ledger(history: LedgerHistory) -> list[tuple[str, dict[bytes, bytes]]]:
    """Every entry there is, wherever it lies."""
    return [tuple(entry) async for entries in history.read() for entry in entries]


def told(verification: Verification) -> list[tuple[object, ...]]:
    """The differences, short enough to compare."""
    return [
        (str(found.part), found.sku, found.store_id, found.kind, found.ledger, found.found)
        for found in verification.differences
    ]
