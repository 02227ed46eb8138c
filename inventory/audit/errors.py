"""What an operator must hear about the archive."""

from __future__ import annotations

from runtime.errors import AppError


class ArchiveUnusable(AppError):
    """The folder of the archive cannot be written or read; nothing was taken out of the ledger."""

    code = "archive_unusable"


class ArchiveElsewhere(AppError):
    """The ledger was archived into a folder that is not this one."""

    code = "archive_elsewhere"


class ArchiveDamaged(AppError):
    """Files of the archive are missing or are not what was written, or do not belong to this ledger."""

    code = "archive_damaged"


class KeyOfAnotherType(AppError):
    """A key that the ledger names its own holds another type: somebody else wrote it."""

    code = "key_of_another_type"


class ArchiverBusy(AppError):
    """Another process is archiving this ledger right now."""

    code = "archiver_busy"
    retryable = True
