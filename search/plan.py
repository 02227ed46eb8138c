"""Which searches a query needs, best tier first; all of them travel in one round trip. Pure.

Per scope of a product (what the title names it as, the whole title, all its text): every term. Then, in titles,
every term but one, and at last any term. The first step with a hit is the answer, so no lower tier is ever mixed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from search import queries
from search.identifiers import identifiers_of
from search.models import Filters, Tier
from search.wording import Term, Wanted

#: How many words are tried as the one to leave out, most common first.
MAX_DROPPED_CHOICES = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One search. `terms` is what its hits have (or, where `any_term`, may have); `relaxed` what they need not."""

    tier: Tier
    query: queries.Query
    terms: tuple[Term, ...] = ()
    relaxed: tuple[str, ...] = ()
    any_term: bool = False
    #: The query as it was understood here, where words were changed.
    corrected: str | None = None
    #: Its words only resemble what was said; meaning is nearer, where vectors know one.
    is_guess: bool = False


def plan(q: str, wanted: Wanted, filters: Filters, *, french: bool, counts_known: bool) -> list[Step]:
    """The steps, best first; none for a query of stop words."""
    steps = _identifier(q, filters)
    complete = Tier.CORRECTED if wanted.corrected else Tier.ALL_TERMS
    known = tuple(term for term in wanted.terms if term.frequency) if counts_known else wanted.terms
    dropped = tuple(term.text for term in wanted.terms if term not in known)
    if known and not dropped:
        steps += _corrected_otherwise(_every(known, complete, (), wanted, filters, french), wanted, filters, french)
        steps += _all_but_one(known, filters, french)
    elif known:
        # The catalogue lacks some words altogether: leaving out exactly these is the least that can be left out.
        tier = Tier.MOST_TERMS if len(known) * 2 > len(wanted.terms) else Tier.SIMILAR
        steps += _corrected_otherwise(_every(known, tier, dropped, wanted, filters, french), wanted, filters, french)
    if len(known) > 2 or (dropped and len(known) > 1):
        query = queries.any_of(known, queries.TITLE, french=french, filters=filters)
        steps.append(Step(Tier.SIMILAR, query, known, dropped, any_term=True))
    if wanted.guesses and not known:
        query = queries.any_of(wanted.guesses, queries.TITLE, french=french, filters=filters)
        steps.append(Step(Tier.SIMILAR, query, wanted.guesses, dropped, is_guess=True))
    return [
        step if step.corrected or step.tier is Tier.IDENTIFIER else replace(step, corrected=wanted.corrected)
        for step in steps
    ]


def _corrected_otherwise(own: Iterable[Step], wanted: Wanted, filters: Filters, french: bool) -> Iterator[Step]:
    """Another correction that a title has as a whole is likelier than one that only a description has, or than
    leaving the word out."""
    steps = list(own)
    in_titles = len(steps) - 1 if len(steps) > 1 else len(steps)
    in_titles = in_titles if wanted.corrected else 0
    yield from steps[:in_titles]
    for other in wanted.alternatives:
        if all(term.frequency for term in other.terms):
            query = queries.all_of(other.terms, queries.TITLE, french=french, filters=filters)
            yield Step(Tier.CORRECTED, query, other.terms, corrected=other.corrected)
    yield from steps[in_titles:]


def _identifier(q: str, filters: Filters) -> list[Step]:
    codes = identifiers_of(q)
    return [Step(Tier.IDENTIFIER, queries.identified_by(codes, filters=filters))] if codes else []


def _every(
    terms: tuple[Term, ...], tier: Tier, relaxed: tuple[str, ...], wanted: Wanted, filters: Filters, french: bool
) -> Iterator[Step]:
    # An accessory that is only mentioned in a description ("with charging case") is another product's.
    scopes = (queries.TITLE,) if wanted.for_accessory else queries.SCOPES
    for scope in scopes:
        yield Step(tier, queries.all_of(terms, scope, french=french, filters=filters), terms, relaxed)


def _all_but_one(terms: tuple[Term, ...], filters: Filters, french: bool) -> Iterator[Step]:
    if len(terms) < 2:
        return
    tier = Tier.MOST_TERMS if len(terms) > 2 else Tier.SIMILAR
    for term in _least_telling(terms)[:MAX_DROPPED_CHOICES]:
        kept = tuple(other for other in terms if other is not term)
        yield Step(tier, queries.all_of(kept, queries.TITLE, french=french, filters=filters), kept, (term.text,))


def _least_telling(terms: Sequence[Term]) -> list[Term]:
    """Codes and sizes first, as a "samsung s7" is rather another samsung than another s7; then common words."""
    return sorted(terms, key=lambda term: (not _is_code(term.text), -term.frequency))


def _is_code(text: str) -> bool:
    return len(text) <= 2 or any(char.isdigit() for char in text)
