"""Groups over two regions: all or nothing in the end, also when the process dies between any two calls."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from inventory_builders import a_key, a_sku, a_store_id, available, put

from inventory.chain_groups import ChainGroups
from inventory.errors import LedgerBusy
from inventory.groups import Parts
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from inventory.models import (
    GroupChanged,
    GroupNotFound,
    GroupPlaced,
    HoldGroup,
    HoldHasExpired,
    HoldLine,
    HoldState,
    HoldWrongState,
    IdempotencyConflict,
    InsufficientStock,
    Sku,
    StoreId,
)
from inventory.terms import PickupWindow
from runtime.redis_client import RedisClients


class Died(BaseException):
    """The process ends here."""


class Chain:
    """Two stores in two regions, some units of one product at each."""

    def __init__(self, regions: dict[str, Inventory]) -> None:
        self.regions = regions
        self.sku = a_sku()
        self.stores = {region: a_store_id() for region in regions}
        self.groups = ChainGroups(regions, self.region_of, patience_seconds=0.001)

    def region_of(self, store_id: StoreId) -> str:
        return next(region for region, mine in self.stores.items() if mine == store_id)

    async def stock(self, *units: int) -> None:
        for (region, store_id), count in zip(self.stores.items(), units, strict=True):
            await put(self.regions[region], store_id, self.sku, count)

    def parts(self, *units: int) -> Parts:
        return [
            (store_id, [HoldLine(Sku(self.sku), count)])
            for store_id, count in zip(self.stores.values(), units, strict=True)
        ]

    async def left(self) -> list[int]:
        return [await available(self.regions[region], mine, self.sku) for region, mine in self.stores.items()]

    def windows(self) -> dict[StoreId, PickupWindow]:
        tomorrow = PickupWindow.until(datetime.now(UTC) + timedelta(days=1))
        return dict.fromkeys(self.stores.values(), tomorrow)

    async def finished(self) -> int:
        """What was left half done is finished, once the patience of a millisecond is over; answers how much it was."""
        await asyncio.sleep(0.005)
        return await self.groups.finish_unfinished()

    def die_at(self, call: int) -> None:
        """Let the process die just before its n-th call of the function library that writes; -1 lets it live."""
        count = 0

        def tick() -> None:
            nonlocal count
            count += 1
            if count == call:
                raise Died

        for inventory in self.regions.values():
            functions = inventory.chain_group_records._functions
            functions.call = _mortal(type(functions).call.__get__(functions), tick)  # type: ignore[method-assign]


def _mortal(real: Callable[..., object], tick: Callable[[], None]) -> Callable[..., object]:
    async def call(*args: object, **kwargs: object) -> object:
        tick()
        return await real(*args, **kwargs)  # type: ignore[misc]

    return call


@pytest.fixture
async def chain(redis_clients: RedisClients, namespace: str) -> Chain:
    names = ("east", "west")
    regions = {name: await Inventory.open(redis_clients, Keyspace(namespace, name)) for name in names}
    return Chain(regions)


async def test_h11_a_group_over_two_regions_is_placed_confirmed_and_shown_as_one(chain: Chain) -> None:
    await chain.stock(2, 5)
    key = a_key()
    placed = await chain.groups.place(chain.parts(2, 1), idempotency_key=key)
    assert isinstance(placed, GroupPlaced)
    assert await chain.left() == [0, 4]
    again = await chain.groups.place(chain.parts(2, 1), idempotency_key=key)
    assert again == GroupPlaced(placed.group, replayed=True)
    assert isinstance(await chain.groups.place(chain.parts(1, 1), idempotency_key=key), IdempotencyConflict)
    confirmed = await chain.groups.confirm(placed.group.group_id, windows=chain.windows())
    assert isinstance(confirmed, GroupChanged)
    assert {hold.state for hold in confirmed.group.holds} == {HoldState.CONFIRMED}
    repeated = await chain.groups.confirm(placed.group.group_id, windows=chain.windows())
    assert isinstance(repeated, GroupChanged)
    assert repeated.repeated
    assert await chain.left() == [0, 4]


async def test_a_region_that_says_no_leaves_nothing_held_in_the_other(chain: Chain) -> None:
    await chain.stock(5, 1)
    refused = await chain.groups.place(chain.parts(2, 2), idempotency_key=a_key())
    assert isinstance(refused, InsufficientStock)
    assert [(line.store_id, line.available) for line in refused.lines] == [(chain.stores["west"], 1)]
    assert await chain.left() == [5, 1]


async def test_cancelling_frees_every_part_and_may_be_repeated(chain: Chain) -> None:
    await chain.stock(3, 3)
    placed = await chain.groups.place(chain.parts(1, 2), idempotency_key=a_key())
    assert isinstance(placed, GroupPlaced)
    for repeated in (False, True):
        cancelled = await chain.groups.cancel(placed.group.group_id)
        assert isinstance(cancelled, GroupChanged)
        assert cancelled.repeated == repeated
        assert {hold.state for hold in cancelled.group.holds} == {HoldState.CANCELLED}
    assert await chain.left() == [3, 3]
    assert isinstance(await chain.groups.confirm(placed.group.group_id, windows=chain.windows()), HoldWrongState)
    assert await chain.left() == [3, 3]


async def test_a_group_of_which_a_part_was_fetched_cannot_be_cancelled(chain: Chain) -> None:
    await chain.stock(1, 1)
    placed = await chain.groups.place(chain.parts(1, 1), idempotency_key=a_key())
    assert isinstance(placed, GroupPlaced)
    await chain.groups.confirm(placed.group.group_id, windows=chain.windows())
    await chain.regions["east"].holds.pickup(placed.group.holds[0].hold_id)
    assert isinstance(await chain.groups.cancel(placed.group.group_id), HoldWrongState)
    group = await chain.groups.show(placed.group.group_id)
    assert isinstance(group, HoldGroup)
    assert [hold.state for hold in group.holds] == [HoldState.PICKED_UP, HoldState.CONFIRMED]


async def test_when_one_part_ran_out_and_is_gone_all_are_cancelled(chain: Chain, redis_clients: RedisClients) -> None:
    await chain.stock(1, 1)
    placed = await chain.groups.place(chain.parts(1, 1), idempotency_key=a_key())
    assert isinstance(placed, GroupPlaced)
    west = chain.regions["west"]
    hold = placed.group.holds[1]
    await redis_clients.writes.hset(west.keyspace.hold(hold.hold_id), "due_ms", 1)
    await redis_clients.writes.zadd(west.keyspace.holds_due(), {hold.hold_id: 1})
    await west.holds.place(hold.store_id, [HoldLine(Sku(chain.sku), 1)], idempotency_key=a_key())
    gone = await chain.groups.confirm(placed.group.group_id, windows=chain.windows())
    assert isinstance(gone, HoldHasExpired)
    assert gone.short[0].available == 0
    assert await chain.left() == [1, 0]


@pytest.mark.parametrize("call", range(1, 7))
async def test_a_process_that_dies_while_placing_leaves_nothing_held(chain: Chain, call: int) -> None:
    await chain.stock(5, 1)
    wanted = chain.parts(2, 1 if call < 5 else 2)  # with 2 the west says no, and it dies while undoing
    chain.die_at(call if call < 5 else call - 1)
    with pytest.raises(Died):
        await chain.groups.place(wanted, idempotency_key=a_key())
    chain.die_at(-1)
    await chain.finished()
    assert await chain.left() == [5, 1]


@pytest.mark.parametrize("call", range(1, 5))
async def test_a_process_that_dies_while_confirming_has_confirmed_all_in_the_end_or_nothing_yet(
    chain: Chain, call: int
) -> None:
    await chain.stock(2, 2)
    placed = await chain.groups.place(chain.parts(1, 2), idempotency_key=a_key())
    assert isinstance(placed, GroupPlaced)
    chain.die_at(call)
    with pytest.raises(Died):
        await chain.groups.confirm(placed.group.group_id, windows=chain.windows())
    chain.die_at(-1)
    assert await chain.finished() == (call > 1)
    group = await chain.groups.show(placed.group.group_id)
    assert isinstance(group, HoldGroup)
    assert {hold.state for hold in group.holds} == {HoldState.HELD if call == 1 else HoldState.CONFIRMED}
    assert await chain.left() == [1, 0]


async def test_a_repeat_meets_a_group_that_was_undone_and_says_so(chain: Chain) -> None:
    await chain.stock(5, 5)
    key = a_key()
    chain.die_at(3)
    with pytest.raises(Died):
        await chain.groups.place(chain.parts(1, 1), idempotency_key=key)
    chain.die_at(-1)
    with pytest.raises(LedgerBusy, match="right now"):
        await chain.groups.place(chain.parts(1, 1), idempotency_key=key)
    assert await chain.finished() == 1
    with pytest.raises(LedgerBusy, match="new key"):
        await chain.groups.place(chain.parts(1, 1), idempotency_key=key)
    assert await chain.left() == [5, 5]


async def test_an_unknown_group_is_not_found(chain: Chain) -> None:
    assert await chain.groups.show("X" + "0" * 26) == GroupNotFound("X" + "0" * 26)
    assert await chain.groups.cancel("nothing") == GroupNotFound("nothing")
    assert await chain.groups.confirm("", windows={}) == GroupNotFound("")
