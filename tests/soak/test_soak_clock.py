"""The server's wall clock jumps by up to an hour, both ways, under load: only the ends of holds move."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from chaos.redis_in_a_shim import RedisInAShim, redis_in_a_shim
from inventory_builders import put

from inventory.audit.ledger_audit import LedgerAudit
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from inventory.models import Hold, HoldChanged, HoldId, HoldLine, HoldPlaced, Kind, Sku, StoreId
from inventory.terms import PickupWindow
from runtime.redis_client import RedisClients, open_redis
from runtime.settings import Settings

pytestmark = [pytest.mark.soak, pytest.mark.timeout(600)]
SEED = 2026
JUMPS = 60
HOUR_MS = 3_600_000
BUYERS = 16
#: Few enough that some come too late.
UNITS = 300
SKUS = [Sku(f"sku-{number}") for number in range(3)]
STORES = [StoreId(f"store-{number}") for number in range(2)]
#: Some holds end by a jump, some live longer than all jumps together.
TTL_SECONDS = (60, 600, 1_800, 7 * 86_400)
ENDED_BY_TIME = {"expired", "no_show"}


@dataclass(slots=True)
class Seen:
    """What the buyers were told."""

    states: dict[HoldId, str] = field(default_factory=dict)
    quantities: dict[HoldId, int] = field(default_factory=dict)
    refused: int = 0
    most_held: int = 0
    stopped: bool = False


async def buy(inventory: Inventory, rng: random.Random, seen: Seen) -> None:
    """Hold a little, then confirm, fetch or cancel it, or forget it."""
    holds = inventory.holds
    while not seen.stopped:
        quantity = rng.randint(1, 3)
        outcome = await holds.place(
            rng.choice(STORES),
            [HoldLine(rng.choice(SKUS), quantity)],
            idempotency_key=secrets.token_urlsafe(16),
            ttl_seconds=rng.choice(TTL_SECONDS),
        )
        if not isinstance(outcome, HoldPlaced):
            seen.refused += 1
            await asyncio.sleep(0.005)
            continue
        hold_id = outcome.hold.hold_id
        seen.states[hold_id], seen.quantities[hold_id] = "held", quantity
        for verb in rng.choice((("cancel",), ("confirm",), ("confirm", "pickup"), ("confirm", "cancel"), ())):
            await asyncio.sleep(rng.uniform(0, 0.05))
            if verb == "confirm":
                window = PickupWindow.until(datetime.now(UTC) + timedelta(hours=rng.choice((2, 48))))
                changed = await holds.confirm(hold_id, window=window)
            else:
                changed = await (holds.pickup if verb == "pickup" else holds.cancel)(hold_id)
            if not isinstance(changed, HoldChanged):
                break
            seen.states[hold_id] = str(changed.hold.state)


async def watch(inventory: Inventory, seen: Seen) -> None:
    """No shelf may ever have more held than there is; feeds bring back what was fetched."""
    while not seen.stopped:
        read = await inventory.rows.read(SKUS, [Kind.HELD, Kind.ON_HAND, Kind.AVAILABLE])
        for sku in SKUS:
            held, on_hand, available = (read.rows[sku, kind] for kind in (Kind.HELD, Kind.ON_HAND, Kind.AVAILABLE))
            assert (held <= on_hand).all(), "more is held than is there"
            assert (available == on_hand - held).all()
            seen.most_held = max(seen.most_held, int(held.max()))
        await asyncio.sleep(0.01)


async def jump(server: RedisInAShim, rng: random.Random) -> None:
    for _ in range(JUMPS):
        await asyncio.sleep(rng.uniform(0.05, 0.5))
        server.move_clock(rng.randint(-HOUR_MS, HOUR_MS))


async def check(clients: RedisClients, inventory: Inventory, seen: Seen, folder: Path) -> Counter[str]:
    """Every hold is there, as it was told or ended by time since; the counters are the sums of the holds."""
    while await inventory.holds.expire_due():
        pass
    ends, held, fetched = Counter[str](), 0, 0
    for hold_id, told in seen.states.items():
        found = await inventory.holds.show(hold_id)
        assert isinstance(found, Hold), "an acknowledged hold is gone"
        assert found.state == told or (told in ("held", "confirmed") and found.state in ENDED_BY_TIME)
        ends[str(found.state)] += 1
        held += seen.quantities[hold_id] if found.state.live else 0
        fetched += seen.quantities[hold_id] if found.state == "picked_up" else 0
    read = await inventory.rows.read(SKUS, [Kind.HELD, Kind.ON_HAND])
    assert sum(int(read.rows[sku, Kind.HELD].sum()) for sku in SKUS) == held
    in_all = UNITS * len(SKUS) * len(STORES)
    assert sum(int(read.rows[sku, Kind.ON_HAND].sum()) for sku in SKUS) == in_all - fetched
    settings = Settings(ledger_archive_dir=folder, namespace="clock", region="main")
    verification = await LedgerAudit.of(clients, inventory, settings).verifier.verify(from_beginning=True)
    assert verification.clean, verification.differences[:5]
    return ends


async def test_a_jumping_clock_changes_only_when_holds_end(
    tmp_path: Path, shim: Path, write_result: Callable[[str, Mapping[str, object]], None]
) -> None:
    rng, seen = random.Random(SEED), Seen()
    async with (
        redis_in_a_shim(tmp_path, shim) as server,
        open_redis(Settings(redis_url=server.url, redis_timeout_seconds=5)) as clients,
    ):
        inventory = await Inventory.open(clients, Keyspace("clock", "main"))
        for sku in SKUS:
            for store_id in STORES:
                await put(inventory, store_id, sku, UNITS)
        buyers = [asyncio.create_task(buy(inventory, rng, seen)) for _ in range(BUYERS)]
        tasks = [*buyers, asyncio.create_task(watch(inventory, seen))]
        await jump(server, rng)
        seen.stopped = True
        await asyncio.gather(*tasks)
        server.move_clock(0)
        ends = await check(clients, inventory, seen, tmp_path / "archive")

    assert ends["expired"] > 0, "no jump ever ended a hold"
    assert seen.refused > 0, "nobody ever came too late"
    write_result(
        "clock",
        {
            "jumps": JUMPS,
            "most_ms": HOUR_MS,
            "acknowledged_holds": len(seen.states),
            "states": dict(ends),
            "refused": seen.refused,
            "most_held_at_one_shelf_of_300": seen.most_held,
            "lost": 0,
            "oversold": 0,
        },
    )
