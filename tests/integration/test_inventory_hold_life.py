from datetime import UTC, datetime, timedelta

import pytest
from inventory_builders import a_key, a_shelf, a_sku, a_store_id, available, cell, put

from inventory.errors import InvalidRequest
from inventory.inventory import Inventory
from inventory.models import (
    Customer,
    HeldLine,
    HoldChanged,
    HoldId,
    HoldLimitReached,
    HoldLine,
    HoldNotFound,
    HoldPlaced,
    HoldState,
    HoldWrongState,
    IdempotencyConflict,
    InsufficientStock,
    Kind,
    LineShortage,
    Sku,
    StoreId,
    UnknownProduct,
    UnknownStore,
)
from inventory.terms import Asker, PickupWindow
from runtime.redis_client import RedisClients


def tomorrow() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


async def a_hold(inventory: Inventory, on_hand: int = 5, quantity: int = 2) -> HoldPlaced:
    store_id, sku = await a_shelf(inventory, on_hand)
    placed = await inventory.holds.place(store_id, [HoldLine(sku, quantity)], idempotency_key=a_key())
    assert isinstance(placed, HoldPlaced)
    return placed


async def test_a_hold_takes_units_from_what_is_available_and_not_from_the_shelf(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 5, safety=1)
    customer = Customer(id="c1", name="Dave", contact="dave@example.com")
    before = datetime.now(UTC) - timedelta(seconds=1)
    placed = await inventory.holds.place(
        store_id, [HoldLine(sku, 2)], idempotency_key=a_key(), asker=Asker(customer=customer), ttl_seconds=60
    )
    assert isinstance(placed, HoldPlaced)
    assert not placed.replayed
    hold = placed.hold
    assert (hold.state, hold.store_id, hold.customer) == (HoldState.HELD, store_id, customer)
    assert hold.lines == (HeldLine(sku, requested=2, held=2),)
    assert before < hold.created_at < datetime.now(UTC) + timedelta(seconds=1)
    assert hold.expires_at == hold.created_at + timedelta(seconds=60)
    assert await inventory.holds.show(hold.hold_id) == hold
    now = await cell(inventory, store_id, sku)
    assert (now[Kind.ON_HAND], now[Kind.HELD], now[Kind.AVAILABLE]) == (5, 2, 2)


async def test_a_basket_is_held_whole_or_not_at_all(inventory: Inventory) -> None:
    store_id, plenty = await a_shelf(inventory, 9)
    scarce = a_sku()
    await put(inventory, store_id, scarce, 1)
    lines = [HoldLine(plenty, 3), HoldLine(scarce, 2)]
    refused = await inventory.holds.place(store_id, lines, idempotency_key=a_key())
    assert refused == InsufficientStock(
        store_id, (LineShortage(store_id, scarce, requested=2, available=1, carried=True),)
    )
    assert await available(inventory, store_id, plenty) == 9
    placed = await inventory.holds.place(store_id, lines, idempotency_key=a_key(), allow_partial=True)
    assert isinstance(placed, HoldPlaced)
    assert placed.hold.lines == (HeldLine(plenty, 3, 3), HeldLine(scarce, 2, 1))


