"""The front door: everything of one region's ledger, wired together for the processes that use it."""

from __future__ import annotations

from dataclasses import dataclass

from inventory.functions import LedgerFunctions
from inventory.hold_functions import HoldFunctions
from inventory.holds import Holds
from inventory.keys import Keyspace
from inventory.ledger import StockLedger
from inventory.overdue import OverdueHolds
from inventory.registry import StoreRegistry
from inventory.rows import RowReader
from inventory.stream import LedgerStream
from runtime.functions import FunctionLibrary
from runtime.redis_client import RedisClients


@dataclass(frozen=True, slots=True)
class Inventory:
    """One region's ledger."""

    keyspace: Keyspace
    library: FunctionLibrary
    registry: StoreRegistry
    rows: RowReader
    ledger: StockLedger
    holds: Holds
    stream: LedgerStream

    @classmethod
    async def open(
        cls,
        clients: RedisClients,
        keyspace: Keyspace,
        *,
        hold_ttl_max_seconds: int = 604_800,
    ) -> Inventory:
        """Wire everything and see to it that the function library is loaded."""
        library = FunctionLibrary.from_package("inventory.lua")
        functions = LedgerFunctions(clients, keyspace, library)
        await library.ensure_loaded(clients.writes)
        hold_functions = HoldFunctions(functions)
        overdue = OverdueHolds(hold_functions)
        registry = StoreRegistry(clients, keyspace, functions)
        rows = RowReader(functions, overdue)
        return cls(
            keyspace=keyspace,
            library=library,
            registry=registry,
            rows=rows,
            ledger=StockLedger(clients, keyspace, functions, registry, rows),
            holds=Holds(hold_functions, keyspace, overdue, ttl_max_seconds=hold_ttl_max_seconds),
            stream=LedgerStream(clients, keyspace),
        )
