"""One question for products: plan, one round trip, choose the best tier, rank. A second trip only for meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from redis.asyncio import Redis

from search import queries, replies
from search.facets import FACET_FIELDS, Facets, count_facets, facets_of
from search.models import Filters, MatchSet, Tier
from search.plan import Step, plan
from search.query_vectors import QueryVectors
from search.ranking import RANKED_TOGETHER, by_meaning, rank, terms_in_title
from search.schema import catalogue_key, products_alias
from search.shop_words import NO_SHOP_WORDS, ShopWords
from search.vocabulary import Vocabulary
from search.wording import Wanted

#: The most products that one question looks for in stores.
MATCH_CAP = RANKED_TOGETHER
#: Products that only look alike are not shown below this cosine: they would be about something else.
MIN_COSINE = 0.45
#: The first steps bring their facets along in the same trip; they answer nearly every question.
FACETED_STEPS = 4


@dataclass(frozen=True, slots=True)
class Tools:
    """What questions are answered with."""

    redis: Redis
    namespace: str
    timeout_ms: int
    vocabulary: Vocabulary
    vectors: QueryVectors | None
    #: The index of this process's model by its real name: the alias may still serve another model's vectors.
    vectors_index: str = ""
    shop: ShopWords = NO_SHOP_WORDS


@dataclass(frozen=True, slots=True)
class Question:
    q: str
    filters: Filters
    window: int  # hits to read and rank: whole pages of RANKED_TOGETHER, so that every page sees the same order
    facets: bool = False


@dataclass(slots=True)
class _Found:
    """What came back. `build` names the catalogue that was asked."""

    build: bytes | None
    hits: Sequence[replies.Hits]
    facets: dict[int, Facets]
    near: replies.Neighbours = field(default_factory=replies.Neighbours)

    @property
    def best(self) -> int | None:
        return next((place for place, hits in enumerate(self.hits) if hits.total), None)

    @property
    def late(self) -> bool:
        """True where a step that could have answered better was cut off."""
        best = self.best
        return any(hits.timed_out for hits in self.hits[: len(self.hits) if best is None else best])


@dataclass(frozen=True, slots=True)
class Answer:
    """All ranked hits within the window, and the build of the catalogue that gave them.

    `step` is what was asked for them, where there may be more of them; with it, what they are ranked by.
    """

    matches: MatchSet
    build: bytes | None = None
    step: Step | None = None
    cosines: Mapping[str, float] = field(default_factory=dict)
    best_score: float = 0.0


async def answer(tools: Tools, question: Question) -> Answer:
    """Every hit of the best tier within the window, ranked."""
    words = tools.vocabulary
    wanted = tools.shop.understand(question.q, words)
    steps = plan(question.q, wanted, question.filters, french=words.has_french or not words, counts_known=bool(words))
    degraded = [] if words else ["vocabulary"]
    if not steps:
        return Answer(MatchSet(question.q, degraded=tuple(degraded)))
    vector = await _vector_at_hand(tools, question.q, wanted)
    found = await _first_trip(tools, question, steps, vector)
    step = steps[found.best] if found.best is not None else None
    if found.late:
        degraded.append("timeout")
    if wanted.terms and vector is None and (step is None or step.tier is Tier.SIMILAR) and tools.vectors:
        vector = await tools.vectors.compute(question.q)
        if vector is None:
            degraded.append("model")
        else:
            await _trip_for_meaning(tools, question, vector, found)
    if found.near.missing:
        degraded.append("vectors")
    matches = _by_words(question.q, step, found) if step else _by_meaning(question, wanted, found)
    if step is not None and step.is_guess and (nearer := _by_meaning(question, wanted, found)).hits:
        step, matches = None, nearer
    if question.facets and step and not matches.facets:
        matches = replace(matches, facets=await _trip_for_facets(tools, step))
    matches = replace(matches, degraded=tuple(degraded))
    if step is None or step.any_term:
        return Answer(matches, found.build)
    return Answer(matches, found.build, step, found.near.cosines, found.hits[found.best or 0].best_score)


async def _vector_at_hand(tools: Tools, q: str, wanted: Wanted) -> bytes | None:
    """The query's vector where it costs nothing, or where words that no product has make it needed anyway."""
    if not tools.vectors or not wanted.terms:
        return None
    surely_weak = bool(tools.vocabulary) and not any(term.frequency for term in wanted.terms)
    return await tools.vectors.compute(q) if surely_weak else tools.vectors.known(q)


