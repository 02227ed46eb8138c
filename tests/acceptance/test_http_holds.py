"""Holds over HTTP: placing, changing, repeating, running out, racing."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from hold_client import available, get, held, place, post, wish
from small_chain import FEEDS, load_feeds

from runtime.settings import Settings


async def test_a_hold_is_placed_shown_confirmed_and_cancelled(api: ClientSession) -> None:
    before = await available(api, "S-CHI-1", "PC-6L")
    placed = await place(api, wish("S-CHI-1", ("PC-6L", 2), customer={"name": "Dave"}))
    assert placed.status == 201
    hold = placed.body
    assert hold["state"] == "held"
    assert hold["lines"] == [{"sku": "PC-6L", "title": "Pressure cooker 6 litres", "requested": 2, "held": 2}]
    assert hold["expires_at"] > hold["created_at"]
    assert "Dave" not in str(hold)
    assert await available(api, "S-CHI-1", "PC-6L") == before - 2
    path = f"/v1/holds/{hold['hold_id']}"
    async with api.get(path) as response:
        assert await response.json() == hold
    confirmed = await post(api, f"{path}/confirm")
    assert (confirmed.status, confirmed.body["state"]) == (200, "confirmed")
    assert confirmed.body["pickup_by"]
    assert (await post(api, f"{path}/ready", {})).body["state"] == "ready"
    assert (await post(api, f"{path}/cancel")).body["state"] == "cancelled"
    assert await available(api, "S-CHI-1", "PC-6L") == before
    late = await post(api, f"{path}/confirm")
    assert (late.status, late.code) == (409, "hold_state")


async def test_what_is_picked_up_has_left_the_store(api: ClientSession) -> None:
    before = await available(api, "S-BOS-2", "LAMP-1")
    path = f"/v1/holds/{(await place(api, wish('S-BOS-2', ('LAMP-1', 1)))).body['hold_id']}"
    await post(api, f"{path}/confirm")
    assert (await post(api, f"{path}/pickup")).body["state"] == "picked_up"
    assert await available(api, "S-BOS-2", "LAMP-1") == before - 1


async def test_h4_the_same_key_and_wish_get_the_first_answer_again(api: ClientSession) -> None:
    before, key = await available(api, "S-BOS-2", "PAN-28"), secrets.token_hex(8)
    first = await place(api, wish("S-BOS-2", ("PAN-28", 3)), key)
    await post(api, f"/v1/holds/{first.body['hold_id']}/confirm")
    again = await place(api, wish("S-BOS-2", ("PAN-28", 3)), key)
    assert (again.status, again.body, first.replayed, again.replayed) == (201, first.body, False, True)
    assert await available(api, "S-BOS-2", "PAN-28") == before - 3
    other = await place(api, wish("S-BOS-2", ("PAN-28", 4)), key)
    assert (other.status, other.code) == (422, "idempotency_conflict")


async def test_a_repeated_refusal_is_the_same_refusal(api: ClientSession) -> None:
    key = secrets.token_hex(8)
    first = await place(api, wish("S-PVD-1", ("PAN-28", 7)), key)
    assert (await place(api, wish("S-BOS-2", ("PAN-28", 1)))).status == 201  # changes what the alternatives have
    again = await place(api, wish("S-PVD-1", ("PAN-28", 7)), key)
    assert (again.status, again.body, again.replayed) == (409, first.body, True)


async def test_a_repeat_gets_the_first_answer_although_the_store_has_closed_its_counter_since(
    api: ClientSession, chain: Settings, tmp_path: Path
) -> None:
    key = secrets.token_hex(8)
    first = await place(api, wish("S-CHI-1", ("TV-43", 1)), key)
    assert first.status == 201
    closed = tmp_path / "stores.csv"
    line = next(line for line in (FEEDS / "stores.csv").read_text().splitlines() if line.startswith("S-CHI-1"))
    header = (FEEDS / "stores.csv").read_text().splitlines()[0]
    try:
        closed.write_text(f"{header}\n{line.removesuffix('yes')}no\n")
        await load_feeds(chain, stores=closed)
        await available(api, "S-CHI-1", "TV-43")  # a read notices that the stores have changed
        assert (await place(api, wish("S-CHI-1", ("TV-43", 1)))).code == "pickup_unavailable"
        again = await place(api, wish("S-CHI-1", ("TV-43", 1)), key)
        assert (again.status, again.body, again.replayed) == (201, first.body, True)
    finally:
        await load_feeds(chain, stores=FEEDS / "stores.csv")
        await available(api, "S-CHI-1", "TV-43")


async def test_a_hold_without_a_key_is_refused(api: ClientSession) -> None:
    answer = await post(api, "/v1/holds", wish("S-BOS-2", ("PAN-28", 1)))
    assert (answer.status, answer.code) == (400, "idempotency_key_required")


async def test_too_many_are_refused_with_what_there_is_and_who_has_enough(api: ClientSession) -> None:
    answer = await place(api, wish("S-PVD-1", ("PC-6L", 5)))
    assert (answer.status, answer.code) == (409, "insufficient_stock")
    lines = answer.body["error"]["details"]["lines"]
    assert [(line["sku"], line["requested"], line["available"]) for line in lines] == [("PC-6L", 5, 4)]
    assert [other["store"]["store_id"] for other in answer.body["error"]["alternatives"]] == ["S-BOS-2"]


async def test_h10_a_basket_is_held_whole_or_not_at_all(api: ClientSession) -> None:
    pans, sets = await available(api, "S-PVD-1", "PAN-28"), await available(api, "S-PVD-1", "PC-6L")
    answer = await place(api, wish("S-PVD-1", ("PAN-28", 1), ("PC-6L", 50)))
    assert answer.status == 409
    assert await available(api, "S-PVD-1", "PAN-28") == pans
    partial = await place(api, wish("S-PVD-1", ("PAN-28", 1), ("PC-6L", 50), allow_partial=True))
    assert partial.status == 201
    assert [(line["sku"], line["held"]) for line in partial.body["lines"]] == [("PAN-28", 1), ("PC-6L", sets)]
    await post(api, f"/v1/holds/{partial.body['hold_id']}/cancel")
    assert await available(api, "S-PVD-1", "PC-6L") == sets


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (wish("NOPE", ("PC-6L", 1)), 404, "not_found"),
        (wish("S-BOS-2", ("NOPE", 1)), 404, "not_found"),
        (wish("W-BOS-1", ("PC-6L", 1)), 409, "pickup_unavailable"),
        (wish("S-BOS-3", ("PC-6L", 1)), 409, "pickup_unavailable"),
        (wish("S-CHI-1", ("LAMP-1", 1)), 409, "not_carried"),
        (wish("S-CHI-1", ("NOWHERE-1", 1)), 409, "not_carried"),
        (wish("S-BOS-1", ("TV-43", 1)), 409, "insufficient_stock"),
        (wish("S-BOS-2", ("PC-6L", 1), ttl_seconds=10_000_000), 422, "limit_exceeded"),
    ],
)
async def test_refusals_say_why(api: ClientSession, body: dict[str, Any], status: int, code: str) -> None:
    answer = await place(api, body)
    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize("verb", ["confirm", "cancel", "extend", "move", "ready", "pickup", "no-show", "short"])
async def test_an_unknown_hold_is_not_found(api: ClientSession, verb: str) -> None:
    body = {"store_id": "S-BOS-2"} if verb == "move" else None
    for hold_id in ("H" + "0" * 26, "x", "*", "%00"):
        answer = await post(api, f"/v1/holds/{hold_id}/{verb}", body)
        assert (answer.status, answer.code) == (404, "not_found")


async def test_a_hold_that_has_run_out_frees_its_units_and_stays_so(api: ClientSession) -> None:
    before = await available(api, "S-LYS-1", "PC-6L")
    hold = (await place(api, wish("S-LYS-1", ("PC-6L", 2), ttl_seconds=1))).body
    for _ in range(300):
        async with api.get(f"/v1/holds/{hold['hold_id']}") as response:
            state = (await response.json())["state"]
        if state != "held":
            break
        await asyncio.sleep(0.02)
    assert state == "expired"
    assert await available(api, "S-LYS-1", "PC-6L") == before
    assert (await post(api, f"/v1/holds/{hold['hold_id']}/extend")).code == "hold_expired"


async def expired(api: ClientSession, body: dict[str, Any]) -> str:
    """The path of a hold that has run out."""
    path = f"/v1/holds/{(await held(api, {**body, 'ttl_seconds': 1}))['hold_id']}"
    for _ in range(300):
        if (await get(api, path)).body["state"] == "expired":
            return path
        await asyncio.sleep(0.02)
    raise AssertionError("it never ran out")


async def test_h14_a_late_confirmation_takes_the_units_again_or_says_who_has_them(api: ClientSession) -> None:
    before = await available(api, "S-NUL-1", "PC-6L")
    path = await expired(api, wish("S-NUL-1", ("PC-6L", 2)))
    retaken = await post(api, f"{path}/confirm")
    assert (retaken.status, retaken.body["state"]) == (200, "confirmed")
    assert await available(api, "S-NUL-1", "PC-6L") == before - 2
    await post(api, f"{path}/cancel")
    path = await expired(api, wish("S-NUL-1", ("PC-6L", 2)))
    rival = await held(api, wish("S-NUL-1", ("PC-6L", before)))
    late = await post(api, f"{path}/confirm")
    assert (late.status, late.code) == (409, "hold_expired")
    assert [(line["sku"], line["requested"], line["available"]) for line in late.details["lines"]] == [("PC-6L", 2, 0)]
    assert late.body["error"]["alternatives"][0]["items"][0]["available"] >= 2
    await post(api, f"/v1/holds/{rival['hold_id']}/cancel")


async def test_h7_times_are_told_in_utc_and_by_the_stores_own_clock(api: ClientSession) -> None:
    hold = await held(api, wish("S-CHI-1", ("PC-6L", 1)))
    path = f"/v1/holds/{hold['hold_id']}"
    confirmed = (await post(api, f"{path}/confirm")).body
    for shown, names in ((hold, ["expires_at"]), (confirmed, ["ready_by", "pickup_by"])):
        for name in names:
            local = datetime.fromisoformat(shown[f"{name}_local"])
            assert abs((local - datetime.fromisoformat(shown[name])).total_seconds()) < 1
            assert local.utcoffset() != datetime.fromisoformat(shown[name]).utcoffset()
    assert confirmed["expires_at"] is None
    assert confirmed["ready_by"] < confirmed["pickup_by"]
    assert confirmed["pickup_by_local"][11:16] == "20:00"  # the store closes
    assert (await get(api, path)).body == confirmed
    ready = (await post(api, f"{path}/ready")).body
    assert "ready_by" not in ready
    assert ready["pickup_by"] == confirmed["pickup_by"]
    await post(api, f"{path}/cancel")


async def test_h9_a_new_wish_may_replace_the_old_one_whose_units_count_as_free(api: ClientSession) -> None:
    before = await available(api, "S-LYS-1", "PC-6L")
    old = await held(api, wish("S-LYS-1", ("PC-6L", before)))
    more = await place(api, wish("S-LYS-1", ("PC-6L", before - 1)))
    assert more.code == "insufficient_stock"
    key = secrets.token_hex(8)
    body = wish("S-LYS-1", ("PC-6L", before - 1), replaces=old["hold_id"])
    new = await place(api, body, key)
    assert (new.status, new.body["moved_from"]) == (201, old["hold_id"])
    again = await place(api, body, key)
    assert (again.status, again.body, again.replayed) == (201, new.body, True)
    ended = (await get(api, f"/v1/holds/{old['hold_id']}")).body
    assert (ended["state"], ended["moved_to"]) == ("moved", new.body["hold_id"])
    assert await available(api, "S-LYS-1", "PC-6L") == 1
    assert (await place(api, body)).code == "hold_state"
    assert (await place(api, {**body, "replaces": "H" + "0" * 26})).code == "not_found"
    await post(api, f"/v1/holds/{new.body['hold_id']}/cancel")


async def test_h13_a_hold_moves_only_to_a_store_that_has_all_of_it(api: ClientSession) -> None:
    there = await available(api, "S-BOS-2", "PC-3L")
    hold = await held(api, wish("S-BOS-1", ("PC-3L", 1)))
    path = f"/v1/holds/{hold['hold_id']}"
    refused = await post(api, f"{path}/move", {"store_id": "S-CHI-1"})
    assert (refused.status, refused.code) == (409, "not_carried")
    assert (await get(api, path)).body == hold
    assert (await post(api, f"{path}/move", {"store_id": "S-BOS-3"})).code == "pickup_unavailable"
    assert (await post(api, f"{path}/move", {"store_id": "NOPE"})).code == "not_found"
    moved = await post(api, f"{path}/move", {"store_id": "S-BOS-2"})
    assert (moved.status, moved.body.get("state"), moved.body.get("store_id")) == (200, "held", "S-BOS-2"), moved.body
    assert moved.body["expires_at"] == hold["expires_at"]
    assert (await post(api, f"{path}/move", {"store_id": "S-BOS-2"})).body == moved.body
    assert (await get(api, path)).body["moved_to"] == moved.body["hold_id"]
    assert await available(api, "S-BOS-1", "PC-3L") == 1
    assert await available(api, "S-BOS-2", "PC-3L") == there - 1
    new_path = f"/v1/holds/{moved.body['hold_id']}"
    confirmed = (await post(api, f"{new_path}/confirm")).body
    back = (await post(api, f"{new_path}/move", {"store_id": "S-BOS-1"})).body
    assert (back["state"], back["store_id"]) == ("confirmed", "S-BOS-1")
    assert back["pickup_by"] != confirmed["pickup_by"]  # by the other store's hours
    await post(api, f"/v1/holds/{back['hold_id']}/cancel")


async def test_a_move_that_falls_short_names_the_stores_that_have_it(api: ClientSession) -> None:
    hold = await held(api, wish("S-BOS-1", ("LAMP-1", 3)))
    rival = await held(api, wish("S-BOS-2", ("LAMP-1", await available(api, "S-BOS-2", "LAMP-1"))))
    refused = await post(api, f"/v1/holds/{hold['hold_id']}/move", {"store_id": "S-BOS-2"})
    assert (refused.status, refused.code) == (409, "insufficient_stock")
    assert [line["available"] for line in refused.details["lines"]] == [0]
    assert refused.body["error"]["alternatives"][0]["store"]["store_id"] == "S-BOS-1"
    assert (await get(api, f"/v1/holds/{hold['hold_id']}")).body == hold
    for each in (hold, rival):
        await post(api, f"/v1/holds/{each['hold_id']}/cancel")


async def test_h20_what_cannot_be_found_corrects_the_count_and_shows_the_next_nearest(api: ClientSession) -> None:
    before = await available(api, "S-BOS-1", "LAMP-1")
    hold = await held(api, wish("S-BOS-1", ("LAMP-1", 2)))
    path = f"/v1/holds/{hold['hold_id']}"
    shorted = await post(api, f"{path}/short")
    assert (shorted.status, shorted.body["state"], shorted.body["reason"]) == (200, "shorted", "not_found")
    assert [each["store"]["store_id"] for each in shorted.body["alternatives"]] == ["S-BOS-2"]
    assert (await get(api, path)).body["alternatives"][0]["items"] == shorted.body["alternatives"][0]["items"]
    assert await available(api, "S-BOS-1", "LAMP-1") == before - 2
    assert (await post(api, f"{path}/short")).body["state"] == "shorted"
    assert await available(api, "S-BOS-1", "LAMP-1") == before - 2


async def test_h20_of_a_hold_with_several_products_the_store_says_which_it_cannot_find(api: ClientSession) -> None:
    before = [await available(api, "S-BOS-1", sku) for sku in ("LAMP-1", "PAN-28")]
    path = f"/v1/holds/{(await held(api, wish('S-BOS-1', ('LAMP-1', 1), ('PAN-28', 1))))['hold_id']}"
    odd = await post(api, f"{path}/short", {"missing": [{"sku": "LAMP-1", "quantity": 2}]})
    assert (odd.status, odd.code) == (400, "bad_request")
    assert (await post(api, f"{path}/short", {"missing": [{"sku": "LAMP-1", "quantity": 1}]})).body[
        "state"
    ] == "shorted"
    assert [await available(api, "S-BOS-1", sku) for sku in ("LAMP-1", "PAN-28")] == [before[0] - 1, before[1]]


async def test_h17_who_does_not_come_gives_the_units_back(api: ClientSession) -> None:
    before = await available(api, "S-BOS-1", "LAMP-1")
    path = f"/v1/holds/{(await held(api, wish('S-BOS-1', ('LAMP-1', 1))))['hold_id']}"
    assert (await post(api, f"{path}/no-show")).code == "hold_state"
    await post(api, f"{path}/confirm")
    assert (await post(api, f"{path}/no-show")).body["state"] == "no_show"
    assert await available(api, "S-BOS-1", "LAMP-1") == before


async def test_h10_a_partial_hold_says_per_line_what_is_missing(api: ClientSession) -> None:
    there = await available(api, "S-PVD-1", "PAN-28")
    hold = await held(api, wish("S-PVD-1", ("PAN-28", there + 3), allow_partial=True))
    assert hold["lines"][0]["short_by"] == 3
    assert (await place(api, wish("S-PVD-1", ("PAN-28", 1), allow_partial=True))).code == "insufficient_stock"
    await post(api, f"/v1/holds/{hold['hold_id']}/cancel")


async def test_h8_more_time_may_be_asked_for_within_limits(api: ClientSession) -> None:
    hold = (await place(api, wish("S-LYS-1", ("PC-6L", 1), ttl_seconds=60))).body
    path = f"/v1/holds/{hold['hold_id']}"
    assert (await post(api, f"{path}/extend", {"ttl_seconds": 600})).body["expires_at"] > hold["expires_at"]
    too_long = await post(api, f"{path}/extend", {"ttl_seconds": 10_000_000})
    assert (too_long.status, too_long.code) == (422, "limit_exceeded")
    await post(api, f"{path}/cancel")


async def test_a_hundred_at_once_get_exactly_what_there_is(api: ClientSession) -> None:
    there = await available(api, "S-BOS-2", "PC-6L")
    answers = await asyncio.gather(*(place(api, wish("S-BOS-2", ("PC-6L", 1))) for _ in range(100)))
    assert Counter(answer.status for answer in answers) == {201: there, 409: 100 - there}
    assert await available(api, "S-BOS-2", "PC-6L") == 0


async def test_a_hundred_identical_posts_at_once_make_one_hold_and_get_one_answer(api: ClientSession) -> None:
    before, key = await available(api, "S-BOS-1", "PC-GASKET"), secrets.token_hex(8)
    answers = await asyncio.gather(*(place(api, wish("S-BOS-1", ("PC-GASKET", 2)), key) for _ in range(100)))
    assert {answer.status for answer in answers} == {201}
    assert all(answer.body == answers[0].body for answer in answers)
    assert Counter(answer.replayed for answer in answers) == {True: 99, False: 1}
    assert await available(api, "S-BOS-1", "PC-GASKET") == before - 2


async def test_movements_take_effect_once(api: ClientSession) -> None:
    before, source = await available(api, "S-FJI-1", "PC-6L"), secrets.token_hex(4)
    movement = {"source": source, "seq": 1, "type": "receive", "store_id": "S-FJI-1", "sku": "PC-6L", "quantity": 5}
    body = {"movements": [movement, {**movement, "seq": 2, "store_id": "NOPE"}]}
    answer = await post(api, "/v1/stock/movements", body)
    assert answer.status == 200
    assert (answer.body["applied"], answer.body["duplicate"]) == (1, 0)
    assert [(entry["index"]) for entry in answer.body["rejected"]] == [1]
    assert (await post(api, "/v1/stock/movements", {"movements": [movement]})).body["duplicate"] == 1
    assert await available(api, "S-FJI-1", "PC-6L") == before + 5
