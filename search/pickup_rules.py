"""How long a hold waits at the store: rules per category, read from the settings, and the policy around them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from runtime.errors import SettingsError
from runtime.settings import Settings
from search.folding import fold_value
from search.models import Product

#: Stands for every category that has no rule of its own.
ANY_CATEGORY = "*"
_RULE = re.compile(r"([1-9][0-9]{0,2})\s*(h|oh|bd)", re.ASCII)


class PickupUnit(StrEnum):
    """What a rule counts."""

    HOURS = "h"
    OPEN_HOURS = "oh"
    BUSINESS_DAYS = "bd"


@dataclass(frozen=True, slots=True)
class PickupRule:
    """`4h`: four hours by the clock; `4oh`: four hours of opening time; `3bd`: the close of the third business day."""

    amount: int
    unit: PickupUnit

    @classmethod
    def parse(cls, text: str) -> PickupRule:
        """Raises ValueError that says what a rule looks like."""
        found = _RULE.fullmatch(text.strip().lower())
        if found is None:
            raise ValueError("a rule is a whole number from 1 to 999 with `h`, `oh` or `bd`, such as 4h, 6oh or 3bd")
        return cls(int(found[1]), PickupUnit(found[2]))

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def hours(self) -> timedelta:
        return timedelta(hours=self.amount)


NEXT_BUSINESS_DAY = PickupRule(1, PickupUnit.BUSINESS_DAYS)


@dataclass(frozen=True, slots=True)
class PickupPolicy:
    """The settings of a deployment. `rules` are by folded category; `window` is for stores of unknown hours."""

    preparation: timedelta = timedelta(hours=1)
    longest: timedelta = timedelta(days=7)
    window: timedelta = timedelta(days=2)
    reminder: timedelta = timedelta(hours=2)
    grace: timedelta = timedelta(minutes=30)
    rules: Mapping[str, PickupRule] = field(default_factory=dict)

    @classmethod
    def from_settings(cls, settings: Settings) -> PickupPolicy:
        """Raises SettingsError where the rules cannot be read."""
        try:
            rules = parse_rules(settings.pickup_rules)
        except ValueError as error:
            raise SettingsError(f"ONHAND_PICKUP_RULES: {error}") from error
        return cls(
            preparation=timedelta(seconds=settings.pickup_preparation_seconds),
            longest=timedelta(seconds=settings.pickup_max_seconds),
            window=timedelta(seconds=settings.pickup_window_seconds),
            reminder=timedelta(seconds=settings.pickup_reminder_seconds),
            grace=timedelta(seconds=settings.pickup_grace_seconds),
            rules=rules,
        )

    def rules_for(self, products: Iterable[Product]) -> frozenset[PickupRule]:
        """The rules that these products fall under; the strictest of them holds for a hold."""
        default = self.rules.get(ANY_CATEGORY, NEXT_BUSINESS_DAY)
        found = {self.rules.get(fold_value(product.category or ""), default) for product in products}
        return frozenset(found) or frozenset({default})


def parse_rules(text: str) -> dict[str, PickupRule]:
    """`category=rule` pairs with semicolons between them, by folded category.

    Raises ValueError that names the pair by its place; the text itself is not repeated.
    """
    rules: dict[str, PickupRule] = {}
    for place, pair in enumerate(text.split(";"), start=1):
        if not pair.strip():
            continue
        category, equals, rule = pair.rpartition("=")
        folded = fold_value(category)
        if not equals or not folded:
            raise ValueError(f"pair {place} is not of the form category=rule, such as produce=4h")
        if folded in rules:
            raise ValueError(f"pair {place} names a category that already has a rule")
        try:
            rules[folded] = PickupRule.parse(rule)
        except ValueError as error:
            raise ValueError(f"pair {place}: {error}") from error
    return rules
