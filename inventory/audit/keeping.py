"""Archives for as long as a service lives, and tells how the archive is doing."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog

from inventory.audit.archive import LedgerArchiver, worth_a_file
from inventory.audit.checkpoints import ENTRIES_BETWEEN_CHECKPOINTS
from inventory.audit.errors import ArchiveElsewhere, ArchiverBusy
from inventory.audit.history import LedgerHistory
from inventory.audit.manifest import disk_errors, load_manifest, make_folder
from runtime.errors import AppError

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ArchiveHealth:
    """How the archive is doing, and what to do where it is not well."""

    state: Literal["up", "degraded"]
    found: str
    todo: str | None = None


async def archive_forever(archiver: LedgerArchiver, interval_seconds: float) -> None:
    """Run until cancelled. What goes wrong is told once; nothing is taken out of Redis meanwhile."""
    told: str | None = None
    while True:
        await asyncio.sleep(interval_seconds)
        try:
            if await archiver.is_due():
                moved = await archiver.archive()
                _log.info("ledger_archived", entries=moved.entries, files=moved.files)
                await _update_checkpoint(archiver.folder)
            told = None
        except ArchiverBusy:
            pass
        except AppError as error:
            if told != error.code:
                level = _log.info if isinstance(error, ArchiveElsewhere) else _log.warning
                level("ledger_not_archived", code=error.code, reason=error.message)
            told = error.code


async def archive_health(history: LedgerHistory, keep_entries: int) -> ArchiveHealth:
    """Whether entries can be archived here, and whether they are. Raises AppError only where Redis is away."""
    state = await history.state()
    record = state.record
    kept = f"{record.entries:,} entries archived, {state.live_entries:,} live"
    try:
        manifest = await asyncio.to_thread(load_manifest, history.folder)
        if manifest.up_to(record.digest) is None:
            return ArchiveHealth("up", f"{kept}; the archive is at {record.place}, not here")
        await asyncio.to_thread(_try_to_write, history.folder)
    except AppError as error:
        todo = "mend it, or set ONHAND_LEDGER_ARCHIVE_DIR; until then the ledger grows in Redis"
        return ArchiveHealth("degraded", f"{kept}; {error.message}", todo)
    if state.missing_entries:
        found = f"{kept}; {state.missing_entries:,} were taken out without being archived"
        return ArchiveHealth("degraded", found, "docs/ledger.md says what can be done")
    if state.live_entries > keep_entries + 3 * worth_a_file(keep_entries):
        found = f"{kept}, many more than the {keep_entries:,} that are to be kept there"
        return ArchiveHealth("degraded", found, "run `onhand serve`, which archives, or `onhand ledger archive`")
    return ArchiveHealth("up", f"{kept}, in {history.folder}")


def _try_to_write(folder: Path) -> None:
    with disk_errors(folder):
        make_folder(folder)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"onhand")


async def _update_checkpoint(folder: Path) -> None:
    """In a process of its own, so that adding up delays no answer. Without it verifying only takes longer."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "inventory.audit.checkpoints", str(folder), str(ENTRIES_BETWEEN_CHECKPOINTS)
    )
    try:
        code = await process.wait()
        if code:
            _log.warning("ledger_checkpoint_failed", exit_code=code)
    finally:
        if process.returncode is None:
            process.kill()
