"""Changes of stock as JSON."""

from __future__ import annotations

from bot.answers.stock import MovementsAnswer, SourceJson
from bot.responses.values import timestamp
from inventory.movements import MovementsApplied
from inventory.sources import SourceReport

#: A source that went wrong may lack thousands.
MAX_GAPS_LISTED = 100


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


def source_json(report: SourceReport) -> SourceJson:
    return {
        "source": report.source,
        "first_seq": report.first_seq,
        "last_seq": report.last_seq,
        "applied": report.applied,
        "missing": report.missing,
        "gaps": [{"first": gap.first, "last": gap.last} for gap in report.gaps[:MAX_GAPS_LISTED]],
        "late": report.late,
        "duplicate": report.duplicate,
        "since": None if report.since is None else timestamp(report.since),
    }
