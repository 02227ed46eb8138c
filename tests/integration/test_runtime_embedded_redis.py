"""The embedded Redis: shared, restarted, kept, and gone with its last user."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from runtime.embedded_folder import EmbeddedRedisFailed
from runtime.embedded_redis import EmbeddedRedis


async def answering(server: EmbeddedRedis, seconds: float = 15) -> Redis:
    redis = Redis.from_url(server.url)
    async with asyncio.timeout(seconds):
        while True:
            with contextlib.suppress(RedisError):
                await redis.ping()
                return redis
            await asyncio.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - another process does it and tells nobody
            await asyncio.sleep(0.02)


async def test_two_users_share_one_server_and_the_last_one_stops_it(tmp_path: Path) -> None:
    async with EmbeddedRedis.running(tmp_path) as first:
        async with EmbeddedRedis.running(tmp_path) as second:
            assert first.state["server_pid"] == second.state["server_pid"]
        pid = first.state["server_pid"]
        assert is_alive(pid)
    assert not is_alive(pid)


async def test_newcomers_at_the_same_time_find_one_server_and_a_true_state(tmp_path: Path) -> None:
    class Newcomer(EmbeddedRedis):
        """Looked for a supervisor just before there was one."""

        def _is_supervised(self) -> bool:
            return False

    async with EmbeddedRedis.running(tmp_path) as server:
        before = server.state
        await Newcomer(server.folder, server.socket)._spawn_supervisor()
        assert server.state == before
        assert before["status"] == "running"
        async with EmbeddedRedis.running(tmp_path):
            pass  # would wait for ever for the end of a server of which nothing is known
        assert is_alive(before["server_pid"])


async def test_a_server_whose_supervisor_was_killed_ends_and_is_started_again(tmp_path: Path) -> None:
    async with EmbeddedRedis.running(tmp_path) as server:
        async with Redis.from_url(server.url) as redis:
            await redis.set("kept", "yes")
        before = server.state
        os.kill(before["supervisor_pid"], signal.SIGKILL)
        await until(lambda: not is_alive(before["server_pid"]))
        async with await answering(server) as redis:
            assert await redis.get("kept") == b"yes"
        after = server.state
    assert not is_alive(after["server_pid"])
    await until(lambda: not is_alive(after["supervisor_pid"]))


async def test_a_folder_of_the_same_name_as_ours_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runtime").mkdir()
    (tmp_path / "runtime" / "__init__.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    async with EmbeddedRedis.running(tmp_path / "data of mine") as server, Redis.from_url(server.url) as redis:
        assert await redis.ping()


async def test_data_is_kept_between_runs(tmp_path: Path) -> None:
    async with EmbeddedRedis.running(tmp_path) as server, Redis.from_url(server.url) as redis:
        await redis.set("kept", "yes")
    async with EmbeddedRedis.running(tmp_path) as server, Redis.from_url(server.url) as redis:
        assert await redis.get("kept") == b"yes"


async def test_a_killed_server_comes_back_with_every_acknowledged_write(tmp_path: Path) -> None:
    async with EmbeddedRedis.running(tmp_path) as server:
        async with Redis.from_url(server.url) as redis:
            await redis.set("kept", "yes")
        os.kill(server.state["server_pid"], signal.SIGKILL)
        async with await answering(server) as redis:
            assert await redis.get("kept") == b"yes"
        assert server.state["restarts"] == 1


async def test_only_the_owner_can_reach_the_socket_and_no_port_is_open(tmp_path: Path) -> None:
    (tmp_path / "redis").mkdir(mode=0o755)
    async with EmbeddedRedis.running(tmp_path) as server, Redis.from_url(server.url) as redis:
        assert server.folder.stat().st_mode & 0o777 == 0o700
        assert server.socket.stat().st_mode & 0o777 == 0o700
        assert (await redis.config_get("port"))["port"] == "0"
        assert (await redis.config_get("appendfsync"))["appendfsync"] == "always"


async def test_a_very_long_data_directory_still_gets_a_socket(tmp_path: Path) -> None:
    async with EmbeddedRedis.running(tmp_path / ("x" * 120)) as server, Redis.from_url(server.url) as redis:
        assert await redis.ping()


async def test_a_server_that_cannot_start_is_reported_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "redis" / "appendonlydir").mkdir(parents=True)
    (tmp_path / "redis" / "appendonlydir" / "appendonly.aof.manifest").write_text("not a manifest\n")
    with pytest.raises(EmbeddedRedisFailed, match="end of its log"):
        async with EmbeddedRedis.running(tmp_path):
            pass
