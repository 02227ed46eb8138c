"""The command line of `make eval-search`: load, ask, judge, print tables, write two JSON files."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import orjson
import uvloop
from rich.console import Console

from bench import feeds as feed_sources
from bench.fingerprint import fingerprint
from bench.relevance.outcome import QUERIES_SUFFIX, Outcome, Scores, read_queries, write_queries
from bench.relevance.run import SUITES, Plan, measure
from bench.relevance.split import SALT
from bench.relevance.stage import NotLoaded
from bench.relevance.suites.judged import JudgmentsMissing
from bench.relevance.tables import SHOWN_FAILING, show

CACHE = feed_sources.PROJECT / ".cache" / "relevance"
RESULTS = feed_sources.PROJECT / "bench" / "results"
console = Console(width=None if sys.stdout.isatty() else 180)


@click.command()
@click.option("--quick", is_flag=True, help="A tenth of the generated queries, and 300 of the real ones.")
@click.option("--vectors/--no-vectors", default=True, help="With the encoder; vectors are made once, in some minutes.")
@click.option("--peers/--no-peers", default=True, help="BM25, vectors, rank fusion and redisvl beside onhand.")
@click.option("--only", multiple=True, type=click.Choice(SUITES), help="Measure these; may be repeated.")
@click.option("--wands", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of WANDS.")
@click.option("--esci", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of ESCI.")
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Compare with this *.queries.json.gz; else with the one written last.",
)
@click.option("--failing", default=SHOWN_FAILING, show_default=True, help="Failing cases to show of each group.")
@click.option("--name", help="Of the result files. Without it only a run of everything is written.")
def main(
    quick: bool, vectors: bool, peers: bool, only: tuple[str, ...], wands: Path | None, esci: Path | None,
    against: Path | None, failing: int, name: str | None,
) -> None:  # fmt: skip
    """Measure how good the answers are. docs/relevance.md says what is asked and how it is judged."""
    CACHE.mkdir(parents=True, exist_ok=True)
    plan = Plan(CACHE, only or SUITES, quick, vectors, peers, wands, esci, console)
    try:
        outcome, sizes = uvloop.run(measure(plan))
    except (JudgmentsMissing, NotLoaded) as error:
        raise click.ClickException(str(error)) from error
    previous = against or _latest()
    before: Scores = read_queries(previous) if previous else {}
    show(outcome, before, console, failing=failing)
    if previous:
        console.print(f"compared with {previous.name}")
    if name or not (quick or only):
        _write(
            outcome,
            before,
            name or "relevance",
            {**_setup(plan, sizes), "compared_with": previous.name if previous else None},
        )


def _setup(plan: Plan, sizes: Mapping[str, int]) -> dict[str, object]:
    return {
        "products": sizes,
        "suites": list(plan.suites),
        "quick": plan.quick,
        "vectors": plan.vectors,
        "halves": f"tune and test by a hash of the clean query, salt {SALT}",
        "wands": "given" if plan.wands else "not measured",
        "esci": "given" if plan.esci else "not measured",
        **fingerprint(CACHE),
    }


def _write(outcome: Outcome, before: Scores, name: str, setup: Mapping[str, object]) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    stem = f"{datetime.now(UTC):%Y-%m-%d}-{name}"
    content = {"measured_at": datetime.now(UTC), **outcome.as_json(setup, before)}
    summary = RESULTS / f"{stem}.json"
    summary.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    write_queries(RESULTS / f"{stem}{QUERIES_SUFFIX}", outcome)
    console.print(f"written to {summary.relative_to(feed_sources.PROJECT)} and {stem}{QUERIES_SUFFIX}")


def _latest() -> Path | None:
    written: Sequence[Path] = sorted(RESULTS.glob(f"*{QUERIES_SUFFIX}"), key=lambda path: path.stat().st_mtime)
    return written[-1] if written else None


if __name__ == "__main__":
    main()
