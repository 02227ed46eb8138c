"""What every suite of one run shares: the data, the sizes, the report, and onhand's parts and its server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from aiohttp import ClientSession

from bench.feeds import Feeds
from bench.oracle import Oracle
from bench.report import Report
from bench.workload import Zipf
from bot.services import Services
from geo.distance import distances_km
from geo.models import Coordinates
from inventory.keys import Keyspace
from runtime.settings import Settings

SEED = 2026


@dataclass(frozen=True)
class Run:
    """One run of the benchmark. The tutorial's model is given the `peer_skus` products asked for most, or all: None."""

    feeds: Feeds
    settings: Settings
    folder: Path
    report: Report
    samples: int
    warm_up: int
    peer_skus: int | None
    #: Tells whoever waits what is going on.
    say: Callable[[str], None]
    #: The SKUs that were loaded; known once they are.
    catalogue: Sequence[str] = ()
    #: So many at once place the holds that PostgreSQL is compared by; the goals are about 32.
    callers: Sequence[int] = (1, 8, 32, 128)

    @property
    def keyspace(self) -> Keyspace:
        return Keyspace(self.settings.namespace, self.settings.region)

    @cached_property
    def zipf(self) -> Zipf:
        """The catalogue by how often each product is asked for."""
        return Zipf(self.catalogue, seed=SEED)

    @cached_property
    def homes(self) -> Sequence[Coordinates]:
        """Where the stores are."""
        rows = self.feeds.rows("stores")
        return [Coordinates(float(row["lat"]), float(row["lon"])) for row in rows if row["kind"] == "store"]

    @cached_property
    def oracle(self) -> Oracle:
        """The truth about the products that the tutorial's model is given."""
        skus = None if self.peer_skus is None else frozenset(self.zipf.ranked[: self.peer_skus])
        return Oracle.load(self.feeds.stores, self.feeds.stock, distances_km, skus=skus)


@dataclass(frozen=True, slots=True)
class Onhand:
    """The thing that is measured: its parts in this process, and its server in another."""

    services: Services
    http: ClientSession

    async def get(self, path: str, params: Mapping[str, str]) -> bytes:
        """The body of a successful answer."""
        async with self.http.get(path, params=params) as response:
            body = await response.read()
            if response.status != 200:
                raise RuntimeError(f"{path} answered {response.status}: {body[:300]!r}")
            return body

    async def post(self, path: str, body: bytes, *, status: int, headers: Mapping[str, str] | None = None) -> bytes:
        """The body of an answer that has the expected status."""
        content = {"Content-Type": "application/json", **(headers or {})}
        async with self.http.post(path, data=body, headers=content) as response:
            found = await response.read()
            if response.status != status:
                raise RuntimeError(f"{path} answered {response.status}: {found[:300]!r}")
            return found
