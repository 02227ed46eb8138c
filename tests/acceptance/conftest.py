"""The service as it is delivered, over HTTP, in front of a small chain."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from http_service import http_service
from small_chain import load_small_chain

from runtime.redis_client import RedisClients
from runtime.settings import Settings


async def small_chain_settings(data_dir: Path) -> Settings:
    """Settings of a freshly loaded chain in a namespace of its own."""
    settings = Settings(
        data_dir=data_dir,
        namespace=f"chain-{secrets.token_hex(6)}",
        model="off",
        redis_timeout_seconds=10,
        request_timeout_seconds=30,
        low_stock_level=2,
    )
    await load_small_chain(settings)
    return settings


@pytest.fixture(scope="module")
async def chain(redis_clients: RedisClients, data_dir: Path) -> Settings:
    """A chain that the tests of one module share."""
    return await small_chain_settings(data_dir)


@pytest.fixture(scope="module")
async def api(chain: Settings) -> AsyncIterator[ClientSession]:
    """A client of the service in front of the chain."""
    async with http_service(chain) as client:
        yield client
