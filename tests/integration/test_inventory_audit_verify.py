"""`ledger verify`: a sound ledger has no differences, also under traffic; a planted one is found and named."""

import asyncio
import random
from pathlib import Path

import pytest
from audit_builders import SKUS, STORES, place, some_history, the_audit, told
from inventory_builders import put

from inventory.audit.errors import KeyOfAnotherType
from inventory.audit.ledger_audit import LedgerAudit
from inventory.inventory import Inventory
from inventory.models import Kind
from inventory.movements import Movement, MovementType
from runtime.redis_client import RedisClients


@pytest.fixture
def audit(redis_clients: RedisClients, inventory: Inventory, tmp_path: Path) -> LedgerAudit:
    return the_audit(redis_clients, inventory, tmp_path)


async def test_a_ledger_without_entries_is_clean(audit: LedgerAudit) -> None:
    verified = await audit.verifier.verify()
    assert verified.clean
    assert (verified.entries, verified.products, verified.live_holds) == (0, 0, 0)


async def test_counts_movements_and_holds_add_up(inventory: Inventory, audit: LedgerAudit) -> None:
    await some_history(inventory)
    verified = await audit.verifier.verify()
    assert verified.differences == ()
    assert (verified.products, verified.cells, verified.live_holds) == (4, 24, 3)
    assert verified.entries == len(await inventory.stream.read(count=10_000))


@pytest.mark.parametrize(
    ("kind", "part"), [(Kind.ON_HAND, "counter"), (Kind.SAFETY, "counter"), (Kind.ALLOCATED, "counter")]
)
async def test_a_planted_counter_is_named_with_store_kind_and_both_numbers(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit, kind: Kind, part: str
) -> None:
    await some_history(inventory)
    ordinal = (await inventory.registry.load()).ordinals[STORES[3]]
    key = inventory.keyspace.row(kind, SKUS[3])
    row = await redis_clients.reads.get(key)
    width = row[0] if row else 2
    said = int.from_bytes(row[1 + width * ordinal : 1 + width * (ordinal + 1)]) if row else 0
    planted = bytes([width]) + (b"" if row is None else row[1:]).ljust(width * 6, b"\0")
    planted = planted[: 1 + width * ordinal] + (77).to_bytes(width) + planted[1 + width * (ordinal + 1) :]
    await redis_clients.writes.set(key, planted)
    verified = await audit.verifier.verify()
    assert (part, SKUS[3], STORES[3], kind, said, 77) in told(verified)
    assert {found.part for found in verified.differences} == {part, "available"}


async def test_available_that_does_not_follow_from_the_other_rows_is_found(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit
) -> None:
    await some_history(inventory)
    await redis_clients.writes.setrange(inventory.keyspace.row(Kind.AVAILABLE, SKUS[0]), 2, b"\x05")
    verified = await audit.verifier.verify()
    ordinals = (await inventory.registry.load()).ordinals
    store_id = next(store_id for store_id, ordinal in ordinals.items() if ordinal == 1)
    assert [line[:4] for line in told(verified)] == [("available", SKUS[0], store_id, "available")]
    assert verified.differences[0].found == 5


async def test_a_row_without_entries_and_entries_without_a_row_are_found(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit
) -> None:
    await put(inventory, "a", "real", 5)
    await put(inventory, "a", "lost", 7)
    keyspace = inventory.keyspace
    await redis_clients.writes.delete(keyspace.row(Kind.ON_HAND, "lost"), keyspace.row(Kind.AVAILABLE, "lost"))
    await redis_clients.writes.set(keyspace.row(Kind.ON_HAND, "made:up"), b"\x01\x03")
    await redis_clients.writes.set(keyspace.row(Kind.AVAILABLE, "made:up"), b"\x01\x03")
    assert told(await audit.verifier.verify()) == [
        ("counter", "lost", "a", "on_hand", 7, 0),
        ("counter", "made:up", "a", "on_hand", 0, 3),
    ]


@pytest.mark.parametrize("name", ["hold", "holders", "customer", "customer_holds"])
async def test_a_key_of_another_type_is_named_with_what_to_do(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit, name: str
) -> None:
    await put(inventory, "a", "p", 5)
    key = getattr(inventory.keyspace, name)("foreign")
    await redis_clients.writes.set(key, "somebody else's")
    with pytest.raises(KeyOfAnotherType, match="holds a string") as raised:
        await audit.verifier.verify()
    assert key in raised.value.message
    assert "rename or delete it" in raised.value.message
    await redis_clients.writes.delete(key)
    assert (await audit.verifier.verify()).clean


