"""Reads the whole ledger in order, wherever an entry lies: files of the archive first, then the stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio.client import Pipeline

from inventory.audit.entries import BEGINNING, RawEntry, id_order, raw_entries
from inventory.audit.errors import ArchiveElsewhere
from inventory.audit.manifest import NO_DIGEST, ArchivedFile, Manifest, load_manifest
from inventory.audit.record import ArchiveRecord
from inventory.audit.segments import read_segment
from inventory.audit.threads import in_thread
from inventory.keys import Keyspace
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

#: Entries per trip. A feed's count may have some kilobytes.
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class LedgerState:
    """Where the ledger stands at one moment."""

    record: ArchiveRecord
    live_entries: int
    #: Entries that were ever written, by the stream's own count.
    written_entries: int
    last_id: str

    @property
    def missing_entries(self) -> int:
        """Entries that were cut off and are in no file."""
        return self.written_entries - self.live_entries - self.record.entries


class LedgerHistory:
    """One region's entries. `folder` is that of the region's archive; it need not exist."""

    def __init__(self, clients: RedisClients, keyspace: Keyspace, folder: Path) -> None:
        self._clients = clients
        self._keyspace = keyspace
        self.folder = folder

    async def state(self) -> LedgerState:
        """Archive, length and end of the ledger, all at one moment."""
        pipe = self._clients.reads.pipeline(transaction=True)
        pipe.hgetall(self._keyspace.ledger_archived())
        pipe.xinfo_stream(self._keyspace.ledger())
        self.ask_last_id(pipe)
        with translate_redis_errors("reading the state of the ledger"):
            fields, about, last_id = await pipe.execute(raise_on_error=False)
            for reply in (fields, last_id):
                if isinstance(reply, Exception):
                    raise reply
            if isinstance(about, Exception):
                if "no such key" not in str(about):
                    raise about
                about = {"length": 0, "entries-added": 0}
        record = ArchiveRecord.from_fields(fields)
        return LedgerState(record, about["length"], about["entries-added"], last_id_in(last_id, record.last_id))

    def ask_last_id(self, pipe: Pipeline) -> None:
        """Let a transaction tell where the ledger ends; `last_id_in` reads the answer."""
        pipe.xrevrange(self._keyspace.ledger(), count=1)

    async def read(self, after: str = BEGINNING, upto: str | None = None) -> AsyncIterator[list[RawEntry]]:
        """Entries later than `after`, oldest first, up to `upto` or to the end as it is when that is reached."""
        while True:
            record, entries = await self._live(after, upto)
            if id_order(record.last_id) > id_order(after):
                manifest = await self.archived_files(record)
                async for piece in in_thread(_pieces(manifest, after, upto)):
                    yield piece
                after = record.last_id
                if upto is not None and id_order(after) >= id_order(upto):
                    return
                continue
            if not entries:
                return
            yield entries
            after = entries[-1].entry_id

    async def read_back(self, keep: Callable[[RawEntry], bool]) -> AsyncIterator[list[RawEntry]]:
        """Entries that are to be kept, newest first. The archive is opened only by those who read that far."""
        before = "+"
        while True:
            record, entries = await self._live_before(before)
            if not entries:
                break
            yield [entry for entry in entries if keep(entry)]
            before = f"({entries[-1].entry_id}"
        manifest = await self.archived_files(record)
        for file in reversed(manifest.files):
            yield await asyncio.to_thread(_kept_backwards, manifest.folder, file, keep)

    async def newest(self, count: int) -> list[RawEntry]:
        """The last entries that are in Redis, oldest of them first."""
        with translate_redis_errors("reading the ledger"):
            reply: Any = await self._clients.reads.xrevrange(self._keyspace.ledger(), count=count)
        return raw_entries(reply)[::-1]

    async def archived_files(self, record: ArchiveRecord) -> Manifest:
        """The files that the record speaks of. Raises ArchiveElsewhere where they are not in our folder."""
        if record.digest == NO_DIGEST:
            return Manifest(self.folder)
        manifest = (await asyncio.to_thread(load_manifest, self.folder)).up_to(record.digest)
        if manifest is None:
            raise ArchiveElsewhere(
                f"entries up to {record.last_id} were archived to {record.place} and are not in {self.folder}: "
                "run this there, or copy the files here"
            )
        return manifest

    async def _live(self, after: str, upto: str | None) -> tuple[ArchiveRecord, list[RawEntry]]:
        pipe = self._clients.reads.pipeline(transaction=True)
        pipe.hgetall(self._keyspace.ledger_archived())
        pipe.xrange(self._keyspace.ledger(), min=f"({after}", max=upto or "+", count=BATCH)
        with translate_redis_errors("reading the ledger"):
            fields, reply = await pipe.execute()
        return ArchiveRecord.from_fields(fields), raw_entries(reply)

    async def _live_before(self, before: str) -> tuple[ArchiveRecord, list[RawEntry]]:
        pipe = self._clients.reads.pipeline(transaction=True)
        pipe.hgetall(self._keyspace.ledger_archived())
        pipe.xrevrange(self._keyspace.ledger(), max=before, count=BATCH)
        with translate_redis_errors("reading the ledger"):
            fields, reply = await pipe.execute()
        return ArchiveRecord.from_fields(fields), raw_entries(reply)


def last_id_in(reply: Sequence[tuple[bytes, object]], archived: str = BEGINNING) -> str:
    """Where the ledger ended: at its last live entry, or where the archive ends."""
    return reply[0][0].decode() if reply else archived


def _pieces(manifest: Manifest, after: str, upto: str | None) -> Iterator[list[RawEntry]]:
    """Entries of the archive between two ids, the first of which does not belong to them."""
    for file in manifest.files:
        if id_order(file.last_id) <= id_order(after):
            continue
        if upto is not None and id_order(file.first_id) > id_order(upto):
            return
        whole = id_order(file.first_id) > id_order(after) and (upto is None or id_order(file.last_id) <= id_order(upto))
        for piece in read_segment(manifest.folder, file):
            yield piece if whole else [entry for entry in piece if _between(entry, after, upto)]


def _between(entry: RawEntry, after: str, upto: str | None) -> bool:
    order = id_order(entry.entry_id)
    return order > id_order(after) and (upto is None or order <= id_order(upto))


def _kept_backwards(folder: Path, file: ArchivedFile, keep: Callable[[RawEntry], bool]) -> list[RawEntry]:
    return [entry for piece in read_segment(folder, file) for entry in piece if keep(entry)][::-1]
