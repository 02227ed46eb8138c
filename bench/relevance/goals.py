"""What must be reached, by suite, group and metric, and how far a run is from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.relevance.suites import identifiers, judged, kept, pairs, real

#: suite, group, metric
Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Goal:
    place: Place
    limit: float
    at_least: bool = True

    def is_met(self, value: float) -> bool:
        # A share of 1 may come as 0.9999999 from a mean.
        return value >= self.limit - 1e-9 if self.at_least else value <= self.limit + 1e-9


GOALS = (
    Goal((real.SUITE, "all", "zero_results"), 0.005, at_least=False),
    Goal((real.SUITE, "all", "department_known_p10"), 0.90),
    Goal((real.SUITE, "all", "said"), 0.95),
    Goal((real.SUITE, "all", "without_encoder"), 0.60),
    Goal((kept.SUITE, "one edit", "kept_ndcg10"), 0.97),
    Goal((kept.SUITE, "two edits", "kept_ndcg10"), 0.93),
    Goal((kept.SUITE, "case", "kept_ndcg10"), 1.0),
    Goal((kept.SUITE, "accents", "kept_ndcg10"), 1.0),
    Goal((kept.SUITE, "hyphens", "kept_ndcg10"), 0.99),
    Goal((kept.SUITE, "compounds", "kept_ndcg10"), 0.99),
    Goal((kept.SUITE, "units", "kept_ndcg10"), 0.99),
    Goal((kept.WORDS_SUITE, "all", "left_alone"), 1.0),
    Goal((identifiers.SUITE, identifiers.GTIN, "first_place"), 1.0),
    Goal((f"{identifiers.SUITE}, demo", identifiers.SKU, "first_place"), 1.0),
    Goal((identifiers.SUITE, identifiers.MODEL, "first_place"), 1.0),
    Goal((pairs.SUITE, "en", "recall10"), 0.90),
    Goal((f"{pairs.SUITE}, demo", "fr", "recall10"), 0.90),
    Goal((judged.WANDS, "all", "ndcg10_linear"), 0.75),
)


def verdicts(figures: Mapping[Place, float]) -> list[tuple[Goal, float | None]]:
    """Every goal with its figure: missed ones first, then met, then not measured."""
    found = [(goal, figures.get(goal.place)) for goal in GOALS]
    order = {False: 0, True: 1, None: 2}
    return sorted(found, key=lambda each: order[None if each[1] is None else each[0].is_met(each[1])])
