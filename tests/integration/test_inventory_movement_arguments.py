"""`apply_movement` itself, called with what Python would never let through: it refuses and changes nothing."""

import pytest
from inventory_builders import a_shelf
from redis.exceptions import ResponseError

from inventory.inventory import Inventory
from inventory.models import Kind
from inventory.movements import MovementType
from runtime.redis_client import RedisClients

NO_NUMBERS = [
    *["", "nan", "inf", "-inf", "1e3", "0x10", " 5 ", "5 ", "+5", "1.0", "٣", "5\r\n", "9" * 400, "true", "5\x00"],
    *["--5", "- 5", "5-", "1_000"],
]
STOCK = (Kind.ON_HAND, Kind.SAFETY, Kind.HELD, Kind.ALLOCATED, Kind.AVAILABLE, Kind.CARRIED, Kind.QUALITY_CONTROL)


class Function:
    """Raw calls, and a picture of everything that the test's namespace holds."""

    def __init__(self, inventory: Inventory, clients: RedisClients, store_id: str, sku: str) -> None:
        self.clients, self.name, self.tag = clients, inventory.library.name_of("apply_movement"), inventory.keyspace.tag
        keys = inventory.keyspace
        lists = [keys.registry(), keys.ledger(), keys.holds_due(), keys.oversold(), keys.movement_sources()]
        source = [keys.movement_source("till"), keys.movement_ahead("till"), keys.movement_ahead_cells("till")]
        self.keys = [*lists, *source, keys.waiting(sku, store_id), *(keys.row(kind, sku) for kind in STOCK)]
        self.terms = {
            "source": "till",
            "sku": sku,
            "seq": "1",
            "type": "sell",
            "store_id": store_id,
            "quantity": "1",
            "at": "",
            "inspect": "0",
        }

    async def call(self, **changes: str) -> list[bytes | int]:
        return await self.raw(self.keys, *(self.terms | changes).values())

    async def raw(self, keys: list[str], *arguments: str) -> list[bytes | int]:
        reply: list[bytes | int] = await self.clients.writes.fcall(self.name, len(keys), *keys, *arguments)
        return reply

    async def everything(self) -> dict[bytes, bytes]:
        keys = [key async for key in self.clients.reads.scan_iter(f"{self.tag}*")]
        return {key: await self.clients.reads.dump(key) for key in keys}


@pytest.fixture
async def function(inventory: Inventory, redis_clients: RedisClients) -> Function:
    return Function(inventory, redis_clients, *await a_shelf(inventory, 10))


@pytest.mark.parametrize("kind", MovementType)
async def test_a_movement_refuses_what_is_no_plain_whole_number(function: Function, kind: str) -> None:
    before = await function.everything()
    for text in NO_NUMBERS:
        with pytest.raises(ResponseError, match="out of range"):
            await function.call(type=kind, quantity=text)
        with pytest.raises(ResponseError, match="out of range"):
            await function.call(type=kind, seq=text)
    assert await function.everything() == before


@pytest.mark.parametrize("kind", [kind for kind in MovementType if kind not in ("adjust", "count")])
async def test_a_movement_that_is_not_signed_needs_a_quantity_of_one_or_more(function: Function, kind: str) -> None:
    before = await function.everything()
    for quantity in ("0", "-1", "-0", "1000001"):
        with pytest.raises(ResponseError, match="out of range"):
            await function.call(type=kind, quantity=quantity)
    assert await function.everything() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "steal"},
        {"type": ""},
        {"type": "return_to_inspection"},
        {"type": "__index"},
        {"type": "count", "quantity": "-1"},
        {"type": "count", "quantity": "1000000001"},
        {"type": "adjust", "quantity": "-1000001"},
        {"seq": "-1"},
        {"seq": "9007199254740992"},
    ],
)
async def test_a_movement_out_of_range_is_refused(function: Function, changes: dict[str, str]) -> None:
    before = await function.everything()
    with pytest.raises(ResponseError, match="out of range"):
        await function.call(**changes)
    assert await function.everything() == before


async def test_keys_and_arguments_must_be_as_many_as_declared(function: Function) -> None:
    before = await function.everything()
    arguments = list(function.terms.values())
    for keys, sent in (
        (function.keys[:-1], arguments),
        ([*function.keys, "{x}more"], arguments),
        (function.keys, arguments[:-1]),
        (function.keys, [*arguments, "1"]),
    ):
        with pytest.raises(ResponseError, match="out of range"):
            await function.raw(keys, *sent)
    assert await function.everything() == before


async def test_a_source_and_a_product_may_be_called_anything(function: Function) -> None:
    assert await function.call(source="a b:1 %d {x} \r\n", seq="5") == [b"applied", 0, 0, 0]
    assert await function.call(source="a b:1 %d {x} \r\n", seq="5") == [b"duplicate"]