async def test_units_held_without_a_hold_are_found(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit
) -> None:
    await put(inventory, "a", "p", 5)
    moves = b'[["p", 0, 0, 0, 2, 0]]'
    await redis_clients.writes.xadd(inventory.keyspace.ledger(), {"op": "nonsense", "moves": moves})
    found = told(await audit.verifier.verify())
    assert ("held", "p", "a", "held", 2, 0) in found
    assert ("counter", "p", "a", "held", 2, 0) in found


async def test_records_and_lists_of_holds_that_say_something_else_are_found(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit
) -> None:
    holds = await some_history(inventory)
    keyspace, writes = inventory.keyspace, redis_clients.writes
    await writes.hset(keyspace.hold(holds["held"]), "state", "ready")
    await writes.zrem(keyspace.holds_due(), holds["confirmed"])
    await writes.delete(keyspace.hold(holds["ready"]))
    await writes.hset(keyspace.hold(holds["cancelled"]), "state", "held")
    await writes.zadd(keyspace.holds_due(), {"HSTRAY": 1})
    await writes.zrem(keyspace.holders(SKUS[0]), holds["held"])
    found = {
        (str(difference.part), difference.hold_id, difference.ledger, difference.found)
        for difference in (await audit.verifier.verify()).differences
    }
    assert {
        ("hold", holds["held"], "held", "ready"),
        ("hold", holds["ready"], "ready", "no record"),
        ("hold", holds["cancelled"], "not live", "held"),
        ("due", holds["confirmed"], "listed", "not listed"),
        ("due", "HSTRAY", "not listed", "listed"),
        ("holders", holds["held"], "listed for store 0", "not listed"),
    } <= found


async def test_a_customers_units_and_holds_are_compared(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit
) -> None:
    holds = await some_history(inventory)
    digest = (await redis_clients.reads.hget(inventory.keyspace.hold(holds["held"]), "customer_key")).decode()
    assert digest
    await redis_clients.writes.hset(inventory.keyspace.customer(digest), f"units:{SKUS[0]}", 9)
    await redis_clients.writes.zrem(inventory.keyspace.customer_holds(digest), holds["ready"])
    found = [
        (str(difference.part), difference.hold_id or difference.sku, difference.ledger, difference.found)
        for difference in (await audit.verifier.verify()).differences
    ]
    assert found == [
        ("customer", SKUS[0], 6, 9),
        ("customer", holds["ready"], "listed", "not listed"),
    ]


async def test_entries_cut_off_without_an_archive_are_told(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit
) -> None:
    await some_history(inventory)
    await redis_clients.writes.xtrim(inventory.keyspace.ledger(), maxlen=20, approximate=False)
    verified = await audit.verifier.verify()
    assert verified.differences[0].part == "entries"
    assert "without being archived" in verified.differences[0].note


async def test_more_differences_than_are_kept_are_counted(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit
) -> None:
    await some_history(inventory)
    for sku in SKUS:
        await redis_clients.writes.delete(inventory.keyspace.row(Kind.ON_HAND, sku))
    verified = await audit.verifier.verify(most_kept=3)
    assert len(verified.differences) == 3
    assert verified.difference_count > 24


async def test_while_others_trade_there_is_never_a_difference(inventory: Inventory, audit: LedgerAudit) -> None:
    await some_history(inventory)
    done = asyncio.Event()

    async def trade(number: int) -> None:
        draw, seq = random.Random(number), 0
        while not done.is_set():
            store_id, sku = draw.choice(STORES), draw.choice(SKUS)
            seq += 1
            move = Movement(f"trader-{number}", seq, MovementType.RECEIVE, store_id, sku, draw.randint(1, 3))
            await inventory.ledger.apply_movements([move])
            hold_id = await place(inventory, store_id, sku, 1)
            if draw.random() < 0.7:
                await inventory.holds.cancel(hold_id)
            if draw.random() < 0.1:
                await put(inventory, f"new-{number}-{seq}", f"new-{seq % 7}", 3)

    traders = [asyncio.create_task(trade(number)) for number in range(4)]
    entries = []
    for _ in range(15):
        verified = await audit.verifier.verify()
        assert verified.differences == ()
        entries.append(verified.entries)
    done.set()
    await asyncio.gather(*traders)
    assert entries[-1] > entries[0] + 100, "there was no traffic"
    assert (await audit.verifier.verify()).clean
