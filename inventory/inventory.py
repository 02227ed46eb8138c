"""The front door: everything of one region's ledger, wired together for the processes that use it."""

from __future__ import annotations

from dataclasses import dataclass

from inventory.chain_group_records import ChainGroupRecords
from inventory.customers import CustomerNames
from inventory.freed import FreedUnits
from inventory.functions import LedgerFunctions
from inventory.groups import HoldGroups
from inventory.hold_functions import HoldFunctions
from inventory.holds import Holds
from inventory.keys import Keyspace
from inventory.ledger import StockLedger
from inventory.overdue import OverdueHolds
from inventory.placing import UnitTaker
from inventory.registry import StoreRegistry
from inventory.rows import RowReader
from inventory.settling import HoldSettler
from inventory.shorting import Shorting
from inventory.stock_functions import StockFunctions
from inventory.stock_movements import StockMovements
from inventory.stream import LedgerStream
from inventory.sweeper import HoldUpkeep
from inventory.wait_functions import WaitFunctions
from inventory.wait_keeper import WaitKeeper
from inventory.wait_server import WaitServer
from inventory.waitlist import Waitlist, WaitTerms
from runtime.functions import FunctionLibrary
from runtime.redis_client import RedisClients


@dataclass(frozen=True, slots=True)
class Inventory:
    """One region's ledger."""

    keyspace: Keyspace
    library: FunctionLibrary
    customers: CustomerNames
    registry: StoreRegistry
    rows: RowReader
    ledger: StockLedger
    holds: Holds
    groups: HoldGroups
    chain_group_records: ChainGroupRecords
    shorting: Shorting
    upkeep: HoldUpkeep
    stream: LedgerStream
    waitlist: Waitlist
    wait_server: WaitServer
    wait_keeper: WaitKeeper

    @classmethod
    async def open(
        cls,
        clients: RedisClients,
        keyspace: Keyspace,
        *,
        hold_ttl_max_seconds: int = 604_800,
        hold_extensions_max: int = 10,
        returns_need_inspection: bool = False,
        waitlist_offer_seconds: int = 1_800,
        waitlist_terms: WaitTerms | None = None,
    ) -> Inventory:
        """Wire everything and see to it that the function library is loaded."""
        library = FunctionLibrary.from_package("inventory.lua")
        functions = LedgerFunctions(clients, keyspace, library)
        await library.ensure_loaded(clients.writes)
        hold_functions = HoldFunctions(functions)
        names, freed = await CustomerNames.open(clients, keyspace), FreedUnits()
        overdue = OverdueHolds(hold_functions, freed)
        taker = UnitTaker(hold_functions, keyspace, names, overdue, freed)
        settler = HoldSettler(hold_functions, names, taker, freed)
        holds = Holds(
            hold_functions,
            taker,
            settler,
            overdue,
            freed,
            ttl_max_seconds=hold_ttl_max_seconds,
            most_extensions=hold_extensions_max,
        )
        shorting = Shorting(clients, keyspace, hold_functions, settler)
        registry = StoreRegistry(clients, keyspace, functions)
        rows = RowReader(functions, overdue)
        movements = StockMovements(
            StockFunctions(functions), overdue, freed, shorting, returns_need_inspection=returns_need_inspection
        )
        wait_functions = WaitFunctions(clients, functions)
        server = WaitServer(wait_functions, offer_seconds=waitlist_offer_seconds)
        freed.listener = server.hear
        stream = LedgerStream(clients, keyspace)
        return cls(
            keyspace=keyspace,
            library=library,
            customers=names,
            registry=registry,
            rows=rows,
            ledger=StockLedger(clients, keyspace, functions, registry, rows, movements),
            holds=holds,
            groups=HoldGroups(clients, keyspace, holds, taker, settler),
            chain_group_records=ChainGroupRecords(clients, keyspace, functions),
            shorting=shorting,
            upkeep=HoldUpkeep(hold_functions, overdue, shorting),
            stream=stream,
            waitlist=Waitlist(wait_functions, keyspace, names, holds, server, waitlist_terms),
            wait_server=server,
            wait_keeper=WaitKeeper(wait_functions, server, stream),
        )
