"""Archiving: entries move to files and stay verifiable; broken off anywhere, nothing is lost or there twice."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from audit_builders import SKUS, STORES, an_archiver, place, raw_ledger, some_history, the_audit, told
from inventory_builders import put

from inventory.audit.archive import LedgerArchiver
from inventory.audit.checkpoints import update_checkpoint
from inventory.audit.errors import ArchiveDamaged, ArchiveElsewhere, ArchiverBusy, ArchiveUnusable
from inventory.audit.keeping import archive_forever, archive_health
from inventory.audit.ledger_audit import LedgerAudit
from inventory.audit.manifest import NAME, load_manifest
from inventory.inventory import Inventory
from inventory.models import Kind
from runtime.redis_client import RedisClients

STEPS = ("some_written", "file_in_place", "in_manifest", "trimmed")


@pytest.fixture
def audit(redis_clients: RedisClients, inventory: Inventory, tmp_path: Path) -> LedgerAudit:
    return the_audit(redis_clients, inventory, tmp_path)


@pytest.fixture
def archiver(redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit) -> LedgerArchiver:
    return an_archiver(redis_clients, inventory, audit)


async def live_length(clients: RedisClients, inventory: Inventory) -> int:
    return int(await clients.reads.xlen(inventory.keyspace.ledger()))


async def test_old_entries_move_to_a_file_and_read_as_before(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit, archiver: LedgerArchiver
) -> None:
    await some_history(inventory)
    await put(inventory, STORES[0], SKUS[0], 70_000)  # a difference of four bytes that is no text
    before = await raw_ledger(audit.history)
    moved = await archiver.archive(keep_entries=10)
    assert moved.entries == len(before) - 10
    assert await live_length(redis_clients, inventory) == 10
    assert await raw_ledger(audit.history) == before
    assert [file.entries for file in load_manifest(archiver.folder).files] == [moved.entries]


async def test_the_ledger_is_verified_from_a_checkpoint_or_from_the_beginning(
    inventory: Inventory, audit: LedgerAudit, archiver: LedgerArchiver
) -> None:
    holds = await some_history(inventory)
    first = await archiver.archive()
    assert (await asyncio.to_thread(update_checkpoint, archiver.folder)) == first.entries
    await inventory.holds.cancel(holds["ready"])
    await place(inventory, STORES[1], SKUS[1], 3)
    await archiver.archive(keep_entries=1)
    from_checkpoint = await audit.verifier.verify()
    assert from_checkpoint.differences == ()
    assert from_checkpoint.checkpoint_entries == first.entries
    from_beginning = await audit.verifier.verify(from_beginning=True)
    assert from_beginning.differences == ()
    assert from_beginning.checkpoint_entries == 0
    assert from_beginning.entries == from_checkpoint.entries
    assert from_beginning.live_holds == from_checkpoint.live_holds == 3


async def test_a_planted_difference_is_found_after_archiving_everything(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit, archiver: LedgerArchiver
) -> None:
    await put(inventory, "a", "p", 5)
    await archiver.archive(keep_entries=0)
    assert (await audit.verifier.verify()).clean
    await redis_clients.writes.set(inventory.keyspace.row(Kind.ON_HAND, "p"), b"\x01\x06")
    await redis_clients.writes.set(inventory.keyspace.row(Kind.AVAILABLE, "p"), b"\x01\x06")
    assert told(await audit.verifier.verify()) == [("counter", "p", "a", "on_hand", 5, 6)]


async def test_every_file_carries_the_digest_of_the_one_before_and_a_changed_one_is_noticed(
    inventory: Inventory, audit: LedgerAudit, archiver: LedgerArchiver
) -> None:
    for count in range(1, 4):
        await put(inventory, "a", "p", count)
        await archiver.archive(keep_entries=0)
    files = load_manifest(archiver.folder).files
    assert [file.previous for file in files[1:]] == [file.digest for file in files[:-1]]
    path = archiver.folder / files[1].name
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ArchiveDamaged, match=files[1].name):
        await audit.verifier.verify(from_beginning=True)


async def test_a_file_swapped_for_another_with_a_forged_manifest_is_noticed(
    inventory: Inventory, audit: LedgerAudit, archiver: LedgerArchiver
) -> None:
    for count in range(1, 4):
        await put(inventory, "a", "p", count)
        await archiver.archive(keep_entries=0)
    manifest = archiver.folder / NAME
    lines = manifest.read_bytes().splitlines(keepends=True)
    manifest.write_bytes(b"".join([lines[0], lines[2]]))
    with pytest.raises(ArchiveDamaged, match="does not follow"):
        await audit.verifier.verify()


class BrokenOff(Exception):
    pass


@pytest.mark.parametrize("step", STEPS)
async def test_broken_off_after_any_step_the_next_run_goes_on_without_loss_or_repetition(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit, step: str
) -> None:
    await some_history(inventory)
    before = await raw_ledger(audit.history)

    def break_off(done: str) -> None:
        if done == step:
            raise BrokenOff

    with pytest.raises(BrokenOff):
        await an_archiver(redis_clients, inventory, audit, after_step=break_off).archive()
    assert await raw_ledger(audit.history) == before
    assert (await audit.verifier.verify()).clean
    await an_archiver(redis_clients, inventory, audit).archive()
    assert await live_length(redis_clients, inventory) == 10
    assert await raw_ledger(audit.history) == before
    assert (await audit.verifier.verify(from_beginning=True)).clean
    assert not list(audit.history.folder.glob("*.unfinished"))
    assert {path.name for path in audit.history.folder.glob("*.gz")} == {
        file.name for file in load_manifest(audit.history.folder).files
    }


KILLED = """
import asyncio, os, sys
from pathlib import Path
from inventory.audit.archive import LedgerArchiver
from inventory.audit.history import LedgerHistory
from inventory.keys import Keyspace
from runtime.redis_client import open_redis
from runtime.settings import Settings

