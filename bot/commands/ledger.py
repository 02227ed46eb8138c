"""`onhand ledger`: recomputes every counter, moves old entries to the archive, shows the newest."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import click
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from bot.commands.ledger_desk import open_desk
from bot.commands.ledger_words import words_of
from bot.commands.options import as_json
from bot.commands.story_pages import entry_json, hold_named, moved_units, utc
from inventory.audit.checkpoints import update_checkpoint
from inventory.audit.entries import moment_of
from inventory.audit.findings import Difference, Verification
from inventory.audit.threads import to_the_end
from inventory.audit.verify import ShowsProgress
from inventory.stream import decode_entry
from runtime.cli import EXIT_REFUSED, echo_json, paper, progress, run_async
from runtime.settings import Settings


@click.group()
def ledger() -> None:
    """The record of every change of stock: check it, archive it, look at it."""


@ledger.command()
@click.option("--from-beginning", is_flag=True, help="Read every archived entry instead of starting at a checkpoint.")
@click.option(
    "--most",
    type=click.IntRange(1, 100_000),
    default=200,
    show_default=True,
    help="Differences to list; all are counted.",
)
@as_json
def verify(from_beginning: bool, most: int, as_json: bool) -> None:
    """Recompute every counter from the ledger and report differences. Exit code 1 when there are any.

    Nothing is written, and others may go on trading meanwhile.
    """

    async def work(settings: Settings) -> int:
        async with open_desk(settings) as desk:
            with progress() as bars:
                found = await desk.audit.verifier.verify(
                    from_beginning=from_beginning, show=_bars(bars), most_kept=most
                )
        if as_json:
            echo_json({"clean": found.clean, **dataclasses.asdict(found)})
        else:
            _show_verification(found)
        return 0 if found.clean else EXIT_REFUSED

    run_async(work, as_json=as_json)


@ledger.command()
@click.option(
    "--keep", type=click.IntRange(0), help="Entries that stay in Redis; ONHAND_LEDGER_MAX_ENTRIES unless given."
)
@as_json
def archive(keep: int | None, as_json: bool) -> None:
    """Move all but the newest entries to the archive now. The service does the same by itself."""

    async def work(settings: Settings) -> int:
        async with open_desk(settings) as desk:
            archiver = desk.audit.archiver
            with progress() as bars:
                bar = bars.add_task("archiving entries", total=None)
                moved = await archiver.archive(
                    keep_entries=keep, on_entries=lambda done: bars.update(bar, completed=done)
                )
                bar = bars.add_task("adding up for the checkpoint", total=None)
                await to_the_end(update_checkpoint, archiver.folder)
        if as_json:
            echo_json({**dataclasses.asdict(moved), "folder": str(archiver.folder)})
        else:
            paper().print(
                f"{moved.entries:,} entries moved to {moved.files:,} files in {escape(str(archiver.folder))}; "
                f"archived up to {moved.last_id}"
            )
        return 0

    run_async(work, as_json=as_json)


@ledger.command()
@click.option(
    "-n", "--entries", type=click.IntRange(1, 1_000), default=20, show_default=True, help="The newest so many."
)
@as_json
def tail(entries: int, as_json: bool) -> None:
    """The newest entries, oldest of them first."""

    async def work(settings: Settings) -> int:
        async with open_desk(settings) as desk:
            newest = [decode_entry(*entry) for entry in (await desk.audit.history.newest(entries))]
        if as_json:
            echo_json([entry_json(entry) for entry in newest])
            return 0
        table = Table(box=None, pad_edge=False)
        for heading in ("UTC", "store", "what happened", "units"):
            table.add_column(heading)
        for entry in newest:
            what = hold_named(entry) + words_of(entry)
            where = entry.details.get("store", "")
            table.add_row(utc(moment_of(entry.entry_id)), escape(where), escape(what), escape(moved_units(entry)))
        paper().print(table)
        return 0

    run_async(work, as_json=as_json)


def _bars(bars: Progress) -> ShowsProgress:
    def show(description: str, total: int) -> Callable[[int], None]:
        bar = bars.add_task(description, total=total)
        return lambda done: bars.update(bar, completed=done)

    return show


def _show_verification(found: Verification) -> None:
    console = paper()
    if found.differences:
        console.print(_differences(found.differences))
        more = found.difference_count - len(found.differences)
        if more:
            console.print(f"... and {more:,} more")
    verdict = "no differences" if found.clean else f"{found.difference_count:,} differences"
    read = found.entries - found.checkpoint_entries
    compared = f"{found.products:,} products, {found.cells:,} cells and {found.live_holds:,} live holds"
    console.print(
        f"[bold]{verdict}[/bold] in {compared}; {found.entries:,} entries up to {found.last_id}, {read:,} of them read,"
        f" the others from a checkpoint; {found.seconds:.1f} s"
    )


def _differences(differences: tuple[Difference, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("what", "sku", "store", "kind", "hold"):
        table.add_column(heading)
    table.add_column("ledger says", justify="right")
    table.add_column("found", justify="right")
    table.add_column("note")
    for difference in differences:
        where = (difference.sku, difference.store_id, difference.kind, difference.hold_id)
        table.add_row(
            difference.part,
            *[escape(name or "") for name in where],
            escape(str(difference.ledger)),
            escape(str(difference.found)),
            escape(difference.note),
        )
    return table
