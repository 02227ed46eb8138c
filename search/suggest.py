"""Suggestions while someone types: categories and brands from the catalogue's words, titles in one round trip."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from search import queries, replies
from search.documents import product_of
from search.finding import Tools
from search.folding import fold_value
from search.models import Filters
from search.normalise import MAX_QUERY_CHARS, query_atoms
from search.schema import products_alias
from search.vocabulary import NamedValue, Vocabulary
from search.wording import Term, Wording, understand

MAX_COMPLETIONS = 5
MAX_NAMED = 3

Kind = Literal["product", "brand", "category"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    text: str
    kind: Kind


async def suggest(tools: Tools, q: str, *, limit: int = 8, language: str = "en") -> list[Suggestion]:
    """What may be meant by a beginning: categories and brands that start so, then titles; none for no words."""
    typed = fold_value(q[:MAX_QUERY_CHARS])
    if not typed:
        return []
    words = tools.vocabulary
    found = [Suggestion(value.name, "category") for value in _starting(words.categories, typed)]
    found += [Suggestion(value.name, "brand") for value in _starting(words.brands, typed)]
    found += [Suggestion(title, "product") for title in await _titles(tools, q, limit, language)]
    return found[:limit]


def completed(q: str, vocabulary: Vocabulary) -> tuple[Term, ...]:
    """The terms of a query whose last word is still being typed. Pure."""
    said = query_atoms(q)
    if not said:
        return ()
    last = said[-1].parts[-1]
    whole = q[-1:].isspace()
    endings = [] if whole else vocabulary.complete(last, MAX_COMPLETIONS)
    if not endings:
        return understand(q, vocabulary).terms
    head = " ".join(atom.text for atom in said[:-1]) + " " + " ".join(said[-1].parts[:-1])
    typing = Term(last, tuple(Wording((word,)) for word in dict.fromkeys((*endings, last))), 1)
    return (*(term for term in understand(head, vocabulary).terms if term.text != last), typing)


async def _titles(tools: Tools, q: str, limit: int, language: str) -> list[str]:
    terms = completed(q, tools.vocabulary)
    if not terms:
        return []
    french = tools.vocabulary.has_french
    commands = [
        queries.search(
            products_alias(tools.namespace),
            queries.all_of(terms, scope, french=french, filters=Filters()),
            offset=0,
            limit=limit,
            timeout_ms=tools.timeout_ms,
        )
        for scope in (queries.NAMED, queries.TITLE)
    ]
    answers = await replies.one_trip(tools.redis, commands, "suggesting titles")
    candidates = [candidate for reply in answers for candidate in replies.hits(reply).candidates()]
    titles = (product_of(candidate.card).title_in(language) for candidate in candidates)
    return list(dict.fromkeys(titles))[:limit]


def _starting(values: Iterable[NamedValue], typed: str) -> list[NamedValue]:
    """The most frequent values that start with what was typed, or have a word that does."""
    return list(islice((value for value in values if f" {typed}" in f" {value.folded}"), MAX_NAMED))
