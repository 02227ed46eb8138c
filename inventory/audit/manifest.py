"""The list of the archive's files, each with the digest of the one before, so that none can be changed unnoticed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from inventory.audit.entries import BEGINNING
from inventory.audit.errors import ArchiveDamaged, ArchiveUnusable

NAME = "manifest.jsonl"
#: What stands for the digest of the file before the first.
NO_DIGEST = "0" * 64


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """One file of entries. `digest` is of its bytes, and its first line holds `previous`."""

    name: str
    first_id: str
    last_id: str
    entries: int
    digest: str
    previous: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of one region's archive, oldest first."""

    folder: Path
    files: tuple[ArchivedFile, ...] = ()

    @property
    def last_id(self) -> str:
        return self.files[-1].last_id if self.files else BEGINNING

    @property
    def digest(self) -> str:
        return self.files[-1].digest if self.files else NO_DIGEST

    @property
    def entries(self) -> int:
        return sum(file.entries for file in self.files)

    def up_to(self, digest: str) -> Manifest | None:
        """The files up to the one with this digest, or None where there is no such file."""
        if digest == NO_DIGEST:
            return Manifest(self.folder)
        for number, file in enumerate(self.files, start=1):
            if file.digest == digest:
                return Manifest(self.folder, self.files[:number])
        return None


def load_manifest(folder: Path) -> Manifest:
    """The list as it is on disk, none where there is no archive. Raises ArchiveDamaged where it makes no sense."""
    with disk_errors(folder):
        try:
            lines = (folder / NAME).read_bytes().splitlines()
        except FileNotFoundError:
            return Manifest(folder)
    try:
        files = tuple(ArchivedFile(**orjson.loads(line)) for line in lines)
    except (orjson.JSONDecodeError, TypeError) as error:
        raise ArchiveDamaged(f"{folder / NAME} cannot be read") from error
    _check_chain(folder, files)
    return Manifest(folder, files)


def add_to_manifest(manifest: Manifest, file: ArchivedFile) -> Manifest:
    """Write the list with one file more. Once this returns, it survives a power cut."""
    longer = Manifest(manifest.folder, (*manifest.files, file))
    with disk_errors(manifest.folder):
        replace_file(manifest.folder / NAME, b"".join(orjson.dumps(entry) + b"\n" for entry in longer.files))
    return longer


def replace_file(path: Path, content: bytes | memoryview) -> None:
    """The file has either its old content or all of the new one, whatever happens."""
    written = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with written.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    written.replace(path)
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make the folder and those above it, so that none is gone after a power cut."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Tell what the disk refuses as ArchiveUnusable."""
    try:
        yield
    except OSError as error:
        raise ArchiveUnusable(f"the folder {folder} cannot be used: {error.strerror or error}") from error


def _check_chain(folder: Path, files: Sequence[ArchivedFile]) -> None:
    previous = NO_DIGEST
    for file in files:
        if file.previous != previous:
            raise ArchiveDamaged(f"{folder / NAME}: {file.name} does not follow the file before it")
        previous = file.digest
