"""What happened, as other systems read it over HTTP."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from hold_client import get, held, post, wish
from http_service import http_service

from bot.services import open_services
from runtime.settings import Settings


async def events_after(api: ClientSession, after: str, limit: int = 1_000) -> tuple[list[dict[str, Any]], str]:
    answer = await get(api, "/v1/events", after=after, limit=limit)
    assert answer.status == 200
    return answer.body["events"], answer.body["next"]


async def end_of(api: ClientSession) -> str:
    after = "0"
    while True:
        events, after = await events_after(api, after)
        if not events:
            return after


async def test_the_life_of_a_hold_is_told_in_order(api: ClientSession) -> None:
    start = await end_of(api)
    hold = await held(api, wish("S-BOS-2", ("PAN-28", 2)))
    for verb in ("confirm", "ready", "pickup"):
        await post(api, f"/v1/holds/{hold['hold_id']}/{verb}")
    events, _ = await events_after(api, start)
    mine = [event for event in events if event.get("hold_id") == hold["hold_id"]]
    assert [(event["type"], event["state"]) for event in mine] == [
        ("hold_placed", "held"),
        ("hold_confirmed", "confirmed"),
        ("hold_ready", "ready"),
        ("hold_picked_up", "picked_up"),
    ]
    assert mine[0]["lines"] == [{"sku": "PAN-28", "quantity": 2}]
    assert [event["event_id"] for event in mine] == sorted(event["event_id"] for event in mine)
    assert all(event["store_id"] == "S-BOS-2" and event["at"].endswith("Z") for event in mine)


async def test_movements_are_told_with_their_source_and_what_was_not_there(api: ClientSession) -> None:
    start, source = await end_of(api), secrets.token_hex(4)
    movement = {"source": source, "seq": 1, "type": "sell", "store_id": "S-BOS-2", "sku": "XSS-1", "quantity": 9}
    assert (await post(api, "/v1/stock/movements", {"movements": [movement]})).status == 200
    events, _ = await events_after(api, start)
    (sale,) = (event for event in events if event.get("source") == source)
    assert (sale["type"], sale["seq"], sale["shortfall"]) == ("stock_sell", 1, 4)
    assert sale["changes"] == [{"sku": "XSS-1", "on_hand": -5}]


async def test_pages_follow_each_other_without_gap_or_repeat(api: ClientSession) -> None:
    whole, _ = await events_after(api, "0")
    paged: list[dict[str, Any]] = []
    after = "0"
    while len(paged) < len(whole):
        events, after = await events_after(api, after, limit=7)
        assert 1 <= len(events) <= 7
        paged += events
    assert paged[: len(whole)] == whole
    end = await end_of(api)
    assert await events_after(api, end) == ([], end)


async def test_a_place_in_the_ledger_that_is_none_is_refused(api: ClientSession) -> None:
    for after in ("", "x", "-1", "1-", "1-2-3", "9" * 20, "$", "+"):
        refused = await get(api, "/v1/events", after=after)
        assert refused.status == 400
        assert "`next` of the answer before" in refused.body["error"]["message"]
    assert (await get(api, "/v1/events", limit=1_001)).status == 400


async def test_sources_of_movements_tell_what_is_missing(api: ClientSession) -> None:
    source = secrets.token_hex(4)
    movement = {"source": source, "type": "receive", "store_id": "S-BOS-2", "sku": "XSS-1", "quantity": 1}
    moves = [{**movement, "seq": seq} for seq in (1, 2, 5, 2)]
    assert (await post(api, "/v1/stock/movements", {"movements": moves})).body["duplicate"] == 1
    found = {each["source"]: each for each in (await get(api, "/v1/stock/sources")).body["sources"]}[source]
    assert (found["first_seq"], found["last_seq"], found["applied"], found["missing"]) == (1, 5, 3, 2)
    assert found["gaps"] == [{"first": 3, "last": 4}]
    assert found["duplicate"] == 1


async def test_a_sale_that_eats_a_hold_shorts_it_and_the_customer_is_shown_who_has_it(api: ClientSession) -> None:
    source = secrets.token_hex(4)
    hold = await held(api, wish("S-PVD-1", ("PC-6L", 4)))
    sale = {"source": source, "seq": 1, "type": "sell", "store_id": "S-PVD-1", "sku": "PC-6L", "quantity": 2}
    answer = await post(api, "/v1/stock/movements", {"movements": [sale]})
    assert (answer.body["applied"], answer.body["shorted"]) == (1, [hold["hold_id"]])
    shown = (await get(api, f"/v1/holds/{hold['hold_id']}")).body
    assert (shown["state"], shown["reason"]) == ("shorted", "oversold")
    assert [each["store"]["store_id"] for each in shown["alternatives"]] == ["S-BOS-2"]


async def test_what_was_archived_is_told_from_the_archive_and_a_hole_is_told_as_such(
    chain: Settings, tmp_path: Path
) -> None:
    async with open_services(chain) as services, http_service(chain, services) as client:
        for _ in range(4):
            await post(client, f"/v1/holds/{(await held(client, wish('S-BOS-2', ('PAN-28', 1))))['hold_id']}/cancel")
        before, _ = await events_after(client, "0")
        archived = await services.audit.archiver.archive(keep_entries=3)
        assert archived.entries > 0
        assert await events_after(client, "0") == (before, before[-1]["event_id"])
        assert (await events_after(client, before[0]["event_id"], limit=5))[0] == before[1:6]
        folder = services.audit.history.folder
        shutil.move(folder, tmp_path / "elsewhere")
        try:
            gone = await get(client, "/v1/events", after=before[0]["event_id"])
            assert (gone.status, gone.code) == (404, "not_found")
            rest, _ = await events_after(client, gone.details["kept_after"])
            assert rest == before[-len(rest) :]
            assert (await events_after(client, "0"))[0] == rest
        finally:
            shutil.move(tmp_path / "elsewhere", folder)
