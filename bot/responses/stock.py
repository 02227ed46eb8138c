"""Changes of stock as JSON."""

from __future__ import annotations

from bot.answers.stock import MovementsAnswer
from inventory.movements import MovementsApplied


def movements_json(outcome: MovementsApplied) -> MovementsAnswer:
    return {
        "applied": outcome.applied,
        "duplicate": outcome.duplicate,
        "rejected": [
            {"index": entry.index, "code": entry.code, "message": entry.message} for entry in outcome.rejected
        ],
        "shortfalls": [{"index": entry.index, "units": entry.units} for entry in outcome.shortfalls],
        "shorted": list(outcome.shorted),
    }
