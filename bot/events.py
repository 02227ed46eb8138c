"""The ledger as a feed: a page of entries after an id, wherever they lie, and no hole that goes unseen."""

from __future__ import annotations

from contextlib import aclosing

from bot.services import Services
from inventory.audit.entries import BEGINNING, id_order
from inventory.audit.errors import ArchiveElsewhere
from inventory.audit.record import ArchiveRecord
from inventory.stream import LedgerEntry, decode_entry
from runtime.errors import translate_redis_errors


class EventsGone(Exception):
    """Entries after the id were archived where this process cannot read them; `kept_after` is where the rest begins."""

    def __init__(self, kept_after: str) -> None:
        super().__init__(kept_after)
        self.kept_after = kept_after


async def read_events(services: Services, after: str, limit: int) -> list[LedgerEntry]:
    """Up to `limit` entries later than `after`, oldest first; "0" begins with the oldest that is there."""
    live = await services.inventory.stream.read(after, limit)
    # Looked at afterwards, so that what was archived meanwhile is not missed.
    archived = (await _archive(services)).last_id
    if id_order(archived) <= id_order(after):
        return live
    try:
        return await _with_archive(services, after, limit)
    except ArchiveElsewhere:
        if id_order(after) > id_order(BEGINNING):
            raise EventsGone(archived) from None
        return await services.inventory.stream.read(archived, limit)


async def _archive(services: Services) -> ArchiveRecord:
    with translate_redis_errors("reading how far the ledger is archived"):
        fields: dict[bytes, bytes] = await services.clients.reads.hgetall(services.keyspace.ledger_archived())  # type: ignore[assignment]
    return ArchiveRecord.from_fields(fields)


async def _with_archive(services: Services, after: str, limit: int) -> list[LedgerEntry]:
    found: list[LedgerEntry] = []
    async with aclosing(services.audit.history.read(after)) as pieces:  # type: ignore[type-var]
        async for piece in pieces:
            found += [decode_entry(entry.entry_id, entry.fields) for entry in piece[: limit - len(found)]]
            if len(found) >= limit:
                break
    return found
