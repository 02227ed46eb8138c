"""The function library itself, called with what Python would never let through: it refuses and changes nothing."""

import pytest
from inventory_builders import a_shelf
from redis.exceptions import ResponseError

from inventory.functions import STOCK_KINDS
from inventory.inventory import Inventory
from runtime.redis_client import RedisClients

NO_NUMBERS = [
    "",
    "nan",
    "inf",
    "-inf",
    "1e3",
    "0x10",
    " 5 ",
    "5 ",
    "+5",
    "1.0",
    "٣",
    "5\r\n",
    "9" * 400,
    "true",
    "5\x00",
]
NOT_POSITIVE = ["0", "-1", "-0"]


class Library:
    """Raw calls, and a picture of everything that the test's namespace holds."""

    def __init__(self, inventory: Inventory, clients: RedisClients, store_id: str, sku: str) -> None:
        self.inventory, self.clients, self.store_id, self.sku = inventory, clients, store_id, sku
        keys = inventory.keyspace
        self.stock = [keys.row(kind, sku) for kind in STOCK_KINDS]
        self.hold_keys = [keys.registry(), keys.ledger(), keys.holds_due(), keys.hold("H1")]

    async def call(self, verb: str, keys: list[str], *arguments: str | bytes) -> list[bytes]:
        name = self.inventory.library.name_of(verb)
        reply: list[bytes] = await self.clients.writes.fcall(name, len(keys), *keys, *arguments)
        return reply

    async def place(self, **changes: str) -> list[bytes]:
        terms = {
            "hold_id": "H1",
            "fingerprint": "f",
            "record_ms": "1000",
            "store_id": self.store_id,
            "ttl_ms": "1000",
            "partial": "0",
            "customer": "null",
            "by": "",
            "sku": self.sku,
            "quantity": "1",
        }
        record = self.inventory.keyspace.idempotency("p", "o", "k")
        return await self.call("place_hold", [*self.hold_keys, record, *self.stock], *(terms | changes).values())

    async def move(self, **changes: str) -> list[bytes]:
        terms = {
            "source": "till",
            "sku": self.sku,
            "seq": "1",
            "type": "sell",
            "store_id": self.store_id,
            "quantity": "1",
            "at": "",
        }
        keys = self.inventory.keyspace
        head = [keys.registry(), keys.ledger(), keys.movement_source("till")]
        return await self.call("apply_movement", [*head, *self.stock], *(terms | changes).values())

    async def everything(self) -> dict[bytes, bytes]:
        pattern = self.inventory.keyspace.tag.replace("[", "\\[") + "*"
        return {key: await self.clients.reads.dump(key) async for key in self.clients.reads.scan_iter(pattern)}


@pytest.fixture
async def library(inventory: Inventory, redis_clients: RedisClients) -> Library:
    store_id, sku = await a_shelf(inventory, 10)
    return Library(inventory, redis_clients, store_id, sku)


@pytest.mark.parametrize("field", ["quantity", "ttl_ms", "record_ms"])
async def test_place_hold_refuses_what_is_no_plain_whole_number(library: Library, field: str) -> None:
    before = await library.everything()
    for text in [*NO_NUMBERS, *NOT_POSITIVE]:
        with pytest.raises(ResponseError, match="out of range"):
            await library.place(**{field: text})
    assert await library.everything() == before


async def test_place_hold_refuses_lines_without_quantities_and_keys_that_do_not_match(library: Library) -> None:
    before = await library.everything()
    record = library.inventory.keyspace.idempotency("p", "o", "k")
    terms = ["H1", "f", "1000", library.store_id, "1000", "0", "null", ""]
    for keys, lines in (
        ([*library.stock], []),
        ([*library.stock], [library.sku]),
        ([*library.stock], [library.sku, "1", "other", "1"]),
        ([*library.stock, *library.stock], [library.sku, "1"]),
        ([*library.stock], [library.sku, "1000000", library.sku, "1"]),
    ):
        with pytest.raises(ResponseError, match="out of range"):
            await library.call("place_hold", [*library.hold_keys, record, *keys], *terms, *lines)
    assert await library.everything() == before


