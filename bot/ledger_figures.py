"""How the ledger stands at the moment of a scrape: a few figures that cost one trip, whatever its size."""

from __future__ import annotations

from dataclasses import dataclass

from inventory.keys import Keyspace
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients


@dataclass(frozen=True, slots=True)
class LedgerFigures:
    live_holds: int
    #: How long the hold that is longest overdue has waited to be ended; 0 where none is.
    expiry_lag_seconds: float
    oversold_cells: int
    waiting: int


async def read_figures(clients: RedisClients, keyspace: Keyspace) -> LedgerFigures:
    pipe = clients.reads.pipeline(transaction=False)
    pipe.time()
    pipe.zcard(keyspace.holds_due())
    pipe.zrange(keyspace.holds_due(), 0, 0, withscores=True)
    pipe.scard(keyspace.oversold())
    pipe.zcard(keyspace.waits_ends())
    with translate_redis_errors("reading figures of the ledger"):
        (seconds, microseconds), live, first, oversold, waiting = await pipe.execute()
    now = seconds + microseconds / 1e6
    lag = max(0.0, now - first[0][1] / 1000) if first else 0.0
    return LedgerFigures(int(live), lag, int(oversold), int(waiting))
