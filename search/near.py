"""Which products a shopper can have near a point, each with the nearest store that hands it out: by the ledger's rows.

Nothing else is asked: what is listed, counted and named as nearest is what the rows said just then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import orjson

from geo.models import Coordinates
from inventory.models import Kind, Sku
from inventory.rows import RowReader
from search import queries, replies, tracing
from search.errors import SearchTooSlow
from search.facets import count_facts, facts_of
from search.finding import Answer, Tools
from search.in_store import Page
from search.models import Facts, MatchSet, NearestStore, ProductHit
from search.plan import Step
from search.ranking import RANKED_TOGETHER, Candidate, rank
from search.schema import products_alias
from search.stores import StoreDirectory

#: So many matches are judged, the best by their words: a byte or two per store each.
MOST_JUDGED = 2_000
#: In one command; pieces travel together, and neither Redis nor the loop is busy with one for long.
READ_TOGETHER = 250
#: Of a chain with very many stores, fewer: one read stays within some megabytes.
CELLS_PER_READ = 8_000_000


@dataclass(frozen=True, slots=True)
class Around:
    """Everything within a radius of a shopper."""

    origin: Coordinates
    radius_km: float


class NearShelves:
    """What the stores around a point hand out."""

    def __init__(self, directory: StoreDirectory, rows: RowReader) -> None:
        self._directory = directory
        self._rows = rows

    async def nearest(self, skus: Sequence[str], around: Around) -> dict[str, NearestStore]:
        """Of each product the nearest store with pick-up that has any; none for what no store around has."""
        if not skus:
            return {}
        pieces = [skus[first : first + READ_TOGETHER] for first in range(0, len(skus), READ_TOGETHER)]
        with tracing.trip("reading stock"):
            found = await asyncio.gather(*(self._nearest(piece, around) for piece in pieces))
        return {sku: store for each in found for sku, store in each.items()}

    async def _nearest(self, skus: Sequence[str], around: Around) -> dict[str, NearestStore]:
        read = await self._rows.read([Sku(sku) for sku in skus], (Kind.AVAILABLE,))
        stores = await self._directory.at_version(read.registry_version)
        distances = stores.points.distances_km(around.origin)
        givers = np.flatnonzero(stores.is_shop & stores.has_pickup & (distances <= around.radius_km))
        ordered = stores.nearest_first(givers[givers < read.store_count], distances)
        found: dict[str, NearestStore] = {}
        for sku in skus:
            cells = read.rows[Sku(sku), Kind.AVAILABLE][ordered]
            having = np.flatnonzero(cells > 0)[:1]
            if having.size:
                store = stores.stores[ordered[having[0]]]
                assert store is not None  # is_shop is False for stores without details
                distance = float(distances[ordered[having[0]]])
                found[sku] = NearestStore(store.store_id, store.name, distance, int(cells[having[0]]))
        return found

    async def beside(self, matches: MatchSet, around: Around) -> MatchSet:
        """The same hits, each with its nearest store where one around has any."""
        nearest = await self.nearest([hit.product.sku for hit in matches.hits], around)
        hits = tuple(replace(hit, nearest=nearest.get(hit.product.sku)) for hit in matches.hits)
        return replace(matches, hits=hits)

    async def narrow(self, tools: Tools, answer: Answer, around: Around, page: Page) -> MatchSet:
        """Of all that the words mean, what can be had around. The tier stays the one that the words met best."""
        matches, step = answer.matches, answer.step
        if step is None or matches.total <= len(matches.hits):
            return await self._at_hand(matches, around, page)
        try:
            matched = await _all_cards(tools, step, await self.most_judged())
        except SearchTooSlow:
            late = replace(matches, degraded=(*matches.degraded, "timeout", "store_filter"))
            return await self._at_hand(late, around, page)
        nearest = await self.nearest([each.sku for each in matched.products], around)
        kept = [Candidate(orjson.loads(each.card), each.score) for each in matched.products if each.sku in nearest]
        hits = rank(kept[page.blocks], step.terms, step.tier, answer.cosines, best_score=answer.best_score)
        hits = list(tools.shop.boosted(hits))
        facts = [Facts(each.card.get("b"), each.card.get("c")) for each in kept]
        cut = ("store_filter",) if matched.total > len(matched.products) else ()
        shown = page.of_blocks(hits)
        return _narrowed(replace(matches, degraded=matches.degraded + cut), shown, nearest, facts, page)

    async def _at_hand(self, matches: MatchSet, around: Around, page: Page) -> MatchSet:
        nearest = await self.nearest([hit.product.sku for hit in matches.hits], around)
        kept = [hit for hit in matches.hits if hit.product.sku in nearest]
        return _narrowed(matches, page.of(kept), nearest, [facts_of(hit.product) for hit in kept], page)

    async def most_judged(self) -> int:
        """Of how many products the rows may be read for one question."""
        stores = len((await self._directory.current()).stores)
        return max(RANKED_TOGETHER, min(MOST_JUDGED, CELLS_PER_READ // max(1, stores)))


def _narrowed(
    matches: MatchSet,
    shown: Sequence[ProductHit],
    nearest: dict[str, NearestStore],
    facts: Sequence[Facts],
    page: Page,
) -> MatchSet:
    return replace(
        matches,
        hits=tuple(replace(hit, nearest=nearest[hit.product.sku]) for hit in shown),
        total=len(facts),
        tier=matches.tier if facts else None,
        facets=count_facts(facts) if page.facets else {},
    )


async def _all_cards(tools: Tools, step: Step, limit: int) -> replies.AllCarded:
    command = queries.search(
        products_alias(tools.namespace), step.query, offset=0, limit=limit, timeout_ms=tools.timeout_ms
    )
    (reply,) = await replies.one_trip(tools.redis, [command], "listing matches")
    return replies.all_carded(reply, tools.namespace)
