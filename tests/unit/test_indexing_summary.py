"""What a run tells people."""

from __future__ import annotations

from collections import Counter

import pytest

from indexing.report import FeedReport, FindingSink
from indexing.run import Outcome
from indexing.summary import SHOWN_REASONS, print_summary


@pytest.mark.parametrize("with_hints", [True, False])
def test_only_the_command_that_has_these_options_names_them(
    capsys: pytest.CaptureFixture[str], with_hints: bool
) -> None:
    reasons = Counter({("sku", f"reason {number}", True): 1 for number in range(SHOWN_REASONS + 1)})
    report = FeedReport("stock", "stock.csv", FindingSink(None), unchanged_since="noon", reasons=reasons)
    print_summary(Outcome(reports=[report]), 1.0, dry_run=False, with_hints=with_hints)
    said = capsys.readouterr().out
    assert "applied at noon" in said
    assert "1 more reasons" in said
    assert [option in said for option in ("--force", "--report")] == [with_hints, with_hints]
