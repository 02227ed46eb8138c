"""Many callers, few trips: each has its own reply, and nobody's error, haste or lost connection becomes another's."""

from __future__ import annotations

import asyncio

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from runtime.batches import MOST_COMMANDS, CommandBatches
from runtime.redis_client import RedisClients, connect
from runtime.settings import Settings


async def trips(clients: RedisClients) -> int:
    return int((await clients.reads.info("stats"))["total_reads_processed"])


async def test_callers_of_one_moment_share_trips_and_each_gets_its_own_reply(
    redis_clients: RedisClients, namespace: str
) -> None:
    batches = CommandBatches(redis_clients.writes)
    count = 10 * MOST_COMMANDS
    before = await trips(redis_clients)

    replies = await asyncio.gather(*(batches.execute("ECHO", f"{namespace}-{number}") for number in range(count)))

    assert replies == [f"{namespace}-{number}".encode() for number in range(count)]
    assert await trips(redis_clients) - before < count / 2
    assert await batches.execute("ECHO", "alone") == b"alone"


async def test_an_error_is_heard_by_the_caller_whose_command_it_was(redis_clients: RedisClients) -> None:
    batches = CommandBatches(redis_clients.writes)

    first, wrong, last = await asyncio.gather(
        batches.execute("ECHO", "a"), batches.execute("ECHO"), batches.execute("ECHO", "b"), return_exceptions=True
    )

    assert (first, last) == (b"a", b"b")
    assert isinstance(wrong, ResponseError)
    with pytest.raises(ResponseError):
        await batches.execute("ECHO")


async def test_a_caller_that_goes_away_disturbs_nobody(redis_clients: RedisClients, namespace: str) -> None:
    batches = CommandBatches(redis_clients.writes)
    for turn in range(50):
        tasks = [asyncio.create_task(batches.execute("ECHO", f"{turn}-{number}")) for number in range(20)]
        await asyncio.sleep(0)
        if turn % 2:
            await asyncio.sleep(0)
        for task in tasks[::3]:
            task.cancel()
        replies = await asyncio.gather(*tasks, return_exceptions=True)
        for number, reply in enumerate(replies):
            if number % 3:
                assert reply == f"{turn}-{number}".encode()
            else:
                assert isinstance(reply, asyncio.CancelledError)


async def test_a_lost_connection_leaves_all_of_its_callers_unanswered_and_the_next_are_served(
    redis_clients: RedisClients,
) -> None:
    only_connection = connect(redis_clients.url, Settings(redis_connections=1, redis_timeout_seconds=10), retries=0)
    async with only_connection as redis:
        batches = CommandBatches(redis)
        number = await redis.client_id()

        lost = await asyncio.gather(
            *(batches.execute("ECHO", text) for text in "ab"),
            batches.execute("CLIENT", "KILL", "ID", number, "SKIPME", "no"),
            *(batches.execute("ECHO", text) for text in "cd"),
            return_exceptions=True,
        )

        assert all(isinstance(reply, RedisConnectionError) for reply in lost)
        assert await batches.execute("ECHO", "again") == b"again"
