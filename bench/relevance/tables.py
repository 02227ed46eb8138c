"""A run on the terminal: figures of all systems side by side, goals, changes since an earlier run, failing cases."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bench.relevance.bootstrap import Comparison
from bench.relevance.goals import verdicts
from bench.relevance.metrics import CONVENTIONS, LOWER_IS_BETTER
from bench.relevance.outcome import OURS, Outcome, Scores, main_score, percentiles

SHOWN_FAILING = 5


def show(outcome: Outcome, before: Scores, console: Console, *, failing: int = SHOWN_FAILING) -> None:
    console.print(_figures(outcome))
    console.print(_timings(outcome))
    for suite, counts in _tiers(outcome).items():
        console.print(f"· tiers of {suite}: {counts}", markup=False)
    if len(outcome.systems) > 1:
        console.print(_comparisons("Onhand minus each peer", outcome.beside_peers().items()))
    if before:
        changed = [each for each in outcome.since(before).items() if each[1].wins or each[1].losses]
        console.print(_comparisons("Since the run before; equal figures left out", changed))
    _show_failing(outcome, console, failing)
    console.print(_goals(outcome))
    metrics = dict.fromkeys(metric for _, _, metric in outcome.means())
    for metric in metrics:
        console.print(f"· {metric}: {CONVENTIONS[metric]}", markup=False)


def _figures(outcome: Outcome) -> Table:
    """Finer groups are in the file."""
    table = Table(title="Means; lower is better where marked ↓", title_justify="left")
    for heading in ("suite", "group", "metric"):
        table.add_column(heading)
    for heading in ("queries", *outcome.systems, "tune", "test"):
        table.add_column(heading, justify="right")
    by_system = {system: outcome.means(system) for system in outcome.systems}
    halves = [outcome.means(half=half) for half in ("tune", "test")]
    last = ""
    for place, mean in by_system[OURS].items():
        suite, group, metric = place
        if ":" in group:
            continue
        if last and suite != last:
            table.add_section()
        cells = [f"{means[place].value:.4f}" if place in means else "" for means in (*by_system.values(), *halves)]
        arrow = " ↓" if metric in LOWER_IS_BETTER else ""
        table.add_row("" if suite == last else suite, group, metric + arrow, f"{mean.count:,}", *cells)
        last = suite
    return table


def _timings(outcome: Outcome) -> Table:
    table = Table(
        title="Milliseconds of one search, one caller, library; noise of a busy machine included", title_justify="left"
    )
    for heading in ("suite", "system"):
        table.add_column(heading)
    for heading in ("searches", "p50", "p95", "p99"):
        table.add_column(heading, justify="right")
    for judged in outcome.judged:
        if judged.milliseconds:
            cells = (f"{value:.2f}" for value in percentiles(judged).values())
            table.add_row(judged.suite, judged.system, f"{len(judged.milliseconds):,}", *cells)
    return table


def _tiers(outcome: Outcome) -> dict[str, str]:
    found = {}
    for judged in outcome.judged:
        if judged.system == OURS and judged.scored:
            total = len(judged.scored)
            ranked = sorted(judged.counts.items(), key=lambda each: -each[1])
            found[judged.suite] = ", ".join(f"{tier} {count} ({count / total:.1%})" for tier, count in ranked)
    return found


def _comparisons(title: str, found: Iterable[tuple[tuple[str, ...], Comparison]]) -> Table:
    table = Table(title=f"{title}, losses first; in brackets where the interval includes 0", title_justify="left")
    table.add_column("what")
    for heading in ("queries", "before", "after", "difference", "95 % interval", "won", "lost"):
        table.add_column(heading, justify="right")
    for place, each in sorted(found, key=lambda entry: _gain(entry[0][-1], entry[1])):
        difference = f"{each.difference:+.4f}"
        table.add_row(
            " / ".join(place), f"{each.count:,}", f"{each.before:.4f}", f"{each.after:.4f}",
            difference if each.is_clear else f"({difference})", f"{each.low:+.4f} … {each.high:+.4f}",
            *_won_and_lost(place[-1], each),
        )  # fmt: skip
    return table


def _gain(metric: str, found: Comparison) -> float:
    return -found.difference if metric in LOWER_IS_BETTER else found.difference


def _won_and_lost(metric: str, found: Comparison) -> tuple[str, str]:
    counts = (f"{found.wins:,}", f"{found.losses:,}")
    return (counts[1], counts[0]) if metric in LOWER_IS_BETTER else counts


def _show_failing(outcome: Outcome, console: Console, count: int) -> None:
    if not count:
        return
    for (suite, group), cases in outcome.worst(count).items():
        console.print(f"[bold]{escape(suite)} / {escape(group)}[/bold], worst of the tuning half")
        for each in cases:
            console.print(f"  {main_score(each):.3f}  {each.key}  {each.story}", markup=False, highlight=False)


def _goals(outcome: Outcome) -> Table:
    table = Table(title="Goals", title_justify="left")
    for heading in ("suite", "group", "metric"):
        table.add_column(heading)
    for heading in ("goal", "measured", ""):
        table.add_column(heading, justify="right")
    figures = {place: mean.value for place, mean in outcome.means().items()}
    for goal, value in verdicts(figures):
        sign = "≥" if goal.at_least else "≤"
        verdict = (
            "not measured" if value is None else "[green]met[/green]" if goal.is_met(value) else "[red]missed[/red]"
        )
        table.add_row(*goal.place, f"{sign} {goal.limit:g}", "" if value is None else f"{value:.4f}", verdict)
    return table
