"""Limits where one might hope to slip past them: a hold that ran out and is confirmed late, counts of every width."""

from __future__ import annotations

import pytest
from hold_builders import confirmed, held, lines_of, place, run_out, shown, units_of, who, window
from inventory_builders import a_key, a_shelf, a_store_id, put

from inventory.inventory import Inventory
from inventory.models import GroupPlaced, HoldChanged, HoldState, LimitReached
from inventory.terms import Limits
from runtime.redis_client import RedisClients


@pytest.mark.parametrize("limits", [Limits(units_per_sku=2), Limits(open_holds=1), Limits(share_percent=20)])
async def test_h16_confirming_a_hold_that_ran_out_does_not_get_past_the_limits(
    inventory: Inventory, redis_clients: RedisClients, limits: Limits
) -> None:
    store_id, sku = await a_shelf(inventory, 10)
    asker = who("ann", limits)
    first = await held(inventory, store_id, (sku, 2), asker=asker)
    await run_out(inventory, redis_clients, first)
    second = await held(inventory, store_id, (sku, 2), asker=asker)
    refused = await inventory.holds.confirm(first.hold_id, window=window(), asker=asker)
    assert isinstance(refused, LimitReached)
    assert refused.until == second.expires_at
    assert (await shown(inventory, first)).state is HoldState.EXPIRED
    await inventory.holds.cancel(second.hold_id)
    assert isinstance(await inventory.holds.confirm(first.hold_id, window=window(), asker=asker), HoldChanged)
    assert await units_of(inventory, redis_clients, "ann") == {sku: 2}


async def test_h16_a_group_that_ran_out_counts_altogether_when_it_comes_back(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    (near, sku), far = await a_shelf(inventory, 10), a_store_id()
    await put(inventory, far, sku, 10)
    asker = who("ann", Limits(units_per_sku=4))
    parts = [(store_id, lines_of((sku, 2))) for store_id in (near, far)]
    placed = await inventory.groups.place(parts, idempotency_key=a_key(), asker=asker)
    assert isinstance(placed, GroupPlaced)
    await run_out(inventory, redis_clients, *placed.group.holds)
    await confirmed(inventory, await held(inventory, near, (sku, 1), asker=asker), asker=asker)
    windows = {store_id: window() for store_id in (near, far)}
    refused = await inventory.groups.confirm(placed.group.group_id, windows=windows, asker=asker)
    assert isinstance(refused, LimitReached)
    assert (refused.limit, refused.maximum) == ("units_per_sku", 4)


@pytest.mark.parametrize("count", [7, 255, 256, 65_535, 65_536, 70_000_000])
async def test_h16_a_share_is_of_the_units_of_all_stores_however_wide_the_counts(
    inventory: Inventory, count: int
) -> None:
    (first, sku), second, third = await a_shelf(inventory, count), a_store_id(), a_store_id()
    await put(inventory, second, sku, 3)
    await inventory.registry.register([third])
    refused = await place(inventory, first, (sku, 1_000_000), asker=who("ann", Limits(share_percent=1)))
    assert refused == LimitReached("share_percent", max(1, (count + 3) // 100), None)
