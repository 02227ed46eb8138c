"""The power goes while a transaction is being written, twice: nothing of it may ever come to life."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

from redis.exceptions import RedisError

from runtime.redis_client import RedisClients, open_redis
from runtime.settings import Settings

TORN = b"*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$5\r\nghost\r\n$1\r\n1\r\n*3\r\n$3\r\nSET\r\n$7\r\nghos"


async def until_it_answers(clients: RedisClients) -> None:
    async with asyncio.timeout(20):
        while True:
            with suppress(RedisError):
                await clients.reads.ping()
                return
            await asyncio.sleep(0.05)


async def test_a_torn_transaction_is_gone_for_good_whoever_starts_the_server(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, redis_timeout_seconds=5)
    async with open_redis(settings) as clients:
        await clients.writes.set("before", 1)
    [file] = (tmp_path / "redis" / "appendonlydir").glob("*.incr.aof")
    with file.open("ab") as opened:
        opened.write(TORN)

    async with open_redis(settings) as clients:
        assert b"ghost" not in file.read_bytes()
        pipe = clients.writes.pipeline(transaction=True)
        pipe.set("one", 1)
        pipe.set("two", 2)
        await pipe.execute()
        assert clients.embedded is not None
        before = clients.embedded.state["server_pid"]
        with file.open("ab") as opened:
            opened.write(TORN)
        os.kill(before, signal.SIGKILL)
        await until_it_answers(clients)

        found = await clients.reads.mget("before", "one", "two", "ghost")
        assert clients.embedded.state["server_pid"] != before

    assert found == [b"1", b"1", b"2", None]
    async with open_redis(settings) as clients:
        assert await clients.reads.exists("ghost") == 0
        assert await clients.reads.dbsize() == 3
