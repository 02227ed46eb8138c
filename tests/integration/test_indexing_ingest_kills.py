"""A short version of the proof that no movement is lost or counted twice; the long one is in tests/soak."""

from pathlib import Path

from ingest_proof import Proof, a_day

from inventory.keys import Keyspace
from runtime.redis_client import RedisClients


async def test_consumers_that_are_killed_lose_nothing_and_count_nothing_twice(
    redis_clients: RedisClients, data_dir: Path, keyspace: Keyspace
) -> None:
    day = a_day(6_000, stores=6, seed=11)
    proof = await Proof.prepared(redis_clients, data_dir, keyspace, day)
    try:
        await proof.run(consumers=2, kills=3, retry_seconds=0.4, seed=12)
        report = await proof.stop()
    finally:
        await proof.clean_up()
    await proof.check()
    assert report["parked"] <= len(day.poison)
