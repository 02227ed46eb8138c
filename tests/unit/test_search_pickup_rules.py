"""Rules per category: what can be written, what is refused, and which one holds."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import SettingsError
from runtime.settings import Settings
from search.models import Product
from search.pickup_rules import NEXT_BUSINESS_DAY, PickupPolicy, PickupRule, PickupUnit, parse_rules

RULES = st.builds(PickupRule, st.integers(1, 999), st.sampled_from(PickupUnit))


@given(RULES)
def test_a_rule_is_read_as_it_is_written(rule: PickupRule) -> None:
    assert PickupRule.parse(str(rule)) == rule
    assert PickupRule.parse(f" {str(rule).upper()} ") == rule


@pytest.mark.parametrize("text", ["", "h", "4", "0h", "-1h", "1000h", "4 days", "4h30", "1.5h", "٤h", "bd3", "4h;"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="whole number"):
        PickupRule.parse(text)


def test_categories_are_compared_without_case_accents_and_double_spaces() -> None:
    rules = parse_rules("Crémerie  &  Œufs = 4h ; a=b=2bd;; *=5oh;")
    assert {name: str(rule) for name, rule in rules.items()} == {"cremerie & oeufs": "4h", "a=b": "2bd", "*": "5oh"}
    policy = PickupPolicy(rules=rules)
    assert policy.rules_for([Product("s", "t", category="CREMERIE & ŒUFS")]) == {PickupRule.parse("4h")}
    assert policy.rules_for([Product("s", "t", category="toys"), Product("t", "u")]) == {PickupRule.parse("5oh")}


def test_without_rules_a_hold_waits_for_the_next_business_day() -> None:
    policy = PickupPolicy.from_settings(Settings())
    assert policy.rules == {}
    assert policy.rules_for([Product("s", "t", category="toys")]) == {NEXT_BUSINESS_DAY}
    assert policy.rules_for([]) == {NEXT_BUSINESS_DAY}


def test_a_policy_has_what_the_settings_say() -> None:
    policy = PickupPolicy.from_settings(Settings(pickup_rules="toys=3bd", pickup_grace_seconds=60))
    assert policy.rules == {"toys": PickupRule(3, PickupUnit.BUSINESS_DAYS)}
    assert (policy.grace, policy.preparation) == (timedelta(minutes=1), timedelta(hours=1))
    assert (policy.longest, policy.window, policy.reminder) == (
        timedelta(days=7),
        timedelta(days=2),
        timedelta(hours=2),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("toys", "pair 1 is not of the form"),
        ("toys=3bd;=4h", "pair 2 is not of the form"),
        ("toys=3bd;Toys=4h", "pair 2 names a category that already has a rule"),
        ("toys=3bd; food=soon", "pair 2: a rule is a whole number"),
    ],
)
def test_rules_that_cannot_be_read_stop_the_start_and_say_which(text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=f"ONHAND_PICKUP_RULES: {says}"):
        PickupPolicy.from_settings(Settings(pickup_rules=text))
