"""The story of a hold and of a cell: complete, in order, also where entries are archived or the record is gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from audit_builders import SKUS, STORES, an_archiver, place, some_history, the_audit
from inventory_builders import put

from inventory.audit.archive import LedgerArchiver
from inventory.audit.ledger_audit import LedgerAudit
from inventory.audit.stories import CellStory
from inventory.inventory import Inventory
from inventory.models import Kind
from inventory.terms import PickupWindow
from runtime.redis_client import RedisClients

PICKED_UP = ["hold_placed", "hold_confirmed", "hold_ready", "hold_picked_up"]


@pytest.fixture
def audit(redis_clients: RedisClients, inventory: Inventory, tmp_path: Path) -> LedgerAudit:
    return the_audit(redis_clients, inventory, tmp_path)


@pytest.fixture
def archiver(redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit) -> LedgerArchiver:
    return an_archiver(redis_clients, inventory, audit)


def adds_up(story: CellStory) -> bool:
    """Each step leads from the counters before it to those after it, and the last to what is there now."""
    counts = dict(story.before)
    for step in story.steps:
        counts = {kind: counts[kind] + change for kind, change in step.changes.items()}
        if any(step.after[kind] != counts[kind] for kind in counts):
            return False
    return all(story.now[kind] == counts[kind] for kind in counts)


async def ordinal_of(inventory: Inventory, store_id: str) -> int:
    return (await inventory.registry.load()).ordinals[store_id]


async def test_a_hold_is_told_from_its_first_entry_to_its_last(
    inventory: Inventory, audit: LedgerAudit, archiver: LedgerArchiver
) -> None:
    hold_id = (await some_history(inventory))["picked_up"]
    for _ in range(2):
        story = await audit.stories.of_hold(hold_id)
        assert [step.op for step in story.steps] == PICKED_UP
        assert [move.held for step in story.steps for move in step.moves] == [2, -2]
        await archiver.archive(keep_entries=2)  # and once more from the archive


async def test_a_hold_without_a_record_is_still_in_the_ledger(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit, archiver: LedgerArchiver
) -> None:
    hold_id = (await some_history(inventory))["picked_up"]
    await archiver.archive(keep_entries=0)
    await redis_clients.writes.delete(inventory.keyspace.hold(hold_id))
    story = await audit.stories.of_hold(hold_id)
    assert [step.op for step in story.steps] == PICKED_UP
    assert story.record == {}


async def test_entries_of_other_holds_do_not_belong_to_the_story(inventory: Inventory, audit: LedgerAudit) -> None:
    holds = await some_history(inventory)
    stories = [await audit.stories.of_hold(hold_id) for hold_id in holds.values()]
    assert all({step.details["hold"] for step in story.steps} == {story.hold_id} for story in stories)
    assert (await audit.stories.of_hold("HNOBODY")).steps == ()


async def test_a_hold_whose_record_was_written_by_a_clock_that_jumped_is_told_whole(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit
) -> None:
    hold_id = (await some_history(inventory))["cancelled"]
    record = inventory.keyspace.hold(hold_id)
    for name in ("created_ms", "updated_ms"):  # ids of entries never go back, times of records do
        earlier = int(await redis_clients.reads.hget(record, name)) - 3_600_000
        await redis_clients.writes.hset(record, name, earlier)
    story = await audit.stories.of_hold(hold_id)
    assert [step.op for step in story.steps] == ["hold_placed", "hold_cancelled"]


async def test_a_confirmed_hold_is_told_with_what_still_happens_to_it(inventory: Inventory, audit: LedgerAudit) -> None:
    hold_id = (await some_history(inventory))["held"]
    window = PickupWindow.until(datetime.now(UTC) + timedelta(days=1))
    await inventory.holds.confirm(hold_id, window=window)
    assert [step.op for step in (await audit.stories.of_hold(hold_id)).steps] == ["hold_placed", "hold_confirmed"]


async def test_the_units_of_a_cell_add_up_from_nothing_to_what_is_there(
    inventory: Inventory, audit: LedgerAudit, archiver: LedgerArchiver
) -> None:
    await some_history(inventory)
    await put(inventory, STORES[0], SKUS[0], 70_000)
    ordinal = await ordinal_of(inventory, STORES[0])
    stories = []
    for keep in (None, 20, 0):
        if keep is not None:
            await archiver.archive(keep_entries=keep)
        stories.append(await audit.stories.of_cell(SKUS[0], ordinal, limit=1_000))
    assert stories[0] == stories[1] == stories[2]
    story = stories[0]
    assert adds_up(story)
    assert not story.earlier
    assert set(story.before.values()) == {0}
    assert story.now[Kind.ON_HAND] == 70_000
    assert {step.entry.op for step in story.steps} >= {"count", "sell", "hold_placed", "hold_picked_up"}
    last = story.steps[-1].after
    assert last == story.now, "what may be promised is worked out for each step"


async def test_only_the_newest_steps_carry_a_balance_forward(inventory: Inventory, audit: LedgerAudit) -> None:
    await some_history(inventory)
    ordinal = await ordinal_of(inventory, STORES[0])
    whole = await audit.stories.of_cell(SKUS[0], ordinal, limit=1_000)
    part = await audit.stories.of_cell(SKUS[0], ordinal, limit=4)
    assert part.steps == whole.steps[-4:]
    assert part.earlier
    assert adds_up(part)
    since = await audit.stories.of_cell(SKUS[0], ordinal, limit=1_000, since=whole.steps[-2].at)
    assert since.steps[-2:] == whole.steps[-2:]
    assert adds_up(since)
    exactly = await audit.stories.of_cell(SKUS[0], ordinal, limit=len(whole.steps))
    assert not exactly.earlier


async def test_older_entries_that_are_elsewhere_are_told_and_the_balance_stands_for_them(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit, archiver: LedgerArchiver, tmp_path: Path
) -> None:
    await some_history(inventory)
    await archiver.archive(keep_entries=0)
    await place(inventory, STORES[0], SKUS[0], 1)
    other = the_audit(redis_clients, inventory, tmp_path / "other")
    story = await other.stories.of_cell(SKUS[0], await ordinal_of(inventory, STORES[0]), limit=50)
    assert story.elsewhere is not None
    assert "were archived to" in story.elsewhere
    assert [step.entry.op for step in story.steps] == ["hold_placed"]
    assert story.before[Kind.ON_HAND] > 0
    assert adds_up(story)


@pytest.mark.parametrize("sku", ["plain", 'with "quotes"', "with/slash", "ümläut", "a:b", "[1,2]"])
async def test_a_sku_of_any_letters_is_found(inventory: Inventory, audit: LedgerAudit, sku: str) -> None:
    await put(inventory, "s", sku, 5)
    await place(inventory, "s", sku, 2)
    story = await audit.stories.of_cell(sku, 0, limit=10)
    assert [step.entry.op for step in story.steps] == ["count", "hold_placed"]
    assert (story.now[Kind.ON_HAND], story.now[Kind.HELD], story.now[Kind.AVAILABLE]) == (5, 2, 3)


async def test_units_that_no_entry_accounts_for_show_before_the_first(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit
) -> None:
    await put(inventory, "s", "p", 5)
    await redis_clients.writes.set(inventory.keyspace.row(Kind.ON_HAND, "p"), b"\x01\x08")
    story = await audit.stories.of_cell("p", 0, limit=10)
    assert story.before[Kind.ON_HAND] == 3
