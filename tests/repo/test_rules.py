"""The 23 rules of holds, H1 to H23: each has a test that bears its number."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


def test_every_rule_of_holds_has_a_test_that_names_it() -> None:
    named = re.compile(r"def test_h(\d\d)_")
    found = {int(number) for path in TESTS.rglob("test_*.py") for number in named.findall(path.read_text("utf-8"))}
    assert found == set(range(1, 24))