async def main(url, namespace, folder, step):
    def die(done):
        if done == step:
            os.kill(os.getpid(), 9)
    async with open_redis(Settings(redis_url=url)) as clients:
        keyspace = Keyspace(namespace, "main")
        history = LedgerHistory(clients, keyspace, Path(folder))
        archiver = LedgerArchiver(clients, keyspace, history, keep_entries=10, lease_seconds=0.3, after_step=die)
        await archiver.archive()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("step", STEPS)
async def test_an_archiver_that_is_killed_loses_nothing_and_frees_its_place_by_itself(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit, step: str
) -> None:
    await some_history(inventory)
    before = await raw_ledger(audit.history)
    arguments = (redis_clients.url, inventory.keyspace.namespace, str(audit.history.folder), step)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, *arguments)
    assert await process.wait() == -9
    assert await raw_ledger(audit.history) == before
    archiver = an_archiver(redis_clients, inventory, audit)
    async with asyncio.timeout(10):
        while True:
            try:
                await archiver.archive()
                break
            except ArchiverBusy:
                await asyncio.sleep(0.02)
    assert await live_length(redis_clients, inventory) == 10
    assert await raw_ledger(audit.history) == before
    assert (await audit.verifier.verify(from_beginning=True)).clean


FULL_DISK = """
import asyncio, resource, signal, sys
from pathlib import Path
from inventory.audit.archive import LedgerArchiver
from inventory.audit.errors import ArchiveUnusable
from inventory.audit.history import LedgerHistory
from inventory.keys import Keyspace
from runtime.redis_client import open_redis
from runtime.settings import Settings

async def main(url, namespace, folder):
    async with open_redis(Settings(redis_url=url)) as clients:
        keyspace = Keyspace(namespace, "main")
        history = LedgerHistory(clients, keyspace, Path(folder))
        try:
            await LedgerArchiver(clients, keyspace, history, keep_entries=10).archive()
        except ArchiveUnusable as error:
            print(error.message)

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
asyncio.run(main(*sys.argv[1:]))
"""


async def test_on_a_full_disk_nothing_is_trimmed_and_nothing_is_left_behind(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit
) -> None:
    await some_history(inventory)
    before = await raw_ledger(audit.history)
    arguments = (redis_clients.url, inventory.keyspace.namespace, str(audit.history.folder))
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", FULL_DISK, *arguments, stdout=PIPE)
    said, _ = await process.communicate()
    assert b"cannot be used" in said
    assert await live_length(redis_clients, inventory) == len(before)
    assert await raw_ledger(audit.history) == before
    assert not list(audit.history.folder.iterdir())


