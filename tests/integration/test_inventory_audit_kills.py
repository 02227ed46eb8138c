"""Redis is killed again and again under trade and archiving: the ledger accounts for everything."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

from audit_builders import SKUS, STORES, an_archiver, some_history
from inventory_builders import a_key

from inventory.audit.archive import LedgerArchiver
from inventory.audit.errors import ArchiverBusy
from inventory.audit.ledger_audit import LedgerAudit
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from inventory.models import HoldLine, HoldPlaced
from inventory.movements import Movement, MovementType
from inventory.terms import PickupWindow
from runtime.errors import BackendUnavailable
from runtime.redis_client import open_redis
from runtime.settings import Settings

KILLS = 4


async def trade(inventory: Inventory, number: int, done: asyncio.Event) -> None:
    """Random steps; what gets no answer may have happened or not, and the ledger must say the same as the rows."""
    draw, seq = random.Random(number), 0
    while not done.is_set():
        store_id, sku = draw.choice(STORES), draw.choice(SKUS)
        try:
            seq += 1
            kind = draw.choice([MovementType.RECEIVE, MovementType.SELL, MovementType.RETURN, MovementType.COUNT])
            await inventory.ledger.apply_movements([Movement(f"t{number}", seq, kind, store_id, sku, 3)])
            outcome = await inventory.holds.place(store_id, [HoldLine(sku, 1)], idempotency_key=a_key())
            if not isinstance(outcome, HoldPlaced):
                continue
            hold_id = outcome.hold.hold_id
            if draw.random() < 0.5:
                await inventory.holds.cancel(hold_id)
            else:
                window = PickupWindow.until(datetime.now(UTC) + timedelta(days=1))
                await inventory.holds.confirm(hold_id, window=window)
                if draw.random() < 0.5:
                    await inventory.holds.pickup(hold_id)
        except BackendUnavailable:
            await asyncio.sleep(0.02)


async def archive(archiver: LedgerArchiver, done: asyncio.Event) -> None:
    while not done.is_set():
        with contextlib.suppress(BackendUnavailable, ArchiverBusy):
            await archiver.archive()
        await asyncio.sleep(0.05)


async def test_after_kills_under_trade_and_archiving_there_is_no_difference(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, namespace="kills", redis_timeout_seconds=5)
    async with open_redis(settings) as clients:
        server = clients.embedded
        assert server is not None
        inventory = await Inventory.open(clients, Keyspace("kills", "main"))
        audit = LedgerAudit.of(clients, inventory, settings)
        await some_history(inventory)
        done = asyncio.Event()
        tasks = [asyncio.create_task(trade(inventory, number, done)) for number in range(4)]
        archiver = an_archiver(clients, inventory, audit, keep_entries=50, lease_seconds=0.3)
        tasks.append(asyncio.create_task(archive(archiver, done)))
        for kills in range(1, KILLS + 1):
            length = (await audit.history.state()).written_entries
            async with asyncio.timeout(30):
                while True:
                    with contextlib.suppress(BackendUnavailable):
                        if (await audit.history.state()).written_entries > length + 300:
                            break
                    await asyncio.sleep(0.01)
            os.kill(server.state["server_pid"], signal.SIGKILL)
            async with asyncio.timeout(30):
                while True:
                    if server.state["restarts"] >= kills:
                        break
                    await asyncio.sleep(0.01)
        done.set()
        await asyncio.gather(*tasks)
        for from_beginning in (False, True):
            verified = await audit.verifier.verify(from_beginning=from_beginning)
            assert verified.differences == ()
        assert verified.entries > KILLS * 300
        assert verified.archived_entries > 300
