"""What Redis knows of its archive: how far the ledger has been moved to files, and where those were written."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass

from inventory.audit.entries import BEGINNING
from inventory.audit.manifest import NO_DIGEST, Manifest


@dataclass(frozen=True, slots=True)
class ArchiveRecord:
    """The last entry that is in files and no longer in Redis, with the digest of the file that it ends."""

    last_id: str = BEGINNING
    digest: str = NO_DIGEST
    entries: int = 0
    #: Host and folder, for people: several machines may share one Redis.
    place: str = ""

    @classmethod
    def of(cls, manifest: Manifest) -> ArchiveRecord:
        """The record that says that all files of the manifest are in place."""
        place = f"{socket.gethostname()}:{manifest.folder.resolve()}"
        return cls(manifest.last_id, manifest.digest, manifest.entries, place)

    @classmethod
    def from_fields(cls, fields: Mapping[bytes, bytes]) -> ArchiveRecord:
        """The record as Redis keeps it; nothing was archived where there is none."""
        if not fields:
            return cls()
        text = {name.decode(): value.decode() for name, value in fields.items()}
        return cls(text["last_id"], text["digest"], int(text["entries"]), text["place"])

    def fields(self) -> dict[str, str | int]:
        """The same as Redis keeps it."""
        return {"last_id": self.last_id, "digest": self.digest, "entries": self.entries, "place": self.place}
