"""Shows the story of a hold or of a cell: as a table for people, as JSON for machines."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

from rich.markup import escape
from rich.table import Table

from bot.commands.ledger_words import words_of
from inventory.audit.entries import moment_of
from inventory.audit.fold import COUNTERS
from inventory.audit.stories import CellStory, Counts, HoldStory
from inventory.models import Kind
from inventory.stream import LedgerEntry
from runtime.cli import paper
from search.models import Store
from search.opening_hours import in_store_time


def store_of_hold(story: HoldStory) -> str:
    """The id of the hold's store."""
    return next((step.details["store"] for step in story.steps if "store" in step.details), "")


def show_hold_story(story: HoldStory, store: Store) -> None:
    """One line for each entry, in the store's time as well."""
    console = paper()
    console.print(f"Hold [bold]{escape(story.hold_id)}[/bold] at {escape(_name(store))}")
    table = Table(box=None, pad_edge=False)
    for heading in ("UTC", f"at the store ({store.timezone or 'UTC'})", "what happened", "units"):
        table.add_column(heading)
    for step in story.steps:
        at = moment_of(step.entry_id)
        table.add_row(utc(at), _local(at, store), escape(words_of(step)), escape(moved_units(step)))
    console.print(table)
    state = story.steps[-1].details.get("to", "")
    console.print(f"Now: {escape(story.record.get('state', state))}{escape(_waits_until(story.record, store))}")
    if not story.record:
        console.print("Its record is gone, some time after its end; the ledger keeps its story.", style="dim")


def show_cell_story(sku: str, store: Store, story: CellStory) -> None:
    """One line for each entry, with the counters after it."""
    console = paper()
    console.print(f"[bold]{escape(sku)}[/bold] at {escape(_name(store))}")
    steps = story.steps
    kinds = [kind for kind in COUNTERS if story.before[kind] or any(step.after[kind] for step in steps)]
    kinds = kinds or [Kind.ON_HAND]
    table = Table(box=None, pad_edge=False)
    for heading in ("UTC", f"at the store ({store.timezone or 'UTC'})", "what happened"):
        table.add_column(heading)
    for kind in (*kinds, Kind.AVAILABLE):
        table.add_column(kind.replace("_", " "), justify="right")
    carried = "carried forward" if story.earlier else "before the first entry"
    table.add_row("", "", f"[dim]{carried}[/dim]", *[f"{story.before[kind]:,}" for kind in kinds], "")
    for step in steps:
        counts = [_count(step.after[kind], step.changes[kind]) for kind in kinds]
        promised = f"{step.after[Kind.AVAILABLE]:,}" if Kind.AVAILABLE in step.after else "?"
        what = hold_named(step.entry) + words_of(step.entry)
        table.add_row(utc(step.at), _local(step.at, store), escape(what), *counts, promised)
    table.add_row(
        "", "", "[bold]now[/bold]", *[f"[bold]{story.now[kind]:,}[/bold]" for kind in (*kinds, Kind.AVAILABLE)]
    )
    console.print(table)
    if story.earlier:
        console.print("There are earlier entries: --limit and --since reach further back.", style="dim")
    for note in _warnings(story):
        console.print(escape(note), style="yellow")


def _warnings(story: CellStory) -> list[str]:
    notes = [] if story.elsewhere is None else [story.elsewhere]
    if not story.earlier and story.elsewhere is None and any(story.before.values()):
        notes.append("The entries do not account for all units: `onhand ledger verify` tells more.")
    return notes


def hold_named(entry: LedgerEntry) -> str:
    """The words that come first where a line is about a hold among others."""
    return f"hold {entry.details['hold']} " if "hold" in entry.details else ""


def moved_units(entry: LedgerEntry) -> str:
    """Such as "PC-6L: held +2"; every line of a hold that moved anything."""
    told = []
    for move in entry.moves:
        changed = [f"{kind.replace('_', ' ')} {getattr(move, kind):+,}" for kind in COUNTERS if getattr(move, kind)]
        if changed:
            told.append(f"{move.sku}: {', '.join(changed)}")
    return "; ".join(told)


def _count(after: int, change: int) -> str:
    return f"{after:,} [dim]({change:+,})[/dim]" if change else f"{after:,}"


def _waits_until(record: dict[str, str], store: Store) -> str:
    live = record.get("state") in ("held", "confirmed", "ready")
    if not live:
        return ""
    until = datetime.fromtimestamp(int(record.get("pickup_by_ms") or record["due_ms"]) / 1000, UTC)
    return f", until {utc(until)} ({_local(until, store)} at the store)"


def _name(store: Store) -> str:
    return store.store_id if store.name == store.store_id else f"{store.name} ({store.store_id})"


def utc(moment: datetime) -> str:
    """A moment in the column of its kind."""
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _local(moment: datetime, store: Store) -> str:
    return f"{in_store_time(store, moment):%a %d %b %H:%M:%S}"


def entry_json(entry: LedgerEntry) -> dict[str, Any]:
    """One entry for machines."""
    at = moment_of(entry.entry_id).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "entry_id": entry.entry_id,
        "at": at,
        "op": entry.op,
        "words": words_of(entry),
        "details": entry.details,
        "moves": [dataclasses.asdict(move) for move in entry.moves],
    }


def hold_story_json(story: HoldStory) -> dict[str, Any]:
    """The same for machines."""
    return {
        "hold_id": story.hold_id,
        "state": story.record.get("state", story.steps[-1].details.get("to", "")),
        "steps": [entry_json(step) for step in story.steps],
    }


def cell_story_json(sku: str, store_id: str, story: CellStory) -> dict[str, Any]:
    """The same for machines."""
    return {
        "sku": sku,
        "store_id": store_id,
        "before": _counts_as_json(story.before),
        "steps": [
            {
                **{name: value for name, value in entry_json(step.entry).items() if name != "moves"},
                "changes": _counts_as_json(step.changes),
                "after": _counts_as_json(step.after),
            }
            for step in story.steps
        ],
        "now": _counts_as_json(story.now),
        "earlier": story.earlier,
        "elsewhere": story.elsewhere,
        "complete": not _warnings(story) and not story.earlier,
    }


def _counts_as_json(counts: Counts) -> dict[str, int]:
    return {str(kind): count for kind, count in counts.items()}
