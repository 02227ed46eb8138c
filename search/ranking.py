"""Orders the hits of one tier: text score, share of the title that was asked for, and meaning where it is known. Pure.

A convex combination of parts from 0 to 1. The text score is divided by the best one of the query, so that no part
depends on how many hits were read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from search.documents import product_of
from search.models import ProductHit, Tier
from search.normalise import index_terms, stem
from search.wording import Term

TEXT_WEIGHT, COVERAGE_WEIGHT = 0.65, 0.35
#: Share that meaning takes from both where the query's vector is known.
MEANING_WEIGHT = 0.35

#: Where a card keeps the stems of its title in each language.
TITLE_KEYS = {"en": "h", "fr": "f"}
LANGUAGES = tuple(TITLE_KEYS)

Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hit as Redis answered it. `card` is what search.documents wrote."""

    card: dict[str, Any]
    text_score: float


def rank(
    candidates: Sequence[Candidate], terms: Sequence[Term], tier: Tier, cosines: Mapping[str, float]
) -> list[ProductHit]:
    """Best first; equal scores by SKU. A product that `cosines` lacks counts as the last one that it has."""
    best = max((candidate.text_score for candidate in candidates), default=0.0) or 1.0
    farthest = min(cosines.values(), default=0.0)
    wordings = {language: _stems(terms, language) for language in LANGUAGES}
    hits = []
    for candidate in candidates:
        text = candidate.text_score / best
        score = TEXT_WEIGHT * text + COVERAGE_WEIGHT * _coverage(candidate.card, wordings)
        if cosines:
            meaning = max(0.0, cosines.get(candidate.card["s"], farthest))
            score = MEANING_WEIGHT * meaning + (1 - MEANING_WEIGHT) * score
        hits.append(ProductHit(product_of(candidate.card), round(score, 6), tier))
    return sorted(hits, key=lambda hit: (-hit.score, hit.product.sku))


def by_meaning(cards: Sequence[dict[str, Any]], cosines: Mapping[str, float]) -> list[ProductHit]:
    hits = [ProductHit(product_of(card), round(cosines[card["s"]], 6), Tier.SIMILAR) for card in cards]
    return sorted(hits, key=lambda hit: (-hit.score, hit.product.sku))


def terms_in_title(cards: Iterable[Mapping[str, Any]], terms: Sequence[Term]) -> list[frozenset[str]]:
    """For each product the texts of the terms that its title or brand has."""
    texts = [term.text for term in terms]
    wordings = {language: _stems(terms, language) for language in LANGUAGES}
    found = []
    for card in cards:
        had: set[str] = set()
        for language, key in TITLE_KEYS.items():
            said = {*(card.get(key) or "").split(), *index_terms(card.get("b") or "", language)}
            had.update(text for text, term in zip(texts, wordings[language], strict=True) if _says(said, term))
        found.append(frozenset(had))
    return found


def _says(said: set[str] | frozenset[str], wordings: Sequence[Stems]) -> Stems:
    """The first wording that is all there; empty for none."""
    for wording in wordings:
        if said.issuperset(wording):
            return wording
    return ()


def _stems(terms: Sequence[Term], language: str) -> list[list[Stems]]:
    return [[tuple(stem(word, language) for word in w.words) for w in term.wordings] for term in terms]


def _coverage(card: Mapping[str, Any], wordings: Mapping[str, list[list[Stems]]]) -> float:
    """Share of the title's words that the query said, in the language where it is greater."""
    best = 0.0
    for language, key in TITLE_KEYS.items():
        title = card.get(key)
        if not title:
            continue
        said = frozenset(title.split())
        hit: set[str] = set()
        for term in wordings[language]:
            hit.update(_says(said, term))
        best = max(best, len(hit) / len(said))
    return best
