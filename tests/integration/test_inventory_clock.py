"""Due times decide when a hold ends and nothing else: however they jump about, no unit is lost and none held twice."""

from datetime import UTC, datetime

from hold_builders import end_at, held, place, shown, window
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inventory_builders import a_shelf, cell
from ledger_races import sums_are_exact

from inventory.inventory import Inventory
from inventory.models import HoldPlaced, HoldState, Kind
from runtime.redis_client import RedisClients

HOUR_MS = 3_600_000
a_jump = st.one_of(st.just(-1), st.integers(-30 * 24 * HOUR_MS, -2), st.integers(HOUR_MS, 30 * 24 * HOUR_MS))
steps = st.lists(
    st.tuples(
        st.sampled_from(["jump", "jump", "jump", "place", "confirm", "extend", "cancel", "pickup", "sweep", "look"]),
        st.integers(0, 5),
        a_jump,
    ),
    max_size=25,
)


def due_after(jump_ms: int) -> int:
    """A moment well before or well after now, so that no test depends on how long it takes."""
    return int(datetime.now(UTC).timestamp() * 1000) + jump_ms


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
async def test_due_times_that_jump_both_ways_never_break_the_sums(
    inventory: Inventory, redis_clients: RedisClients, steps: list[tuple[str, int, int]]
) -> None:
    store_id, sku = await a_shelf(inventory, 6)
    made = [await held(inventory, store_id, (sku, 1)) for _ in range(4)]
    holds = inventory.holds
    for step, pick, jump_ms in steps:
        hold = made[pick % len(made)]
        match step:
            case "jump":
                await end_at(inventory, redis_clients, hold, due_after(jump_ms))
            case "place":
                outcome = await place(inventory, store_id, (sku, 1))
                made += [outcome.hold] if isinstance(outcome, HoldPlaced) else []
            case "confirm":
                await holds.confirm(hold.hold_id, window=window())
            case "extend":
                await holds.extend(hold.hold_id, ttl_seconds=7_200)
            case "sweep":
                await inventory.upkeep.tick()
            case "look":
                await cell(inventory, store_id, sku)
            case _:
                await getattr(holds, step)(hold.hold_id)
    now = await cell(inventory, store_id, sku)
    states = [(await shown(inventory, hold)).state for hold in made]
    fetched = states.count(HoldState.PICKED_UP)
    live = sum(state.live for state in states)
    assert (now[Kind.ON_HAND], now[Kind.HELD], now[Kind.AVAILABLE]) == (6 - fetched, live, 6 - fetched - live)
    await sums_are_exact(inventory, redis_clients, store_id, sku)
    due = dict(await redis_clients.reads.zrange(inventory.keyspace.holds_due(), 0, -1, withscores=True))
    for hold, state in zip(made, states, strict=True):
        stored = await redis_clients.reads.hget(inventory.keyspace.hold(hold.hold_id), "due_ms")
        assert not state.live or due[hold.hold_id.encode()] == int(stored) > due_after(0)
