"""Groups whose parts went their own way: what is still there can be confirmed and given up, and nobody oversells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hold_builders import everything, held, lines_of, run_out, shown, tomorrow, window
from inventory_builders import a_key, a_sku, a_store_id, available, put

from inventory.errors import InvalidRequest
from inventory.functions import Argument, Reply
from inventory.inventory import Inventory
from inventory.models import (
    MAX_LINES,
    GroupChanged,
    GroupPlaced,
    Hold,
    HoldGroup,
    HoldHasExpired,
    HoldPlaced,
    HoldState,
    HoldWrongState,
    StoreId,
)
from inventory.terms import PickupWindow
from runtime.redis_client import RedisClients


class Trio:
    """One product at three stores, and a group with a unit at each of the first two."""

    def __init__(self, inventory: Inventory, sku: str, stores: list[StoreId], group: HoldGroup) -> None:
        self.inventory, self.sku, self.stores, self.group = inventory, sku, stores, group

    @classmethod
    async def placed(cls, inventory: Inventory, on_hand: int = 1) -> Trio:
        sku, stores = a_sku(), [a_store_id() for _ in range(3)]
        for store_id in stores:
            await put(inventory, store_id, sku, on_hand)
        parts = [(store_id, lines_of((sku, 1))) for store_id in stores[:2]]
        placed = await inventory.groups.place(parts, idempotency_key=a_key())
        assert isinstance(placed, GroupPlaced)
        return cls(inventory, sku, stores, placed.group)

    async def confirm(self) -> object:
        windows = {store_id: window() for store_id in self.stores}
        return await self.inventory.groups.confirm(self.group.group_id, windows=windows)

    async def cancel(self) -> object:
        return await self.inventory.groups.cancel(self.group.group_id)

    async def move(self, hold: Hold, store_id: StoreId) -> Hold:
        moved = await self.inventory.holds.move(hold.hold_id, store_id)
        assert isinstance(moved, HoldPlaced)
        return moved.hold

    async def states(self) -> list[HoldState]:
        found = await self.inventory.groups.show(self.group.group_id)
        assert isinstance(found, HoldGroup)
        return [hold.state for hold in found.holds]

    async def left(self) -> list[int]:
        return [await available(self.inventory, store_id, self.sku) for store_id in self.stores]


async def test_a_hold_that_is_moved_takes_its_place_in_the_group_along(inventory: Inventory) -> None:
    trio = await Trio.placed(inventory)
    moved = await trio.move(trio.group.holds[0], trio.stores[2])
    assert moved.group_id == trio.group.group_id
    found = await inventory.groups.show(trio.group.group_id)
    assert isinstance(found, HoldGroup)
    assert [hold.hold_id for hold in found.holds] == [moved.hold_id, trio.group.holds[1].hold_id]
    assert isinstance(await trio.confirm(), GroupChanged)
    assert await trio.states() == [HoldState.CONFIRMED] * 2
    assert isinstance(await trio.cancel(), GroupChanged)
    assert await trio.left() == [1, 1, 1]


async def test_two_parts_that_met_at_one_store_are_not_both_retaken_with_the_same_unit(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    trio = await Trio.placed(inventory, on_hand=2)
    moved = await trio.move(trio.group.holds[0], trio.stores[1])
    await run_out(inventory, redis_clients, moved, trio.group.holds[1])
    other = await held(inventory, trio.stores[1], (trio.sku, 1))
    assert isinstance(await trio.confirm(), HoldHasExpired)
    assert await trio.left() == [2, 1, 2]
    await inventory.holds.cancel(other.hold_id)
    assert isinstance(await trio.confirm(), GroupChanged)
    assert await trio.left() == [2, 0, 2]


@pytest.mark.parametrize("end", ["short", "cancel", "run_out"])
async def test_a_group_of_which_a_part_has_ended_can_be_given_up(
    inventory: Inventory, redis_clients: RedisClients, end: str
) -> None:
    trio = await Trio.placed(inventory)
    first, second = trio.group.holds
    if end == "run_out":
        await run_out(inventory, redis_clients, first)
    else:
        await getattr(inventory.holds, end)(first.hold_id)
    assert isinstance(await trio.cancel(), GroupChanged)
    assert (await shown(inventory, second)).state is HoldState.CANCELLED
    assert (await shown(inventory, first)).state is not HoldState.HELD
    assert (await trio.left())[1] == 1


async def test_what_a_customer_has_fetched_keeps_his_group_from_being_given_up(inventory: Inventory) -> None:
    trio = await Trio.placed(inventory)
    await trio.confirm()
    await inventory.holds.pickup(trio.group.holds[0].hold_id)
    await inventory.holds.short(trio.group.holds[1].hold_id)
    assert isinstance(await trio.cancel(), HoldWrongState)


@pytest.mark.parametrize("alone", ["extended", "confirmed"])
async def test_a_part_that_was_extended_or_confirmed_alone_does_not_keep_the_others_from_being_retaken(
    inventory: Inventory, redis_clients: RedisClients, alone: str
) -> None:
    trio = await Trio.placed(inventory)
    if alone == "confirmed":
        await inventory.holds.confirm(trio.group.holds[0].hold_id, window=window())
    await run_out(inventory, redis_clients, trio.group.holds[1])
    outcome = await trio.confirm()
    assert isinstance(outcome, GroupChanged)
    assert not outcome.repeated
    assert [hold.state for hold in outcome.group.holds] == [HoldState.CONFIRMED] * 2
    assert await trio.left() == [0, 0, 1]


async def test_h11_parts_that_ran_out_are_retaken_in_the_call_that_confirms_the_others(
    inventory: Inventory, redis_clients: RedisClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    trio = await Trio.placed(inventory)
    await run_out(inventory, redis_clients, trio.group.holds[1])
    functions = inventory.chain_group_records._functions
    sent = functions.call

    async def watched(verb: str, keys: Sequence[str], arguments: Sequence[Argument], *, doing: str) -> Reply:
        reply = await sent(verb, keys, arguments, doing=doing)
        if reply.status == "changed":
            states = {(await shown(inventory, hold)).state for hold in trio.group.holds}
            assert len(states) == 1, "whoever looks between two calls sees all of the group confirmed, or none"
        return reply

    monkeypatch.setattr(functions, "call", watched)
    assert isinstance(await trio.confirm(), GroupChanged)
    assert await trio.states() == [HoldState.CONFIRMED] * 2


async def test_the_parts_of_a_group_have_no_more_lines_than_a_hold(inventory: Inventory) -> None:
    stores = [a_store_id(), a_store_id()]
    parts = [(store_id, lines_of(*((a_sku(), 1) for _ in range(MAX_LINES // 2 + 1)))) for store_id in stores]
    with pytest.raises(InvalidRequest):
        await inventory.groups.place(parts, idempotency_key=a_key())


async def test_parts_that_cannot_be_confirmed_keep_those_that_ran_out_from_being_retaken(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    trio = await Trio.placed(inventory)
    await run_out(inventory, redis_clients, trio.group.holds[0])
    await inventory.holds.cancel(trio.group.holds[1].hold_id)
    assert isinstance(await trio.confirm(), HoldWrongState)
    assert await trio.states() == [HoldState.EXPIRED, HoldState.CANCELLED]
    assert await trio.left() == [1, 1, 1]


async def test_h08_a_confirmed_hold_gets_no_later_end_by_a_move_to_where_it_is(
    inventory: Inventory, redis_clients: RedisClients
) -> None:
    trio = await Trio.placed(inventory)
    await trio.confirm()
    hold = await shown(inventory, trio.group.holds[0])
    before = await everything(inventory, redis_clients)
    later = PickupWindow.until(tomorrow() + timedelta(days=30))
    assert await inventory.holds.move(hold.hold_id, hold.store_id, window=later) == HoldPlaced(hold, replayed=True)
    assert await everything(inventory, redis_clients) == before


async def test_h13_a_confirmed_hold_is_not_moved_to_times_that_have_passed(inventory: Inventory) -> None:
    trio = await Trio.placed(inventory)
    await trio.confirm()
    past = PickupWindow.until(tomorrow() - timedelta(days=2))
    with pytest.raises(InvalidRequest):
        await inventory.holds.move(trio.group.holds[0].hold_id, trio.stores[2], window=past)
    assert await trio.states() == [HoldState.CONFIRMED] * 2
    assert await trio.left() == [0, 0, 1]
