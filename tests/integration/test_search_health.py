"""What an operator is told about the indexes."""

import asyncio

from search_builders import a_catalogue

from runtime.redis_client import RedisClients
from search.health import State, search_health
from search.models import Product
from search.schema import create_stores_index, create_vectors_index, stores_alias, vectors_alias


async def test_an_empty_namespace_is_down_and_says_what_to_do(redis_clients: RedisClients, namespace: str) -> None:
    health = await search_health(redis_clients, namespace)
    assert health.state is State.DOWN
    assert "onhand index" in health.products.problems[0]
    assert health.problems == ()  # the embedded server is started with ON_TIMEOUT FAIL


async def test_a_loaded_catalogue_is_up_and_missing_vectors_only_degrade(
    redis_clients: RedisClients, namespace: str
) -> None:
    writes = redis_clients.writes
    await writes.execute_command(*create_stores_index(namespace, "1"))
    await writes.execute_command("FT.ALIASADD", stores_alias(namespace), f"{namespace}:stores:1")
    await writes.hset(f"{namespace}:store:1", mapping={"store_id": "1", "location": "1.0,2.0"})
    async with a_catalogue(redis_clients, namespace, [Product("a", "A cup")]):
        for _ in range(200):  # the store index scans the keys of every other test
            health = await search_health(redis_clients, namespace)
            if health.stores.documents == 1:
                break
            await asyncio.sleep(0.02)
        assert (health.products.state, health.products.documents, health.products.failures) == (State.UP, 1, 0)
        assert health.products.index is not None
        assert health.products.index.startswith(f"{namespace}:products:")
        assert (health.vectors.state, health.stores.state, health.state) == (State.DOWN, State.UP, State.DEGRADED)
        assert (await search_health(redis_clients, namespace, wants_vectors=False)).state is State.UP
        await writes.execute_command(*create_vectors_index(namespace, "m"))
        await writes.execute_command("FT.ALIASADD", vectors_alias(namespace), f"{namespace}:vectors:m")
        vectors = (await search_health(redis_clients, namespace)).vectors
        assert (vectors.state, vectors.documents) == (State.DEGRADED, 0)
