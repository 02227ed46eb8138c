"""Products at one store. Few matches are judged by the ledger's rows, many by the view of stock; whatever is shown has
been read from the rows just then, and what the rows deny is taken off the counts, too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import orjson

from runtime.errors import translate_redis_errors
from search import queries, replies, tracing
from search.errors import IndexMissing, SearchTooSlow
from search.facets import count_facets, count_facts, facts_of, less
from search.finding import Answer, Tools
from search.models import Facts, Filters, MatchSet, Product, ProductHit
from search.plan import Step
from search.ranking import RANKED_TOGETHER, Candidate, rank
from search.replies import AllMatched, Matched
from search.schema import products_alias
from search.stock_view.reading import StockView
from search.stores import StoreDirectory

#: Up to so many matches the rows themselves are asked: a kilobyte or two each.
JUDGED_BY_ROWS = 200

#: The SKUs, of those given, that a store has for sale now.
StockFilter = Callable[[Sequence[str], str], Awaitable[frozenset[str]]]

#: The products of SKUs, without those that the catalogue lacks.
Products = Callable[[Sequence[str]], Awaitable[dict[str, Product]]]


@dataclass(frozen=True, slots=True)
class Page:
    """Which hits are shown, and whether facets are."""

    offset: int
    limit: int
    facets: bool

    def of(self, hits: Sequence[ProductHit]) -> tuple[ProductHit, ...]:
        return tuple(hits[self.offset : self.offset + self.limit])

    @property
    def blocks(self) -> slice:
        """Of all matches those that must be ranked for this page: whole blocks, as everywhere else."""
        first = self.offset // RANKED_TOGETHER * RANKED_TOGETHER
        last = -(-(self.offset + self.limit) // RANKED_TOGETHER) * RANKED_TOGETHER
        return slice(first, last)

    def of_blocks(self, hits: Sequence[ProductHit]) -> tuple[ProductHit, ...]:
        """The page out of its ranked blocks alone."""
        return replace(self, offset=self.offset - self.blocks.start).of(hits)


class StoreShelves:
    """What is on the shelf at a store. Without a view only JUDGED_BY_ROWS matches can be judged."""

    def __init__(
        self, sold_at: StockFilter, view: StockView | None = None, directory: StoreDirectory | None = None
    ) -> None:
        self._sold_at = sold_at
        self._view = view
        self._directory = directory

    async def narrow(self, tools: Tools, answer: Answer, store_id: str, page: Page) -> MatchSet:
        """Of all that the words mean, what the store has. The tier stays the one that the words met best."""
        matches, step = answer.matches, answer.step
        if step is None or matches.total <= len(matches.hits):
            there = await self._sold(matches.products, store_id)
            return _few([hit for hit in matches.hits if hit.product.sku in there], matches, page)
        try:
            matched = await _everything(tools, step)
        except SearchTooSlow:
            there = await self._sold(matches.products, store_id)
            late = replace(matches, degraded=(*matches.degraded, "timeout", "store_filter"))
            return _few([hit for hit in matches.hits if hit.product.sku in there], late, page)
        if matched.total > JUDGED_BY_ROWS:
            facts = await self._in_view([each.sku for each in matched.products], store_id)
            if facts is not None:
                found = await self._many(tools, answer, matched, facts, store_id, page)
                cut = ("store_filter",) if matched.total > len(matched.products) else ()
                return replace(found, degraded=found.degraded + cut)
        asked = matched.products[:JUDGED_BY_ROWS]
        there = await self._sold_at([each.sku for each in asked], store_id)
        hits = await _ranked(tools, answer, [each for each in asked if each.sku in there])
        if matched.total > len(asked):
            matches = replace(matches, degraded=(*matches.degraded, "stock_view", "store_filter"))
        return _few(hits, matches, page)

    async def browse(self, get: Products, filters: Filters, page: Page) -> MatchSet:
        """All that a store has, by SKU. Raises IndexMissing while there is no view."""
        ordinal = await self._ordinal(filters.store_id or "")
        if self._view is None or not (state := await self._view.state()).exists:
            raise IndexMissing("the view of stock is being made")
        degraded = () if state.fresh else ("stock_view",)
        if ordinal is None:
            return MatchSet("", degraded=degraded)
        shelf = await self._view.browse(ordinal, filters, offset=page.offset, limit=page.limit)
        products, there = await asyncio.gather(get(shelf.skus), self._sold_at(shelf.skus, filters.store_id or ""))
        shown = [products[sku] for sku in shelf.skus if sku in products and sku in there]
        gone = [product for sku, product in products.items() if sku not in there]
        return MatchSet(
            "",
            hits=tuple(ProductHit(product, 0.0, None) for product in shown),
            total=shelf.total - (len(shelf.skus) - len(shown)),
            facets=less(shelf.facets, map(facts_of, gone)) if page.facets else {},
            degraded=degraded,
        )

    async def _many(
        self,
        tools: Tools,
        answer: Answer,
        matched: AllMatched,
        facts: Mapping[str, Facts],
        store_id: str,
        page: Page,
    ) -> MatchSet:
        kept = [each for each in matched.products if each.sku in facts]
        block = kept[page.blocks]
        hits, there = await asyncio.gather(
            _ranked(tools, answer, block), self._sold_at([each.sku for each in block], store_id)
        )
        shown = [hit for hit in hits if hit.product.sku in there]
        gone = {each.sku for each in block} - {hit.product.sku for hit in shown}
        remaining = [facts[each.sku] for each in kept if each.sku not in gone]
        matches = answer.matches
        return replace(
            matches,
            hits=page.of_blocks(shown),
            total=len(remaining),
            tier=matches.tier if remaining else None,
            facets=count_facts(remaining) if page.facets else {},
        )

    async def _in_view(self, skus: Sequence[str], store_id: str) -> dict[str, Facts] | None:
        """None where the view cannot be relied on."""
        ordinal = await self._ordinal(store_id)
        if self._view is None or ordinal is None or not (await self._view.state()).fresh:
            return None
        try:
            return await self._view.among(ordinal, skus)
        except (IndexMissing, SearchTooSlow):
            return None

    async def _ordinal(self, store_id: str) -> int | None:
        return (await self._directory.current()).ordinals.get(store_id) if self._directory else None

    async def _sold(self, products: Sequence[Product], store_id: str) -> frozenset[str]:
        return await self._sold_at([product.sku for product in products], store_id) if products else frozenset()


def _few(kept: Sequence[ProductHit], matches: MatchSet, page: Page) -> MatchSet:
    """All that is kept is at hand."""
    return replace(
        matches,
        hits=page.of(kept),
        total=len(kept),
        tier=matches.tier if kept else None,
        facets=count_facets([hit.product for hit in kept]) if page.facets else {},
    )


async def _everything(tools: Tools, step: Step) -> AllMatched:
    alias = products_alias(tools.namespace)
    command = queries.everything(alias, step.query, timeout_ms=tools.timeout_ms)
    (reply,) = await replies.one_trip(tools.redis, [command], "listing matches")
    return replies.all_matched(reply, tools.namespace)


async def _ranked(tools: Tools, answer: Answer, matched: Sequence[Matched]) -> list[ProductHit]:
    """In blocks, as all hits of the words are: these must begin with a block."""
    if not matched or answer.step is None:
        return []
    pipe = tools.redis.pipeline(transaction=False)
    for each in matched:
        pipe.hget(each.key, "card")
    with translate_redis_errors("reading products"), tracing.trip("reading products"):
        cards = await pipe.execute()
    candidates = [Candidate(orjson.loads(card), each.score) for each, card in zip(matched, cards, strict=True) if card]
    step = answer.step
    hits = rank(candidates, step.terms, step.tier, answer.cosines, best_score=answer.best_score)
    return list(tools.shop.boosted(hits))
