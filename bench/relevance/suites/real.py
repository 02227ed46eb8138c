"""What shoppers really typed: is anything found, does it have the words, is it from the right department."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.relevance.cases import NOTHING, Answer, Scored
from bench.relevance.catalogue import Catalogue, Item
from bench.relevance.departments import Departments, Kind, departments
from bench.relevance.metrics import share
from bench.relevance.split import half_of
from search.lexicon import words as listed
from search.models import Tier
from search.normalise import index_terms, stem, tokens

SUITE = "real searches"
EXACT_TIERS = frozenset({Tier.IDENTIFIER, Tier.ALL_TERMS})


@dataclass(frozen=True, slots=True)
class RealSearch:
    """One search with what the shop filed it under."""

    query: str
    department: str
    category: str
    catalogue: Catalogue

    @property
    def queries(self) -> tuple[str, ...]:
        return (self.query,)

    def judge(self, answers: Sequence[Answer]) -> Scored:
        (answer,) = answers
        items = [self.catalogue.by_sku[sku] for sku in answer.skus if sku in self.catalogue.by_sku]
        kinds = departments()
        scores = {
            "zero_results": float(not answer.skus),
            "all_words": float(bool(items) and has_every_word(items[0], self.query)),
        }
        if answer.tier is not None:
            scores["without_encoder"] = float(not answer.encoded)
            scores["by_words"] = float(answer.tier not in (NOTHING, Tier.SIMILAR))
        if department := kinds.of(self.department):
            scores["department_p10"] = share([department.fits(item) for item in items])
            telling = [item for item in items if kinds.tells(item)]
            if telling:
                scores["department_known_p10"] = share([department.fits(item) for item in telling])
        if finer := self._finer(kinds):
            scores["category_p10"] = share([finer.fits(item) for item in items])
        if answer.skus and answer.tier is not None and answer.tier not in EXACT_TIERS:
            scores["said"] = float(bool(answer.corrected or answer.relaxed))
        story = f"[{self.department} / {self.category}] {told(answer, items)}"
        return Scored(self.query, half_of(self.query), ("all",), scores, story)

    def _finer(self, kinds: Departments) -> Kind | None:
        return kinds.finer(self.category)


def real_searches(rows: Iterable[Mapping[str, str]], catalogue: Catalogue) -> list[RealSearch]:
    return [RealSearch(row["query"], row["department"], row["category"], catalogue) for row in rows]


def has_every_word(item: Item, query: str) -> bool:
    """Whether every word of the query, but for stop words, stands in a product's texts by its stem."""
    asked = {stem(word) for word in tokens(query) if word not in listed().stop}
    return asked <= set(index_terms(item.text))


def told(answer: Answer, items: Sequence[Item], shown: int = 3) -> str:
    """What a system made of a query, for whoever reads failing cases."""
    parts = [answer.tier] if answer.tier else []
    if answer.corrected:
        parts.append(f"corrected to {answer.corrected!r}")
    if answer.relaxed:
        parts.append(f"without {', '.join(answer.relaxed)}")
    if answer.degraded:
        parts.append(f"degraded: {', '.join(answer.degraded)}")
    titles = " | ".join(item.title[:60] for item in items[:shown])
    return f"{'; '.join(parts)}: {titles}" if titles else "; ".join(parts)