@pytest.mark.parametrize("kind", ["sell", "receive", "return", "adjust", "count"])
async def test_a_movement_refuses_what_is_no_plain_whole_number(library: Library, kind: str) -> None:
    before = await library.everything()
    for text in NO_NUMBERS:
        with pytest.raises(ResponseError, match="out of range"):
            await library.move(type=kind, quantity=text)
        with pytest.raises(ResponseError, match="out of range"):
            await library.move(type=kind, seq=text)
    assert await library.everything() == before


async def test_a_movement_of_an_unknown_type_or_a_wrong_sign_is_refused(library: Library) -> None:
    before = await library.everything()
    for changes in (
        {"type": "steal"},
        {"type": ""},
        {"type": "sell", "quantity": "-1"},
        {"type": "receive", "quantity": "0"},
        {"type": "count", "quantity": "-1"},
        {"seq": "0"},
        {"seq": "-1"},
    ):
        with pytest.raises(ResponseError, match="out of range"):
            await library.move(**changes)
    assert await library.everything() == before


async def test_counts_refuse_columns_that_do_not_fit(library: Library) -> None:
    keys = library.inventory.keyspace
    names = [keys.registry(), keys.ledger(), *library.stock, "{x}aisle", "{x}price"]
    before = await library.everything()
    zero, one = b"\x00\x00", b"\x00\x00\x00\x01"
    for ordinals, on_hand, safety in (
        (zero, b"", b""),
        (b"", b"", b""),
        (zero, one + one, b""),
        (zero, one, one + one),
        (zero, one[:3], b""),
        (zero[:1], one, b""),
        (zero + zero, one + one, b""),
        (b"\x00\x01", one, b""),  # no such store
        (zero, b"\xff\xff\xff\xff", b""),
    ):
        with pytest.raises(ResponseError, match="out of range"):
            await library.call("set_counts", names, library.sku, "s", ordinals, on_hand, safety, b"", b"")
    assert await library.everything() == before


async def test_settling_and_extending_refuse_unknown_verbs_and_times(library: Library) -> None:
    assert (await library.place())[0] == b"placed"
    before = await library.everything()
    for arguments in (
        ("H1", "steal", "", "", library.sku),
        ("H1", "__index", "", "", library.sku),
        ("H1", "cancel", "", "", "another"),
        ("H1", "cancel", "", ""),
    ):
        with pytest.raises(ResponseError, match="out of range"):
            await library.call("settle_hold", [*library.hold_keys, *library.stock], *arguments)
    for text in [*NO_NUMBERS, *NOT_POSITIVE]:
        reply = await library.call(
            "settle_hold", [*library.hold_keys, *library.stock], "H1", "confirm", "", text, library.sku
        )
        assert reply[0] == b"bad_time"
        with pytest.raises(ResponseError, match="out of range"):
            await library.call("extend_hold", library.hold_keys, "H1", text, "1000", "")
    assert await library.everything() == before


@pytest.mark.parametrize("changes", [{"quantity": "x\r\n+OK"}, {"sku": "\r\n+OK\r\n", "quantity": "x"}])
async def test_an_error_never_repeats_what_the_caller_said(library: Library, changes: dict[str, str]) -> None:
    with pytest.raises(ResponseError) as refused:
        await library.place(**changes)
    assert str(refused.value) == "onhand: argument hold is out of range"
    assert await library.clients.writes.ping()


async def test_ids_full_of_protocol_are_plain_unknown_ids(library: Library) -> None:
    assert await library.place(store_id="\r\n+OK\r\n") == [b"unknown_store"]
    library.stock = [key + "\r\n" for key in library.stock]
    assert await library.place(sku="x\r\n") == [b"unknown_product", [b"x\r\n"]]
