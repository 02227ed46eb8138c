"""An index that does not hold the whole catalogue is waited for at start and named in every answer."""

from __future__ import annotations

import asyncio

import pytest
from search_builders import a_catalogue

from runtime.redis_client import RedisClients
from search.completeness import Completeness
from search.models import MatchSet, Product, Tier
from search.products import ProductSearch
from search.schema import skus_key

PRODUCTS = [Product(f"PC-{number}", f"Pressure cooker {number}") for number in range(3)]


async def test_answers_from_half_an_index_say_so_until_it_is_whole(redis_clients: RedisClients, namespace: str) -> None:
    async with a_catalogue(redis_clients, namespace, PRODUCTS):
        completeness = Completeness(redis_clients, namespace, None)
        search = ProductSearch(redis_clients, namespace, completeness=completeness)
        await redis_clients.writes.sadd(skus_key(namespace), "PC-NOT-READ-IN-YET")
        assert await completeness.look() == ("index",)
        assert (await search.find("pressure cooker")).degraded == ("index",)
        await redis_clients.writes.srem(skus_key(namespace), "PC-NOT-READ-IN-YET")
        await completeness.wait_for_products(30)
        assert (await search.find("pressure cooker")).degraded == ()


async def test_start_waits_for_the_whole_index_but_not_for_ever(redis_clients: RedisClients, namespace: str) -> None:
    async with a_catalogue(redis_clients, namespace, PRODUCTS):
        await redis_clients.writes.sadd(skus_key(namespace), "PC-NOT-READ-IN-YET")
        completeness = Completeness(redis_clients, namespace, None)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await completeness.wait_for_products(30)
        async with asyncio.timeout(10):
            await completeness.wait_for_products(0.1)


@pytest.mark.parametrize(
    ("lacking", "tier", "said"),
    [
        (("vectors",), Tier.ALL_TERMS, ()),
        (("vectors",), Tier.SIMILAR, ("vectors",)),
        (("vectors",), None, ("vectors",)),
        (("index", "vectors"), Tier.ALL_TERMS, ("index",)),
    ],
)
async def test_missing_vectors_matter_only_where_words_found_nothing(
    redis_clients: RedisClients, namespace: str, lacking: tuple[str, ...], tier: Tier | None, said: tuple[str, ...]
) -> None:
    completeness = Completeness(redis_clients, namespace, None)
    completeness.lacking = lacking
    assert completeness.say_so(MatchSet("kettle", tier=tier)).degraded == said


async def test_an_index_that_does_not_exist_is_not_waited_for(redis_clients: RedisClients, namespace: str) -> None:
    async with asyncio.timeout(10):
        await Completeness(redis_clients, namespace, "none").wait_for_products(60)
