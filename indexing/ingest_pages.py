"""What `onhand ingest` shows: a line while it works, a sentence at the end, the list of parked messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.markup import escape
from rich.table import Table

from indexing.ingest import Tally
from indexing.movement_stream import Backlog
from inventory.parking import ParkedMessage
from runtime.cli import progress

Json = dict[str, object]


@contextmanager
def progress_line() -> Iterator[Callable[[Tally], None]]:
    """A line on a terminal that is told how far the work is."""
    with progress() as bars:
        task = bars.add_task("movements", total=None)

        def tell(tally: Tally) -> None:
            about = f"movements  {tally.duplicate:,} duplicate  {tally.parked:,} parked"
            bars.update(task, completed=tally.applied + tally.duplicate, description=about)

        yield tell


def sentence(tally: Tally, backlog: Backlog) -> str:
    """The report at the end."""
    done = tally.applied + tally.duplicate
    rate = f" ({done / tally.seconds:,.0f}/s)" if done and tally.seconds > 1 else ""
    waiting = "?" if backlog.waiting is None else f"{backlog.waiting:,}"
    parts = [
        f"applied {tally.applied:,}  duplicate {tally.duplicate:,}  parked {tally.parked:,}",
        f"waiting {waiting}  open {backlog.open:,}  in {tally.seconds:,.1f} s{rate}",
    ]
    if tally.shortfalls or tally.shorted:
        parts.append(f"told of more than was counted {tally.shortfalls:,}  holds shorted {tally.shorted:,}")
    return "\n".join(parts)


def parked_json(message: ParkedMessage) -> Json:
    """One parked message for machines; bytes that are no text are shown by their escapes."""
    return {
        "id": message.parked_id,
        "parked_at": message.parked_at.isoformat(),
        "original_id": message.original_id,
        "code": message.code,
        "reason": message.reason,
        "tries": message.tries,
        "fields": {_text(name): _text(value) for name, value in message.fields.items()},
    }


def parked_table(messages: list[ParkedMessage]) -> Table:
    """All parked messages for people."""
    table = Table(box=None, pad_edge=False)
    for title in ("id", "parked at (UTC)", "code", "reason", "message"):
        table.add_column(title)
    for message in messages:
        shown = "  ".join(f"{_text(name)}={_text(value)}" for name, value in message.fields.items())
        cut = shown if len(shown) <= 200 else f"{shown[:199]}…"
        at = message.parked_at.strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(message.parked_id, at, message.code, escape(message.reason), escape(cut))
    return table


def _text(raw: bytes) -> str:
    """Printable, whatever it was: a message may hold what would steer a terminal."""
    text = raw.decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
