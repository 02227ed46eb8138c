"""Brings documents of one build up to what ledger and catalogue say now. Keeps nothing in memory: what a document
should be is worked out from the rows, and only differences are written, in one guarded transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from redis.asyncio.client import Pipeline
from redis.exceptions import WatchError

from inventory.models import Kind, Sku
from inventory.rows import RowReader
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients
from search.replies import text_of
from search.schema import catalogue_key, product_key
from search.stock_view.documents import PRODUCT_FIELDS, Document, shelf_document, store_tags
from search.stock_view.lease import Guard, guarded
from search.stock_view.schema import ViewKeys


class CatalogueSwapped(Exception):
    """The products that were read may be half those of a catalogue that is being deleted; nothing was written."""


#: Tags in one transaction: some milliseconds of Redis' time, in which nobody else is served.
TAGS_TOGETHER = 8_000


class Refresher:
    """Writes documents of the view. Every write of it goes through here."""

    def __init__(self, clients: RedisClients, keys: ViewKeys, rows: RowReader) -> None:
        self._clients = clients
        self._keys = keys
        self._rows = rows

    async def catalogue(self) -> str | None:
        """The live build of the catalogue; None before the first one."""
        with translate_redis_errors("reading the live catalogue"):
            build = await self._clients.reads.get(catalogue_key(self._keys.namespace))
        return text_of(build) if build else None

    async def refresh(
        self, build: str, catalogue: str, skus: Sequence[Sku], guard: Guard, about: Mapping[str, str] | None = None
    ) -> int:
        """How many documents differed. `about` is what becomes true of the build with them.

        Raises LeaseLost and CatalogueSwapped; documents that were written by then are right all the same.
        """
        due, gone = await self._differences(build, catalogue, skus)
        pieces = list(_pieces(due)) or [{}]
        for piece in pieces[:-1]:
            await self._write(build, piece, (), guard, {})
        # The last one makes `about` true, so that it is never told of what is not written yet.
        if pieces[-1] or gone or about:
            await self._write(build, pieces[-1], gone, guard, about or {})
        return len(due) + len(gone)

    async def _differences(
        self, build: str, catalogue: str, skus: Sequence[Sku]
    ) -> tuple[dict[Sku, tuple[Document, bool]], list[Sku]]:
        """Documents to write, each with whether there is none yet, and products whose document must go."""
        if not skus:
            return {}, []
        # A hold that has run out counts until somebody ends it, which is an entry of the ledger like any other.
        read = await self._rows.read(skus, (Kind.AVAILABLE,), judge_holds=False)
        products, current = await self._read(build, catalogue, skus)
        due: dict[Sku, tuple[Document, bool]] = {}
        gone: list[Sku] = []
        for sku, product, old in zip(skus, products, current, strict=True):
            document = shelf_document(product, read.rows[sku, Kind.AVAILABLE])
            if document is None:
                gone += [sku] if old else []
            elif document != old:
                due[sku] = (document, not old)
        return due, gone

    async def _read(self, build: str, catalogue: str, skus: Sequence[Sku]) -> tuple[list[Any], list[Document]]:
        namespace = self._keys.namespace
        pipe = self._clients.reads.pipeline(transaction=False)
        for sku in skus:
            pipe.hmget(product_key(namespace, catalogue, sku), list(PRODUCT_FIELDS))
        for sku in skus:
            pipe.hgetall(self._keys.document(build, sku))
        # Asked last: a catalogue is deleted only after another one has become the live one.
        pipe.get(catalogue_key(namespace))
        with translate_redis_errors("reading products for the stock view"):
            *found, live = await pipe.execute()
        if live != catalogue.encode():
            raise CatalogueSwapped
        return found[: len(skus)], found[len(skus) :]

    async def _write(
        self,
        build: str,
        due: dict[Sku, tuple[Document, bool]],
        gone: Sequence[Sku],
        guard: Guard,
        about: Mapping[str, str],
    ) -> None:
        with translate_redis_errors("writing the stock view"):
            while True:
                async with self._clients.writes.pipeline(transaction=True) as pipe:
                    await guarded(pipe, guard)
                    self._put(pipe, build, due, gone)
                    if about:
                        pipe.execute_command("HSET", self._keys.about(build), *chain.from_iterable(about.items()))
                    try:
                        await pipe.execute()
                        return
                    except WatchError:
                        continue  # the lease was renewed or lost just now: `guarded` knows which

    def _put(self, pipe: Pipeline, build: str, due: dict[Sku, tuple[Document, bool]], gone: Sequence[Sku]) -> None:
        keys = self._keys
        for sku, (document, new) in due.items():
            lost = [] if new else [name for name in PRODUCT_FIELDS if name not in document]
            if lost:
                pipe.execute_command("HDEL", keys.document(build, sku), *lost)
            pipe.execute_command("HSET", keys.document(build, sku), *chain.from_iterable(document.items()))
        if gone:
            pipe.unlink(*(keys.document(build, sku) for sku in gone))
        if more := sum(new for _, new in due.values()) - len(gone):
            pipe.hincrby(keys.about(build), "documents", more)


def _pieces(due: dict[Sku, tuple[Document, bool]]) -> Iterator[dict[Sku, tuple[Document, bool]]]:
    piece: dict[Sku, tuple[Document, bool]] = {}
    tags = 0
    for sku, entry in due.items():
        piece[sku] = entry
        tags += store_tags(entry[0])
        if tags >= TAGS_TOGETHER:
            yield piece
            piece, tags = {}, 0
    if piece:
        yield piece
