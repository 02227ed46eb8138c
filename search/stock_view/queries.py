"""Every query text that the view is asked with. Values travel as PARAMS; a price is our own number."""

from __future__ import annotations

from collections.abc import Sequence

from search.facets import FACET_FIELDS
from search.models import Filters
from search.queries import DIALECT, Command, Params, number, tag_filters

#: Beyond so many products the whole shelf is listed instead: asking for one costs 6 µs, a row of the listing 2.5 µs.
MOST_ASKED = 2_000
#: In one command, so that Redis is never busy with it for long.
ASKED_TOGETHER = 500
#: More than a store can have: FT.AGGREGATE's own limit is 10.
EVERYTHING = 1_000_000


def listings(index: str, ordinal: int, skus: Sequence[str], *, timeout_ms: int) -> list[Command]:
    """Which of the products a store has, with what facets count of each; maybe more products than were asked for."""
    if len(skus) > MOST_ASKED:
        return [_listing(index, ordinal, (), timeout_ms)]
    pieces = range(0, len(skus), ASKED_TOGETHER)
    return [_listing(index, ordinal, skus[first : first + ASKED_TOGETHER], timeout_ms) for first in pieces]


def page(index: str, ordinal: int, filters: Filters, *, offset: int, limit: int, timeout_ms: int) -> list[Command]:
    """One page of a shelf by SKU, and how many products are on all of it.

    Both by one FT.SEARCH, or, where each product's price has to be judged, by two FT.AGGREGATE: page, then number.
    """
    params = Params()
    text = _at(ordinal, params) + tag_filters(filters, params)
    tail: Command = (*params.arguments(), "DIALECT", DIALECT)
    if priced := _price_filter(filters):
        head: Command = ("FT.AGGREGATE", index, text, "VERBATIM", "TIMEOUT", timeout_ms, *priced)
        return [
            (*head, "SORTBY", 2, "@sku", "ASC", "LIMIT", offset, limit, *tail),
            (*head, "GROUPBY", 0, "REDUCE", "COUNT", 0, "AS", "n", *tail),
        ]
    shown: Command = ("RETURN", 1, "sku", "SORTBY", "sku", "ASC", "LIMIT", offset, limit, "TIMEOUT", timeout_ms)
    return [("FT.SEARCH", index, text, "VERBATIM", *shown, *tail)]


def facets(index: str, ordinal: int, filters: Filters, *, timeout_ms: int) -> list[Command]:
    """How many products of a shelf have each value, a command for each facet."""
    params = Params()
    text = _at(ordinal, params) + tag_filters(filters, params)
    head: Command = ("FT.AGGREGATE", index, text, "VERBATIM", "TIMEOUT", timeout_ms, *_price_filter(filters))
    return [
        (
            *(*head, "GROUPBY", 1, f"@{field}", "REDUCE", "COUNT", 0, "AS", "n", "LIMIT", 0, EVERYTHING),
            *(*params.arguments(), "DIALECT", DIALECT),
        )
        for field in FACET_FIELDS
    ]


def _listing(index: str, ordinal: int, skus: Sequence[str], timeout_ms: int) -> Command:
    params = Params()
    text = _at(ordinal, params)
    if skus:
        text += f" @sku:{{{'|'.join(params.add(sku) for sku in skus)}}}"
    return (
        *("FT.AGGREGATE", index, text, "VERBATIM", "TIMEOUT", timeout_ms),
        *("LOAD", 3, "@sku", "@brand_name", "@category_name", "LIMIT", 0, EVERYTHING),
        *(*params.arguments(), "DIALECT", DIALECT),
    )


def _at(ordinal: int, params: Params) -> str:
    return f"@stores:{{{params.add(str(ordinal))}}}"


def _price_filter(filters: Filters) -> tuple[str, ...]:
    """The price is a tag, because the view has nothing else; each product of the shelf is judged by itself."""
    bounds = [
        f"to_number(@price) {sign} {number(bound)}"
        for sign, bound in ((">=", filters.price_min), ("<=", filters.price_max))
        if bound is not None
    ]
    return ("LOAD", "1", "@price", "FILTER", " && ".join(("exists(@price)", *bounds))) if bounds else ()
