"""Tell me when it is back: the waiting line over HTTP and from the terminal."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from hold_client import STRANGER, Answer, get, held, post, wish, write_keys
from http_service import http_service
from small_chain import command_environment

from runtime.settings import Settings

ONHAND = str(Path(sys.executable).parent / "onhand")


def wanting(sku: str, quantity: int = 1, **where: object) -> dict[str, Any]:
    """Somebody new who can be told."""
    contact = f"{secrets.token_hex(6)}@example.com"
    return {"sku": sku, "quantity": quantity, "customer": {"contact": contact}, **where}


async def joined(api: ClientSession, body: dict[str, Any], key: str | None = None) -> dict[str, Any]:
    answer = await post(api, "/v1/waitlist", body, key or secrets.token_hex(8))
    assert answer.status == 201, answer.body
    return answer.body


async def refused(api: ClientSession, body: dict[str, Any]) -> Answer:
    return await post(api, "/v1/waitlist", body, secrets.token_hex(8))


async def shown(api: ClientSession, place: dict[str, Any]) -> dict[str, Any]:
    return (await get(api, f"/v1/waitlist/{place['wait_id']}")).body


async def delivered(api: ClientSession, store_id: str, sku: str, quantity: int) -> None:
    movement = {"source": f"dock-{secrets.token_hex(6)}", "seq": 1, "type": "receive"}
    movement |= {"store_id": store_id, "sku": sku, "quantity": quantity}
    answer = await post(api, "/v1/stock/movements", {"movements": [movement]})
    assert answer.body["applied"] == 1, answer.body


@pytest.fixture(scope="module")
async def narrow(chain: Settings) -> AsyncIterator[ClientSession]:
    """Few places for each customer, and few stores for each place."""
    limits = {"waitlist_places_max": 1, "waitlist_area_max_stores": 1, "waitlist_offer_seconds": 60}
    async with http_service(chain.model_copy(update=limits)) as client:
        yield client


async def test_whoever_waits_is_offered_what_is_delivered_and_the_event_tells_so(api: ClientSession) -> None:
    first = await joined(api, wanting("TV-43", 1, store_id="S-BOS-1"))
    second = await joined(api, wanting("TV-43", 1, store_id="S-BOS-1"))
    assert (first["state"], first["position"], first["stores"], first["store_id"]) == ("waiting", 1, 1, "S-BOS-1")
    assert second["position"] == 2
    assert "customer" not in first
    await delivered(api, "S-BOS-1", "TV-43", 1)
    place = await shown(api, first)
    assert (place["state"], place["position"], place["offer"]["state"]) == ("offered", None, "held")
    hold = (await get(api, f"/v1/holds/{place['offer']['hold_id']}")).body
    assert (hold["wait_id"], hold["store_id"], hold["expires_at"]) == (
        first["wait_id"],
        "S-BOS-1",
        place["offer"]["expires_at"],
    )
    events = (await get(api, "/v1/events", limit=1_000)).body["events"]
    told = next(event for event in events if event["type"] == "wait_offered" and event["wait_id"] == first["wait_id"])
    assert told["hold_id"] == hold["hold_id"]
    assert told["lines"] == [{"sku": "TV-43", "quantity": 1}]

    assert (await post(api, f"/v1/holds/{hold['hold_id']}/confirm")).status == 200
    assert (await shown(api, first))["state"] == "taken"
    kept = await post(api, f"/v1/waitlist/{first['wait_id']}/leave")
    assert (kept.status, kept.code, kept.details["hold_id"]) == (409, "hold_state", hold["hold_id"])
    assert (await post(api, f"/v1/holds/{hold['hold_id']}/cancel")).status == 200
    assert (await shown(api, second))["state"] == "offered"


async def test_joining_while_it_is_there_answers_with_the_offer(api: ClientSession) -> None:
    place = await joined(api, wanting("PAN-28", 2, store_id="S-PVD-1"))
    assert place["state"] == "offered"
    assert place["offer"]["store_id"] == "S-PVD-1"


async def test_waiting_around_a_point_ends_at_the_nearest_store_that_gets_it(api: ClientSession) -> None:
    everywhere = wanting("PC-GASKET", 60, lat=42.3601, lon=-71.0589, radius_km=20)
    place = await joined(api, everywhere)
    assert (place["state"], place["stores"]) == ("waiting", 1), "one of the stores around sells it"
    wide = await joined(api, wanting("PC-3L", 50, near="Boston", radius_km=90))
    assert (wide["stores"], wide["position"]) == (2, 1)
    await delivered(api, "S-BOS-2", "PC-3L", 60)
    assert (await shown(api, wide))["offer"]["store_id"] == "S-BOS-2"


async def test_latitude_and_longitude_0_are_a_place_like_any_other(api: ClientSession) -> None:
    place = await joined(api, wanting("PC-6L", 99, lat=0, lon=0))
    assert (place["state"], place["store_id"]) == ("waiting", "S-NUL-1")


async def test_the_same_key_takes_one_place(api: ClientSession) -> None:
    body, key = wanting("LAMP-1", 900, store_id="S-BOS-1"), secrets.token_hex(8)
    first = await joined(api, body, key)
    again = await post(api, "/v1/waitlist", body, key)
    assert (again.status, again.body, again.replayed) == (201, first, True)
    other = await post(api, "/v1/waitlist", {**body, "quantity": 901}, key)
    assert (other.status, other.code) == (422, "idempotency_conflict")


@pytest.mark.parametrize("how", ["leave", "delete"])
async def test_leaving_is_one_call_and_may_be_repeated(api: ClientSession, how: str) -> None:
    place = await joined(api, wanting("LAMP-1", 900, store_id="S-BOS-2"))
    path = f"/v1/waitlist/{place['wait_id']}"
    for _ in range(2):
        if how == "leave":
            assert (await post(api, f"{path}/leave")).body["state"] == "left"
        else:
            async with api.delete(path) as response:
                assert (response.status, (await response.json())["state"]) == (200, "left")


async def test_what_is_missing_in_a_wish_is_named(api: ClientSession) -> None:
    nobody = await refused(api, {"sku": "TV-43", "store_id": "S-BOS-1", "customer": {"name": "Ann"}})
    assert nobody.status == 400
    assert [error["field"] for error in nobody.details["errors"]] == ["customer.contact"]
    nowhere = await refused(api, wanting("TV-43"))
    assert nowhere.status == 400
    both = await refused(api, wanting("TV-43", store_id="S-BOS-1", near="Boston"))
    assert both.status == 400
    no_key = await post(api, "/v1/waitlist", wanting("TV-43", store_id="S-BOS-1"))
    assert (no_key.status, no_key.code) == (400, "idempotency_key_required")


@pytest.mark.parametrize(
    ("sku", "where", "status", "code"),
    [
        ("NO-SUCH", {"store_id": "S-BOS-1"}, 404, "not_found"),
        ("TV-43", {"store_id": "NOWHERE"}, 404, "not_found"),
        ("TV-43", {"store_id": "W-BOS-1"}, 409, "pickup_unavailable"),
        ("TV-43", {"store_id": "S-BOS-3"}, 409, "pickup_unavailable"),
        ("TV-43", {"store_id": "S-PVD-1"}, 409, "not_carried"),
        ("TV-43", {"lat": -60.0, "lon": 0.0}, 409, "not_carried"),
        ("TV-43", {"near": "Nowhereville XZ"}, 422, "place_unknown"),
    ],
)
async def test_nobody_waits_for_what_cannot_come(
    api: ClientSession, sku: str, where: dict[str, object], status: int, code: str
) -> None:
    answer = await refused(api, wanting(sku, **where))
    assert (answer.status, answer.code) == (status, code)
    if where == {"store_id": "S-PVD-1"}:
        assert answer.body["error"]["alternatives"][0]["store"]["store_id"] == "S-CHI-1"


async def test_places_are_limited_and_the_refusal_says_until_when(narrow: ClientSession) -> None:
    body = wanting("SHIRT-3", 500, store_id="S-BOS-1")
    place = await joined(narrow, body)
    again = await refused(narrow, body)
    assert (again.status, again.code) == (422, "limit_exceeded")
    assert again.details == {"limit": "places_per_product", "maximum": 1, "until": place["until"]}
    more = await refused(narrow, {**body, "sku": "LAMP-1"})
    assert more.details == {"limit": "places", "maximum": 1, "until": place["until"]}
    area = await joined(narrow, wanting("SHIRT-3", 500, near="Boston"))
    assert area["store_id"] == "S-BOS-1"


async def test_a_place_is_nobody_elses_business(api: ClientSession) -> None:
    for wait_id in ("W" + "0" * 26, "nonsense", "H" + "0" * 26):
        assert (await get(api, f"/v1/waitlist/{wait_id}")).code == "not_found"
        assert (await post(api, f"/v1/waitlist/{wait_id}/leave")).code == "not_found"
    place = await post(
        api, "/v1/waitlist", wanting("SHIRT-3", 400, store_id="S-BOS-1"), secrets.token_hex(8), headers=STRANGER
    )
    assert (await get(api, f"/v1/waitlist/{place.body['wait_id']}", STRANGER)).status == 200


async def test_the_place_of_a_key_is_not_there_for_others(chain: Settings, tmp_path: Path) -> None:
    as_ = write_keys(tmp_path / "keys.jsonl", {"shop": [], "other": [], "desk": ["holds"]})
    async with http_service(chain.model_copy(update={"api_keys_file": tmp_path / "keys.jsonl"})) as door:
        body = wanting("SHIRT-3", 400, store_id="S-BOS-1")
        place = (await post(door, "/v1/waitlist", body, secrets.token_hex(8), as_["shop"])).body
        path = f"/v1/waitlist/{place['wait_id']}"
        for stranger in (as_["other"], STRANGER):
            assert (await get(door, path, stranger)).code == "not_found"
            assert (await post(door, f"{path}/leave", headers=stranger)).code == "not_found"
        assert (await get(door, path, as_["shop"])).body["state"] == "waiting"
        assert (await post(door, f"{path}/leave", headers=as_["desk"])).body["state"] == "left"


async def test_an_ordinary_buyer_does_not_overtake_who_waits(api: ClientSession) -> None:
    hold = await held(api, wish("S-BOS-1", ("PAN-28", 1)))
    place = await joined(api, wanting("PAN-28", 1, store_id="S-BOS-1"))
    assert (await post(api, f"/v1/holds/{hold['hold_id']}/cancel")).status == 200
    late = await post(api, "/v1/holds", wish("S-BOS-1", ("PAN-28", 1)), secrets.token_hex(8))
    assert late.code == "insufficient_stock"
    assert (await shown(api, place))["state"] == "offered"


async def test_the_metrics_tell_how_many_wait_and_how_many_were_served(api: ClientSession) -> None:
    await joined(api, wanting("LAMP-1", 900, store_id="S-BOS-1"))
    async with api.get("/metrics") as response:
        text = await response.text()
    assert 'onhand_waits_total{op="join",outcome="WaitJoined"}' in text
    figures = dict(line.split(" ") for line in text.splitlines() if line.startswith("onhand_wait") and "{" not in line)
    assert float(figures["onhand_waits_active"]) >= 1
    assert float(figures["onhand_wait_offers_total"]) >= 1


async def test_the_terminal_joins_looks_and_leaves(chain: Settings) -> None:
    async def onhand(*arguments: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            ONHAND, "waitlist", *arguments, env=command_environment(chain), stdout=PIPE, stderr=PIPE
        )
        out, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode()

    wish_of_ann = ("--sku", "TV-43", "--quantity", "77", "--store", "S-CHI-1", "--contact", "ann@example.com")
    code, out = await onhand("join", *wish_of_ann, "--json")
    assert code == 0
    place = json.loads(out)
    code, out = await onhand("show", place["wait_id"])
    assert code == 0
    assert "waiting at S-CHI-1, number 1 in line" in out
    code, out = await onhand("leave", place["wait_id"])
    assert code == 0
    assert "left" in out
    code, _ = await onhand("join", "--sku", "TV-43", "--store", "S-CHI-1")
    assert code == 2, "somebody who waits must be reachable"
