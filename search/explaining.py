"""Why each hit is one: its tier, which terms it met and where, and what its score is made of. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from search.models import MatchSet, Product, ProductHit, Tier
from search.normalise import index_terms, stem
from search.shop_words import ShopWords
from search.tracing import ScoreParts, Trace
from search.wording import Term, Wanted, Wording

LANGUAGES = ("en", "fr")
#: Where a term was met that no shown text has: later in the description, or in an attribute.
ELSEWHERE = "other_text"


@dataclass(frozen=True, slots=True)
class TermMet:
    """`said_as` is another wording, where the hit has that and not the term itself."""

    term: str
    places: tuple[str, ...]
    said_as: str | None = None


@dataclass(frozen=True, slots=True)
class HitExplanation:
    """`scores` is None where no score was reckoned."""

    tier: Tier | None
    terms: tuple[TermMet, ...]
    scores: ScoreParts | None
    boost: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Of a whole answer. `synonyms` are the other wordings that each term was looked for by."""

    terms: tuple[str, ...]
    synonyms: dict[str, tuple[str, ...]]
    timings_ms: dict[str, float]
    trips: int
    hits: dict[str, HitExplanation]


def explained(matches: MatchSet, wanted: Wanted, trace: Trace, shop: ShopWords) -> Explanation:
    identified = matches.tier is Tier.IDENTIFIER
    terms = () if identified else trace.terms or wanted.terms
    synonyms = {term.text: tuple(" ".join(each.words) for each in term.wordings[1:]) for term in terms}
    return Explanation(
        terms=tuple(term.text for term in terms),
        synonyms={text: others for text, others in synonyms.items() if others},
        timings_ms={name: round(ms, 3) for name, ms in trace.stages.items()},
        trips=trace.trips,
        hits={hit.product.sku: _hit(hit, terms, trace, shop, matches) for hit in matches.hits},
    )


def _hit(hit: ProductHit, terms: tuple[Term, ...], trace: Trace, shop: ShopWords, matches: MatchSet) -> HitExplanation:
    if hit.tier is Tier.IDENTIFIER:
        place = "sku" if hit.product.sku.casefold() == matches.q.casefold() else "gtin"
        met: tuple[TermMet, ...] = (TermMet(matches.q, (place,)),)
    else:
        said = _said(hit.product)
        # Relaxed words need not be there; all others were found, be it in a text that is not shown.
        sure = hit.tier not in (None, Tier.SIMILAR)
        found = [_met(term, said, sure=sure and term.text not in matches.relaxed) for term in terms]
        met = tuple(each for each in found if each is not None)
    return HitExplanation(hit.tier, met, trace.scores.get(hit.product.sku), shop.boost_of(hit.product))


Said = Mapping[str, Mapping[str, frozenset[str]]]


def _said(product: Product) -> Said:
    """The stems of every shown text, by place and language."""
    texts: dict[str, list[str | None]] = {
        "title": [product.title, product.localized.get("title_fr")],
        "brand": [product.brand],
        "category": [product.category],
        "description": [product.description, product.localized.get("description_fr")],
    }
    return {
        place: {
            language: frozenset(stemmed for text in some if text for stemmed in index_terms(text, language))
            for language in LANGUAGES
        }
        for place, some in texts.items()
    }


def _met(term: Term, said: Said, *, sure: bool) -> TermMet | None:
    for number, wording in enumerate(term.wordings):
        if places := _places(wording, said):
            return TermMet(term.text, places, " ".join(wording.words) if number else None)
    return TermMet(term.text, (ELSEWHERE,)) if sure else None


def _places(wording: Wording, said: Said) -> tuple[str, ...]:
    """Those that have all of it; else all that have one of its words, where they have it between them."""
    for language in LANGUAGES:
        stems = [stem(word, language) for word in wording.words]
        whole = tuple(place for place, have in said.items() if have[language].issuperset(stems))
        if whole:
            return whole
        parts = {each: [place for place, have in said.items() if each in have[language]] for each in stems}
        if not wording.phrase and all(parts.values()):
            return tuple(dict.fromkeys(place for places in parts.values() for place in places))
    return ()
