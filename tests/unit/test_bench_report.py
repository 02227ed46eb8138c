"""A report puts what is missed first, keeps every figure and tells a draw from a win."""

from pathlib import Path

import numpy as np
import orjson
import pytest
from rich.console import Console

from bench.goals import GOALS, verdicts
from bench.report import Report
from bench.sampling import Samples, ratio


def test_missed_goals_come_first_and_unmeasured_ones_last() -> None:
    figures = {"availability_sku_library_p50_ms": 0.6, "hash_per_cell_p99_ratio": 4.0, "oversold_units": 0.0}

    found = verdicts(figures)

    assert len(found) == len(GOALS)
    assert [(verdict.goal.figure, verdict.is_met) for verdict in found[:3]] == [
        ("hash_per_cell_p99_ratio", False),
        ("availability_sku_library_p50_ms", True),
        ("oversold_units", True),
    ]
    assert found[0].factor == pytest.approx(0.8)
    assert found[1].factor == pytest.approx(2.0)
    assert {verdict.is_met for verdict in found[3:]} == {None}


def test_a_report_is_shown_and_written_with_losses_first(tmp_path: Path) -> None:
    report = Report({"data": "tiny"})
    ours = Samples("ours", 1, np.linspace(2, 3, 200), 1.0)
    peer = Samples("peer", 1, np.linspace(1, 2, 200), 1.0)
    report.add_samples(ours, figure="availability_sku_library")
    report.add_samples(peer)
    report.ratios += [ratio(ours, peer, 99), ratio(peer, ours, 50)]
    console = Console(record=True, width=160)

    report.show(console)
    written = orjson.loads(report.write(tmp_path, "Quick run!").read_bytes())

    shown = console.export_text()
    assert shown.index("0.57 - 0.63") < shown.index("1.49 - 1.52")
    assert "missed" in shown
    assert written["figures"]["availability_sku_library_p50_ms"] == pytest.approx(2.5)
    assert [timing["name"] for timing in written["timings"]] == ["ours", "peer"]
    assert written["setup"] == {"data": "tiny"}
