"""Orders the hits of one tier: text score, share of the title that was asked for, category, meaning. Pure.

A convex combination of parts from 0 to 1. The text score is divided by the best one of the query, so that no part
depends on how many hits were read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from search import tracing
from search.documents import product_of
from search.models import ProductHit, Tier
from search.normalise import index_terms, stem
from search.tracing import ScoreParts
from search.wording import Term

#: So many hits, in the order of the text index, are put into order among themselves; the next ones come after them.
#: Whoever leafs through the hits then meets each of them once, however many were read for a page.
RANKED_TOGETHER = 50
#: Of the text score, the share of the title that was asked for, and the share of the terms that the category has too:
#: a television is rather found in "TV & Video" than in "Music".
TEXT_WEIGHT, COVERAGE_WEIGHT, CATEGORY_WEIGHT = 0.55, 0.3, 0.15
#: Share that meaning takes from them where the query's vector is known.
MEANING_WEIGHT = 0.35
#: What is left of text and title where a code was said and the title has a longer one: "x100" is no X100-K.
OTHER_CODE = 0.7
CODE_CHARS = 4

#: Where a card keeps the stems of its title in each language.
TITLE_KEYS = {"en": "h", "fr": "f"}
LANGUAGES = tuple(TITLE_KEYS)

Stems = tuple[str, ...]
#: By language, for each term the stems of each of its wordings.
Wordings = Mapping[str, list[list[Stems]]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hit as Redis answered it. `card` is what search.documents wrote."""

    card: dict[str, Any]
    text_score: float


def rank(
    candidates: Sequence[Candidate],
    terms: Sequence[Term],
    tier: Tier,
    cosines: Mapping[str, float],
    *,
    best_score: float | None = None,
) -> list[ProductHit]:
    """Best first; equal scores by SKU. A product that `cosines` lacks counts as the last one that it has.

    Candidates come in the order of the text index; `best_score` is that of the query where it is not among them.
    """
    best = best_score or max((candidate.text_score for candidate in candidates), default=0.0) or 1.0
    farthest = min(cosines.values(), default=0.0)
    wordings = {language: _stems(terms, language) for language in LANGUAGES}
    codes = _codes(terms)
    trace = tracing.current()
    hits = []
    for candidate in candidates:
        text, title = candidate.text_score / best, _coverage(candidate.card, wordings)
        category = _share_in_category(candidate.card, terms, wordings)
        if codes and _names_other_codes(candidate.card, codes):
            text, title = text * OTHER_CODE, title * OTHER_CODE
        score = TEXT_WEIGHT * text + COVERAGE_WEIGHT * title + CATEGORY_WEIGHT * category
        meaning = max(0.0, cosines.get(candidate.card["s"], farthest)) if cosines else None
        if meaning is not None:
            score = MEANING_WEIGHT * meaning + (1 - MEANING_WEIGHT) * score
        if trace is not None:
            trace.scores[candidate.card["s"]] = ScoreParts(text, title, category, meaning)
        hits.append(ProductHit(product_of(candidate.card), round(score, 6), tier))
    return [
        hit for first in range(0, len(hits), RANKED_TOGETHER) for hit in _ordered(hits[first : first + RANKED_TOGETHER])
    ]


def by_meaning(cards: Sequence[dict[str, Any]], cosines: Mapping[str, float]) -> list[ProductHit]:
    """Best first; equal scores by SKU."""
    if (trace := tracing.current()) is not None:
        trace.scores.update({card["s"]: ScoreParts(0.0, 0.0, 0.0, cosines[card["s"]]) for card in cards})
    return _ordered([ProductHit(product_of(card), round(cosines[card["s"]], 6), Tier.SIMILAR) for card in cards])


def terms_in_title(cards: Iterable[Mapping[str, Any]], terms: Sequence[Term]) -> list[frozenset[str]]:
    """For each product the texts of the terms that its title or brand has."""
    wordings = {language: _stems(terms, language) for language in LANGUAGES}
    return [_had(_in_title(card), terms, wordings) for card in cards]


def _codes(terms: Sequence[Term]) -> list[str]:
    said = [term.wordings[0].words[0] for term in terms if len(term.wordings[0].words) == 1]
    return [word for word in said if len(word) >= CODE_CHARS and not word.isalpha() and not word.isdigit()]


def _names_other_codes(card: Mapping[str, Any], codes: Sequence[str]) -> bool:
    words = [word for key in TITLE_KEYS.values() for word in (card.get(key) or "").split()]
    return any(len(word) > len(code) and word.startswith(code) for code in codes for word in words)


def _ordered(hits: Sequence[ProductHit]) -> list[ProductHit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.product.sku))


def _in_title(card: Mapping[str, Any]) -> dict[str, set[str]]:
    brand = card.get("b") or ""
    return {
        language: {*(card.get(key) or "").split(), *index_terms(brand, language)}
        for language, key in TITLE_KEYS.items()
    }


@lru_cache(maxsize=1_024)
def _in_category(category: str) -> dict[str, set[str]]:
    return {language: set(index_terms(category, language)) for language in LANGUAGES}


def _had(said: Mapping[str, set[str]], terms: Sequence[Term], wordings: Wordings) -> frozenset[str]:
    """The texts of the terms that are said in either language."""
    return frozenset(
        term.text
        for language in LANGUAGES
        for term, forms in zip(terms, wordings[language], strict=True)
        if _says(said[language], forms)
    )


def _says(said: set[str] | frozenset[str], wordings: Sequence[Stems]) -> Stems:
    """The first wording that is all there; empty for none."""
    for wording in wordings:
        if said.issuperset(wording):
            return wording
    return ()


def _stems(terms: Sequence[Term], language: str) -> list[list[Stems]]:
    return [[tuple(stem(word, language) for word in w.words) for w in term.wordings] for term in terms]


def _coverage(card: Mapping[str, Any], wordings: Wordings) -> float:
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


def _share_in_category(card: Mapping[str, Any], terms: Sequence[Term], wordings: Wordings) -> float:
    """Share of the terms that the category has, too."""
    category = card.get("c")
    return len(_had(_in_category(category), terms, wordings)) / len(terms) if category and terms else 0.0
