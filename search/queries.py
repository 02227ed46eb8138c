"""Every query text that is sent to RediSearch. Users' words and values travel only as PARAMS; the text is ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from search.errors import InvalidSearch
from search.folding import fold_value
from search.identifiers import Identifiers
from search.models import Filters
from search.normalise import stem
from search.wording import Term, Wording

Command = tuple[str | bytes | int | float, ...]
Value = str | bytes | int | float

DIALECT = 2
MAX_FACET_VALUES = 50
#: RediSearch itself ends here (MAXSEARCHRESULTS).
MAX_DEPTH = 10_000
#: The fields of one scope: English stems, then French ones.
NAMED = ("named", "named_fr")
TITLE = ("title", "title_fr")
ANYWHERE = ("body", "body_fr")
SCOPES = (NAMED, TITLE, ANYWHERE)


@dataclass(slots=True)
class Params:
    """Names the values of one query; the same value gets the same name."""

    names: dict[Value, str] = field(default_factory=dict)

    def add(self, value: Value) -> str:
        return "$" + self.names.setdefault(value, f"p{len(self.names)}")

    def arguments(self) -> tuple[Value, ...]:
        flat = [item for value, name in self.names.items() for item in (name, value)]
        return ("PARAMS", len(flat), *flat) if flat else ()


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    params: Params


def all_of(terms: Sequence[Term], fields: tuple[str, str], *, french: bool, filters: Filters) -> Query:
    """Every term, each somewhere in the fields."""
    params = Params()
    nodes = " ".join(_term(term, fields, params, french) for term in terms)
    return Query(nodes + _filters(filters, params), params)


def any_of(terms: Sequence[Term], fields: tuple[str, str], *, french: bool, filters: Filters) -> Query:
    """At least one of the terms."""
    params = Params()
    nodes = "|".join(_term(term, fields, params, french) for term in terms)
    return Query(f"({nodes})" + _filters(filters, params), params)


def identified_by(codes: Identifiers, *, filters: Filters | None = None) -> Query:
    params = Params()
    fields = (("sku", codes.sku), ("code", codes.code), ("gtin", codes.gtin))
    nodes = [f"@{name}:{{{params.add(value)}}}" for name, value in fields if value]
    return Query(f"({'|'.join(nodes)})" + _filters(filters or Filters(), params), params)


def with_skus(skus: Sequence[str]) -> Query:
    params = Params()
    return Query(f"@sku:{{{'|'.join(params.add(sku) for sku in skus)}}}", params)


def all_with(filters: Filters) -> Query:
    """Whatever the filters leave; there must be one."""
    params = Params()
    return Query(_filters(filters, params).strip(), params)


def search(index: str, query: Query, *, offset: int, limit: int, timeout_ms: int) -> Command:
    """FT.SEARCH with scores, answering one field a hit."""
    return (
        *("FT.SEARCH", index, query.text, "VERBATIM", "WITHSCORES", "SCORER", "BM25STD", "RETURN", 1, "card"),
        *("LIMIT", offset, limit, "TIMEOUT", timeout_ms, *query.params.arguments(), "DIALECT", DIALECT),
    )


def everything(index: str, query: Query, *, timeout_ms: int) -> Command:
    """FT.SEARCH for keys and scores alone, as many as RediSearch gives."""
    return (
        *("FT.SEARCH", index, query.text, "VERBATIM", "WITHSCORES", "SCORER", "BM25STD", "NOCONTENT"),
        *("LIMIT", 0, MAX_DEPTH, "TIMEOUT", timeout_ms, *query.params.arguments(), "DIALECT", DIALECT),
    )


def lookup(index: str, query: Query, *, limit: int, timeout_ms: int) -> Command:
    """FT.SEARCH for identifiers, where scores mean nothing."""
    return (
        *("FT.SEARCH", index, query.text, "VERBATIM", "RETURN", 1, "card", "LIMIT", 0, limit),
        *("TIMEOUT", timeout_ms, *query.params.arguments(), "DIALECT", DIALECT),
    )


def facet(index: str, query: Query, field_name: str, *, timeout_ms: int) -> Command:
    """How many products of the query have each value; LIMIT is given because its default is 10."""
    return (
        *("FT.AGGREGATE", index, query.text, "VERBATIM", "TIMEOUT", timeout_ms),
        *("GROUPBY", 1, f"@{field_name}", "REDUCE", "COUNT", 0, "AS", "n"),
        *("SORTBY", 4, "@n", "DESC", f"@{field_name}", "ASC", "LIMIT", 0, MAX_FACET_VALUES),
        *(*query.params.arguments(), "DIALECT", DIALECT),
    )


def nearest_vectors(index: str, vector: bytes, k: int, *, filters: Filters, timeout_ms: int) -> Command:
    """KNN; price is not in the vector index and is judged by the caller."""
    params = Params()
    scope = tag_filters(filters, params).strip()
    text = (
        f"({scope or '*'})=>[KNN {params.add(k)} @vector {params.add(vector)} EF_RUNTIME {params.add(2 * k + 1)} AS d]"
    )
    return (
        *("FT.SEARCH", index, text, "RETURN", 2, "card", "d", "SORTBY", "d", "ASC", "LIMIT", 0, k),
        *("TIMEOUT", timeout_ms, *params.arguments(), "DIALECT", DIALECT),
    )


def _term(term: Term, fields: tuple[str, str], params: Params, french: bool) -> str:
    nodes = [_wording(wording, fields[0], "en", params) for wording in term.wordings if wording.language != "fr"]
    if french:
        nodes += [_wording(wording, fields[1], "fr", params) for wording in term.wordings]
    nodes = list(dict.fromkeys(nodes))
    return nodes[0] if len(nodes) == 1 else f"({'|'.join(nodes)})"


def _wording(wording: Wording, field_name: str, language: str, params: Params) -> str:
    said = " ".join(params.add(stem(word, language)) for word in wording.words)
    if wording.phrase and len(wording.words) > 1:
        return f"((@{field_name}:({said})) => {{ $slop: 0; $inorder: true; }})"
    return f"@{field_name}:({said})"


def _filters(filters: Filters, params: Params) -> str:
    text = tag_filters(filters, params)
    if filters.price_min is not None or filters.price_max is not None:
        low = "-inf" if filters.price_min is None else params.add(number(filters.price_min))
        high = "+inf" if filters.price_max is None else params.add(number(filters.price_max))
        text += f" @price:[{low} {high}]"
    return text


def tag_filters(filters: Filters, params: Params) -> str:
    """Brand and category, with a space in front. Raises InvalidSearch for a value that folds to nothing."""
    text = ""
    for field_name, value in (("brand", filters.brand), ("category", filters.category)):
        if value is None:
            continue
        folded = fold_value(value)
        if not folded:
            # An empty value must not quietly become "any value".
            raise InvalidSearch(f"{field_name} is empty", details={"field": field_name})
        text += f" @{field_name}:{{{params.add(folded)}}}"
    return text


def number(value: Decimal) -> str:
    """A number as queries spell it. Raises InvalidSearch for one that is not finite."""
    if not value.is_finite():
        raise InvalidSearch("a price must be a finite number", details={"field": "price"})
    return format(value, "f")
