"""The functions of the waiting line, called with what Python never sends: they refuse and change nothing."""

import pytest
from inventory_builders import a_shelf
from redis.exceptions import ResponseError
from test_inventory_hostile_arguments import NO_NUMBERS, NOT_POSITIVE, Library
from waiting_builders import a_place

from inventory.inventory import Inventory
from inventory.models import Kind
from runtime.redis_client import RedisClients


@pytest.fixture
async def library(inventory: Inventory, redis_clients: RedisClients) -> Library:
    store_id, sku = await a_shelf(inventory, 0)
    return Library(inventory, redis_clients, store_id, sku)


async def join(library: Library, lines: int = 1, **changes: str) -> list[bytes]:
    keys, sku = library.inventory.keyspace, library.sku
    terms = {
        "fingerprint": "f",
        "record_ms": "1000",
        "wait_id": "W1",
        "sku": sku,
        "quantity": "1",
        "life_ms": "1000",
        "most": "0",
        "customer": "null",
        "customer_key": "",
        "by": "",
        "store_id": library.store_id,
    }
    names = [keys.registry(), keys.ledger(), keys.idempotency("p", "o", "k"), keys.wait("W1"), keys.waits_joined()]
    names += [keys.waits_skus(), keys.waits_stores(sku), keys.waits_ends(), keys.waits_of("-")]
    names += [keys.row(Kind.CARRIED, sku), *[keys.waiting(sku, library.store_id)] * lines]
    return await library.call("join_waitlist", names, *(terms | changes).values())


async def offer(library: Library, wait_id: str, *arguments: str) -> list[bytes]:
    keys, sku = library.inventory.keyspace, library.sku
    names = [keys.registry(), keys.ledger(), keys.holds_due(), keys.holds_reminders(), keys.wait(wait_id)]
    names += [keys.waits_skus(), keys.waits_stores(sku), keys.waits_ends(), keys.waits_of("-")]
    names += [keys.customer("-"), keys.customer_holds("-"), keys.hold("H1")]
    return await library.call("offer_wait", [*names, *library.product], wait_id, *arguments)


@pytest.mark.parametrize("field", ["quantity", "record_ms", "life_ms", "most"])
async def test_joining_refuses_what_is_no_plain_whole_number(library: Library, field: str) -> None:
    before = await library.everything()
    for text in [*NO_NUMBERS, *(["-1"] if field == "most" else NOT_POSITIVE)]:
        with pytest.raises(ResponseError, match="out of range"):
            await join(library, **{field: text})
    assert await library.everything() == before


async def test_joining_refuses_keys_that_are_not_those_of_the_stores(library: Library) -> None:
    before = await library.everything()
    for lines in (0, 2):
        with pytest.raises(ResponseError, match="out of range"):
            await join(library, lines)
    assert await library.everything() == before
    assert (await join(library))[0] == b"joined"


@pytest.mark.parametrize("text", [*NO_NUMBERS, *NOT_POSITIVE, "2", "01"])
async def test_an_offer_refuses_a_quantity_or_a_life_that_is_not_the_places(library: Library, text: str) -> None:
    place = await a_place(library.inventory, library.sku, [library.store_id])  # type: ignore[arg-type, list-item]
    before = await library.everything()
    with pytest.raises(ResponseError, match="out of range"):
        await offer(library, place.wait_id, text, library.sku, "H1", "1000", library.store_id)
    if text not in ("2", "01"):
        with pytest.raises(ResponseError, match="out of range"):
            await offer(library, place.wait_id, "1", library.sku, "H1", text, library.store_id)
    assert await library.everything() == before


async def test_an_offer_refuses_stores_and_products_that_are_not_the_places(library: Library) -> None:
    place = await a_place(library.inventory, library.sku, [library.store_id])  # type: ignore[arg-type, list-item]
    before = await library.everything()
    for sku, *stores in ((library.sku, "other"), (library.sku,), ("other", library.store_id)):
        with pytest.raises(ResponseError, match="out of range"):
            await offer(library, place.wait_id, "1", sku, "H1", "1000", *stores)
    assert await library.everything() == before


async def test_the_ends_of_places_refuse_words_that_they_do_not_know(library: Library) -> None:
    place = await a_place(library.inventory, library.sku, [library.store_id])  # type: ignore[arg-type, list-item]
    keys, sku = library.inventory.keyspace, library.sku
    names = [keys.ledger(), keys.wait(place.wait_id), keys.waits_skus(), keys.waits_stores(sku), keys.waits_ends()]
    names += [keys.waits_of("-"), keys.waiting(sku, library.store_id)]
    before = await library.everything()
    for verb, *stores in (("steal", library.store_id), ("leave",), ("leave", "other")):
        with pytest.raises(ResponseError, match="out of range"):
            await library.call("end_wait", names, verb, place.wait_id, "", *stores)
    for most in (*NO_NUMBERS, *NOT_POSITIVE, "1001"):
        line = [keys.registry(), keys.row(Kind.AVAILABLE, sku), keys.waiting(sku, library.store_id)]
        with pytest.raises(ResponseError, match="out of range"):
            await library.call("next_waiting", line, library.store_id, most)
    assert await library.everything() == before