async def test_a_partial_hold_of_nothing_is_refused(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    refused = await inventory.holds.place(store_id, [HoldLine(sku, 1)], idempotency_key=a_key(), allow_partial=True)
    assert isinstance(refused, InsufficientStock)


async def test_lines_of_the_same_product_are_summed_before_the_check(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 10)
    refused = await inventory.holds.place(store_id, [HoldLine(sku, 8), HoldLine(sku, 8)], idempotency_key=a_key())
    assert refused == InsufficientStock(
        store_id, (LineShortage(store_id, sku, requested=16, available=10, carried=True),)
    )
    placed = await inventory.holds.place(store_id, [HoldLine(sku, 4), HoldLine(sku, 5)], idempotency_key=a_key())
    assert isinstance(placed, HoldPlaced)
    assert placed.hold.lines == (HeldLine(sku, 9, 9),)
    assert await available(inventory, store_id, sku) == 1


async def test_a_refusal_tells_an_empty_shelf_from_a_product_that_is_not_carried(inventory: Inventory) -> None:
    store_id, _ = await a_shelf(inventory, 1)
    _, sku = await a_shelf(inventory, 1)
    refused = await inventory.holds.place(store_id, [HoldLine(sku, 1)], idempotency_key=a_key())
    assert refused == InsufficientStock(
        store_id, (LineShortage(store_id, sku, requested=1, available=0, carried=False),)
    )


async def test_unknown_stores_and_products_are_named_and_never_created(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 1)
    nowhere, nothing = a_store_id(), a_sku()
    assert await inventory.holds.place(nowhere, [HoldLine(sku, 1)], idempotency_key=a_key()) == UnknownStore(nowhere)
    lines = [HoldLine(sku, 1), HoldLine(nothing, 1)]
    assert await inventory.holds.place(store_id, lines, idempotency_key=a_key()) == UnknownProduct((nothing,))
    assert nowhere not in (await inventory.registry.load()).ordinals
    assert await available(inventory, store_id, sku) == 1
    assert await available(inventory, store_id, nothing) == 0


@pytest.mark.parametrize("text", ["", "\ud800", "a\r\nb", "\x00", "x" * 300, "\u202e"])
async def test_ids_that_cannot_exist_are_unknown(inventory: Inventory, text: str) -> None:
    store_id, sku = await a_shelf(inventory, 1)
    odd_store, odd_sku = StoreId(text), Sku(text)
    assert isinstance(await inventory.holds.place(odd_store, [HoldLine(sku, 1)], idempotency_key=a_key()), UnknownStore)
    assert isinstance(
        await inventory.holds.place(store_id, [HoldLine(odd_sku, 1)], idempotency_key=a_key()), UnknownProduct
    )
    assert await inventory.holds.show(HoldId(text)) == HoldNotFound(HoldId(text))


@pytest.mark.parametrize("quantity", [0, -1, 1_000_001, 2**53, True, 1.0, float("nan"), "1", None])
async def test_a_quantity_that_is_no_whole_number_from_one_up_is_refused(inventory: Inventory, quantity: int) -> None:
    store_id, sku = await a_shelf(inventory, 10)
    with pytest.raises(InvalidRequest):
        await inventory.holds.place(store_id, [HoldLine(sku, quantity)], idempotency_key=a_key())
    assert await available(inventory, store_id, sku) == 10


async def test_no_lines_too_many_lines_bad_keys_and_bad_times_are_refused(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 200)
    line = HoldLine(sku, 1)
    for lines, key, ttl_seconds in (
        ([], "k", 900),
        ([line] * 101, "k", 900),
        ([HoldLine(sku, 600_000)] * 2, "k", 900),
        ([line], "", 900),
        ([line], "k" * 256, 900),
        ([line], "k", 0),
        ([line], "k", 10**9),
    ):
        with pytest.raises(InvalidRequest):
            await inventory.holds.place(store_id, lines, idempotency_key=key, ttl_seconds=ttl_seconds)
    assert await available(inventory, store_id, sku) == 200


async def test_the_same_key_and_body_get_the_first_answer_again(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 5)
    key, lines = a_key(), [HoldLine(sku, 2)]
    first = await inventory.holds.place(store_id, lines, idempotency_key=key)
    assert isinstance(first, HoldPlaced)
    await inventory.holds.cancel(first.hold.hold_id)
    again = await inventory.holds.place(store_id, lines, idempotency_key=key)
    assert again == HoldPlaced(first.hold, replayed=True)
    assert await available(inventory, store_id, sku) == 5


async def test_a_refusal_is_replayed_even_when_stock_has_come_since(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 1)
    key, lines = a_key(), [HoldLine(sku, 2)]
    refused = await inventory.holds.place(store_id, lines, idempotency_key=key)
    assert isinstance(refused, InsufficientStock)
    await put(inventory, store_id, sku, 9)
    again = await inventory.holds.place(store_id, lines, idempotency_key=key)
    assert again == InsufficientStock(store_id, refused.lines, replayed=True)


async def test_the_same_key_with_another_body_is_a_conflict(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 9)
    key = a_key()
    await inventory.holds.place(store_id, [HoldLine(sku, 1)], idempotency_key=key)
    for changes in ({"lines": [HoldLine(sku, 2)]}, {"ttl_seconds": 60}, {"asker": Asker(customer=Customer(id="x"))}):
        request = {"lines": [HoldLine(sku, 1)], **changes}
        conflict = await inventory.holds.place(store_id, idempotency_key=key, **request)  # type: ignore[arg-type]
        assert conflict == IdempotencyConflict()
    assert await available(inventory, store_id, sku) == 8


async def test_the_same_key_of_another_caller_is_another_key(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 9)
    key = a_key()
    for principal in ("a", "b"):
        placed = await inventory.holds.place(
            store_id, [HoldLine(sku, 1)], idempotency_key=key, asker=Asker(principal=principal)
        )
        assert isinstance(placed, HoldPlaced)
        assert not placed.replayed
    assert await available(inventory, store_id, sku) == 7


async def test_a_hold_is_confirmed_made_ready_and_picked_up(inventory: Inventory) -> None:
    hold = (await a_hold(inventory)).hold
    pickup_by = tomorrow().replace(microsecond=0)
    confirmed = await inventory.holds.confirm(hold.hold_id, window=PickupWindow.until(pickup_by))
    assert isinstance(confirmed, HoldChanged)
    assert confirmed.hold.state is HoldState.CONFIRMED
    assert (confirmed.hold.pickup_by, confirmed.hold.expires_at) == (pickup_by, None)
    ready = await inventory.holds.ready(hold.hold_id)
    assert isinstance(ready, HoldChanged)
    assert ready.hold.state is HoldState.READY
    taken = await inventory.holds.pickup(hold.hold_id)
    assert isinstance(taken, HoldChanged)
    assert taken.hold.state is HoldState.PICKED_UP
    now = await cell(inventory, hold.store_id, hold.lines[0].sku)
    assert (now[Kind.ON_HAND], now[Kind.HELD], now[Kind.AVAILABLE]) == (3, 0, 3)


async def test_cancelling_frees_the_units_once(inventory: Inventory) -> None:
    hold = (await a_hold(inventory)).hold
    first = await inventory.holds.cancel(hold.hold_id)
    assert isinstance(first, HoldChanged)
    assert not first.repeated
    again = await inventory.holds.cancel(hold.hold_id)
    assert isinstance(again, HoldChanged)
    assert again.repeated
    now = await cell(inventory, hold.store_id, hold.lines[0].sku)
    assert (now[Kind.HELD], now[Kind.AVAILABLE]) == (0, 5)


async def test_states_cannot_be_skipped_or_left_again(inventory: Inventory) -> None:
    holds, hold = inventory.holds, (await a_hold(inventory)).hold
    assert isinstance(await holds.ready(hold.hold_id), HoldWrongState)
    assert isinstance(await holds.pickup(hold.hold_id), HoldWrongState)
    await holds.cancel(hold.hold_id)
    for attempt in (holds.confirm(hold.hold_id, window=PickupWindow.until(tomorrow())), holds.ready(hold.hold_id)):
        refused = await attempt
        assert isinstance(refused, HoldWrongState)
        assert refused.hold.state is HoldState.CANCELLED
    assert isinstance(await holds.extend(hold.hold_id, ttl_seconds=60), HoldWrongState)


async def test_a_pick_up_time_that_has_passed_is_refused_and_nothing_changes(inventory: Inventory) -> None:
    hold = (await a_hold(inventory)).hold
    with pytest.raises(InvalidRequest):
        await inventory.holds.confirm(hold.hold_id, window=PickupWindow.until(datetime.now(UTC) - timedelta(seconds=1)))
    assert await inventory.holds.show(hold.hold_id) == hold


async def test_a_pick_up_after_the_count_fell_takes_what_is_there(inventory: Inventory) -> None:
    hold = (await a_hold(inventory)).hold
    await inventory.holds.confirm(hold.hold_id, window=PickupWindow.until(tomorrow()))
    await put(inventory, hold.store_id, hold.lines[0].sku, 1)
    assert isinstance(await inventory.holds.pickup(hold.hold_id), HoldChanged)
    now = await cell(inventory, hold.store_id, hold.lines[0].sku)
    assert (now[Kind.ON_HAND], now[Kind.HELD], now[Kind.AVAILABLE]) == (0, 0, 0)


async def test_a_hold_is_extended_up_to_its_longest_life_and_never_shortened(inventory: Inventory) -> None:
    hold = (await a_hold(inventory)).hold
    longer = await inventory.holds.extend(hold.hold_id, ttl_seconds=3_600)
    assert isinstance(longer, HoldChanged)
    assert longer.hold.expires_at is not None
    assert longer.hold.expires_at >= hold.created_at + timedelta(seconds=3_600)
    shorter = await inventory.holds.extend(hold.hold_id, ttl_seconds=60)
    assert isinstance(shorter, HoldChanged)
    assert shorter.hold.expires_at == longer.hold.expires_at
    with pytest.raises(InvalidRequest):
        await inventory.holds.extend(hold.hold_id, ttl_seconds=604_801)


async def test_an_extension_past_the_longest_life_is_refused(inventory: Inventory) -> None:
    hold = (await a_hold(inventory)).hold
    refused = await inventory.holds.extend(hold.hold_id, ttl_seconds=604_800)
    while isinstance(refused, HoldChanged):  # placed in this very millisecond
        refused = await inventory.holds.extend(hold.hold_id, ttl_seconds=604_800)
    assert isinstance(refused, HoldLimitReached)
    assert refused.max_seconds == 604_800


async def test_a_hold_that_does_not_exist_is_not_found_by_anyone(inventory: Inventory) -> None:
    holds, nobody = inventory.holds, HoldId("H" + "0" * 26)
    missing = HoldNotFound(nobody)
    assert await holds.show(nobody) == missing
    assert await holds.confirm(nobody, window=PickupWindow.until(tomorrow())) == missing
    assert await holds.cancel(nobody) == missing
    assert await holds.extend(nobody, ttl_seconds=60) == missing


async def test_an_ended_hold_is_forgotten_after_thirty_days_and_an_answer_after_two(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 5)
    key = a_key()
    placed = await inventory.holds.place(store_id, [HoldLine(sku, 2)], idempotency_key=key)
    assert isinstance(placed, HoldPlaced)
    stored = inventory.keyspace.hold(placed.hold.hold_id)
    assert await redis_clients.reads.ttl(stored) == -1
    await inventory.holds.cancel(placed.hold.hold_id)
    assert 30 * 86_400 - 60 < await redis_clients.reads.ttl(stored) <= 30 * 86_400
    record = inventory.keyspace.idempotency("anonymous", "place_hold", key)
    assert 48 * 3_600 - 60 < await redis_clients.reads.ttl(record) <= 48 * 3_600
