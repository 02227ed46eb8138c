"""The waiting line: who gets a unit that comes free, and what becomes of his place."""

import asyncio
from datetime import timedelta

import pytest
from inventory_builders import a_key, a_shelf, a_sku, a_store_id, available, cell, put
from waiting_builders import (
    a_hold_of,
    a_place,
    let_hold_run_out,
    let_place_run_out,
    lines_left,
    offered_hold,
    receive,
    shown,
    somebody,
)

from inventory.errors import InvalidRequest
from inventory.hold_functions import HoldFunctions, Settling
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from inventory.models import (
    HoldChanged,
    HoldLine,
    HoldPlaced,
    IdempotencyConflict,
    InsufficientStock,
    Kind,
    LimitReached,
    Sku,
    StoreId,
    UnknownProduct,
    UnknownStore,
)
from inventory.terms import Asker, Limits, PickupWindow
from inventory.waitlist import WaitTerms
from inventory.waits import NotCarried, WaitId, WaitJoined, WaitLeft, WaitNotFound, WaitState, WaitTaken
from runtime.redis_client import RedisClients


def raw_holds(inventory: Inventory) -> HoldFunctions:
    """The function itself, without anything that Python does after it."""
    return inventory.holds._functions


async def test_h18_a_unit_that_is_received_goes_to_the_first_who_waits_as_a_short_hold(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    first, second = await a_place(inventory, sku, [store_id]), await a_place(inventory, sku, [store_id])
    assert (first.state, first.position, second.position) == (WaitState.WAITING, 1, 2)
    await receive(inventory, store_id, sku, 1)

    served = await shown(inventory, first)
    assert served.state is WaitState.OFFERED
    assert served.position is None
    hold = served.hold
    assert hold is not None
    assert (hold.wait_id, hold.customer, hold.customer_key) == (first.wait_id, first.customer, first.customer_key)
    assert [(line.sku, line.held) for line in hold.lines] == [(sku, 1)]
    assert hold.expires_at == hold.created_at + timedelta(minutes=30)
    waiting = await shown(inventory, second)
    assert (waiting.state, waiting.position) == (WaitState.WAITING, 1)
    now = await cell(inventory, store_id, sku)
    assert (now[Kind.ON_HAND], now[Kind.HELD], now[Kind.AVAILABLE]) == (1, 1, 0)

    told = (await inventory.stream.read(count=100))[-1]
    assert (told.op, told.details["wait"], told.details["hold"]) == ("wait_offered", first.wait_id, hold.hold_id)
    assert [(move.sku, move.held) for move in told.moves] == [(sku, 1)]


async def test_an_offer_that_lapses_is_passed_on_until_the_line_is_empty(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    places = [await a_place(inventory, sku, [store_id]) for _ in range(3)]
    await receive(inventory, store_id, sku, 1)
    for place in places:
        hold = await offered_hold(inventory, place)
        await let_hold_run_out(inventory, redis_clients, hold.hold_id)
        assert (await shown(inventory, place)).state is WaitState.LAPSED
    assert await available(inventory, store_id, sku) == 1
    assert await lines_left(inventory, redis_clients) == []


async def test_an_offer_that_is_confirmed_is_taken_and_ends_like_any_hold(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    place = await a_place(inventory, sku, [store_id])
    await receive(inventory, store_id, sku, 1)
    hold = await offered_hold(inventory, place)
    assert hold.expires_at is not None
    window = PickupWindow.until(hold.expires_at + timedelta(days=1))
    assert isinstance(await inventory.holds.confirm(hold.hold_id, window=window), HoldChanged)
    assert (await shown(inventory, place)).state is WaitState.TAKEN
    assert isinstance(await inventory.waitlist.leave(place.wait_id), WaitTaken)
    await inventory.holds.pickup(hold.hold_id)
    assert (await shown(inventory, place)).state is WaitState.TAKEN
    assert (await cell(inventory, store_id, sku))[Kind.ON_HAND] == 0


async def test_a_cancelled_hold_of_anybody_serves_who_waits(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 2)
    hold = await a_hold_of(inventory, store_id, sku, 2)
    place = await a_place(inventory, sku, [store_id], 2)
    await inventory.holds.cancel(hold.hold_id)
    assert (await offered_hold(inventory, place)).lines[0].held == 2


async def test_a_hold_that_ran_out_serves_who_waits_and_not_whoever_looked(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 1)
    hold = await a_hold_of(inventory, store_id, sku, 1)
    place = await a_place(inventory, sku, [store_id])
    await let_hold_run_out(inventory, redis_clients, hold.hold_id)
    outcome = await inventory.holds.place(store_id, [HoldLine(sku, 1)], idempotency_key=a_key())
    assert isinstance(outcome, InsufficientStock)
    assert (await shown(inventory, place)).state is WaitState.OFFERED


async def test_whoever_does_not_fit_lets_the_next_who_does_go_first(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    many, few = await a_place(inventory, sku, [store_id], 3), await a_place(inventory, sku, [store_id], 1)
    await receive(inventory, store_id, sku, 2)
    assert (await shown(inventory, few)).state is WaitState.OFFERED
    assert (await shown(inventory, many)).state is WaitState.WAITING
    await receive(inventory, store_id, sku, 2)
    assert (await shown(inventory, many)).state is WaitState.OFFERED


async def test_a_delivery_serves_a_long_line_in_one_go(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    places = [await a_place(inventory, sku, [store_id]) for _ in range(250)]
    await receive(inventory, store_id, sku, 230)
    states = [(await shown(inventory, place)).state for place in places]
    assert states == [WaitState.OFFERED] * 230 + [WaitState.WAITING] * 20


async def test_whoever_waits_in_an_area_gets_it_at_his_nearest_store_and_leaves_all_its_lines(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    near, sku = await a_shelf(inventory, 0)
    far = a_store_id()
    await put(inventory, far, sku, 0)
    place = await a_place(inventory, sku, [near, far])
    for store_id in (near, far):  # unheard, as a feed does it
        await put(inventory, store_id, sku, 1)
    await inventory.wait_server.serve_all()
    assert (await offered_hold(inventory, place)).store_id == near
    assert await available(inventory, far, sku) == 1
    assert await lines_left(inventory, redis_clients) == []


async def test_an_area_keeps_one_rank_in_all_its_lines(inventory: Inventory) -> None:
    one, sku = await a_shelf(inventory, 0)
    other = a_store_id()
    await put(inventory, other, sku, 0)
    early = await a_place(inventory, sku, [one])
    wide = await a_place(inventory, sku, [one, other])
    late = await a_place(inventory, sku, [other])
    assert (early.position, wide.position, late.position) == (1, 1, 2)
    await receive(inventory, other, sku, 1)
    assert (await shown(inventory, wide)).state is WaitState.OFFERED
    assert (await shown(inventory, late)).position == 1
    await receive(inventory, one, sku, 1)
    assert (await shown(inventory, early)).state is WaitState.OFFERED


async def test_joining_while_there_are_units_offers_them_at_once(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 3)
    place = await a_place(inventory, sku, [store_id], 2)
    assert place.state is WaitState.OFFERED
    assert place.hold is not None
    assert place.hold.lines[0].held == 2
    assert await available(inventory, store_id, sku) == 1


async def test_the_same_key_takes_one_place_and_gives_the_same_answer(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    key, asker = a_key(), somebody()
    joins = [inventory.waitlist.join(sku, 2, [store_id], idempotency_key=key, asker=asker) for _ in range(100)]
    outcomes = await asyncio.gather(*joins)
    joined = [outcome for outcome in outcomes if isinstance(outcome, WaitJoined)]
    assert len(joined) == 100
    assert len({outcome.wait for outcome in joined}) == 1
    assert sum(not outcome.replayed for outcome in joined) == 1
    other = await inventory.waitlist.join(sku, 1, [store_id], idempotency_key=key, asker=asker)
    assert isinstance(other, IdempotencyConflict)


async def test_leaving_is_one_call_however_often_it_is_made(inventory: Inventory, redis_clients: RedisClients) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    place = await a_place(inventory, sku, [store_id])
    assert len(await lines_left(inventory, redis_clients)) == 5
    left = await inventory.waitlist.leave(place.wait_id)
    assert isinstance(left, WaitLeft)
    assert (left.wait.state, left.repeated) == (WaitState.LEFT, False)
    again = await inventory.waitlist.leave(place.wait_id)
    assert isinstance(again, WaitLeft)
    assert again.repeated
    assert await lines_left(inventory, redis_clients) == []
    await receive(inventory, store_id, sku, 1)
    assert await available(inventory, store_id, sku) == 1


async def test_leaving_after_the_offer_passes_the_units_on(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    first, second = await a_place(inventory, sku, [store_id]), await a_place(inventory, sku, [store_id])
    await receive(inventory, store_id, sku, 1)
    left = await inventory.waitlist.leave(first.wait_id)
    assert isinstance(left, WaitLeft)
    assert left.wait.state is WaitState.LEFT
    assert (await shown(inventory, second)).state is WaitState.OFFERED


async def test_a_place_ends_by_itself_at_the_first_look(inventory: Inventory, redis_clients: RedisClients) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    asker = somebody()
    place = await a_place(inventory, sku, [store_id], asker=asker)
    assert place.until == place.joined_at + timedelta(days=30)
    await let_place_run_out(inventory, redis_clients, place.wait_id)
    assert (await shown(inventory, place)).state is WaitState.LAPSED
    assert await lines_left(inventory, redis_clients) == []


async def test_a_place_that_has_ended_stops_nobody(inventory: Inventory, redis_clients: RedisClients) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    asker = somebody()
    gone, place = await a_place(inventory, sku, [store_id], asker=asker), await a_place(inventory, sku, [store_id])
    await let_place_run_out(inventory, redis_clients, gone.wait_id)
    await put(inventory, store_id, sku, 2)
    outcome = await inventory.holds.place(store_id, [HoldLine(sku, 1)], idempotency_key=a_key())
    assert isinstance(outcome, HoldPlaced)
    assert (await shown(inventory, place)).state is WaitState.OFFERED
    assert (await shown(inventory, gone)).state is WaitState.LAPSED
    assert (await a_place(inventory, sku, [store_id], asker=asker)).state is WaitState.WAITING


async def test_an_ended_place_leaves_room_before_anybody_has_tidied(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    asker = somebody()
    old = await a_place(inventory, sku, [store_id], asker=asker)
    await let_place_run_out(inventory, redis_clients, old.wait_id)
    new = await a_place(inventory, sku, [store_id], asker=asker)
    assert await inventory.wait_server.end_overdue() == 1
    assert (await shown(inventory, old)).state is WaitState.LAPSED
    again = await inventory.waitlist.join(sku, 1, [store_id], idempotency_key=a_key(), asker=asker)
    assert isinstance(again, LimitReached), "the new place must still be known as his"
    assert (await shown(inventory, new)).position == 1


async def test_units_that_were_freed_without_a_word_wait_for_who_was_first(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 1)
    hold = await a_hold_of(inventory, store_id, sku, 1)
    place = await a_place(inventory, sku, [store_id])
    # A process that dies between the end of the hold and the offer.
    reply = await raw_holds(inventory).settle("cancel", [Settling(hold)])
    assert reply.status == "changed"
    assert (await shown(inventory, place)).state is WaitState.WAITING
    overtaking = await inventory.holds.place(store_id, [HoldLine(sku, 1)], idempotency_key=a_key())
    assert isinstance(overtaking, InsufficientStock)
    assert (await shown(inventory, place)).state is WaitState.OFFERED


@pytest.mark.parametrize("how", ["after a crash", "by a feed"])
async def test_the_keeper_serves_what_nobody_told_of(inventory: Inventory, how: str) -> None:
    store_id, sku = await a_shelf(inventory, 1)
    hold = await a_hold_of(inventory, store_id, sku, 1)
    places = [await a_place(inventory, sku, [store_id]) for _ in range(2)]
    keeper = inventory.wait_keeper
    await keeper.step()
    if how == "by a feed":
        await put(inventory, store_id, sku, 2)
    else:
        await raw_holds(inventory).settle("cancel", [Settling(hold)])
    await keeper.step()
    assert (await shown(inventory, places[0])).state is WaitState.OFFERED
    assert (await shown(inventory, places[1])).state is WaitState.WAITING


async def test_a_keeper_that_starts_finds_what_was_left_undone(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    place = await a_place(inventory, sku, [store_id])
    await put(inventory, store_id, sku, 1)
    await inventory.wait_keeper.step()
    assert (await shown(inventory, place)).state is WaitState.OFFERED


async def test_a_line_that_names_a_lost_record_is_put_right(inventory: Inventory, redis_clients: RedisClients) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    lost = await a_place(inventory, sku, [store_id])
    await redis_clients.writes.delete(inventory.keyspace.wait(lost.wait_id))
    place = await a_place(inventory, sku, [store_id])
    await receive(inventory, store_id, sku, 1)
    assert (await shown(inventory, place)).state is WaitState.OFFERED


async def test_a_customer_has_one_place_for_a_product_and_only_so_many(
    redis_clients: RedisClients, keyspace: Keyspace
) -> None:
    inventory = await Inventory.open(redis_clients, keyspace, waitlist_terms=WaitTerms(most_places=2))
    store_id, asker = a_store_id(), somebody()
    skus = [a_sku() for _ in range(3)]
    for sku in skus:
        await put(inventory, store_id, sku, 0)
    first = await a_place(inventory, skus[0], [store_id], asker=asker)
    again = await inventory.waitlist.join(skus[0], 1, [store_id], idempotency_key=a_key(), asker=asker)
    assert again == LimitReached("places_per_product", 1, first.until)
    await a_place(inventory, skus[1], [store_id], asker=asker)
    third = await inventory.waitlist.join(skus[2], 1, [store_id], idempotency_key=a_key(), asker=asker)
    assert third == LimitReached("places", 2, first.until)
    await inventory.waitlist.leave(first.wait_id)
    await a_place(inventory, skus[2], [store_id], asker=asker)


async def test_limits_bind_the_wish_and_not_the_offer(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    limits = Limits(units_per_sku=2, open_holds=1)
    asker = somebody(limits)
    refused = await inventory.waitlist.join(sku, 3, [store_id], idempotency_key=a_key(), asker=asker)
    assert refused == LimitReached("units_per_sku", 2, None)
    other_store, other = await a_shelf(inventory, 1)
    holding = await inventory.holds.place(other_store, [HoldLine(other, 1)], idempotency_key=a_key(), asker=asker)
    assert isinstance(holding, HoldPlaced)
    place = await a_place(inventory, sku, [store_id], 2, asker=asker)
    await receive(inventory, store_id, sku, 2)
    assert (await shown(inventory, place)).state is WaitState.OFFERED


async def test_waiting_needs_a_contact_a_known_product_and_a_store_that_sells_it(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    elsewhere, _ = await a_shelf(inventory, 0)

    async def joining(wanted: Sku, where: list[StoreId], asker: Asker, quantity: int = 1) -> object:
        return await inventory.waitlist.join(wanted, quantity, where, idempotency_key=a_key(), asker=asker)

    with pytest.raises(InvalidRequest, match="contact"):
        await joining(sku, [store_id], Asker())
    with pytest.raises(InvalidRequest, match="quantity"):
        await joining(sku, [store_id], somebody(), 0)
    with pytest.raises(InvalidRequest, match="stores"):
        await joining(sku, [], somebody())
    assert await joining(Sku("never-seen"), [store_id], somebody()) == UnknownProduct((Sku("never-seen"),))
    assert await joining(Sku("\ud800"), [store_id], somebody()) == UnknownProduct((Sku("\ud800"),))
    assert await joining(sku, [StoreId("nowhere")], somebody()) == UnknownStore(StoreId("nowhere"))
    assert await joining(sku, [elsewhere], somebody()) == NotCarried(sku, (elsewhere,))
    joined = await joining(sku, [elsewhere, store_id], somebody())
    assert isinstance(joined, WaitJoined)
    assert joined.wait.stores == (store_id,)
    assert await inventory.waitlist.show(WaitId("W" + "0" * 26)) == WaitNotFound(WaitId("W" + "0" * 26))
    assert isinstance(await inventory.waitlist.leave(WaitId("no id")), WaitNotFound)


async def test_an_offer_that_was_moved_is_followed(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    other = a_store_id()
    await put(inventory, other, sku, 1)
    place = await a_place(inventory, sku, [store_id])
    await receive(inventory, store_id, sku, 1)
    hold = await offered_hold(inventory, place)
    moved = await inventory.holds.move(hold.hold_id, other)
    assert isinstance(moved, HoldPlaced)
    assert (await shown(inventory, place)).hold == moved.hold


async def test_an_expired_hold_is_not_retaken_past_those_who_wait(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 1)
    hold = await a_hold_of(inventory, store_id, sku, 1)
    place = await a_place(inventory, sku, [store_id])
    await let_hold_run_out(inventory, redis_clients, hold.hold_id)
    assert hold.expires_at is not None
    window = PickupWindow.until(hold.expires_at + timedelta(days=1))
    assert not isinstance(await inventory.holds.confirm(hold.hold_id, window=window), HoldChanged)
    assert (await shown(inventory, place)).state is WaitState.OFFERED


async def test_many_who_free_and_look_at_once_make_one_offer(inventory: Inventory) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    places = [await a_place(inventory, sku, [store_id]) for _ in range(10)]
    await put(inventory, store_id, sku, 5)
    await asyncio.gather(*(inventory.wait_server.serve([(store_id, sku)]) for _ in range(20)))
    states = [(await shown(inventory, place)).state for place in places]
    assert states == [WaitState.OFFERED] * 5 + [WaitState.WAITING] * 5
    assert inventory.wait_server.offers_made == 5


@pytest.mark.parametrize("noticed", ["by the keeper", "by himself"])
async def test_whoever_was_offered_what_was_not_there_gets_his_place_back(inventory: Inventory, noticed: str) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    keeper = inventory.wait_keeper
    await keeper.step()
    first, second = await a_place(inventory, sku, [store_id]), await a_place(inventory, sku, [store_id])
    await receive(inventory, store_id, sku, 1)
    hold = await offered_hold(inventory, first)
    assert isinstance(await inventory.holds.short(hold.hold_id), HoldChanged)
    if noticed == "by the keeper":
        await keeper.step()
        await receive(inventory, store_id, sku, 1)
        assert (await shown(inventory, first)).state is WaitState.OFFERED
    else:
        back = await shown(inventory, first)
        assert (back.state, back.position, back.rank, back.hold) == (WaitState.WAITING, 1, first.rank, None)
    assert (await shown(inventory, second)).state is WaitState.WAITING


async def test_a_place_does_not_come_back_beside_a_newer_one_or_after_its_time(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    asker = somebody()
    old, late = await a_place(inventory, sku, [store_id], asker=asker), await a_place(inventory, sku, [store_id])
    await receive(inventory, store_id, sku, 2)
    new = await a_place(inventory, sku, [store_id], asker=asker)
    await let_place_run_out(inventory, redis_clients, late.wait_id)
    for place in (old, late):
        await raw_holds(inventory).settle("short", [Settling(await offered_hold(inventory, place))])
        assert (await shown(inventory, place)).state is WaitState.SHORTED
    assert (await shown(inventory, new)).position == 1


async def test_a_keeper_goes_on_where_another_was_killed(
    inventory: Inventory, redis_clients: RedisClients, keyspace: Keyspace
) -> None:
    store_id, sku = await a_shelf(inventory, 0)
    await inventory.wait_keeper.step()
    place = await a_place(inventory, sku, [store_id])
    await receive(inventory, store_id, sku, 1)
    await inventory.wait_keeper.step()
    await inventory.holds.short((await offered_hold(inventory, place)).hold_id)
    started_again = await Inventory.open(redis_clients, keyspace)
    await started_again.wait_keeper.step()
    await receive(inventory, store_id, sku, 1)
    assert (await shown(inventory, place)).state is WaitState.OFFERED
