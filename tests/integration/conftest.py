"""Fixtures of tests that index feeds."""

from pathlib import Path

import pytest
from indexing_desk import Desk

from indexing.commands import make_importers
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from runtime.redis_client import RedisClients
from runtime.settings import Settings


@pytest.fixture
async def desk(tmp_path: Path, redis_clients: RedisClients, settings: Settings, keyspace: Keyspace) -> Desk:
    importers = await make_importers(settings, redis_clients)
    return Desk(tmp_path, redis_clients, importers, await Inventory.open(redis_clients, keyspace))
