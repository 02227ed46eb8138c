"""Asks the view: which of many products one store has, and all that it has, counted. And how far behind the view is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inventory.keys import Keyspace
from inventory.stream import place_of
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients
from search import replies
from search.facets import FACET_FIELDS, Facets, most_counted
from search.index_info import index_info
from search.models import Facet, Facts, Filters
from search.schema import catalogue_key
from search.stock_view import queries
from search.stock_view.builds import ViewBuilds
from search.stock_view.schema import ViewKeys

#: Above this the view is not what it should be, and answers from it say so.
MAX_LAG_SECONDS = 3.0
#: A look at the view is good for so long.
LOOK_SECONDS = 0.25


_FACETS = [(field.encode(), name) for field, name in FACET_FIELDS.items()]


@dataclass(frozen=True, slots=True)
class ViewState:
    """`lag_seconds` is the age of the oldest entry of the ledger that is not in the view; None without a view."""

    lag_seconds: float | None = None
    #: Every document is indexed, and shows what the live catalogue says of its product.
    whole: bool = False

    @property
    def exists(self) -> bool:
        return self.lag_seconds is not None

    @property
    def fresh(self) -> bool:
        return self.whole and self.lag_seconds is not None and self.lag_seconds <= MAX_LAG_SECONDS


@dataclass(frozen=True, slots=True)
class OnShelf:
    """One page of what a store has, by SKU; `total` and `facets` are about all of it."""

    skus: tuple[str, ...]
    total: int
    facets: Facets


class StockView:
    """The reading side of one region's view. What it says of a product is verified by whoever shows that product."""

    def __init__(self, clients: RedisClients, keyspace: Keyspace, *, timeout_ms: int = 250) -> None:
        self._redis = clients.reads
        self._keyspace = keyspace
        self._keys = ViewKeys(keyspace)
        self._builds = ViewBuilds(clients, self._keys)
        self._timeout_ms = timeout_ms
        self._seen: ViewState | None = None
        self._seen_at = 0.0

    async def state(self) -> ViewState:
        """How the view is doing, at most LOOK_SECONDS ago."""
        now = asyncio.get_running_loop().time()
        if self._seen is None or now - self._seen_at > LOOK_SECONDS:
            self._seen, self._seen_at = await self._look(), now
        return self._seen

    async def among(self, ordinal: int, skus: Sequence[str]) -> dict[str, Facts]:
        """Those of the products that the store at this ordinal has. Raises IndexMissing."""
        wanted = frozenset(skus)
        commands = queries.listings(self._keys.alias(), ordinal, skus, timeout_ms=self._timeout_ms)
        answers = await replies.one_trip(self._redis, commands, "asking the stock view")
        rows = [row for answer in answers for row in replies.rows(answer)]
        found = {row[b"sku"].decode(): _facts(row) for row in rows if b"sku" in row}
        return {sku: facts for sku, facts in found.items() if sku in wanted}

    async def browse(self, ordinal: int, filters: Filters, *, offset: int, limit: int) -> OnShelf:
        """What the store at this ordinal has. Raises IndexMissing, and InvalidSearch for filters that mean nothing."""
        index, late = self._keys.alias(), self._timeout_ms
        page = queries.page(index, ordinal, filters, offset=offset, limit=limit, timeout_ms=late)
        facets = queries.facets(index, ordinal, filters, timeout_ms=late)
        answers = await replies.one_trip(self._redis, [*page, *facets], "asking the stock view")
        skus, total = _page(answers[: len(page)])
        counted = [replies.rows(answer) for answer in answers[len(page) :]]
        return OnShelf(
            skus=skus,
            total=total,
            facets={
                name: most_counted(Facet(row[field].decode(), int(row[b"n"])) for row in found if row.get(field))
                for (field, name), found in zip(_FACETS, counted, strict=True)
            },
        )

    async def _look(self) -> ViewState:
        live = await self._builds.live()
        if live is None:
            return ViewState()
        info = await index_info(self._redis, self._keys.index(live.name))
        if info is None:
            return ViewState()
        with translate_redis_errors("looking at the stock view"):
            pipe = self._redis.pipeline(transaction=False)
            pipe.get(catalogue_key(self._keys.namespace))
            pipe.execute_command("XRANGE", self._keyspace.ledger(), f"({live.position}", "+", "COUNT", 1)
            pipe.time()
            catalogue, later, (seconds, micros) = await pipe.execute()
        now_ms = seconds * 1000 + micros // 1000
        lag_ms = max(0, now_ms - place_of(later[0][0].decode())[0]) if later else 0
        whole = int(info["num_docs"]) >= live.documents and catalogue == live.catalogue.encode()
        return ViewState(lag_ms / 1000, whole)


def _page(answers: Sequence[Any]) -> tuple[tuple[str, ...], int]:
    """SKUs and the number of all, in either form that `queries.page` asks for."""
    if len(answers) == 1:
        found = replies.fields(answers[0])
        return tuple(sku.decode() for sku in found.values), found.total
    shown, counted = map(replies.rows, answers)
    return tuple(row[b"sku"].decode() for row in shown), int(counted[0][b"n"]) if counted else 0


def _facts(row: dict[bytes, Any]) -> Facts:
    brand, category = (row.get(name) for name in (b"brand_name", b"category_name"))
    return Facts(brand.decode() if brand else None, category.decode() if category else None)
