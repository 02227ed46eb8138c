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
        self.product = [*self.stock, keys.holders(sku), keys.waiting(sku, store_id)]
        ledger = [keys.registry(), keys.ledger(), keys.holds_due(), keys.holds_reminders()]
        nobody = [keys.customer("-"), keys.customer_holds("-")]
        self.settling_keys = [*ledger, keys.hold("H1"), *nobody]
        self.extending_keys = [keys.ledger(), keys.holds_due(), keys.hold("H1"), *nobody]
        record = keys.idempotency("p", "o", "k")
        unused = [keys.address("-"), keys.group("-"), *nobody, keys.hold("-"), *nobody]
        self.placing_keys = [*ledger, record, *unused, keys.hold("H1")]

    async def call(self, verb: str, keys: list[str], *arguments: str | bytes) -> list[bytes]:
        name = self.inventory.library.name_of(verb)
        reply: list[bytes] = await self.clients.writes.fcall(name, len(keys), *keys, *arguments)
        return reply

    async def place(self, **changes: str) -> list[bytes]:
        terms = {
            "fingerprint": "f",
            "record_ms": "1000",
            "ttl_ms": "1000",
            "partial": "0",
            "customer": "null",
            "customer_key": "",
            "by": "",
            "address": "0",
            "group": "",
            "replaced": "",
            "moves": "0",
            "pickup_by": "",
            "due": "",
            "remind": "",
            "units_per_sku": "0",
            "open_holds": "0",
            "per_minute": "0",
            "share": "0",
            "parts": "1",
            "hold_id": "H1",
            "store_id": self.store_id,
            "lines": "1",
            "sku": self.sku,
            "quantity": "1",
        }
        return await self.call("place_hold", [*self.placing_keys, *self.product], *(terms | changes).values())

    async def everything(self) -> dict[bytes, bytes]:
        pattern = self.inventory.keyspace.tag.replace("[", "\\[") + "*"
        return {key: await self.clients.reads.dump(key) async for key in self.clients.reads.scan_iter(pattern, 10_000)}


@pytest.fixture
async def library(inventory: Inventory, redis_clients: RedisClients) -> Library:
    store_id, sku = await a_shelf(inventory, 10)
    return Library(inventory, redis_clients, store_id, sku)


LIMITS = ["units_per_sku", "open_holds", "per_minute", "share"]


@pytest.mark.parametrize("field", ["quantity", "ttl_ms", "record_ms", "parts", "lines", *LIMITS])
async def test_place_hold_refuses_what_is_no_plain_whole_number(library: Library, field: str) -> None:
    before = await library.everything()
    for text in [*NO_NUMBERS, *(NOT_POSITIVE if field not in LIMITS else ["-1"])]:
        with pytest.raises(ResponseError, match="out of range"):
            await library.place(**{field: text})
    assert await library.everything() == before


async def test_place_hold_refuses_lines_without_quantities_and_keys_that_do_not_match(library: Library) -> None:
    before = await library.everything()
    terms = ["f", "1000", "1000", "0", "null", "", "", "0", "", "", "0", "", "", "", "0", "0", "0", "0", "1", "H1"]
    sku = library.sku
    for keys, lines in (
        (library.product, ["0"]),
        (library.product, ["1", sku]),
        (library.product, ["1", sku, "1", sku, "1"]),
        (library.product, ["2", sku, "1", "other", "1"]),
        ([*library.product, *library.product], ["1", sku, "1"]),
        (library.product[:-1], ["1", sku, "1"]),
        (library.product, ["2", sku, "1000000", sku, "1"]),
    ):
        with pytest.raises(ResponseError, match="out of range"):
            await library.call("place_hold", [*library.placing_keys, *keys], *terms, library.store_id, *lines)
    assert await library.everything() == before


async def test_place_hold_refuses_parts_that_cannot_be_one_wish(library: Library) -> None:
    before = await library.everything()
    for changes in ({"moves": "1"}, {"pickup_by": "soon"}, {"pickup_by": "1", "due": "nan"}):
        with pytest.raises(ResponseError, match="out of range"):
            await library.place(**changes)
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
    keys = [*library.settling_keys, *library.product]
    for verb, *hold in (
        ("steal", "1", "H1", "", "", "", "1", library.sku),
        ("__index", "1", "H1", "", "", "", "1", library.sku),
        ("cancel", "1", "H1", "", "", "", "1", "another"),
        ("cancel", "1", "H1", "", "", "", "0"),
        ("cancel", "1", "H1", "", "", "", "1"),
        ("cancel", "2", "H1", "", "", "", "1", library.sku),
        ("cancel", "0"),
    ):
        with pytest.raises(ResponseError, match="out of range"):
            await library.call("settle_hold", keys, verb, "", "", "", *hold)
    for text in [*NO_NUMBERS, *NOT_POSITIVE]:
        for times in ((text, text, ""), (text, "9999999999999", "")):
            head = ("confirm", "", "", "", "1", "H1", *times, "1", library.sku)
            assert (await library.call("settle_hold", keys, *head))[0] == b"bad_time"
        with pytest.raises(ResponseError, match="out of range"):
            await library.call("extend_hold", library.extending_keys, "", text, "1000", "0", "H1")
    assert await library.everything() == before


@pytest.mark.parametrize("changes", [{"quantity": "x\r\n+OK"}, {"sku": "\r\n+OK\r\n", "quantity": "x"}])
async def test_an_error_never_repeats_what_the_caller_said(library: Library, changes: dict[str, str]) -> None:
    with pytest.raises(ResponseError) as refused:
        await library.place(**changes)
    assert str(refused.value) == "onhand: argument hold is out of range"
    assert await library.clients.writes.ping()


async def test_ids_full_of_protocol_are_plain_unknown_ids(library: Library) -> None:
    assert await library.place(store_id="\r\n+OK\r\n") == [b"unknown_store", b"\r\n+OK\r\n"]
    library.product = [key + "\r\n" for key in library.product]
    assert await library.place(sku="x\r\n") == [b"unknown_product", [b"x\r\n"]]
