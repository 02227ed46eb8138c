"""H16: how much one customer or one address may hold, also where one might hope to slip past that."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hold_builders import (
    confirmed,
    everything,
    held,
    lines_of,
    lists_naming,
    place,
    run_out,
    shown,
    units_of,
    who,
    window,
)
from inventory_builders import a_key, a_shelf, a_store_id, put
from ledger_words import word_of

from inventory.inventory import Inventory
from inventory.models import Customer, GroupPlaced, HoldChanged, HoldPlaced, HoldState, LimitReached
from inventory.terms import Limits
from runtime.redis_client import RedisClients


async def test_h16_a_customer_holds_so_many_units_of_a_product_and_no_more(inventory: Inventory) -> None:
    (near, sku), far = await a_shelf(inventory, 50), a_store_id()
    await put(inventory, far, sku, 50)
    asker = who("ann", Limits(units_per_sku=5))
    first = await held(inventory, near, (sku, 3), asker=asker)
    refused = await place(inventory, far, (sku, 3), asker=asker)
    assert refused == LimitReached("units_per_sku", 5, first.expires_at)
    second = await held(inventory, far, (sku, 2), asker=asker)
    assert isinstance(await place(inventory, near, (sku, 1), asker=asker), LimitReached)
    assert word_of(await place(inventory, near, (sku, 5), asker=who("bob", asker.limits))) == "placed"
    assert word_of(await place(inventory, near, (sku, 9), asker=who(None, asker.limits))) == "placed"
    changed = await inventory.holds.replace(
        second.hold_id, far, lines_of((sku, 2)), idempotency_key=a_key(), asker=asker
    )
    assert word_of(changed) == "placed"
    await inventory.holds.cancel(first.hold_id)
    assert word_of(await place(inventory, near, (sku, 3), asker=asker)) == "placed"


async def test_h16_a_customer_has_so_many_open_holds_and_no_more(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 50)
    asker = who("ann", Limits(open_holds=2))
    first = await held(inventory, store_id, (sku, 1), asker=asker, ttl_seconds=60)
    await held(inventory, store_id, (sku, 1), asker=asker)
    assert await place(inventory, store_id, (sku, 1), asker=asker) == LimitReached("open_holds", 2, first.expires_at)
    replaced = await inventory.holds.replace(
        first.hold_id, store_id, lines_of((sku, 4)), idempotency_key=a_key(), asker=asker
    )
    assert isinstance(replaced, HoldPlaced)
    parts = [(store_id, lines_of((sku, 1)))]
    assert word_of(await inventory.groups.place(parts, idempotency_key=a_key(), asker=asker)) == "open_holds"
    await run_out(inventory, redis_clients, replaced.hold)
    assert word_of(await inventory.groups.place(parts, idempotency_key=a_key(), asker=asker)) == "placed"


async def test_h16_an_address_places_so_many_holds_a_minute(inventory: Inventory, redis_clients: RedisClients) -> None:
    store_id, sku = await a_shelf(inventory, 50)
    asker = who(None, Limits(holds_per_minute=3), "192.0.2.1")
    await held(inventory, store_id, (sku, 1), asker=asker)
    (far, other), key = await a_shelf(inventory, 5), a_key()
    await put(inventory, far, sku, 5)
    parts = [(store_id, lines_of((sku, 1))), (far, lines_of((sku, 1)))]
    assert word_of(await inventory.groups.place(parts, idempotency_key=key, asker=asker)) == "placed"
    refused = await place(inventory, far, (other, 1), asker=asker)
    assert isinstance(refused, LimitReached)
    assert (refused.limit, refused.maximum) == ("holds_per_minute", 3)
    assert refused.until is not None
    hold = await held(inventory, far, (other, 1), asker=replace(asker, address="192.0.2.2"))
    assert 0 < (refused.until - hold.created_at).total_seconds() <= 60
    # An answer that is only repeated places nothing.
    assert word_of(await inventory.groups.place(parts, idempotency_key=key, asker=asker)) == "replayed"
    counters = [
        name async for name in redis_clients.reads.scan_iter(f"*{inventory.keyspace.tag[1:-1]}*:address:*", 10_000)
    ]
    for name in counters:
        assert 0 < await redis_clients.reads.pttl(name) <= 60_000
        await redis_clients.writes.delete(name)  # the minute is over
    assert word_of(await place(inventory, far, (other, 1), asker=asker)) == "placed"


async def test_h16_nobody_ties_up_more_than_a_share_of_a_products_stock(inventory: Inventory) -> None:
    (near, sku), far = await a_shelf(inventory, 6), a_store_id()
    await put(inventory, far, sku, 5)
    asker = who("ann", Limits(share_percent=50))
    refused = await place(inventory, near, (sku, 6), asker=asker)
    assert refused == LimitReached("share_percent", 5, None)
    await held(inventory, near, (sku, 5), asker=asker)
    assert isinstance(await place(inventory, far, (sku, 1), asker=asker), LimitReached)
    lonely, last = await a_shelf(inventory, 1)
    assert word_of(await place(inventory, lonely, (last, 1), asker=asker)) == "placed"


async def test_h16_a_refusal_by_a_limit_is_not_kept_and_changes_nothing(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 50)
    first = await held(inventory, store_id, (sku, 1), asker=who("ann"))
    asker, key = who("ann", Limits(open_holds=1)), a_key()
    before = await everything(inventory, redis_clients)
    assert word_of(await place(inventory, store_id, (sku, 1), asker=asker, idempotency_key=key)) == "open_holds"
    assert await everything(inventory, redis_clients) == before
    await inventory.holds.cancel(first.hold_id)
    assert word_of(await place(inventory, store_id, (sku, 1), asker=asker, idempotency_key=key)) == "placed"


async def test_h16_whoever_confirms_a_hold_without_a_customer_becomes_its_customer(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 9)
    for ran_out in (False, True):
        hold = await held(inventory, store_id, (sku, 2))
        if ran_out:
            await run_out(inventory, redis_clients, hold)
        mine = await confirmed(inventory, hold, asker=who("ann"))
        assert (mine.state, mine.customer) == (HoldState.CONFIRMED, Customer(id="ann"))
        assert await units_of(inventory, redis_clients, "ann") == {sku: 2}
        assert "customer" in await lists_naming(inventory, redis_clients, mine)
        await inventory.holds.cancel(hold.hold_id)
        assert await units_of(inventory, redis_clients, "ann") == {}
        assert await lists_naming(inventory, redis_clients, mine) == []


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
