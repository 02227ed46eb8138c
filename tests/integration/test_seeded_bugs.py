"""The tests are tested: each known bug is put into a copy of the code, and the tests made for it must fail."""

import asyncio
import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase
from seeded_bug import Catcher, SeededBug, all_bugs, imported_from

from inventory.keys import Keyspace
from runtime.errors import BackendMisused
from runtime.redis_client import RedisClients

#: A test that goes on for ever has failed, too.
PATIENCE_SECONDS = 10
#: The seeds that the issue asks for, by the names of their files.
ASKED_FOR = {
    "check_then_act",
    "due_entry_kept",
    "safety_ignored",
    "not_a_number_accepted",
    "duplicate_lines_judged_alone",
    "early_expiry",
    "acknowledged_before_written",
    "retry_without_key",
    "negative_release",
    "moved_without_check",
    "event_applied_twice",
    "count_loses_holds",
}


async def run(catcher: Catcher, fixtures: dict[str, Any], data_dir: Path) -> None:
    if catcher.test == "machine":
        modules = [importlib.import_module(name) for name in ("ledger_machine", "ledger_comparison")]
        await asyncio.to_thread(run_machine, *modules, data_dir)
        return
    module, _, name = catcher.test.partition(".")
    test = getattr(importlib.import_module(module), name)
    wanted = {
        parameter: fixtures[parameter] for parameter in inspect.signature(test).parameters if parameter in fixtures
    }
    await asyncio.wait_for(test(**wanted, **catcher.arguments), PATIENCE_SECONDS)


def run_machine(machines: Any, comparisons: Any, data_dir: Path) -> None:
    with comparisons.World.opened(data_dir) as opened:

        class Machine(machines.LedgerMachine):  # type: ignore[misc, name-defined]
            world = opened

        machines.run_machine(Machine, examples=60, derandomize=True, phases=[Phase.generate])


def is_a_judgement(error: BaseException) -> bool:
    """A copy that does not even run proves nothing."""
    if isinstance(error, BackendMisused):
        return "attempt to" not in str(error)
    return isinstance(error, AssertionError | pytest.fail.Exception | TimeoutError)


@pytest.mark.parametrize("bug", all_bugs(), ids=lambda bug: bug.name)
async def test_a_seeded_bug_is_caught(
    bug: SeededBug,
    redis_clients: RedisClients,
    keyspace: Keyspace,
    data_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bug.write_copy(tmp_path)
    with imported_from(tmp_path):
        opening: Any = importlib.import_module("inventory.inventory")
        # A copy that cannot even be loaded proves nothing.
        inventory = await opening.Inventory.open(redis_clients, keyspace)
        fixtures = {"inventory": inventory, "redis_clients": redis_clients, "monkeypatch": monkeypatch}
        try:
            for catcher in bug.catchers:
                with monkeypatch.context() as patch, pytest.raises(BaseException) as caught:  # noqa: PT011
                    await run(catcher, fixtures | {"monkeypatch": patch}, data_dir)
                assert is_a_judgement(caught.value), f"{catcher.test} stumbled instead of judging: {caught.value!r}"
        finally:
            if bug.changes[0][0].endswith(".lua"):
                await redis_clients.writes.function_delete(inventory.library.name)


def test_every_bug_that_must_be_tried_is_there() -> None:
    assert {bug.name for bug in all_bugs()} >= ASKED_FOR