async def test_files_and_folders_are_on_disk_before_anything_is_trimmed(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    await some_history(inventory)
    done: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(number: int) -> None:
        done.append(f"synced {Path(os.readlink(f'/proc/self/fd/{number}')).name}")
        sync(number)

    def replaced(path: Path, target: Path) -> Path:
        done.append(f"named {target.name}")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    archiver = an_archiver(redis_clients, inventory, audit, after_step=done.append)
    await archiver.archive()
    (file,) = load_manifest(archiver.folder).files
    after_reading = done[len(done) - 1 - done[::-1].index("some_written") :]
    assert done[:2] == [f"synced {folder.name}" for folder in list(archiver.folder.parents)[:2]]
    unfinished, *rest = after_reading[1:]
    assert unfinished.endswith(".unfinished")
    assert rest[:3] == [f"named {file.name}", "synced main", "file_in_place"]
    assert rest[3].startswith("synced manifest.jsonl")
    assert rest[4:] == ["named manifest.jsonl", "synced main", "in_manifest", "trimmed"]


async def test_of_two_archivers_at_once_one_works_and_the_other_is_told(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit
) -> None:
    await some_history(inventory)
    before = await raw_ledger(audit.history)
    outcomes = await asyncio.gather(
        *(an_archiver(redis_clients, inventory, audit).archive() for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(outcome, ArchiverBusy) for outcome in outcomes) >= 1
    assert await raw_ledger(audit.history) == before


async def test_an_archiver_that_lost_its_lease_cannot_trim_what_another_archived(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit, tmp_path: Path
) -> None:
    await some_history(inventory)
    before = await raw_ledger(audit.history)

    async def the_other() -> None:
        await redis_clients.writes.delete(inventory.keyspace.ledger_archiver())
        await an_archiver(redis_clients, inventory, audit).archive()

    started = False

    class Late(LedgerArchiver):
        async def _commit(self, *manifests: object) -> None:
            nonlocal started
            if not started:
                started = True
                await the_other()
            await super()._commit(*manifests)  # type: ignore[arg-type]

    late = Late(redis_clients, inventory.keyspace, audit.history, keep_entries=10)
    with pytest.raises(ArchiverBusy):
        await late.archive()
    assert await raw_ledger(audit.history) == before
    assert (await audit.verifier.verify(from_beginning=True)).clean


async def test_while_the_folder_cannot_be_used_nothing_is_trimmed_and_health_says_so(
    redis_clients: RedisClients, inventory: Inventory, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    audit = the_audit(redis_clients, inventory, tmp_path / "file")
    await some_history(inventory)
    length = await live_length(redis_clients, inventory)
    with pytest.raises(ArchiveUnusable):
        await an_archiver(redis_clients, inventory, audit).archive()
    assert await live_length(redis_clients, inventory) == length
    health = await archive_health(audit.history, 10)
    assert health.state == "degraded"
    assert "cannot be used" in health.found
    assert (await audit.verifier.verify()).clean


async def test_a_machine_without_the_files_says_so_instead_of_reporting_differences(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit, archiver: LedgerArchiver, tmp_path: Path
) -> None:
    await some_history(inventory)
    await archiver.archive()
    other = the_audit(redis_clients, inventory, tmp_path / "other")
    with pytest.raises(ArchiveElsewhere, match="archived to"):
        await other.verifier.verify()
    with pytest.raises(ArchiveElsewhere):
        await an_archiver(redis_clients, inventory, other).archive(keep_entries=0)
    health = await archive_health(other.history, 10)
    assert health.state == "up"
    assert "not here" in health.found
    assert await live_length(redis_clients, inventory) == 10


async def test_an_archive_of_another_ledger_is_not_continued(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit, archiver: LedgerArchiver
) -> None:
    await some_history(inventory)
    await archiver.archive()
    await redis_clients.writes.delete(inventory.keyspace.ledger_archived())  # Redis restored from an older copy
    length = await live_length(redis_clients, inventory)
    with pytest.raises(ArchiveDamaged, match="restored"):
        await archiver.archive(keep_entries=0)
    assert await live_length(redis_clients, inventory) == length


async def test_the_service_archives_by_itself_what_lies_beyond_the_retention(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit, archiver: LedgerArchiver
) -> None:
    await some_history(inventory)
    task = asyncio.create_task(archive_forever(archiver, 0.01))
    async with asyncio.timeout(20):
        while True:
            if await live_length(redis_clients, inventory) == 10:
                break
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await archive_health(audit.history, 10)).state == "up"
    assert (await audit.verifier.verify()).clean


async def test_verifying_while_others_trade_and_archive_is_clean(
    redis_clients: RedisClients, inventory: Inventory, audit: LedgerAudit, archiver: LedgerArchiver
) -> None:
    await some_history(inventory)
    done = asyncio.Event()

    async def trade() -> None:
        while not done.is_set():
            for store_id in STORES:
                await inventory.holds.cancel(await place(inventory, store_id, SKUS[1], 1))

    async def keep_archiving() -> None:
        while not done.is_set():
            await archiver.archive(keep_entries=3)
            await asyncio.to_thread(update_checkpoint, archiver.folder)

    tasks = [asyncio.create_task(work()) for work in (trade, trade, keep_archiving)]
    for number in range(10):
        assert (await audit.verifier.verify(from_beginning=number % 2 == 0)).differences == ()
    done.set()
    await asyncio.gather(*tasks)
    assert len(load_manifest(archiver.folder).files) > 5
    assert (await audit.verifier.verify(from_beginning=True)).clean


async def test_whoever_follows_the_ledger_sees_that_entries_are_gone_or_that_none_are(
    inventory: Inventory, archiver: LedgerArchiver
) -> None:
    assert await inventory.stream.last_id() == "0"
    await some_history(inventory)
    end = await inventory.stream.last_id()
    assert (await inventory.stream.read(count=10_000))[-1].entry_id == end
    assert await inventory.stream.reaches_back_to("0")
    await archiver.archive(keep_entries=0)
    assert await inventory.stream.last_id() == end
    assert await inventory.stream.reaches_back_to(end)
    assert not await inventory.stream.reaches_back_to("0")
