"""Files of the archive: gzip-compressed lines, one entry each, behind a first line that names the file before."""

from __future__ import annotations

import gzip
import hashlib
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import orjson

from inventory.audit.entries import RawEntry, entry_of, id_order, line_of
from inventory.audit.errors import ArchiveDamaged
from inventory.audit.manifest import ArchivedFile, Manifest, disk_errors, make_folder, sync_folder

_SUFFIX = ".jsonl.gz"
_UNFINISHED = ".unfinished"
_PIECE_BYTES = 1 << 20


class SegmentWriter:
    """Writes one file. Until `finish` it has another name, so a crash leaves nothing that looks like a whole file."""

    def __init__(self, folder: Path, previous: str) -> None:
        self._folder, self._previous = folder, previous
        self._path = folder / f"{secrets.token_hex(8)}{_UNFINISHED}"
        self._lines = hashlib.sha256()
        self._first_id, self._last_id = "", ""
        self.entries = 0
        self.size_bytes = 0
        with disk_errors(folder):
            make_folder(folder)
            self._file = self._path.open("xb")
            self._gzip = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=self._file, mtime=0)
        self._write(orjson.dumps({"format": 1, "previous": previous}, option=orjson.OPT_APPEND_NEWLINE))

    def add(self, entries: Sequence[RawEntry]) -> None:
        """Append entries."""
        self._first_id = self._first_id or entries[0].entry_id
        self._last_id = entries[-1].entry_id
        self.entries += len(entries)
        self._write(b"".join(map(line_of, entries)))

    def finish(self) -> ArchivedFile:
        """Put the file on disk under its name and read it back. Raises ArchiveDamaged when it reads differently."""
        name = f"{self._first_id}_{self._last_id}{_SUFFIX}"
        path = self._folder / name
        with disk_errors(self._folder):
            self._gzip.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._path.replace(path)
            sync_folder(self._folder)
        file = ArchivedFile(
            name, self._first_id, self._last_id, self.entries, digest_of(self._folder, path), self._previous
        )
        if _digest_of_lines(path) != self._lines.hexdigest():
            raise ArchiveDamaged(f"{path} does not read as it was written")
        return file

    def discard(self) -> None:
        """Leave nothing behind of a file that was not finished."""
        for closing in (self._gzip.close, self._file.close, lambda: self._path.unlink(missing_ok=True)):
            with suppress(OSError, ValueError):  # what was to be flushed may not fit on the disk
                closing()

    def _write(self, lines: bytes) -> None:
        self._lines.update(lines)
        self.size_bytes += len(lines)
        with disk_errors(self._folder):
            self._gzip.write(lines)


def remove_unfinished(manifest: Manifest) -> None:
    """Delete what a writer that died has left: its entries are still in Redis. Only the one archiver may call this."""
    named = {file.name for file in manifest.files}
    with disk_errors(manifest.folder):
        for path in manifest.folder.glob(f"*{_UNFINISHED}"):
            path.unlink(missing_ok=True)
        for path in manifest.folder.glob(f"*{_SUFFIX}"):
            if path.name not in named and id_order(path.name.partition("_")[0]) > id_order(manifest.last_id):
                path.unlink(missing_ok=True)


def read_segment(folder: Path, file: ArchivedFile, *, piece: int = 2_000) -> Iterator[list[RawEntry]]:
    """The entries of one file, some thousands at a time. Raises ArchiveDamaged where it is not what was written."""
    path = folder / file.name
    if not path.is_file():
        raise ArchiveDamaged(f"{path} is missing")
    if digest_of(folder, path) != file.digest:
        raise ArchiveDamaged(f"{path} was changed: its digest is not the one in the manifest")
    try:
        with gzip.open(path, "rb") as lines:
            if orjson.loads(next(lines))["previous"] != file.previous:
                raise ArchiveDamaged(f"{path} does not follow the file before it")
            while entries := [entry_of(line) for line in islice(lines, piece)]:
                yield entries
    except (OSError, EOFError, ValueError, KeyError, StopIteration) as error:
        raise ArchiveDamaged(f"{path} cannot be read") from error


def digest_of(folder: Path, path: Path) -> str:
    """The digest of a file's bytes."""
    digest = hashlib.sha256()
    with disk_errors(folder), path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def _digest_of_lines(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with gzip.open(path, "rb") as lines:
            while piece := lines.read(_PIECE_BYTES):
                digest.update(piece)
    except (OSError, EOFError) as error:
        raise ArchiveDamaged(f"{path} cannot be read back") from error
    return digest.hexdigest()
