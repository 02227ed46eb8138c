"""Fixtures for every test: one real embedded Redis a run, and a namespace of its own for each test."""

import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import hypothesis
import pytest

from inventory.inventory import Inventory
from inventory.keys import Keyspace
from runtime.redis_client import RedisClients, open_redis
from runtime.settings import Settings

# The same examples in every run; HYPOTHESIS_PROFILE=default in the environment explores new ones.
hypothesis.settings.register_profile("steady", derandomize=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

REALWORLD = Path(__file__).resolve().parents[2] / "shared" / "data" / "realworld"


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of the run's embedded Redis."""
    return tmp_path_factory.mktemp("onhand")


@pytest.fixture(scope="session")
async def redis_clients(data_dir: Path) -> AsyncIterator[RedisClients]:
    """Clients of the run's embedded Redis; slow machines get patient time limits."""
    async with open_redis(Settings(data_dir=data_dir, redis_timeout_seconds=10)) as clients:
        yield clients


@pytest.fixture
def namespace() -> str:
    """A namespace that no other test uses."""
    return f"test-{secrets.token_hex(6)}"


@pytest.fixture
def settings(data_dir: Path, namespace: str) -> Settings:
    """Settings of one test: the run's Redis, a namespace of its own, no encoder."""
    return Settings(data_dir=data_dir, namespace=namespace, model="off", redis_timeout_seconds=10)


@pytest.fixture
def keyspace(settings: Settings) -> Keyspace:
    """The keys of one test."""
    return Keyspace(settings.namespace, settings.region)


@pytest.fixture
async def inventory(redis_clients: RedisClients, keyspace: Keyspace) -> Inventory:
    """The empty ledger of one test."""
    return await Inventory.open(redis_clients, keyspace)


@pytest.fixture(scope="session")
def realworld_folder() -> Path:
    """The folder of the real data; tests that use it carry the mark `realworld`."""
    if not REALWORLD.is_dir():
        pytest.skip(f"the real data is not beside the project (looked for {REALWORLD.name} in ../shared/data)")
    return REALWORLD
