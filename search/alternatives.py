"""What a shopper may have instead of a product: cheaper, of another brand, or just alike, in stock near a point.

The product's own category comes first, most alike first; then what its vector is near to. Without vectors the words
alone tell what is alike, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from search import queries, replies
from search.documents import product_of
from search.finding import MIN_COSINE, Tools
from search.folding import fold_value
from search.headline import named
from search.models import Filters, Product, ProductHit, Tier
from search.near import Around, NearShelves
from search.normalise import atoms, index_terms
from search.schema import products_alias, vector_key
from search.wording import Term, Wording

#: Products of the category that share words, products of the category at all, neighbours by vector.
MOST_ALIKE, MOST_OF_CATEGORY, MOST_NEIGHBOURS = 200, 300, 50
MAX_WORDS = 12


class Likeness(StrEnum):
    CHEAPER = "cheaper"
    OTHER_BRAND = "other_brand"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class Alternatives:
    """`total` counts all that were found in stock, `hits` are the first. `degraded` says what was missing or cut:

    "vectors" where only words told what is alike, "price" or "brand" where the product itself has none to compare,
    "store_filter" where there are more products than were looked at, "timeout" where a search was given up.
    """

    product: Product
    kind: Likeness
    hits: tuple[ProductHit, ...] = ()
    total: int = 0
    degraded: tuple[str, ...] = ()


async def alternatives(
    tools: Tools, near: NearShelves, sku: str, kind: Likeness, around: Around, *, limit: int = 10
) -> Alternatives | None:
    """None for a product that the catalogue lacks. Three round trips: the product, what is like it, where that is."""
    product, vector = await _itself(tools, sku)
    if product is None:
        return None
    missing = _incomparable(product, kind)
    if missing:
        return Alternatives(product, kind, degraded=(missing,))
    found = await _candidates(tools, product, kind, vector)
    alike = [hit for hit in _ordered(product, found) if _is(kind, hit.product, product)]
    wanted = alike[: await near.most_judged()]
    nearest = await near.nearest([hit.product.sku for hit in wanted], around)
    hits = [replace(hit, nearest=nearest[hit.product.sku]) for hit in wanted if hit.product.sku in nearest]
    cut = ("store_filter",) if len(wanted) < len(alike) and "store_filter" not in found.degraded else ()
    return Alternatives(product, kind, tuple(hits[:limit]), len(hits), found.degraded + cut)


@dataclass(frozen=True, slots=True)
class _Found:
    cards: Sequence[Mapping[str, Any]]
    cosines: Mapping[str, float]
    degraded: tuple[str, ...]


async def _itself(tools: Tools, sku: str) -> tuple[Product | None, bytes | None]:
    lookup = queries.lookup(
        products_alias(tools.namespace), queries.with_skus([sku]), limit=10, timeout_ms=tools.timeout_ms
    )
    commands: list[queries.Command] = [lookup]
    if tools.vectors_index:
        digest = tools.vectors_index.rpartition(":")[2]
        commands.append(("HGET", vector_key(tools.namespace, digest, sku), "vector"))
    answers = await replies.one_trip(tools.redis, commands, "looking up a product")
    found = [product_of(card) for card in replies.cards(answers[0])]
    vector = answers[1] if len(answers) > 1 else None
    # Tags ignore case, so another product may come back, too.
    return next((each for each in found if each.sku == sku), None), vector if isinstance(vector, bytes) else None


def _incomparable(product: Product, kind: Likeness) -> str | None:
    if kind is Likeness.CHEAPER and product.price is None:
        return "price"
    return "brand" if kind is Likeness.OTHER_BRAND and not product.brand else None


def _is(kind: Likeness, other: Product, product: Product) -> bool:
    if other.sku == product.sku:
        return False
    if kind is Likeness.CHEAPER:
        known = other.price is not None and product.price is not None and other.currency == product.currency
        return known and other.price < product.price  # type: ignore[operator]
    if kind is Likeness.OTHER_BRAND:
        return bool(other.brand) and fold_value(other.brand or "") != fold_value(product.brand or "")
    return True


async def _candidates(tools: Tools, product: Product, kind: Likeness, vector: bytes | None) -> _Found:
    alias, late = products_alias(tools.namespace), tools.timeout_ms
    category = product.category if product.category and fold_value(product.category) else None
    ceiling = product.price if kind is Likeness.CHEAPER else None
    filters, asked = Filters(category=category, price_max=ceiling), []
    if terms := _terms(product):
        alike = queries.any_of(terms, queries.TITLE, french=False, filters=filters)
        asked.append(queries.search(alias, alike, offset=0, limit=MOST_ALIKE, timeout_ms=late))
    if category:
        asked.append(
            queries.search(alias, queries.all_with(filters), offset=0, limit=MOST_OF_CATEGORY, timeout_ms=late)
        )
    by_words = len(asked)
    if vector is not None:
        asked.append(
            queries.nearest_vectors(
                tools.vectors_index, vector, MOST_NEIGHBOURS + 1, filters=Filters(), timeout_ms=late
            )
        )
    answers = await replies.one_trip(tools.redis, asked, "looking for alternatives") if asked else []
    hits = [replies.hits(reply) for reply in answers[:by_words]]
    near = replies.neighbours(answers[-1]) if vector is not None else replies.Neighbours(missing=True)
    cards = [candidate.card for each in hits for candidate in each.candidates()]
    cards += [card for card in near.cards if near.cosines[card["s"]] >= MIN_COSINE]
    degraded = ["timeout"] if any(each.timed_out for each in hits) else []
    degraded += ["vectors"] if near.missing else []
    # What shares words is of the category, too: only the widest question tells whether there is more.
    if hits and hits[-1].total > (MOST_OF_CATEGORY if category else MOST_ALIKE):
        degraded.append("store_filter")
    return _Found(list({card["s"]: card for card in cards}.values()), near.cosines, tuple(degraded))


def _terms(product: Product) -> list[Term]:
    """The words that name the product."""
    said = [part for atom in atoms(named(product.title).replace(" | ", " ")) for part in atom.parts]
    return [Term(word, (Wording((word,)),)) for word in dict.fromkeys(said)][:MAX_WORDS]


def _ordered(product: Product, found: _Found) -> list[ProductHit]:
    """The same category first; most alike first, equal ones by SKU."""
    own, category = frozenset(index_terms(product.title)), fold_value(product.category or "")
    ranked = []
    for card in found.cards:
        theirs = frozenset((card.get("h") or "").split())
        shared = len(own & theirs) / len(own | theirs) if own or theirs else 0.0
        cosine = max(0.0, found.cosines.get(card["s"], 0.0))
        score = (shared + cosine) / 2 if found.cosines else shared
        elsewhere = not category or fold_value(card.get("c") or "") != category
        ranked.append((elsewhere, -score, ProductHit(product_of(dict(card)), round(score, 6), Tier.SIMILAR)))
    ranked.sort(key=lambda each: (*each[:2], each[2].product.sku))
    return [hit for _, _, hit in ranked]
