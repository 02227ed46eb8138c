"""The model of Redis's own tutorial on local inventory search: a hash per product and store, indexed by RediSearch.

    <prefix>:<store_id>_<sku>   storeId TAG, sku TAG, quantity NUMERIC, storeLocation GEO

Asked as the tutorial asks: FT.AGGREGATE with a radius, geodistance and a sort. Three mends make it answer right:
a LIMIT (without one it gives 10 rows), every value by PARAMS, and the quantity asked for instead of "more than 0".
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from redis.asyncio import Redis

from geo.models import Coordinates

INDEX = "tutorial"
PREFIX = "tutorial:"
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class StockRow:
    """What can be promised of one product at one store."""

    store_id: str
    sku: str
    quantity: int
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class PeerLoad:
    rows: int
    seconds: float
    bytes_used: int

    @property
    def bytes_per_row(self) -> float:
        return self.bytes_used / self.rows


class HashPerCell:
    """The tutorial's model in a Redis of its own."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def load(self, rows: Iterable[StockRow]) -> PeerLoad:
        """Create the index, write every row, and wait until all of it is indexed."""
        before = await self._used_memory()
        begin = time.perf_counter()
        await self._redis.execute_command(
            *("FT.CREATE", INDEX, "ON", "HASH", "PREFIX", 1, PREFIX, "STOPWORDS", 0, "SCHEMA"),
            *("storeId", "TAG", "sku", "TAG", "quantity", "NUMERIC", "storeLocation", "GEO"),
        )
        count, pipe = 0, self._redis.pipeline(transaction=False)
        for row in rows:
            location = f"{row.lon},{row.lat}"
            pipe.execute_command(
                *("HSET", f"{PREFIX}{row.store_id}_{row.sku}", "storeId", row.store_id, "sku", row.sku),
                *("quantity", row.quantity, "storeLocation", location),
            )
            count += 1
            if count % BATCH == 0:
                await pipe.execute()
        await pipe.execute()
        seconds = time.perf_counter() - begin
        return PeerLoad(count, seconds, await self._used_memory() - before)

    async def nearest(
        self, sku: str, origin: Coordinates, *, quantity: int, radius_km: float, limit: int = 5
    ) -> list[tuple[str, float]]:
        """The nearest stores with enough, each with its distance in kilometres."""
        reply = await self._redis.execute_command(
            *("FT.AGGREGATE", INDEX, "@sku:{$sku} @quantity:[$quantity +inf] @storeLocation:[$lon $lat $radius km]"),
            *("LOAD", 3, "@storeId", "@quantity", "@storeLocation"),
            *("APPLY", f"geodistance(@storeLocation, {origin.lon!r}, {origin.lat!r}) / 1000", "AS", "km"),
            *("SORTBY", 4, "@km", "ASC", "@storeId", "ASC", "LIMIT", 0, limit),
            *("PARAMS", 10, "sku", sku, "quantity", quantity, "lon", origin.lon, "lat", origin.lat),
            *("radius", radius_km, "DIALECT", 2),
        )
        found = []
        for flat in reply[1:]:
            fields = dict(zip(flat[::2], flat[1::2], strict=True))
            found.append((fields[b"storeId"].decode(), float(fields[b"km"])))
        return found

    async def _used_memory(self) -> int:
        return int((await self._redis.info("memory"))["used_memory"])
