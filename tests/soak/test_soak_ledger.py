"""The state machine of the ledger and its races, far longer than in every run, and with new examples each time."""

from pathlib import Path

import pytest
from ledger_comparison import World
from ledger_machine import LedgerMachine, run_machine
from ledger_races import mixed_run, one_winner_of

from inventory.inventory import Inventory
from runtime.redis_client import RedisClients

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3_600)]


def test_two_hundred_thousand_steps_agree_with_the_model(data_dir: Path) -> None:
    with World.opened(data_dir) as opened:

        class Machine(LedgerMachine):
            world = opened

        while Machine.steps < 200_000:
            run_machine(Machine, examples=500, derandomize=False)


async def test_five_hundred_buyers_of_the_last_unit_have_one_winner_two_hundred_times(inventory: Inventory) -> None:
    for _ in range(200):
        await one_winner_of(inventory, buyers=500)


@pytest.mark.parametrize("seed", range(30))
async def test_everything_at_once_leaves_exact_sums(
    inventory: Inventory, redis_clients: RedisClients, seed: int
) -> None:
    await mixed_run(inventory, redis_clients, buyers=1_000, seed=seed)
