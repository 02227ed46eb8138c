"""The front door of this package: everything about the audit of one region's ledger, wired together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inventory.audit.archive import LedgerArchiver
from inventory.audit.history import LedgerHistory
from inventory.audit.stories import Stories
from inventory.audit.verify import LedgerVerifier
from inventory.functions import LedgerFunctions
from inventory.inventory import Inventory
from runtime.redis_client import RedisClients
from runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class LedgerAudit:
    """Reads, verifies, archives and explains one ledger."""

    history: LedgerHistory
    verifier: LedgerVerifier
    archiver: LedgerArchiver
    stories: Stories

    @classmethod
    def of(cls, clients: RedisClients, inventory: Inventory, settings: Settings) -> LedgerAudit:
        """The audit of a ledger that is open."""
        keyspace = inventory.keyspace
        functions = LedgerFunctions(clients, keyspace, inventory.library)
        history = LedgerHistory(clients, keyspace, archive_folder(settings))
        return cls(
            history=history,
            verifier=LedgerVerifier(clients, functions, inventory.registry, history),
            archiver=LedgerArchiver(clients, keyspace, history, keep_entries=settings.ledger_max_entries),
            stories=Stories(clients, functions, history),
        )


def archive_folder(settings: Settings) -> Path:
    """Where the entries of this region are kept; ledgers that share a disk do not meet."""
    root = settings.ledger_archive_dir or settings.data_dir / "ledger"
    return root / settings.namespace / settings.region
