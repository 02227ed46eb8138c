"""What a run did, for people and for machines."""

import click

from indexing.report import FeedReport
from indexing.run import Outcome
from runtime.errors import AppError

SHOWN_REASONS = 8


def as_json(outcome: Outcome, seconds: float, *, dry_run: bool, failure: AppError | None) -> dict[str, object]:
    """The outcome, and CONTRACT's error shape where the run ended early."""
    value: dict[str, object] = {
        "dry_run": dry_run,
        "feeds": [report.as_json() for report in outcome.reports],
        "vectors": outcome.vectors,
        "degraded": outcome.degraded,
        "seconds": round(seconds, 2),
    }
    if failure is not None:
        value["error"] = {"code": failure.code, "message": failure.message, "details": failure.details}
    return value


def print_summary(outcome: Outcome, seconds: float, *, dry_run: bool, with_hints: bool = True) -> None:
    """A few lines for each feed; hints name options of `onhand index`."""
    for report in outcome.reports:
        _print_feed(report, dry_run=dry_run, with_hints=with_hints)
    if outcome.vectors:
        counts = ", ".join(f"{count:,} {name}" for name, count in outcome.vectors.items() if count)
        click.echo(f"vectors   {counts or 'nothing to do'}")
    for problem in outcome.degraded:
        click.echo(f"note: {problem}")
    if outcome.reports:
        click.echo(f"{'checked' if dry_run else 'done'} in {seconds:,.1f} s")


def _print_feed(report: FeedReport, *, dry_run: bool, with_hints: bool) -> None:
    counts = [f"read {report.read:,}"]
    if dry_run:
        counts.append(f"acceptable {report.accepted:,}")
    else:
        counts += [f"written {report.written:,}", f"unchanged {report.unchanged:,}"]
    counts += [f"rejected {report.rejected:,}", f"warnings {report.warnings:,}"]
    click.echo(f"{report.kind:<9} {'  '.join(counts)}")
    if report.unchanged_since is not None:
        hint = " (--force applies it again)" if with_hints else ""
        click.echo(f"  the same feed was applied at {report.unchanged_since}; nothing was written{hint}")
    for (name, reason, refused), count in report.reasons.most_common(SHOWN_REASONS):
        click.echo(f"  {'rejected' if refused else 'warning'} × {count:,}: {f'{name} ' if name else ''}{reason}")
    if len(report.reasons) > SHOWN_REASONS:
        hint = "; --report F lists every row" if with_hints else ""
        click.echo(f"  … and {len(report.reasons) - SHOWN_REASONS:,} more reasons{hint}")
    for note in report.notes:
        click.echo(f"  {note}")
