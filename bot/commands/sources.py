"""`onhand stock sources` and `close-gaps`: how far each source of movements has come, and what is missing of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import click
from rich.markup import escape
from rich.table import Table

from bot.commands.options import as_json
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from inventory.sources import Gap, SourceReport
from runtime.cli import EXIT_REFUSED, echo_json, paper, report_error, run_async
from runtime.redis_client import open_redis
from runtime.settings import Settings

_GAPS_SHOWN = 5


@click.command()
@click.option("--gaps", "only_gaps", is_flag=True, help="Only sources of which numbers are missing.")
@as_json
def sources(only_gaps: bool, as_json: bool) -> None:
    """How far each source of movements has come: missing numbers, late and repeated movements."""

    async def work(settings: Settings) -> None:
        async with open_redis(settings) as clients:
            inventory = await Inventory.open(clients, Keyspace(settings.namespace, settings.region))
            found = [report for report in await inventory.ledger.sources() if report.gaps or not only_gaps]
        if as_json:
            echo_json([{**dataclasses.asdict(report), "missing": report.missing} for report in found])
        else:
            paper().print(_table(found) if found else "no source")

    run_async(work, as_json=as_json)


@click.command("close-gaps")
@click.argument("source")
@click.option("--up-to", type=click.IntRange(min=0, max=2**53 - 1), help="Up to this number; all that is missing now.")
@as_json
def close_gaps(source: str, up_to: int | None, as_json: bool) -> None:
    """Give up numbers of SOURCE that will not come. One that comes after all is still applied, once."""

    async def work(settings: Settings) -> int:
        async with open_redis(settings) as clients:
            ledger = (await Inventory.open(clients, Keyspace(settings.namespace, settings.region))).ledger
            settled = await (ledger.close_gaps(source) if up_to is None else ledger.close_gaps(source, up_to))
        if settled is None:
            report_error("not_found", "nothing was ever heard of this source", as_json=as_json)
            return EXIT_REFUSED
        if as_json:
            echo_json({"source": source, "settled_seq": settled})
        else:
            paper().print(f"{escape(source)} is settled up to {settled}")
        return 0

    run_async(work, as_json=as_json)


def _table(reports: Sequence[SourceReport]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("source")
    for title in ("last number", "applied", "late", "repeated", "missing"):
        table.add_column(title, justify="right")
    table.add_column("which")
    for report in reports:
        counts = (report.applied, report.late, report.duplicate, report.missing)
        shown = [f"{count:,}" for count in counts]
        table.add_row(escape(report.source), str(report.last_seq), *shown, _gaps(report.gaps))
    return table


def _gaps(gaps: Sequence[Gap]) -> str:
    shown = [str(gap.first) if gap.missing == 1 else f"{gap.first}-{gap.last}" for gap in gaps[:_GAPS_SHOWN]]
    more = [f"and {len(gaps) - _GAPS_SHOWN:,} more"] if len(gaps) > _GAPS_SHOWN else []
    return " ".join([*shown, *more])
