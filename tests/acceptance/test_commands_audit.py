"""`onhand ledger`, `hold explain` and `stock explain`, as a person uses them in front of a small chain."""

from __future__ import annotations

from pathlib import Path

import pytest
from http_service import http_service
from small_chain import load_small_chain
from test_commands import onhand

from inventory.keys import Keyspace
from inventory.models import Kind
from runtime.redis_client import RedisClients
from runtime.settings import Settings

STORE, SKU = "S-BOS-2", "PC-6L"


async def a_hold(chain: Settings) -> str:
    placed = await onhand(chain, "hold", "place", "--store", STORE, "--sku", SKU, "--json")
    assert placed.code == 0, placed.err
    return str(placed.json["hold_id"])


async def test_a_sound_ledger_is_verified_archived_and_verified_again(chain: Settings, tmp_path: Path) -> None:
    hold_id = await a_hold(chain)
    verified = await onhand(chain, "ledger", "verify")
    assert verified.code == 0, verified.out + verified.err
    assert "no differences" in verified.out
    archived = await onhand(chain, "ledger", "archive", "--keep", "0", "--json")
    assert archived.code == 0, archived.out + archived.err
    assert archived.json["files"] == 1
    await onhand(chain, "hold", "cancel", hold_id)
    for option in ((), ("--from-beginning",)):
        again = await onhand(chain, "ledger", "verify", "--json", *option)
        assert again.code == 0, again.out
        assert again.json["clean"]
        assert again.json["archived_entries"] == archived.json["entries"]
    explained = await onhand(chain, "hold", "explain", hold_id)
    assert explained.code == 0, explained.err
    assert "placed" in explained.out
    assert "cancelled" in explained.out
    elsewhere = await onhand(chain, "ledger", "verify", extra={"ONHAND_LEDGER_ARCHIVE_DIR": str(tmp_path)})
    assert elsewhere.code == 1
    assert "were archived to" in elsewhere.err
    assert "Traceback" not in elsewhere.err


async def test_a_planted_difference_ends_with_exit_code_1_and_its_place(
    chain: Settings, redis_clients: RedisClients
) -> None:
    keyspace = Keyspace(chain.namespace, chain.region)
    key = keyspace.row(Kind.ON_HAND, "TV-43")
    row = await redis_clients.reads.get(key)
    assert row is not None
    await redis_clients.writes.set(key, row[:1] + bytes([row[1] ^ 1]) + row[2:])
    try:
        ran = await onhand(chain, "ledger", "verify")
    finally:
        await redis_clients.writes.set(key, row)
    assert ran.code == 1
    assert "counter" in ran.out
    assert "TV-43" in ran.out
    assert "on_hand" in ran.out


async def test_a_hold_is_explained_from_its_first_entry_to_its_last_in_the_stores_time_too(chain: Settings) -> None:
    hold_id = await a_hold(chain)
    for verb in ("confirm", "ready", "pickup"):
        assert (await onhand(chain, "hold", verb, hold_id)).code == 0
    ran = await onhand(chain, "hold", "explain", hold_id)
    assert ran.code == 0, ran.err
    told = [ran.out.index(words) for words in ("placed", "confirmed", "put aside", "picked up", "Now: picked_up")]
    assert told == sorted(told)
    assert "America/New_York" in ran.out
    assert "held +1" in ran.out
    assert "on hand -1, held -1" in ran.out
    as_json = (await onhand(chain, "hold", "explain", hold_id, "--json")).json
    assert [step["op"] for step in as_json["steps"]] == [
        "hold_placed",
        "hold_confirmed",
        "hold_ready",
        "hold_picked_up",
    ]
    assert as_json["steps"][-1]["moves"][0]["on_hand"] == -1


async def test_units_of_a_store_are_explained_up_to_what_is_there_now(chain: Settings) -> None:
    hold_id = await a_hold(chain)
    ran = await onhand(chain, "stock", "explain", SKU, "--store", STORE, "--limit", "1000", "--json")
    assert ran.code == 0, ran.err
    story = ran.json
    assert story["complete"]
    assert set(story["before"].values()) == {0}
    assert story["steps"][0]["op"] == "count"
    assert story["steps"][-1]["details"]["hold"] == hold_id
    last = story["steps"][-1]["after"]
    (cell,) = (await onhand(chain, "stock", "show", SKU, "--store", STORE, "--json")).json
    assert {kind: cell[kind] for kind in ("on_hand", "safety", "held", "allocated", "available")} == {
        kind: last[kind] for kind in ("on_hand", "safety", "held", "allocated", "available")
    }
    short = await onhand(chain, "stock", "explain", SKU, "--store", STORE, "--limit", "1")
    assert "carried forward" in short.out
    assert "There are earlier entries" in short.out
    recent = await onhand(chain, "stock", "explain", SKU, "--store", STORE, "--since", "2020-01-01", "--limit", "1000")
    assert "before the first entry" in recent.out


async def test_the_tail_shows_the_newest_entries(chain: Settings) -> None:
    hold_id = await a_hold(chain)
    ran = await onhand(chain, "ledger", "tail", "-n", "1")
    assert ran.code == 0, ran.err
    assert hold_id in ran.out
    assert "placed" in ran.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("hold", "explain", "HNOBODY"), 1, "knows no such hold"),
        (("hold", "explain", "H\udcff"), 1, "no such hold"),
        (("stock", "explain", SKU, "--store", "NOPE"), 1, "no such store"),
        (("stock", "explain", "a\nb", "--store", STORE), 1, "no such product"),
        (("stock", "explain", "NOPE", "--store", STORE), 1, "no such product: NOPE"),
        (("stock", "explain", SKU), 2, "--store"),
        (("stock", "explain", SKU, "--store", STORE, "--since", "soon"), 2, "--since"),
        (("ledger", "archive", "--keep", "-1"), 2, "--keep"),
    ],
)
async def test_what_cannot_be_explained_is_said(
    chain: Settings, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ran = await onhand(chain, *arguments)
    assert ran.code == code, ran.out + ran.err
    assert said in ran.err
    assert "Traceback" not in ran.err


async def test_an_archive_that_cannot_be_written_is_told_by_doctor_and_readyz(chain: Settings, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    settings = chain.model_copy(update={"ledger_archive_dir": in_the_way, "namespace": f"{chain.namespace}-fresh"})
    await load_small_chain(settings)
    ran = await onhand(settings, "doctor", extra={"ONHAND_LEDGER_ARCHIVE_DIR": str(in_the_way)})
    assert ran.code == 0, ran.out
    assert "ONHAND_LEDGER_ARCHIVE_DIR" in ran.out
    async with http_service(settings) as client, client.get("/readyz") as response:
        assert response.status == 200
        assert (await response.json())["dependencies"]["archive"] == "degraded"