async def _first_trip(tools: Tools, question: Question, steps: Sequence[Step], vector: bytes | None) -> _Found:
    alias, limit_ms = products_alias(tools.namespace), tools.timeout_ms
    commands: list[queries.Command] = [("GET", catalogue_key(tools.namespace))]
    commands += [queries.search(alias, s.query, offset=0, limit=question.window, timeout_ms=limit_ms) for s in steps]
    faceted = range(min(FACETED_STEPS, len(steps))) if question.facets else range(0)
    for place in faceted:
        commands += [queries.facet(alias, steps[place].query, name, timeout_ms=limit_ms) for name in FACET_FIELDS]
    if vector is not None:
        commands.append(_meaning(tools, question, vector))
    answers = await replies.one_trip(tools.redis, commands, "searching products")
    hits = [replies.hits(reply) for reply in answers[1 : 1 + len(steps)]]
    rest = answers[1 + len(steps) :]
    width = len(FACET_FIELDS)
    facets = {place: facets_of(rest[place * width : (place + 1) * width]) for place in faceted}
    found = _Found(answers[0], hits, facets)
    if vector is not None:
        found.near = replies.neighbours(rest[-1])
    return found


async def _trip_for_meaning(tools: Tools, question: Question, vector: bytes, found: _Found) -> None:
    (reply,) = await replies.one_trip(tools.redis, [_meaning(tools, question, vector)], "searching by meaning")
    found.near = replies.neighbours(reply)


async def _trip_for_facets(tools: Tools, step: Step) -> Facets:
    alias = products_alias(tools.namespace)
    commands = [queries.facet(alias, step.query, name, timeout_ms=tools.timeout_ms) for name in FACET_FIELDS]
    return facets_of(await replies.one_trip(tools.redis, commands, "counting brands and categories"))


def _meaning(tools: Tools, question: Question, vector: bytes) -> queries.Command:
    return queries.nearest_vectors(
        tools.vectors_index, vector, MATCH_CAP, filters=question.filters, timeout_ms=tools.timeout_ms
    )


def _by_words(q: str, step: Step, found: _Found) -> MatchSet:
    place = found.best or 0
    hits = found.hits[place]
    candidates, total = hits.candidates(), hits.total
    kept, relaxed = step.terms, step.relaxed
    if step.any_term and candidates:
        # Only products that have the very words which the best one has: one answer, one list of relaxed words.
        found_terms = terms_in_title([each.card for each in candidates], step.terms)
        had = found_terms[0]
        candidates = [each for each, terms in zip(candidates, found_terms, strict=True) if terms == had]
        total = len(candidates)
        kept = tuple(term for term in step.terms if term.text in had)
        relaxed += tuple(term.text for term in step.terms if term.text not in had)
    return MatchSet(
        q=q,
        tier=step.tier,
        hits=tuple(rank(candidates, kept, step.tier, found.near.cosines)),
        total=total,
        corrected=step.corrected,
        relaxed=relaxed,
        facets=found.facets.get(place, {}),
    )


def _by_meaning(question: Question, wanted: Wanted, found: _Found) -> MatchSet:
    near = [
        card for card in found.near.cards if found.near.cosines[card["s"]] >= MIN_COSINE and _price_fits(card, question)
    ]
    hits = by_meaning(near, found.near.cosines)
    return MatchSet(
        q=question.q,
        tier=Tier.SIMILAR if hits else None,
        hits=tuple(hits),
        total=len(hits),
        corrected=wanted.corrected if hits else None,
        relaxed=tuple(term.text for term in wanted.terms) if hits else (),
        facets=count_facets([hit.product for hit in hits]) if question.facets else {},
    )


def _price_fits(card: dict[str, Any], question: Question) -> bool:
    low, high = question.filters.price_min, question.filters.price_max
    if low is None and high is None:
        return True
    if not card.get("p"):
        return False
    price = Decimal(card["p"])
    return (low is None or price >= low) and (high is None or price <= high)
