"""Answers and misses are remembered, and all processes together ask no faster than they may."""

from __future__ import annotations

import asyncio
import time

import pytest
from geo_builders import FakeGeocoder, an_address

from geo.cached import CachedGeocoder
from geo.errors import GeocoderFailed
from geo.geocoder import Geocoder
from geo.models import Place
from runtime.redis_client import RedisClients

ELM = an_address("Elm Hill Road, Here", 41.0, -87.0)


def a_cache(
    inner: Geocoder, clients: RedisClients, namespace: str, *, per_second: float = 1000, wait_seconds: float = 5
) -> CachedGeocoder:
    return CachedGeocoder(
        inner,
        clients,
        namespace,
        cache_seconds=60,
        requests_per_second=per_second,
        longest_wait_seconds=wait_seconds,
    )


async def test_an_answer_is_asked_for_once_however_it_is_written(redis_clients: RedisClients, namespace: str) -> None:
    inner = FakeGeocoder(ELM)
    for text in ("Elm Hill Road", "elm hill road", "  ELM  hill   road "):
        assert await a_cache(inner, redis_clients, namespace).locate(text, "en") == (ELM,)
    assert len(inner.asked) == 1


async def test_a_miss_is_remembered_too(redis_clients: RedisClients, namespace: str) -> None:
    inner = FakeGeocoder()
    for _ in range(3):
        assert await a_cache(inner, redis_clients, namespace).locate("nowhere road", "en") == ()
    assert len(inner.asked) == 1


async def test_a_failure_is_not_remembered(redis_clients: RedisClients, namespace: str) -> None:
    inner = FakeGeocoder(ELM, failing=True)
    cache = a_cache(inner, redis_clients, namespace)
    with pytest.raises(GeocoderFailed):
        await cache.locate("Elm Hill Road", "en")
    inner.failing = False
    assert await cache.locate("Elm Hill Road", "en") == (ELM,)


async def test_languages_are_remembered_apart(redis_clients: RedisClients, namespace: str) -> None:
    inner = FakeGeocoder(ELM)
    cache = a_cache(inner, redis_clients, namespace)
    await cache.locate("Elm Hill Road", "en")
    await cache.locate("Elm Hill Road", "fr")
    assert [language for _, language in inner.asked] == ["en", "fr"]


async def test_what_is_remembered_expires_and_holds_no_text_in_its_key(
    redis_clients: RedisClients, namespace: str
) -> None:
    await a_cache(FakeGeocoder(ELM), redis_clients, namespace).locate("Elm Hill Road", "en")
    keys = [key async for key in redis_clients.reads.scan_iter(f"{namespace}:geocode:*")]
    answers = [key for key in keys if not key.endswith(b":slot")]
    assert len(answers) == 1
    assert b"elm" not in answers[0].lower()
    assert 0 < await redis_clients.reads.ttl(answers[0]) <= 60


async def test_many_processes_share_one_rate(redis_clients: RedisClients, namespace: str) -> None:
    class Clock(FakeGeocoder):
        def __init__(self) -> None:
            super().__init__()
            self.moments: list[float] = []

        async def locate(self, text: str, language: str) -> tuple[Place, ...]:
            self.moments.append(time.monotonic())
            return ()

    inner = Clock()
    caches = [a_cache(inner, redis_clients, namespace, per_second=20) for _ in range(4)]
    await asyncio.gather(*(cache.locate(f"road {number}", "en") for number, cache in enumerate(caches * 2)))
    assert len(inner.moments) == 8
    ordered = sorted(inner.moments)
    # 50 ms apart; Redis and this process do not share a clock to the millisecond.
    assert ordered[-1] - ordered[0] >= 7 * 0.050 - 0.060


async def test_the_same_question_at_once_is_asked_once(redis_clients: RedisClients, namespace: str) -> None:
    inner = FakeGeocoder(ELM)
    cache = a_cache(inner, redis_clients, namespace, per_second=20)
    answers = await asyncio.gather(*(cache.locate("Elm Hill Road", "en") for _ in range(10)))
    assert set(answers) == {(ELM,)}
    assert len(inner.asked) == 1


async def test_a_crowd_is_refused_rather_than_kept_waiting(redis_clients: RedisClients, namespace: str) -> None:
    inner = FakeGeocoder()
    cache = a_cache(inner, redis_clients, namespace, per_second=1, wait_seconds=0.1)
    await cache.locate("road one", "en")
    with pytest.raises(GeocoderFailed):
        await cache.locate("road two", "en")
    assert len(inner.asked) == 1
