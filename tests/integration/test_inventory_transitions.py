"""Every state and every verb, whether they go together or not: what is answered, and what is different afterwards."""

from itertools import product

import pytest
from hold_builders import a_hold, end_at, everything, lines_of, lists_naming, run_out, shown, told, window
from inventory_builders import a_key, a_store_id, available, cell, put
from ledger_words import word_of

from inventory.inventory import Inventory
from inventory.models import Hold, HoldLine, HoldState, Kind
from runtime.redis_client import RedisClients

STATES = list(HoldState)
#: From where each verb leads, and where to.
LEADS = {
    "confirm": ({"held", "expired"}, "confirmed"),
    "ready": ({"confirmed"}, "ready"),
    "pickup": ({"confirmed", "ready"}, "picked_up"),
    "cancel": ({"held", "confirmed", "ready"}, "cancelled"),
    "no_show": ({"confirmed", "ready"}, "no_show"),
    "short": ({"held", "confirmed", "ready"}, "shorted"),
    "extend": ({"held"}, "held"),
    "move": ({"held", "confirmed", "ready"}, "moved"),
    "replace": ({"held", "confirmed", "ready"}, "moved"),
}
#: How a hold comes into each state.
WAYS = {
    "held": [],
    "confirmed": ["confirm"],
    "ready": ["confirm", "ready"],
    "picked_up": ["confirm", "ready", "pickup"],
    "cancelled": ["cancel"],
    "expired": ["run out"],
    "no_show": ["confirm", "run out"],
    "shorted": ["short"],
    "moved": ["replace"],
}


def expected(state: str, verb: str) -> str:
    """The word of the answer."""
    sources, target = LEADS[verb]
    if state in sources:
        return "placed" if target == "moved" else "changed"
    if state in ("expired", "no_show") and state != target:
        return "expired"
    # A hold that was moved is answered by the move to the same place as often as it is asked.
    return {"moved": "wrong_state"}.get(target, "repeated") if state == target else "wrong_state"


async def do(inventory: Inventory, clients: RedisClients, verb: str, hold: Hold, elsewhere: str = "") -> object:
    holds = inventory.holds
    match verb:
        case "run out":
            await run_out(inventory, clients, hold)
            return await holds.show(hold.hold_id)
        case "confirm":
            return await holds.confirm(hold.hold_id, window=window())
        case "extend":
            return await holds.extend(hold.hold_id, ttl_seconds=3_600)
        case "move":
            return await holds.move(hold.hold_id, elsewhere or hold.store_id, window=window())
        case "replace":
            lines = [HoldLine(line.sku, 1) for line in hold.lines]
            return await holds.replace(hold.hold_id, hold.store_id, lines, idempotency_key=a_key())
    return await getattr(holds, verb)(hold.hold_id)


@pytest.mark.parametrize(("state", "verb"), list(product(STATES, LEADS)), ids=str)
async def test_each_verb_in_each_state_is_answered_as_the_table_says(
    inventory: Inventory, redis_clients: RedisClients, state: HoldState, verb: str
) -> None:
    hold = await a_hold(inventory, on_hand=5, quantity=2)
    sku, elsewhere = hold.lines[0].sku, a_store_id()
    await put(inventory, elsewhere, sku, 5)
    for step in WAYS[state]:
        await do(inventory, redis_clients, step, hold)
    start = await shown(inventory, hold)
    assert start.state is state
    before, shelf = await everything(inventory, redis_clients), await cell(inventory, hold.store_id, sku)

    answer = await do(inventory, redis_clients, verb, hold, elsewhere)

    word = expected(state, verb)
    assert word_of(answer) == word
    end = await shown(inventory, hold)
    now = await cell(inventory, hold.store_id, sku)
    if word not in ("changed", "placed"):
        assert await everything(inventory, redis_clients) == before
        assert end == start
        return
    target = LEADS[verb][1]
    assert end.state == target
    assert len(await told(inventory, hold)) == 1 + len(WAYS[state]) + 1
    lists = await lists_naming(inventory, redis_clients, hold)
    assert lists == (["due", f"holders of {sku}"] if end.state.live else [])
    gone = 2 if verb in ("pickup", "short") else 0
    kept = 2 if end.state.live else 1 if verb == "replace" else 0
    expected_cell = (shelf[Kind.ON_HAND] - gone, kept, shelf[Kind.ON_HAND] - gone - kept)
    assert (now[Kind.ON_HAND], now[Kind.HELD], now[Kind.AVAILABLE]) == expected_cell
    if verb == "move":
        assert await available(inventory, elsewhere, sku) == 3


@pytest.mark.parametrize(("state", "verb"), list(product(["held", "confirmed", "ready"], LEADS)))
async def test_a_hold_that_has_run_out_ends_first_whatever_is_asked(
    inventory: Inventory, redis_clients: RedisClients, state: str, verb: str
) -> None:
    hold = await a_hold(inventory)
    elsewhere = a_store_id()
    await put(inventory, elsewhere, hold.lines[0].sku, 5)
    for step in WAYS[state]:
        await do(inventory, redis_clients, step, hold)
    await end_at(inventory, redis_clients, hold, 1)
    answer = await do(inventory, redis_clients, verb, hold, elsewhere)
    ended = "expired" if state == "held" else "no_show"
    retaken = (state, verb) == ("held", "confirm")
    assert word_of(answer) == ("changed" if retaken else "repeated" if verb == ended else "expired")
    entries = await told(inventory, hold)
    assert f"hold_{ended}" in entries
    assert (await shown(inventory, hold)).state == ("confirmed" if retaken else ended)
    assert await available(inventory, hold.store_id, hold.lines[0].sku) == (3 if retaken else 5)


@pytest.mark.parametrize("state", STATES)
async def test_a_shown_hold_names_its_state_and_what_it_was_for(
    inventory: Inventory, redis_clients: RedisClients, state: HoldState
) -> None:
    hold = await a_hold(inventory)
    for step in WAYS[state]:
        await do(inventory, redis_clients, step, hold)
    found = await shown(inventory, hold)
    assert (found.state, found.lines, found.created_at) == (state, hold.lines, hold.created_at)
    assert [line.quantity for line in lines_of((hold.lines[0].sku, 2))] == [line.held for line in found.lines]
