"""`onhand ingest`, `onhand stock sources` and `close-gaps` as people and scripts call them."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from inventory_builders import a_shelf, cell

from inventory.inventory import Inventory
from inventory.models import Kind, Sku, StoreId
from inventory.movements import Movement, MovementType
from runtime.redis_client import RedisClients


@dataclass(frozen=True)
class Ran:
    code: int | None
    out: str
    err: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)


class Shell:
    """The command in the test's own namespace."""

    def __init__(self, inventory: Inventory, clients: RedisClients, data_dir: Path, store_id: str, sku: str) -> None:
        self.inventory, self.clients, self.store_id, self.sku = inventory, clients, store_id, sku
        names = {"ONHAND_DATA_DIR": str(data_dir), "ONHAND_NAMESPACE": inventory.keyspace.namespace}
        self.environment = {**os.environ, **names, "ONHAND_MODEL": "off"}

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        main = "from runtime.cli import main; main()"
        return await asyncio.create_subprocess_exec(
            sys.executable, "-c", main, *arguments, env=self.environment, stdout=PIPE, stderr=PIPE
        )

    async def run(self, *arguments: str) -> Ran:
        process = await self.start(*arguments)
        out, err = await process.communicate()
        return Ran(process.returncode, out.decode(), err.decode())

    async def send(self, seq: int, **changes: str) -> None:
        told: Mapping[str, str] = {"source": "till", "seq": str(seq), "type": "sell", "store_id": self.store_id}
        fields = {**told, "sku": self.sku, "quantity": "1", **changes}
        await self.clients.writes.xadd(self.inventory.keyspace.movements(), fields)  # type: ignore[arg-type]


@pytest.fixture
async def shell(inventory: Inventory, redis_clients: RedisClients, data_dir: Path) -> Shell:
    return Shell(inventory, redis_clients, data_dir, *await a_shelf(inventory, 100))


async def test_everything_is_applied_or_parked_and_can_be_put_back(shell: Shell) -> None:
    for seq in (1, 2, 4):
        await shell.send(seq)
    await shell.send(3, quantity="[red]\x1b[31mmany")
    ran = await shell.run("ingest", "--once", "--retry-seconds", "0.05", "--json")
    assert ran.code == 0, ran.err
    assert {name: ran.json[name] for name in ("applied", "duplicate", "parked", "waiting", "open")} == {
        "applied": 3,
        "duplicate": 0,
        "parked": 1,
        "waiting": 0,
        "open": 0,
    }
    listed = await shell.run("ingest", "parked")
    assert "bad_request" in listed.out
    assert "\x1b" not in listed.out
    unknown = await shell.run("ingest", "replay", "1-1")
    assert (unknown.code, "1-1" in unknown.err) == (1, True)
    assert (await shell.run("ingest", "replay", "--all", "--json")).json == {"replayed": 1, "missing": []}
    (again,) = await shell.clients.reads.xrevrange(shell.inventory.keyspace.movements(), count=1)
    assert again[1][b"quantity"] == b"[red]\x1b[31mmany"


async def test_a_source_that_misses_a_number_is_reported_until_somebody_gives_it_up(shell: Shell) -> None:
    told = [
        Movement("till", seq, MovementType.SELL, StoreId(shell.store_id), Sku(shell.sku), 1) for seq in (1, 2, 5, 4)
    ]
    await shell.inventory.ledger.apply_movements(told)
    (till,) = (await shell.run("stock", "sources", "--json")).json
    assert (till["source"], till["last_seq"], till["late"], till["missing"]) == ("till", 5, 1, 1)
    assert till["gaps"] == [{"first": 3, "last": 3}]
    closed = await shell.run("stock", "close-gaps", "till", "--json")
    assert closed.json == {"source": "till", "settled_seq": 5}
    assert "no source" in (await shell.run("stock", "sources", "--gaps")).out


async def test_it_runs_until_it_is_told_to_end_and_reports(shell: Shell) -> None:
    process = await shell.start("ingest", "--json")
    await shell.send(1)
    while (await cell(shell.inventory, shell.store_id, shell.sku))[Kind.ON_HAND] == 100:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    out, err = await process.communicate()
    assert process.returncode == 0, err
    assert orjson.loads(out)["applied"] == 1
    assert await shell.clients.reads.xinfo_consumers(shell.inventory.keyspace.movements(), "onhand") == []


async def test_another_stream_and_another_group_may_be_named(shell: Shell) -> None:
    key = f"{shell.inventory.keyspace.tag}:from:bridge"
    told = {"source": "till", "seq": 1, "type": "receive", "store_id": shell.store_id, "sku": shell.sku, "quantity": 5}
    await shell.clients.writes.xadd(key, {"movement": orjson.dumps(told)})
    ran = await shell.run("ingest", "--once", "--stream", key, "--group", "bridge", "--consumer", "one", "--json")
    assert (ran.code, ran.json["applied"]) == (0, 1)
    assert (await shell.clients.reads.xinfo_groups(key))[0]["name"] == b"bridge"


async def test_a_key_of_the_ledger_is_no_stream_of_movements(shell: Shell) -> None:
    keyspace = shell.inventory.keyspace
    for key in (keyspace.ledger(), keyspace.hold("H1"), keyspace.row(Kind.ON_HAND, shell.sku), keyspace.registry()):
        for command in (("ingest", "--once"), ("ingest", "replay", "--all")):
            ran = await shell.run(*command, "--stream", key)
            assert ran.code == 2
            assert f"--stream {key} is a key of the ledger" in " ".join(ran.err.split())
    parked = await shell.run("ingest", "--once", "--stream", keyspace.movements_parked())
    assert (parked.code, "is a key of the ledger" in parked.err) == (2, True)
    assert await shell.clients.reads.exists(keyspace.hold("H1")) == 0


async def test_a_stream_that_does_not_exist_yet_is_told_once(shell: Shell) -> None:
    key = f"{shell.inventory.keyspace.movements()}:typo"
    first = await shell.run("ingest", "--once", "--stream", key)
    assert (first.code, first.err.count(f"no such stream yet: {key}")) == (0, 1)
    again = await shell.run("ingest", "--once", "--stream", key)
    assert (again.code, "no such stream" in again.err) == (0, False)


async def test_a_parked_message_names_the_field_that_it_lacks(shell: Shell) -> None:
    told = {"source": "till", "seq": "1", "type": "sell", "store_id": shell.store_id, "quantity": "1"}
    await shell.clients.writes.xadd(shell.inventory.keyspace.movements(), told)  # type: ignore[arg-type]
    await shell.run("ingest", "--once", "--retry-seconds", "0.05")
    (parked,) = (await shell.run("ingest", "parked", "--json")).json
    assert parked["reason"] == "sku: is missing"
