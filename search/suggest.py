"""Suggestions while someone types: categories, brands, past searches and titles, all from memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from search import queries, replies
from search.completions import Completions, TitleHit
from search.documents import product_of
from search.finding import Tools
from search.folding import fold_value
from search.models import Filters
from search.near import Around, NearShelves
from search.normalise import MAX_QUERY_CHARS, query_atoms
from search.popular import PopularTexts
from search.schema import products_alias
from search.titles import Meant
from search.wording import Term, Wording, understand

MAX_COMPLETIONS = 5
MAX_NAMED = 3
MAX_SEARCHES = 2
#: However many names and searches there are, so many products are shown.
MIN_PRODUCTS = 3
#: Of the products that fit, so many are asked for where they are; those near by come first.
MAX_LOCATED = 24

Kind = Literal["product", "brand", "category", "search"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`sku` for a product; `in_stock_near` for a product where a point was given."""

    text: str
    kind: Kind
    sku: str | None = None
    in_stock_near: bool | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the shopper is, and who knows what is there."""

    shelves: NearShelves
    around: Around


async def suggest(
    tools: Tools,
    completions: Completions,
    q: str,
    *,
    limit: int = 8,
    language: str = "en",
    popular: PopularTexts | None = None,
    place: Place | None = None,
) -> list[Suggestion]:
    """What may be meant by a beginning: categories and brands that start so, past searches, then titles.

    None for no words. With a place, products that a store around has come before those that none has.
    """
    q = q[:MAX_QUERY_CHARS]
    typed = fold_value(q)
    if not typed:
        return []
    categories, brands = completions.named(typed, MAX_NAMED)
    found = [Suggestion(value.name, "category") for value in categories]
    found += [Suggestion(value.name, "brand") for value in brands]
    said = {each.text.casefold() for each in found}
    searches = popular.starting(typed, MAX_SEARCHES) if popular else ()
    found += [Suggestion(text, "search") for text in searches if text not in said]
    products = await _products(await _titles(tools, completions, q, language), limit, place)
    room = limit - min(len(products), MIN_PRODUCTS)
    return (found[:room] + products)[:limit]


def completed(q: str, completions: Completions) -> tuple[Term, ...]:
    """The terms of a query whose last word is still being typed. Pure."""
    said = query_atoms(q)
    if not said:
        return ()
    vocabulary = completions.vocabulary
    last = said[-1].parts[-1]
    whole = q[-1:].isspace()
    endings = () if whole else completions.endings(last, MAX_COMPLETIONS)
    if not endings:
        return understand(q, vocabulary).terms
    head = " ".join(atom.text for atom in said[:-1]) + " " + " ".join(said[-1].parts[:-1])
    typing = Term(last, tuple(Wording((word,)) for word in dict.fromkeys((*endings, last))), 1)
    return (*(term for term in understand(head, vocabulary).terms if term.text != last), typing)


async def _products(titles: Sequence[TitleHit], limit: int, place: Place | None) -> list[Suggestion]:
    shown = [Suggestion(each.title, "product", each.sku) for each in titles]
    if place is None:
        return _once(shown)[:limit]
    near = await place.shelves.nearest([each.sku for each in titles], place.around)
    located = [replace(each, in_stock_near=each.sku in near) for each in shown]
    return _once(sorted(located, key=lambda each: not each.in_stock_near))[:limit]


def _once(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """Each text where it stands first."""
    first: dict[str, Suggestion] = {}
    for each in suggestions:
        first.setdefault(each.text, each)
    return list(first.values())


async def _titles(tools: Tools, completions: Completions, q: str, language: str) -> tuple[TitleHit, ...]:
    asked = (fold_value(q) + (" " if q[-1:].isspace() else ""), language, MAX_LOCATED)
    kept = completions.titles(asked)
    if kept is not None:
        return kept
    terms = completed(q, completions)
    if not terms:
        return ()
    if titles := completions.all_titles:
        places = titles.find([_meant(term, last=term is terms[-1]) for term in terms], MAX_LOCATED)
        there = tuple(TitleHit(titles.skus[place], titles.title(place, language)) for place in places)
        completions.keep_titles(asked, there)
        return there
    return await _titles_in_redis(tools, completions, terms, asked)


def _meant(term: Term, *, last: bool) -> list[Meant]:
    """Every word of a term's wordings, as titles may write it. Of several words, the last stands for all."""
    words = [wording.words[-1] for wording in term.wordings]
    forms = [form for word in words for form in (word, word + "s", word.removesuffix("s"))]
    # What is still being typed may go on, too.
    return [(form, False) for form in dict.fromkeys(forms)] + ([(term.text, True)] if last else [])


async def _titles_in_redis(
    tools: Tools, completions: Completions, terms: Sequence[Term], asked: tuple[str, str, int]
) -> tuple[TitleHit, ...]:
    """Where there are too many titles to keep them here."""
    french = completions.vocabulary.has_french
    commands = [
        queries.search(
            products_alias(tools.namespace),
            queries.all_of(terms, scope, french=french, filters=Filters()),
            offset=0,
            limit=MAX_LOCATED,
            timeout_ms=tools.timeout_ms,
        )
        for scope in (queries.NAMED, queries.TITLE)
    ]
    answers = [replies.hits(reply) for reply in await replies.one_trip(tools.redis, commands, "suggesting titles")]
    products = [product_of(candidate.card) for hits in answers for candidate in hits.candidates()]
    skus = {product.sku: TitleHit(product.sku, product.title_in(asked[1])) for product in products}
    found = tuple(skus.values())[:MAX_LOCATED]
    if not any(hits.timed_out for hits in answers):
        completions.keep_titles(asked, found)
    return found
