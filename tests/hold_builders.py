"""Holds for tests: one line to place one, time that passes without waiting, everything that could differ afterwards."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from inventory_builders import a_key, a_shelf

from inventory.inventory import Inventory
from inventory.models import Customer, Hold, HoldLine, HoldPlaced, PlaceOutcome, Sku, StoreId
from inventory.terms import NO_LIMITS, Asker, Limits, PickupWindow
from runtime.redis_client import RedisClients

Wish = tuple[str, int]


def tomorrow() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def window(*, remind_at: datetime | None = None) -> PickupWindow:
    """Until tomorrow, with an hour of grace."""
    return PickupWindow(tomorrow(), tomorrow() + timedelta(hours=1), remind_at)


def who(name: str | None, limits: Limits = NO_LIMITS, address: str | None = None) -> Asker:
    """A customer, or nobody known."""
    customer = Customer(id=name) if name else None
    return Asker(customer=customer, identity=name, address=address, limits=limits)


def lines_of(*wishes: Wish) -> list[HoldLine]:
    return [HoldLine(Sku(sku), quantity) for sku, quantity in wishes]


async def place(inventory: Inventory, store_id: str, *wishes: Wish, **more: Any) -> PlaceOutcome:
    """Ask with a key of its own."""
    request = {"idempotency_key": a_key()} | more
    return await inventory.holds.place(StoreId(store_id), lines_of(*wishes), **request)


async def held(inventory: Inventory, store_id: str, *wishes: Wish, **more: Any) -> Hold:
    """A hold that must succeed."""
    outcome = await place(inventory, store_id, *wishes, **more)
    assert isinstance(outcome, HoldPlaced), outcome
    return outcome.hold


async def a_hold(inventory: Inventory, on_hand: int = 5, quantity: int = 2, **more: Any) -> Hold:
    """Units of a new product at a new store."""
    store_id, sku = await a_shelf(inventory, on_hand)
    return await held(inventory, store_id, (sku, quantity), **more)


async def confirmed(inventory: Inventory, hold: Hold, **more: Any) -> Hold:
    await inventory.holds.confirm(hold.hold_id, window=window(), **more)
    return await shown(inventory, hold)


async def shown(inventory: Inventory, hold: Hold) -> Hold:
    found = await inventory.holds.show(hold.hold_id)
    assert isinstance(found, Hold)
    return found


async def end_at(inventory: Inventory, clients: RedisClients, hold: Hold, due_ms: int) -> None:
    """Write another end into the hold and wherever it is listed."""
    keyspace, pipe = inventory.keyspace, clients.writes.pipeline()
    pipe.hset(keyspace.hold(hold.hold_id), "due_ms", due_ms)
    pipe.zadd(keyspace.holds_due(), {hold.hold_id: due_ms})
    if hold.customer_key:
        pipe.zadd(keyspace.customer_holds(hold.customer_key), {hold.hold_id: due_ms})
    await pipe.execute()


async def run_out(inventory: Inventory, clients: RedisClients, *holds: Hold) -> None:
    """The time of these holds has just passed; nobody has noticed yet."""
    for hold in holds:
        await end_at(inventory, clients, hold, int(datetime.now(UTC).timestamp() * 1000) - 1)


async def age(inventory: Inventory, clients: RedisClients, hold: Hold, by: timedelta) -> None:
    """As if the hold had been placed that much earlier."""
    created_ms = int((hold.created_at - by).timestamp() * 1000)
    await clients.writes.hset(inventory.keyspace.hold(hold.hold_id), "created_ms", created_ms)


async def everything(inventory: Inventory, clients: RedisClients) -> dict[bytes, bytes]:
    """All that Redis keeps of this ledger, to compare before and after."""
    pattern = inventory.keyspace.tag.replace("[", "\\[") + "*"
    return {key: await clients.reads.dump(key) async for key in clients.reads.scan_iter(pattern, 10_000)}


async def lists_naming(inventory: Inventory, clients: RedisClients, hold: Hold) -> list[str]:
    """The lists of live holds in which this one stands."""
    keyspace = inventory.keyspace
    lists = {
        "due": keyspace.holds_due(),
        "reminders": keyspace.holds_reminders(),
        "customer": keyspace.customer_holds(hold.customer_key or "-"),
        **{f"holders of {line.sku}": keyspace.holders(line.sku) for line in hold.lines},
    }
    return [name for name, key in lists.items() if await clients.reads.zscore(key, hold.hold_id) is not None]


def named(inventory: Inventory, name: str) -> str:
    """As which a customer is counted."""
    return inventory.customers.customer(who(name))


async def units_of(inventory: Inventory, clients: RedisClients, name: str) -> dict[str, int]:
    """What one customer holds of each product, and how often he did not come, as counted for his limits."""
    stored = await clients.reads.hgetall(inventory.keyspace.customer(named(inventory, name)))
    return {field.decode().removeprefix("units:"): int(number) for field, number in stored.items()}


async def told(inventory: Inventory, hold: Hold) -> list[str]:
    """What the ledger tells of a hold, in order."""
    entries = await inventory.stream.read(count=10_000)
    return [entry.op for entry in entries if entry.details.get("hold") == hold.hold_id]


def skus(hold: Hold) -> Sequence[Sku]:
    return [line.sku for line in hold.lines]
