"""How many products have each brand and category: from Redis' counts, or from products at hand. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from search import replies
from search.folding import fold_value
from search.models import Facet, Facts, Product
from search.queries import MAX_FACET_VALUES

#: Field of the index, and the name of the facet in answers.
FACET_FIELDS = {"brand_name": "brand", "category_name": "category"}

Facets = dict[str, tuple[Facet, ...]]


def facets_of(answers: Sequence[Any]) -> Facets:
    """The replies of one query's FT.AGGREGATE calls, in the order of FACET_FIELDS."""
    names = FACET_FIELDS.values()
    return {name: merge_spellings(replies.facets(reply)) for name, reply in zip(names, answers, strict=True)}


def count_facets(products: Iterable[Product]) -> Facets:
    return count_facts(map(facts_of, products))


def facts_of(product: Product) -> Facts:
    return Facts(product.brand, product.category)


def count_facts(facts: Iterable[Facts]) -> Facets:
    pairs = [(each.brand, each.category) for each in facts]
    counts = {
        name: Counter(value for value in values if value)
        for name, values in zip(FACET_FIELDS.values(), zip(*pairs, strict=True) if pairs else ((), ()), strict=True)
    }
    return {name: most_counted(Facet(value, n) for value, n in found.items()) for name, found in counts.items()}


def most_counted(facets: Iterable[Facet]) -> tuple[Facet, ...]:
    """Spellings merged, those with most products, as many as Redis is asked for elsewhere."""
    return merge_spellings(facets)[:MAX_FACET_VALUES]


def less(facets: Facets, gone: Iterable[Facts]) -> Facets:
    """The facets without some products that were counted."""
    taken = {name: Counter[str]() for name in FACET_FIELDS.values()}
    for facts in gone:
        for name, value in (("brand", facts.brand), ("category", facts.category)):
            taken[name].update([fold_value(value)] if value else [])
    left = {
        name: [Facet(each.value, each.count - taken[name][fold_value(each.value)]) for each in found]
        for name, found in facets.items()
    }
    return {name: merge_spellings(each for each in found if each.count > 0) for name, found in left.items()}


def merge_spellings(facets: Iterable[Facet]) -> tuple[Facet, ...]:
    """One facet for values that a filter treats alike, shown as most products write it."""
    spellings: dict[str, list[Facet]] = defaultdict(list)
    for facet in facets:
        spellings[fold_value(facet.value)].append(facet)
    merged = [
        same[0]  # as nearly all are
        if len(same) == 1
        else Facet(max(same, key=lambda facet: (facet.count, facet.value)).value, sum(facet.count for facet in same))
        for same in spellings.values()
    ]
    return tuple(sorted(merged, key=lambda facet: (-facet.count, facet.value)))
