"""Holds over HTTP: placing, changing, repeating, running out, racing."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from small_chain import FEEDS, load_feeds

from runtime.settings import Settings


def wish(store_id: str, *lines: tuple[str, int], **more: object) -> dict[str, Any]:
    return {"store_id": store_id, "lines": [{"sku": sku, "quantity": n} for sku, n in lines], **more}


class Answer:
    def __init__(self, status: int, body: dict[str, Any], replayed: bool) -> None:
        self.status, self.body, self.replayed = status, body, replayed

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])


async def post(api: ClientSession, path: str, body: object = None, key: str | None = None) -> Answer:
    headers = {} if key is None else {"Idempotency-Key": key}
    async with api.post(path, json=body, headers=headers) as response:
        return Answer(response.status, await response.json(), "Idempotent-Replayed" in response.headers)


async def place(api: ClientSession, body: dict[str, Any], key: str | None = None) -> Answer:
    return await post(api, "/v1/holds", body, key or secrets.token_hex(8))


async def available(api: ClientSession, store_id: str, sku: str) -> int:
    async with api.get(f"/v1/stores/{store_id}") as response:
        store = await response.json()
    params = {"sku": sku, "lat": str(store["lat"]), "lon": str(store["lon"]), "radius_km": "1"}
    async with api.get("/v1/availability", params=params) as response:
        results = (await response.json())["results"]
    return int(results[0]["items"][0]["available"]) if results else 0


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


async def test_the_same_key_and_wish_get_the_first_answer_again(api: ClientSession) -> None:
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


async def test_a_basket_is_held_whole_or_not_at_all(api: ClientSession) -> None:
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


@pytest.mark.parametrize("verb", ["confirm", "cancel", "extend", "ready", "pickup"])
async def test_an_unknown_hold_is_not_found(api: ClientSession, verb: str) -> None:
    for hold_id in ("H" + "0" * 26, "x", "*", "%00"):
        answer = await post(api, f"/v1/holds/{hold_id}/{verb}")
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
    late = await post(api, f"/v1/holds/{hold['hold_id']}/confirm")
    assert (late.status, late.code) == (409, "hold_expired")


async def test_more_time_may_be_asked_for_within_limits(api: ClientSession) -> None:
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
