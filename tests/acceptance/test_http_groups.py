"""Groups over HTTP: one wish at several stores, kept together."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from hold_client import STRANGER, available, get, post, wish, write_keys
from http_service import http_service

from runtime.settings import Settings


def parts(*wishes: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"parts": list(wishes), **more}


async def stock(api: ClientSession) -> tuple[int, int]:
    return await available(api, "S-BOS-2", "PC-6L"), await available(api, "S-PVD-1", "PC-6L")


async def test_a_group_is_placed_shown_confirmed_and_cancelled_as_one(api: ClientSession) -> None:
    before, key = await stock(api), secrets.token_hex(8)
    body = parts(wish("S-BOS-2", ("PC-6L", 2)), wish("S-PVD-1", ("PC-6L", 1)))
    placed = await post(api, "/v1/groups", body, key)
    assert (placed.status, placed.body["state"]) == (201, "held")
    assert [(hold["store_id"], hold["group_id"]) for hold in placed.body["holds"]] == [
        ("S-BOS-2", placed.body["group_id"]),
        ("S-PVD-1", placed.body["group_id"]),
    ]
    assert await stock(api) == (before[0] - 2, before[1] - 1)
    again = await post(api, "/v1/groups", body, key)
    assert (again.status, again.body, again.replayed) == (201, placed.body, True)
    path = f"/v1/groups/{placed.body['group_id']}"
    assert (await get(api, path)).body == placed.body
    confirmed = await post(api, f"{path}/confirm")
    assert (confirmed.status, confirmed.body["state"]) == (200, "confirmed")
    assert all(hold["pickup_by_local"] for hold in confirmed.body["holds"])
    assert (await post(api, f"{path}/confirm")).body["state"] == "confirmed"
    assert (await post(api, f"{path}/cancel")).body["state"] == "cancelled"
    assert await stock(api) == before
    assert (await post(api, f"{path}/confirm")).code == "hold_state"


async def test_a_group_that_falls_short_anywhere_holds_nothing(api: ClientSession) -> None:
    before = await stock(api)
    body = parts(wish("S-BOS-2", ("PC-6L", 1)), wish("S-PVD-1", ("PC-6L", before[1] + 1)))
    answer = await post(api, "/v1/groups", body, secrets.token_hex(8))
    assert (answer.status, answer.code) == (409, "insufficient_stock")
    assert [(line["store_id"], line["available"]) for line in answer.details["lines"]] == [("S-PVD-1", before[1])]
    assert answer.body["error"]["alternatives"][0]["store"]["store_id"] == "S-BOS-2"
    assert answer.details["store_id"] == "S-PVD-1"
    assert "store_ids" not in answer.details
    assert await stock(api) == before


async def test_all_stores_that_fall_short_of_a_group_are_named(api: ClientSession) -> None:
    before = await stock(api)
    body = parts(wish("S-BOS-2", ("PC-6L", before[0] + 1)), wish("S-PVD-1", ("PC-6L", before[1] + 1)))
    answer = await post(api, "/v1/groups", body, secrets.token_hex(8))
    assert answer.details["store_id"] == "S-BOS-2"
    assert answer.details["store_ids"] == ["S-BOS-2", "S-PVD-1"]


async def test_a_group_stays_together_while_its_parts_go_their_own_way(api: ClientSession) -> None:
    body = parts(wish("S-BOS-2", ("PC-6L", 1)), wish("S-PVD-1", ("PC-6L", 1)))
    group = (await post(api, "/v1/groups", body, secrets.token_hex(8))).body
    await post(api, f"/v1/groups/{group['group_id']}/confirm")
    assert (await post(api, f"/v1/holds/{group['holds'][0]['hold_id']}/pickup")).body["state"] == "picked_up"
    assert (await get(api, f"/v1/groups/{group['group_id']}")).body["state"] == "mixed"
    await post(api, f"/v1/holds/{group['holds'][1]['hold_id']}/cancel")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (parts(wish("S-BOS-2", ("PC-6L", 1)), wish("NOPE", ("PC-6L", 1))), 404, "not_found"),
        (parts(wish("S-BOS-2", ("PC-6L", 1)), wish("S-PVD-1", ("NOPE", 1))), 404, "not_found"),
        (parts(wish("S-BOS-2", ("PC-6L", 1)), wish("S-BOS-3", ("PC-6L", 1))), 409, "pickup_unavailable"),
        (parts(wish("S-BOS-2", ("PC-6L", 1)), wish("S-BOS-2", ("PAN-28", 1))), 400, "bad_request"),
        (parts(), 400, "bad_request"),
        (parts(wish("S-BOS-2")), 400, "bad_request"),
        (parts(wish("S-BOS-2", ("PC-6L", 1)), ttl_seconds=10_000_000), 422, "limit_exceeded"),
    ],
)
async def test_refusals_of_groups_say_why(api: ClientSession, body: dict[str, Any], status: int, code: str) -> None:
    answer = await post(api, "/v1/groups", body, secrets.token_hex(8))
    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize("verb", ["", "/confirm", "/cancel"])
async def test_an_unknown_group_is_not_found(api: ClientSession, verb: str) -> None:
    for group_id in ("G" + "0" * 26, "H" + "0" * 26, "x"):
        path = f"/v1/groups/{group_id}{verb}"
        answer = await (post(api, path) if verb else get(api, path))
        assert (answer.status, answer.code) == (404, "not_found")


@pytest.fixture(scope="module")
async def door(chain: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ClientSession]:
    path = tmp_path_factory.mktemp("keys") / "keys.jsonl"
    write_keys(path, {"shop": [], "other": []})
    async with http_service(chain.model_copy(update={"api_keys_file": path})) as client:
        yield client


async def test_a_group_of_a_key_is_not_there_for_others(door: ClientSession) -> None:
    owner, other = {"X-API-Key": "key-of-shop"}, {"X-API-Key": "key-of-other"}
    body = parts(wish("S-BOS-2", ("PC-6L", 1)), wish("S-PVD-1", ("PC-6L", 1)))
    group = (await post(door, "/v1/groups", body, secrets.token_hex(8), owner)).body
    path = f"/v1/groups/{group['group_id']}"
    for headers in (other, STRANGER):
        assert (await get(door, path, headers)).status == 404
        assert (await post(door, f"{path}/cancel", headers=headers)).status == 404
        assert (await post(door, f"{path}/confirm", headers=headers)).status == 404
    assert (await post(door, f"{path}/cancel", headers=owner)).body["state"] == "cancelled"
