"""A whole feed as values by id, with everything found on the way in its report."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from indexing.errors import FeedRefused
from indexing.records import Finding, Row
from indexing.report import FeedReport
from indexing.row_blocks import RowBlock
from indexing.rows import RowReader

T = TypeVar("T")
OnProgress = Callable[[int], None]


async def read_all(
    reader: RowReader,
    report: FeedReport,
    make: Callable[[Row], T | None],
    id_of: Callable[[T], str],
    on_bytes: OnProgress,
) -> dict[str, T]:
    """Accepted rows by id. The first row of an id counts; later ones are rejected as duplicates."""
    values: dict[str, T] = {}
    lines: dict[str, int] = {}
    async for block in row_blocks(reader, report, on_bytes):
        for line, cells in block.records():
            row = Row(line, cells)
            value = make(row)
            if value is not None and (known := lines.setdefault(id_of(value), line)) != line:
                row.refuse(reader.layout.required[0], f"stands on line {known} already; the first one counts")
                value = None
            if value is None:
                report.refused_ids.add(row.cell(reader.layout.required[0]))
            else:
                values[id_of(value)] = value
            report.row(row.findings, accepted=value is not None)
    return values


async def row_blocks(reader: RowReader, report: FeedReport, on_bytes: OnProgress) -> AsyncIterator[RowBlock]:
    """The blocks of a feed. Lets other tasks run in between: the lock has to be renewed while we parse."""
    for block in reader.blocks():
        for defect in block.defects:
            report.defect(defect)
        yield block
        on_bytes(block.bytes_end)
        await asyncio.sleep(0)
    reader.feed.ensure_unchanged()
    repairs = reader.repairs
    if repairs.lines:
        reason = f"not UTF-8; {repairs.lines:,} lines from here on were read as Windows-1252"
        report.tell(Finding(repairs.first_line, "", "", reason, refused=False))
    if reader.ignored_columns:
        names = ", ".join(name[:40] for name in reader.ignored_columns[:20])
        report.notes.append(f"columns that are not read: {names}")


def refuse_wrong_file(report: FeedReport, max_rejected_share: float) -> None:
    """Raises FeedRefused when so many rows are unusable that it must be the wrong file."""
    if not report.read:
        raise FeedRefused(f"{report.file}: has no rows")
    if not report.accepted or report.rejected_share > max_rejected_share:
        refused = [(count, key) for key, count in report.reasons.items() if key[2]]
        _, (name, reason, _) = max(refused)
        raise FeedRefused(
            f"{report.file}: {report.rejected:,} of {report.read:,} rows were rejected, most often because "
            f"{name or 'the line'} {reason}; nothing was applied (--max-rejected-share allows more)"
        )
