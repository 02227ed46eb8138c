"""How many products have each brand and category: from Redis' counts, or from products at hand. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from search import replies
from search.folding import fold_value
from search.models import Facet, Product

#: Field of the index, and the name of the facet in answers.
FACET_FIELDS = {"brand_name": "brand", "category_name": "category"}

Facets = dict[str, tuple[Facet, ...]]


def facets_of(answers: Sequence[Any]) -> Facets:
    """The replies of one query's FT.AGGREGATE calls, in the order of FACET_FIELDS."""
    names = FACET_FIELDS.values()
    return {name: merge_spellings(replies.facets(reply)) for name, reply in zip(names, answers, strict=True)}


def count_facets(products: Iterable[Product]) -> Facets:
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACET_FIELDS.values()}
    for product in products:
        counts["brand"].update([product.brand] if product.brand else [])
        counts["category"].update([product.category] if product.category else [])
    return {name: merge_spellings(Facet(value, n) for value, n in found.items()) for name, found in counts.items()}


def merge_spellings(facets: Iterable[Facet]) -> tuple[Facet, ...]:
    """One facet for values that a filter treats alike, shown as most products write it."""
    spellings: dict[str, list[Facet]] = defaultdict(list)
    for facet in facets:
        spellings[fold_value(facet.value)].append(facet)
    merged = [
        Facet(max(same, key=lambda facet: (facet.count, facet.value)).value, sum(facet.count for facet in same))
        for same in spellings.values()
    ]
    return tuple(sorted(merged, key=lambda facet: (-facet.count, facet.value)))
