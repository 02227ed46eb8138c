"""Ten thousand steps, drawn by Hypothesis: the ledger agrees with the model after each of them."""

from pathlib import Path

import pytest
from ledger_comparison import World
from ledger_machine import LedgerMachine, run_machine

#: Every answer that the ledger may give to a step must have been heard, or the steps prove less than they say.
HEARD = {
    "place": {"placed", "insufficient", "units_per_sku", "open_holds", "share_percent"},
    "place again": {"replayed", "insufficient", "conflict"},
    "place group": {"placed", "insufficient", "units_per_sku", "open_holds"},
    "replace": {"placed", "insufficient", "expired", "wrong_state"},
    "move": {"placed", "insufficient", "expired", "wrong_state", "replayed"},
    "confirm": {"changed", "repeated", "expired", "wrong_state"},
    "confirm group": {"changed", "expired", "wrong_state"},
    "cancel group": {"changed", "expired", "wrong_state"},
    "ready": {"changed", "expired", "wrong_state"},
    "pickup": {"changed", "expired", "wrong_state"},
    "cancel": {"changed", "expired", "wrong_state"},
    "no_show": {"changed", "expired", "wrong_state"},
    "short": {"changed", "expired", "wrong_state"},
    "extend": {"changed", "repeated", "expired", "wrong_state", "limit"},
    "movement": {"0 shorted", "1 shorted"},
    "movement allocate": {"applied", "duplicate", "rejected"},
}


@pytest.mark.timeout(600)
def test_ten_thousand_steps_agree_with_the_model(data_dir: Path) -> None:
    with World.opened(data_dir) as opened:

        class Machine(LedgerMachine):
            world = opened

        Machine.words.clear()
        run_machine(Machine, examples=150, derandomize=True)
    assert Machine.steps >= 10_000
    heard = {(rule, word) for rule, words in HEARD.items() for word in words}
    assert {": ".join(pair) for pair in heard} <= Machine.words.keys()
