"""What do the words mean: ProductSearch.find answers with the products of the best tier, in one round trip."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from runtime.errors import AppError, translate_redis_errors
from runtime.redis_client import RedisClients
from search import queries, replies, tracing
from search.alternatives import Alternatives, Likeness, alternatives
from search.completeness import Completeness
from search.completions import Completions
from search.documents import product_of
from search.embeddings import Embedder
from search.errors import InvalidSearch
from search.explaining import Explanation, explained
from search.finding import MATCH_CAP, Question, Tools, answer
from search.in_store import Page, StoreShelves
from search.models import Filters, MatchSet, Product
from search.near import Around, NearShelves
from search.normalise import MAX_QUERY_CHARS
from search.popular import PopularTexts
from search.queries import MAX_DEPTH
from search.query_vectors import QueryVectors
from search.ranking import RANKED_TOGETHER
from search.schema import catalogue_key, products_alias, skus_key, titles_key, vectors_index, vocabulary_key
from search.shop_words import NO_SHOP_WORDS, ShopWords
from search.suggest import Place, Suggestion, suggest
from search.titles import Titles
from search.tracing import Trace
from search.vocabulary import Vocabulary
from search.wording import warm

SKUS_PER_LOOKUP = 200
#: While somebody types, the live catalogue is looked at so often.
SWAP_LOOK_SECONDS = 2.0


class ProductSearch:
    """Finds products by words or identifiers; knows nothing about where they are, but for the filter it is given."""

    def __init__(
        self,
        clients: RedisClients,
        namespace: str,
        embedder: Embedder | None = None,
        *,
        timeout_ms: int = 250,
        shelves: StoreShelves | None = None,
        near: NearShelves | None = None,
        completeness: Completeness | None = None,
        shop: Callable[[], ShopWords] = lambda: NO_SHOP_WORDS,
    ) -> None:
        self._redis = clients.reads
        self._namespace = namespace
        self._timeout_ms = timeout_ms
        self._shelves = shelves
        self._near = near
        self._shop = shop
        self._completeness = completeness
        self._vectors = QueryVectors(embedder) if embedder else None
        self._vectors_index = vectors_index(namespace, embedder.digest) if embedder else ""
        self._vocabulary = Vocabulary()
        self._completions = Completions(self._vocabulary)
        self._suggested_at = 0.0
        self._build: bytes | None = None
        self._reloading: asyncio.Task[None] | None = None

    async def refresh(self) -> None:
        """Load the words of the live catalogue; find() does it by itself when the catalogue was swapped."""
        with translate_redis_errors("loading the catalogue's words"):
            keys = [key(self._namespace) for key in (catalogue_key, vocabulary_key, titles_key)]
            build, words, titles = (
                value.encode() if isinstance(value, str) else value for value in await self._redis.mget(keys)
            )
        # Each takes tens of milliseconds.
        await asyncio.to_thread(warm)
        self._vocabulary = await asyncio.to_thread(Vocabulary.from_bytes, words)
        self._completions = await asyncio.to_thread(_completions, self._vocabulary, titles)
        self._build = build

    @property
    def vocabulary(self) -> Vocabulary:
        return self._vocabulary

    async def get(self, skus: Sequence[str]) -> dict[str, Product]:
        """The products of these SKUs; unknown ones are absent."""
        wanted = [sku for sku in dict.fromkeys(skus) if sku]
        chunks = [wanted[i : i + SKUS_PER_LOOKUP] for i in range(0, len(wanted), SKUS_PER_LOOKUP)]
        if not chunks:
            return {}
        alias = products_alias(self._namespace)
        commands = [
            # Tags ignore case, so two SKUs that differ in nothing else may both come back.
            queries.lookup(alias, queries.with_skus(chunk), limit=2 * len(chunk), timeout_ms=self._timeout_ms)
            for chunk in chunks
        ]
        answers = await replies.one_trip(self._redis, commands, "looking up products")
        found = [product_of(card) for answer in answers for card in replies.cards(answer)]
        return {product.sku: product for product in found if product.sku in set(wanted)}

    async def is_known(self, sku: str) -> bool:
        """True where the live catalogue has this SKU."""
        with translate_redis_errors("looking up a product"):
            return bool(await self._redis.sismember(skus_key(self._namespace), sku))

    async def find(
        self,
        q: str,
        *,
        limit: int = 20,
        offset: int = 0,
        filters: Filters | None = None,
        facets: bool = False,
        around: Around | None = None,
    ) -> MatchSet:
        """The products that the words mean, one page of them; empty for stop words only. May raise InvalidSearch.

        With `around` only those that a store within that radius hands out now, each with the nearest such store.
        """
        filters = filters or Filters()
        _check_depth(offset, limit)
        tools = await self._tools()
        shelves = self._shelves if filters.store_id is not None else None
        near = self._near if around is not None and shelves is None else None
        narrowed = shelves is not None or near is not None
        window = RANKED_TOGETHER if narrowed else _whole_pages(offset + limit)
        asked = Question(q[:MAX_QUERY_CHARS].strip(), filters, window, facets and not narrowed)
        found = await answer(tools, asked)
        if (trace := tracing.current()) is not None and found.step is not None:
            trace.terms = found.step.terms
        found = replace(found, matches=replace(found.matches, hits=tools.shop.boosted(found.matches.hits)))
        if found.build is not None and found.build != self._build:
            self._reload_soon()
        page = Page(offset, limit, facets)
        if shelves:
            matches = await shelves.narrow(tools, found, filters.store_id or "", page)
        elif near and around:
            matches = await near.narrow(tools, found, around, page)
        else:
            matches = replace(found.matches, hits=page.of(found.matches.hits))
        return self._completeness.say_so(matches) if self._completeness is not None else matches

    async def with_nearest(self, matches: MatchSet, around: Around) -> MatchSet:
        """The same hits, each with the nearest store within the radius that has it, where there is one."""
        return await self._near.beside(matches, around) if self._near is not None else matches

    def explained(self, matches: MatchSet, trace: Trace) -> Explanation:
        """Why each hit is one; the trace was open while they were found."""
        shop = self._shop()
        return explained(matches, shop.understand(matches.q, self._vocabulary), trace, shop)

    async def alternatives(self, sku: str, kind: Likeness, around: Around, *, limit: int = 10) -> Alternatives | None:
        """What may be had near a point instead of a product; None for an unknown one."""
        if self._near is None:
            raise InvalidSearch("stock is not known here", details={"field": "lat"})
        return await alternatives(await self._tools(), self._near, sku, kind, around, limit=limit)

    async def browse(self, filters: Filters, *, limit: int = 20, offset: int = 0, facets: bool = False) -> MatchSet:
        """All that one store has, by SKU. Raises IndexMissing while there is no view of its stock."""
        _check_depth(offset, limit)
        if self._shelves is None or filters.store_id is None:
            raise InvalidSearch("a store is needed", details={"field": "store_id"})
        return await self._shelves.browse(self.get, filters, Page(offset, limit, facets))

    async def match(self, q: str, *, filters: Filters | None = None) -> MatchSet:
        """The products to look for in stores: the best hits of the best tier, at most MATCH_CAP."""
        return await self.find(q, limit=MATCH_CAP, filters=filters)

    async def suggest(
        self,
        q: str,
        *,
        limit: int = 8,
        language: str = "en",
        popular: PopularTexts | None = None,
        around: Around | None = None,
    ) -> list[Suggestion]:
        """What may be meant by a beginning; with `around` products that a store there has come first."""
        tools = await self._tools()
        place = Place(self._near, around) if around is not None and self._near is not None else None
        # Suggestions come from memory, which does not tell that the catalogue was swapped.
        now = asyncio.get_running_loop().time()
        if now - self._suggested_at > SWAP_LOOK_SECONDS:
            self._suggested_at = now
            self._reload_soon(only_if_swapped=True)
        return await suggest(tools, self._completions, q, limit=limit, language=language, popular=popular, place=place)

    async def _tools(self) -> Tools:
        if self._build is None:
            await self.refresh()
        return Tools(
            self._redis,
            self._namespace,
            self._timeout_ms,
            self._vocabulary,
            self._vectors,
            self._vectors_index,
            self._shop(),
        )

    def _reload_soon(self, *, only_if_swapped: bool = False) -> None:
        """The catalogue was swapped: this question was answered with the old words, the next ones should not be."""
        if self._reloading is None or self._reloading.done():
            self._reloading = asyncio.create_task(self._reload(only_if_swapped))

    async def _reload(self, only_if_swapped: bool) -> None:
        # A failure is Redis' and shows in the next question.
        with contextlib.suppress(AppError):
            if only_if_swapped and await self._live_build() == self._build:
                return
            await self.refresh()

    async def _live_build(self) -> bytes | None:
        with translate_redis_errors("looking at the catalogue"):
            build = await self._redis.get(catalogue_key(self._namespace))
        return build.encode() if isinstance(build, str) else build


def _completions(vocabulary: Vocabulary, titles: bytes | None) -> Completions:
    return Completions(vocabulary, Titles.from_bytes(titles))


def _check_depth(offset: int, limit: int) -> None:
    if limit < 0 or offset < 0 or offset + limit > MAX_DEPTH:
        raise InvalidSearch(f"offset and limit must stay within {MAX_DEPTH}", details={"field": "limit"})


def _whole_pages(hits: int) -> int:
    """So many hits, up to the end of those that are ranked together with the last of them."""
    return math.ceil(max(1, hits) / RANKED_TOGETHER) * RANKED_TOGETHER
