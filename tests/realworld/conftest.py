"""The real catalogue, loaded once a run by the command that users run, and the oracle that knows the truth about it.

All stores are there always, from Alaska to Puerto Rico. REALWORLD_PER_STORE says how many products each of them has:
1,000 unless it is set, which keeps CI short; `make realworld-full` takes the full 6,000.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.asyncio.connection import AbstractConnection

from bench.feeds import FULL_PER_STORE, FULL_STORES, PROJECT, Feeds, real_feeds
from bench.oracle import Oracle
from bench.processes import Finished, onhand, run
from bot.services import Services, open_services
from geo.distance import distances_km
from runtime.redis_client import open_redis
from runtime.settings import Settings

CI_PER_STORE = 1_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the real data, and the first test waits until it is loaded."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.realworld)
            item.add_marker(pytest.mark.timeout(1_200))


@dataclass(frozen=True)
class Chain:
    """The loaded chain, with what loading it took."""

    feeds: Feeds
    is_full: bool
    settings: Settings
    services: Services
    catalogue_loaded: Finished
    stock_loaded: Finished

    async def index(self, *options: str | Path, model: str = "off") -> Finished:
        """Run `onhand index` against the same Redis."""
        settings = self.settings.model_copy(update={"model": model})
        return await run(onhand(settings, "index", *options, "--json"), self.feeds.folder)


@pytest.fixture(scope="session")
def feeds(realworld_folder: Path) -> Feeds:
    """Written once per size, and kept where the benchmark keeps them too."""
    per_store = int(os.environ.get("REALWORLD_PER_STORE", CI_PER_STORE))
    return real_feeds(PROJECT / ".cache" / "bench", stores=FULL_STORES, per_store=per_store)


@pytest.fixture(scope="session")
def all_feeds(feeds: Feeds) -> tuple[str | Path, ...]:
    return "--products", feeds.products, "--stores", feeds.stores, "--stock", feeds.stock


@pytest.fixture(scope="session")
async def chain(
    feeds: Feeds, all_feeds: tuple[str | Path, ...], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Chain]:
    """All feeds in an embedded Redis of their own, without the encoder."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("realworld"), model="off", redis_timeout_seconds=30)
    async with open_redis(settings):
        loaded = [
            await run(onhand(settings, "index", *files, "--json"), feeds.folder)
            for files in (all_feeds[:4], all_feeds[4:])
        ]
        async with open_services(settings) as services:
            yield Chain(feeds, feeds.folder.name.endswith(f"-{FULL_PER_STORE}"), settings, services, *loaded)


@pytest.fixture(scope="session")
def oracle(feeds: Feeds) -> Oracle:
    return Oracle.load(feeds.stores, feeds.stock, distances_km)


@dataclass
class RoundTrips:
    """Writes to Redis' socket: each is one round trip, however many commands it carries."""

    count: int = 0


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch) -> Callable[[], AbstractContextManager[RoundTrips]]:
    """A block that counts the round trips of this process while it runs."""
    trips: list[RoundTrips] = []
    send = AbstractConnection.send_packed_command

    async def counted(self: AbstractConnection, *args: object, **kwargs: object) -> None:
        if trips:
            trips[-1].count += 1
        await send(self, *args, **kwargs)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", counted)

    @contextmanager
    def counting() -> Iterator[RoundTrips]:
        trips.append(RoundTrips())
        try:
            yield trips[-1]
        finally:
            trips.pop()

    return counting
