"""200,000 movements with copies, disorder and poison while consumers are killed: the cells equal the reference fold."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from ingest_proof import Proof, a_day

from inventory.keys import Keyspace
from runtime.redis_client import RedisClients

pytestmark = pytest.mark.soak


@pytest.mark.timeout(1_800)
async def test_two_hundred_thousand_movements_with_twenty_kills_equal_the_fold(
    redis_clients: RedisClients,
    data_dir: Path,
    keyspace: Keyspace,
    write_result: Callable[[str, Mapping[str, object]], None],
) -> None:
    day = a_day(200_000, stores=40, seed=21)
    proof = await Proof.prepared(redis_clients, data_dir, keyspace, day)
    started = time.monotonic()
    try:
        await proof.run(consumers=3, kills=20, retry_seconds=2.0, seed=22)
        seconds = time.monotonic() - started
        await proof.stop()
    finally:
        await proof.clean_up()
    await proof.check()
    figures = {
        "messages": len(day.sent),
        "copies": day.copies,
        "poison_parked": len(day.poison),
        "consumers": 3,
        "kills": proof.killed,
        "seconds": round(seconds, 1),
        "messages_per_second": round(len(day.sent) / seconds),
    }
    write_result("ingest", figures)
