"""Ten thousand steps, drawn by Hypothesis: the ledger agrees with the model after each of them."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from ledger_machine import LedgerMachine, World

from runtime.redis_client import open_redis
from runtime.settings import Settings


@pytest.fixture
def world(data_dir: Path) -> Iterator[World]:
    """A loop of its own, because Hypothesis calls the rules one after the other without one."""
    loop = asyncio.new_event_loop()
    opening = open_redis(Settings(data_dir=data_dir, redis_timeout_seconds=10))
    yield World(loop, loop.run_until_complete(opening.__aenter__()))
    loop.run_until_complete(opening.__aexit__(None, None, None))
    loop.close()


@pytest.mark.timeout(300)
def test_ten_thousand_steps_agree_with_the_model(world: World) -> None:
    class Machine(LedgerMachine):
        pass

    Machine.world = world
    LedgerMachine.words.clear()
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=100,
            stateful_step_count=100,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Machine.steps >= 10_000
