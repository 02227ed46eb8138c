"""People who wait, for tests, and ways to let their time pass."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from inventory_builders import a_key

from inventory.inventory import Inventory
from inventory.models import Customer, Hold, HoldId, HoldLine, HoldPlaced, Sku, StoreId
from inventory.movements import Movement, MovementType
from inventory.terms import ANYBODY, Asker, Limits
from inventory.waits import Wait, WaitId, WaitJoined
from runtime.redis_client import RedisClients


def somebody(limits: Limits = ANYBODY.limits) -> Asker:
    """A new customer who can be told."""
    contact = f"{secrets.token_hex(4)}@example.com"
    return Asker(customer=Customer(contact=contact), identity=f"contact:{contact}", limits=limits)


async def a_place(
    inventory: Inventory, sku: Sku, stores: Sequence[StoreId], quantity: int = 1, asker: Asker | None = None
) -> Wait:
    joined = await inventory.waitlist.join(sku, quantity, stores, idempotency_key=a_key(), asker=asker or somebody())
    assert isinstance(joined, WaitJoined)
    return joined.wait


async def shown(inventory: Inventory, wait: Wait) -> Wait:
    found = await inventory.waitlist.show(wait.wait_id)
    assert isinstance(found, Wait)
    return found


async def offered_hold(inventory: Inventory, wait: Wait) -> Hold:
    found = await shown(inventory, wait)
    assert found.hold is not None
    return found.hold


async def receive(inventory: Inventory, store_id: StoreId, sku: Sku, quantity: int) -> None:
    movement = Movement(f"dock-{secrets.token_hex(6)}", 1, MovementType.RECEIVE, store_id, sku, quantity)
    assert (await inventory.ledger.apply_movements([movement])).applied == 1


async def a_hold_of(inventory: Inventory, store_id: StoreId, sku: Sku, quantity: int) -> Hold:
    placed = await inventory.holds.place(store_id, [HoldLine(sku, quantity)], idempotency_key=a_key())
    assert isinstance(placed, HoldPlaced)
    return placed.hold


def _just_past() -> int:
    return int((datetime.now(UTC) - timedelta(milliseconds=1)).timestamp() * 1000)


async def let_hold_run_out(inventory: Inventory, clients: RedisClients, hold_id: HoldId) -> None:
    await clients.writes.hset(inventory.keyspace.hold(hold_id), "due_ms", _just_past())
    await clients.writes.zadd(inventory.keyspace.holds_due(), {hold_id: _just_past()})


async def let_place_run_out(inventory: Inventory, clients: RedisClients, wait_id: WaitId) -> None:
    """Move the end of a place to a moment that has just passed, wherever it is kept."""
    (wait,) = (await clients.reads.hmget(inventory.keyspace.wait(wait_id), "sku", "customer_key"),)
    sku, customer_key = (value.decode() for value in wait)
    await clients.writes.hset(inventory.keyspace.wait(wait_id), "until_ms", _just_past())
    await clients.writes.zadd(inventory.keyspace.waits_ends(), {wait_id: _just_past()})
    await clients.writes.hset(inventory.keyspace.waits_of(customer_key), sku, f"{_just_past()}:{wait_id}")


async def lines_left(inventory: Inventory, clients: RedisClients) -> list[str]:
    """Every list that names anybody who waits."""
    tag = inventory.keyspace.tag
    keys = [
        key.decode() async for key in clients.reads.scan_iter(match=f"{tag}:wait*".replace("{", "\\{"), count=5_000)
    ]
    ours = [key.removeprefix(tag) for key in keys]
    return sorted(key for key in ours if not key.startswith(":wait:") and key != ":waits:joined")
