"""Moves the oldest entries of the ledger into files, and takes them out of Redis only when they are safe there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio.client import Pipeline
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError, WatchError

from inventory.audit.entries import BEGINNING, RawEntry, next_id, raw_entries
from inventory.audit.errors import ArchiveDamaged, ArchiveElsewhere, ArchiverBusy
from inventory.audit.history import LedgerHistory
from inventory.audit.manifest import ArchivedFile, Manifest, add_to_manifest, load_manifest
from inventory.audit.record import ArchiveRecord
from inventory.audit.segments import SegmentWriter, read_segment, remove_unfinished
from inventory.audit.threads import in_thread, to_the_end
from inventory.keys import Keyspace
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

#: A file ends with the first trip that reaches either.
MOST_ENTRIES, MOST_BYTES = 50_000, 64 << 20
_BATCH = 500
LEASE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Archived:
    """What one run moved."""

    files: int
    entries: int
    last_id: str


def no_fault(_step: str) -> None:
    """Tests hand in something else, to be told what has just been done and to break off there."""


def worth_a_file(keep_entries: int) -> int:
    """Small retentions get small files, or little would ever be archived."""
    return max(1, min(MOST_ENTRIES, keep_entries // 10))


class LedgerArchiver:
    """The archive of one region in one folder."""

    def __init__(
        self,
        clients: RedisClients,
        keyspace: Keyspace,
        history: LedgerHistory,
        *,
        keep_entries: int,
        lease_seconds: float = LEASE_SECONDS,
        after_step: Callable[[str], None] = no_fault,
    ) -> None:
        self._clients = clients
        self._keyspace = keyspace
        self._history = history
        self._keep_entries = keep_entries
        self._lease_seconds = lease_seconds
        self._after_step = after_step

    @property
    def folder(self) -> Path:
        return self._history.folder

    async def is_due(self) -> bool:
        """Whether so many entries lie beyond what is kept that they are worth a file."""
        with translate_redis_errors("looking at the length of the ledger"):
            length = int(await self._clients.reads.xlen(self._keyspace.ledger()))
        return length >= self._keep_entries + worth_a_file(self._keep_entries)

    async def archive(
        self, *, keep_entries: int | None = None, on_entries: Callable[[int], None] | None = None
    ) -> Archived:
        """Move everything but the newest entries. Raises ArchiverBusy while another process does the same.

        Broken off anywhere, it leaves every entry in Redis or in a file that the manifest names, and the next run goes
        on from there.
        """
        keep = self._keep_entries if keep_entries is None else keep_entries
        async with self._lease() as lease:
            manifest = await self._reconciled()
            files, entries = 0, 0
            while (due := (await self._history.state()).live_entries - keep) > 0:
                with translate_redis_errors("keeping the lease of the archiver"):
                    await lease.reacquire()
                file = await self._write_file(manifest, min(due, MOST_ENTRIES))
                longer = await to_the_end(add_to_manifest, manifest, file)
                self._after_step("in_manifest")
                await self._commit(manifest, longer)
                manifest = longer
                files, entries = files + 1, entries + file.entries
                if on_entries is not None:
                    on_entries(entries)
            return Archived(files, entries, manifest.last_id)

    async def _reconciled(self) -> Manifest:
        """The manifest as Redis knows it, after finishing what a run before this one could not finish."""
        record = (await self._history.state()).record
        manifest = await asyncio.to_thread(load_manifest, self.folder)
        known = manifest.up_to(record.digest)
        if known is None:
            raise ArchiveElsewhere(
                f"this ledger is archived to {record.place}, and that is not in {self.folder}: nothing is archived here"
            )
        await to_the_end(remove_unfinished, manifest)
        for file in manifest.files[len(known.files) :]:
            if not await self._still_in_redis(file):
                raise ArchiveDamaged(
                    f"{self.folder / file.name} holds entries that this ledger does not have: it was restored from an "
                    "older copy, or the folder is another ledger's. docs/ledger.md says what to do"
                )
            longer = Manifest(self.folder, (*known.files, file))
            await self._commit(known, longer)
            known = longer
        return known

    async def _write_file(self, manifest: Manifest, entries: int) -> ArchivedFile:
        writer = await to_the_end(SegmentWriter, self.folder, manifest.digest)
        try:
            after = manifest.last_id
            while writer.entries < entries and writer.size_bytes < MOST_BYTES:
                batch = await self._oldest(after, min(_BATCH, entries - writer.entries))
                if not batch:
                    raise ArchiveDamaged("the ledger has fewer entries than it says; nothing was taken out of it")
                await to_the_end(writer.add, batch)
                after = batch[-1].entry_id
                self._after_step("some_written")
            file = await to_the_end(writer.finish)
        except BaseException:
            writer.discard()
            raise
        self._after_step("file_in_place")
        return file

    async def _oldest(self, after: str, count: int) -> list[RawEntry]:
        with translate_redis_errors("reading the ledger"):
            reply: Any = await self._clients.reads.xrange(self._keyspace.ledger(), min=f"({after}", count=count)
        return raw_entries(reply)

    async def _still_in_redis(self, file: ArchivedFile) -> bool:
        """Whether the stream begins with exactly the entries of the file."""
        after = BEGINNING
        async for entries in in_thread(read_segment(self.folder, file)):
            if await self._oldest(after, len(entries)) != entries:
                return False
            after = entries[-1].entry_id
        return True

    async def _commit(self, before: Manifest, after: Manifest) -> None:
        """Take the entries of a file out of Redis and note where they are, unless somebody else did meanwhile."""
        archived = self._keyspace.ledger_archived()
        with translate_redis_errors("taking archived entries out of the ledger"):
            async with self._clients.writes.pipeline(transaction=True) as pipe:
                try:
                    await pipe.watch(archived)
                    fields: Any = await pipe.hgetall(archived)
                    if ArchiveRecord.from_fields(fields).digest != before.digest:
                        raise WatchError
                    pipe.multi()
                    self._queue(pipe, after)
                    await pipe.execute()
                except WatchError as error:
                    raise ArchiverBusy("another process has archived the same entries") from error
        self._after_step("trimmed")

    def _queue(self, pipe: Pipeline, manifest: Manifest) -> None:
        pipe.hset(self._keyspace.ledger_archived(), mapping=ArchiveRecord.of(manifest).fields())  # type: ignore[arg-type]
        pipe.xtrim(self._keyspace.ledger(), minid=next_id(manifest.last_id), approximate=False)

    @asynccontextmanager
    async def _lease(self) -> AsyncIterator[Lock]:
        """Spare others the same work. What keeps two from trimming is the record, which only one can move on."""
        lock = self._clients.writes.lock(self._keyspace.ledger_archiver(), timeout=self._lease_seconds, blocking=False)
        with translate_redis_errors("taking the lease of the archiver"):
            if not await lock.acquire():
                raise ArchiverBusy("another process is archiving this ledger right now")
        try:
            yield lock
        except LockError as error:
            raise ArchiverBusy("the lease of the archiver ran out, so another process may be archiving") from error
        finally:
            with suppress(LockError, RedisError):
                await lock.release()
