"""The load of the holds benchmark: dealt out evenly, timed after the warm-up, the same stock for every contender."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

import numpy as np
import pytest

from bench.callers import Burst, load
from bench.crew import Load
from bench.entrants import Entrant
from bench.peers import postgres_server
from bench.sampling import Milliseconds
from bench.wares import Wares


class FakeCrew:
    """Answers as fast as its name promises, with a pool of eight twice as fast."""

    async def burst(self, load: Load, *, warm_up: float, seconds: float) -> tuple[Milliseconds, float]:
        count = 100 * load.processes * (2 if load.connections == 8 else 1)
        return np.full(count, 1.0), seconds


async def test_each_caller_waits_for_its_answer_and_the_warm_up_is_not_counted() -> None:
    running = most = begun = 0

    async def place(sku: str, store_id: str) -> None:
        nonlocal running, most, begun
        begun, running = begun + 1, running + 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1

    durations, elapsed = await load(place, lambda: ("a", "b"), Burst("hot", 5, 0, 0.05, 0.1, "unused"))

    assert most == 5
    assert 0 < len(durations) < begun
    assert durations.min() >= 1_000_000
    assert 0.1 <= elapsed < 1.0


async def test_a_contender_gets_the_pool_and_the_processes_with_which_it_is_fastest() -> None:
    entrant = Entrant("peer", "peer", FakeCrew(), callers=(1, 8, 32), processes=(1, 2))  # type: ignore[arg-type]
    await entrant.choose_pools()
    for each in entrant.loads():
        await entrant.measure(each)
        await entrant.measure(each)

    best = entrant.best("hot", 32)

    assert best.name == "hold, hot, peer, 2 processes, pool 8"
    assert best.count == 800
    assert {each.processes for each in entrant.loads() if each.callers == 1} == {1}


def test_the_feeds_and_the_peers_rows_tell_the_same_stock(tmp_path: Path) -> None:
    wares = Wares.make(stores=3, products=2)
    files = wares.write_feeds(tmp_path)
    with files["stock"].open(encoding="utf-8", newline="") as file:
        rows = [(row["sku"], row["store_id"], int(row["on_hand"])) for row in csv.DictReader(file)]

    assert rows == list(wares.cells())
    assert len(rows) == 3 * 2 + 1
    assert rows[-1][:2] == wares.hot


def test_without_postgresql_nothing_is_found_and_the_message_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_server, "DEBIAN_FOLDERS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert postgres_server.find_postgres() is None
    assert "apt-get install postgresql-15" in postgres_server.INSTALL

    folder = tmp_path / "15" / "bin"
    folder.mkdir(parents=True)
    (folder / "initdb").touch()
    (folder / "postgres").touch()
    assert postgres_server.find_postgres() == folder
