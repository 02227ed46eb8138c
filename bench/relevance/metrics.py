"""Measures of one ranked answer, each with its convention in words. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

DEPTH = 10


def discounted(gains: Sequence[float], depth: int = DEPTH) -> float:
    """The sum of gains, each divided by log2(rank + 1)."""
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains[:depth], start=1))


def ndcg(ranked: Sequence[str], gains: Mapping[str, float], depth: int = DEPTH) -> float:
    """nDCG, convention A: linear gain, discount 1/log2(rank+1), ideal from all that was judged, unjudged counts 0.

    An item that is named twice counts where it stands first.
    """
    ideal = discounted(sorted(gains.values(), reverse=True), depth)
    found = [gains.get(item, 0.0) for item in dict.fromkeys(ranked)]
    return discounted(found, depth) / ideal if ideal else 0.0


def slots_ndcg(ranked: Sequence[str], grades: Mapping[str, float], *, best_grade: float, depth: int = DEPTH) -> float:
    """nDCG, convention B: gain 2^grade - 1, discount 1/rank, ideal fills every place with the best grade."""
    found = [2 ** grades.get(item, 0.0) - 1 for item in dict.fromkeys(ranked)][:depth]
    ideal = (2**best_grade - 1) * sum(1 / rank for rank in range(1, depth + 1))
    return sum(gain / rank for rank, gain in enumerate(found, start=1)) / ideal


def kept_ndcg(ranked: Sequence[str], clean: Sequence[str], depth: int = DEPTH) -> float:
    """How much of the clean query's own answer is left: its first item is worth `depth`, its last 1."""
    own = list(dict.fromkeys(clean))[:depth]
    return ndcg(ranked, {item: float(depth - place) for place, item in enumerate(own)}, depth)


def same_items(ranked: Sequence[str], clean: Sequence[str], depth: int = DEPTH) -> float:
    """1 where both begin with the same items, in any order."""
    return float(set(ranked[:depth]) == set(clean[:depth]))


def reciprocal_rank(ranked: Sequence[str], right: Collection[str]) -> float:
    """1 / the place of the first right item, 0 where there is none."""
    return next((1 / rank for rank, item in enumerate(ranked, start=1) if item in right), 0.0)


def share(judged: Sequence[bool], depth: int = DEPTH) -> float:
    """The share of right ones among those that were shown; 0 where nothing was shown."""
    shown = judged[:depth]
    return sum(shown) / len(shown) if shown else 0.0


#: What each number of a report means; nothing is reported under a name that is not here.
CONVENTIONS = {
    "kept_ndcg10": "nDCG@10; the clean query's own first ten are the ideal, worth 10 to 1 by place (linear gain); "
    "discount 1/log2(rank+1)",
    "same_top10": "1 where the first ten are the clean query's, in any order (binary)",
    "zero_results": "1 where nothing was found (binary; lower is better)",
    "all_words": "1 where the first hit has every word of the query by its stem, as typed, anywhere in its texts "
    "(binary; stop words left out, synonyms do not count)",
    "department_p10": "precision@10: share of the hits shown that fit the search's department (binary, by "
    "departments.toml); 0 where nothing was found",
    "department_known_p10": "the same, without hits of which category and title tell no department",
    "category_p10": "precision@10 for the finer category of the search (binary, by departments.toml)",
    "said": "1 where an answer that lacks words or changed them says so (binary; only such answers count)",
    "by_words": "1 where the words found it: another tier than similar, or none (binary)",
    "without_encoder": "1 where the answer came without encoding the query (binary)",
    "first_place": "1 where the first hit is the right one (binary)",
    "mrr": "mean reciprocal rank of the first right hit within ten, 0 beyond",
    "recall10": "1 where a right product is within the first ten (binary)",
    "right_p10": "precision@10: share of the hits shown that are right (binary)",
    "left_alone": "1 where a query of the catalogue's own words was not corrected (binary)",
    "ndcg10_linear": "nDCG@10, convention A: linear gain, discount 1/log2(rank+1), ideal from all judged, unjudged 0",
    "ndcg10_slots": "nDCG@10, convention B: gain 2^g-1, discount 1/rank, ideal fills every place with the best grade",
}
LOWER_IS_BETTER = frozenset({"zero_results"})
