"""What a run found: tables for people, one JSON file for later comparison."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from bench.goals import Verdict, verdicts
from bench.sampling import Ratio, Samples, Summary

PERCENTILES = (50.0, 95.0, 99.0)


@dataclass(slots=True)
class Report:
    """Collects what the suites find. `figures` are single numbers by name; the goals are judged on them."""

    setup: dict[str, object]
    samples: list[Samples | Summary] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add_samples(self, samples: Samples | Summary, *, figure: str | None = None) -> None:
        """Keep samples; with `figure` their percentiles become figures too."""
        self.samples.append(samples)
        if figure:
            for percent in PERCENTILES:
                self.figures[f"{figure}_p{percent:g}_ms"] = samples.percentile(percent)
            self.figures[f"{figure}_per_second"] = samples.per_second

    def show(self, console: Console) -> None:
        """Print every table: timings, ratios with losses first, figures, goals."""
        console.print(_timings(self.samples))
        console.print(_ratios(self.ratios))
        console.print(_figures(self.figures))
        for note in self.notes:
            console.print(f"· {note}", markup=False)
        console.print(
            _goals(
                verdicts(self.figures),
                f"Goals, set for the full real data on 2 quiet cores; this run: {self.setup['data']}",
            )
        )

    def write(self, folder: Path, name: str) -> Path:
        """Write `<date>-<name>.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        path = folder / f"{datetime.now(UTC):%Y-%m-%d}-{slug}.json"
        content = {
            "measured_at": datetime.now(UTC),
            "setup": self.setup,
            "figures": self.figures,
            "timings": [_timing(samples) for samples in self.samples],
            "ratios": self.ratios,
            "goals": [
                {"text": v.goal.text, "limit": v.goal.limit, "measured": v.measured, "met": v.is_met}
                for v in verdicts(self.figures)
            ],
            "notes": self.notes,
        }
        path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return path


def _timing(samples: Samples | Summary) -> dict[str, object]:
    percentiles = {f"p{percent:g}_ms": round(samples.percentile(percent), 4) for percent in PERCENTILES}
    return {
        "name": samples.name,
        "clients": samples.clients,
        "samples": samples.count,
        **percentiles,
        "max_ms": round(samples.percentile(100), 4),
        "per_second": round(samples.per_second, 1),
    }


def _timings(all_samples: list[Samples | Summary]) -> Table:
    table = Table(title="Timings, milliseconds", title_justify="left")
    table.add_column("what")
    for heading in ("clients", "samples", *(f"p{percent:g}" for percent in PERCENTILES), "max", "per second"):
        table.add_column(heading, justify="right")
    for samples in all_samples:
        percentiles = (f"{samples.percentile(percent):.3f}" for percent in PERCENTILES)
        counts = str(samples.clients), f"{samples.count:,}"
        table.add_row(
            samples.name, *counts, *percentiles, f"{samples.percentile(100):.1f}", f"{samples.per_second:,.0f}"
        )
    return table


def _ratios(ratios: list[Ratio]) -> Table:
    table = Table(title="Beside the peers, losses first", title_justify="left")
    for heading in ("peer", "onhand"):
        table.add_column(heading)
    for heading in ("percentile", "peer ÷ onhand", "95 % interval"):
        table.add_column(heading, justify="right")
    for each in sorted(ratios, key=lambda each: each.value):
        interval = f"{each.low:.2f} - {each.high:.2f}"
        times = f"{each.value:.2f}" if each.is_clear else f"({each.value:.2f})"
        table.add_row(each.peer, each.ours, f"p{each.percent:g}", times, interval)
    return table


def _figures(figures: dict[str, float]) -> Table:
    table = Table(title="Figures", title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for name, value in sorted(figures.items()):
        table.add_row(name, f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}")
    return table


def _goals(found: list[Verdict], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("goal")
    for heading in ("limit", "measured"):
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    for verdict in found:
        goal = verdict.goal
        limit = f"{'≥' if goal.at_least else '≤'} {goal.limit:g} {goal.unit}"
        measured = "" if verdict.measured is None else f"{verdict.measured:.4g} {goal.unit}"
        table.add_row(goal.text, limit, measured, _sentence(verdict))
    return table


def _sentence(verdict: Verdict) -> str:
    if verdict.factor is None:
        return "not measured in this run"
    if verdict.is_met:
        return (
            "[green]met[/]"
            if verdict.factor in (0, float("inf"))
            else f"[green]met[/], {verdict.factor:.2f} times as good"
        )
    return f"[red]missed[/], {verdict.factor:.0%} of the goal"
