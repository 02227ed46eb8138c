"""The function loader and the probe against a real server."""

import asyncio
from pathlib import Path

import pytest

from runtime.errors import BackendMisused, BackendUnavailable, translate_redis_errors
from runtime.functions import FunctionLibrary
from runtime.redis_client import RedisClients, connect, open_redis
from runtime.redis_probe import probe_redis
from runtime.settings import Settings


def library_of(digit: int) -> FunctionLibrary:
    prefix = f"v1_{digit:08d}"
    body = f"redis.register_function('{prefix}_answer', function(keys, args) return {digit} end)"
    return FunctionLibrary(family="trial", prefix=prefix, source=f"#!lua name=trial_{prefix}\n{body}")


async def test_two_versions_of_a_library_live_side_by_side_until_pruned(redis_clients: RedisClients) -> None:
    redis = redis_clients.writes
    old, new = library_of(1), library_of(2)
    assert await old.ensure_loaded(redis)
    assert await new.ensure_loaded(redis)
    assert not await new.ensure_loaded(redis)
    assert await redis.fcall(old.name_of("answer"), 0) == 1
    assert await redis.fcall(new.name_of("answer"), 0) == 2
    assert await new.prune(redis) == [old.name]
    assert await new.loaded_names(redis) == [new.name]
    await redis.function_delete(new.name)


async def test_many_processes_may_load_the_same_library_at_once(redis_clients: RedisClients) -> None:
    library = library_of(3)
    loaded = await asyncio.gather(*(library.ensure_loaded(redis_clients.writes) for _ in range(20)))
    assert loaded.count(True) >= 1
    assert await library.is_loaded(redis_clients.writes)
    await redis_clients.writes.function_delete(library.name)


async def test_a_library_that_redis_does_not_take_is_a_defect_of_ours(redis_clients: RedisClients) -> None:
    broken = FunctionLibrary(family="trial", prefix="v1_broken", source="#!lua name=trial_v1_broken\nnonsense(")
    with pytest.raises(BackendMisused, match="loading the function library"):
        await broken.ensure_loaded(redis_clients.writes)


async def test_the_embedded_server_has_everything_and_its_faults_are_named(redis_clients: RedisClients) -> None:
    probe = await probe_redis(redis_clients.reads)
    assert probe.is_usable
    assert (probe.server_version, probe.search_version) == ("7.4.1", "2.10.5")
    assert probe.append_only
    assert any("stop words" in warning for warning in probe.warnings)


async def test_a_server_short_of_replicas_is_unavailable_and_no_argument_is_repeated(tmp_path: Path) -> None:
    async with open_redis(Settings(data_dir=tmp_path, redis_timeout_seconds=5)) as clients:
        await clients.writes.set("taken", "")
        await clients.writes.config_set("min-replicas-to-write", 1)
        single = clients.writes.set("k", "users' text")
        piped = clients.writes.pipeline(transaction=False).set("k", "users' text").execute()
        wrapped = clients.writes.pipeline(transaction=True).set("k", "users' text").execute()
        for call in (single, piped, wrapped):
            with pytest.raises(BackendUnavailable, match="NOREPLICAS") as told, translate_redis_errors("writing"):
                await call
            assert "text" not in told.value.message
        with pytest.raises(BackendMisused, match="wrong kind") as told, translate_redis_errors("reading"):
            await clients.reads.pipeline(transaction=False).lpos("taken", "users' text").execute()
        assert "text" not in told.value.message


async def test_a_redis_that_is_away_is_reported_as_unavailable(tmp_path: Path) -> None:
    away = connect(f"unix://{tmp_path}/nobody.sock", Settings(), retries=0)
    with pytest.raises(BackendUnavailable), translate_redis_errors("asking for a pulse"):
        await away.ping()
    await away.aclose()
