"""When no store has it all: who has it together, and how that is held."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from aiohttp import ClientSession
from hold_client import STRANGER, Answer, get, place, post, wish
from http_service import http_service

from runtime.settings import Settings

BOSTON = {"lat": 42.3555, "lon": -71.0640}


def basket(*lines: tuple[str, int], **more: object) -> dict[str, Any]:
    return {"lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines], **BOSTON, **more}


def shared(split: dict[str, Any]) -> list[tuple[str, list[tuple[str, int]]]]:
    return [(part["store_id"], [(line["sku"], line["quantity"]) for line in part["lines"]]) for part in split["parts"]]


async def ask(api: ClientSession, body: dict[str, Any]) -> Answer:
    return await post(api, "/v1/availability", body)


async def test_h11_two_stores_together_are_proposed_and_held_as_one_group(api: ClientSession) -> None:
    found = (await get(api, "/v1/availability", sku="PC-6L", quantity=13, **BOSTON)).body
    assert found["results"] == []
    splits = [shared(split) for split in found["splits"]]
    assert [("S-BOS-2", [("PC-6L", 10)]), ("S-PVD-1", [("PC-6L", 3)])] in splits
    assert splits[0] == [("S-CHI-1", [("PC-6L", 13)])]  # one stop, far beyond the radius
    proposal = found["splits"][1]
    assert proposal["total_distance_km"] == pytest.approx(sum(part["distance_km"] for part in proposal["parts"]))
    parts = [
        {"store_id": store_id, "lines": [{"sku": sku, "quantity": units} for sku, units in lines]}
        for store_id, lines in splits[1]
    ]
    group = await post(api, "/v1/groups", {"parts": parts}, secrets.token_hex(8))
    assert (group.status, group.body["state"]) == (201, "held")
    assert (await post(api, f"/v1/groups/{group.body['group_id']}/cancel")).body["state"] == "cancelled"


async def test_one_store_that_has_it_needs_no_split(api: ClientSession) -> None:
    assert "splits" not in (await get(api, "/v1/availability", sku="PC-6L", quantity=10, **BOSTON)).body


async def test_a_basket_is_found_at_one_store_or_at_several(api: ClientSession) -> None:
    one = (await ask(api, basket(("PAN-28", 2), ("LAMP-1", 1), ("PAN-28", 1)))).body
    assert [result["store"]["store_id"] for result in one["results"]] == ["S-BOS-2"]
    assert [item["sku"] for item in one["results"][0]["items"]] == ["PAN-28", "LAMP-1"]
    assert one["query"]["lines"] == [{"sku": "PAN-28", "quantity": 3}, {"sku": "LAMP-1", "quantity": 1}]
    several = (await ask(api, basket(("PC-GASKET", 1), ("PC-6L", 1)))).body
    assert several["results"] == []
    assert shared(several["splits"][0]) == [("S-BOS-1", [("PC-GASKET", 1)]), ("S-BOS-2", [("PC-6L", 1)])]


async def test_a_basket_may_be_asked_for_by_the_name_of_a_place(api: ClientSession) -> None:
    body = {"lines": [{"sku": "PAN-28"}], "near": "02108", "limit": 1}
    found = (await ask(api, body)).body
    assert (len(found["results"]), found["query"]["place"][:6]) == (1, "Boston")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (basket(), 400, "bad_request"),
        (basket(("PAN-28", 0)), 400, "bad_request"),
        ({"lines": [{"sku": "PAN-28"}]}, 400, "bad_request"),
        (basket(("PAN-28", 1), near="Boston"), 400, "bad_request"),
        (basket(("PAN-28", 1), colour="red"), 400, "bad_request"),
        (basket(("NOPE", 1)), 404, "not_found"),
        ({"lines": [{"sku": "PAN-28"}], "near": "Nowhereville-upon-Nothing"}, 422, "place_unknown"),
    ],
)
async def test_refusals_of_baskets_say_why(api: ClientSession, body: dict[str, Any], status: int, code: str) -> None:
    answer = await ask(api, body)
    assert (answer.status, answer.code) == (status, code)


async def test_a_refused_hold_tells_who_has_it_together_and_a_repeat_tells_the_same(api: ClientSession) -> None:
    key = secrets.token_hex(8)
    first = await place(api, wish("S-BOS-2", ("PC-6L", 13)), key)
    assert first.code == "insufficient_stock"
    assert [("S-BOS-2", [("PC-6L", 10)]), ("S-PVD-1", [("PC-6L", 3)])] in map(shared, first.details["splits"])
    hold = (await place(api, wish("S-PVD-1", ("PC-6L", 2)))).body
    again = await place(api, wish("S-BOS-2", ("PC-6L", 13)), key)
    assert (again.status, again.body, again.replayed) == (409, first.body, True)
    await post(api, f"/v1/holds/{hold['hold_id']}/cancel")


async def test_a_stranger_who_may_not_count_learns_no_counts_from_splits(chain: Settings) -> None:
    async with http_service(chain.model_copy(update={"anonymous_available_cap": 5})) as client:
        hidden = await get(client, "/v1/availability", STRANGER, sku="PC-6L", quantity=13, **BOSTON)
        assert "splits" not in hidden.body
        refused = await place(client, wish("S-BOS-2", ("PC-6L", 13)), headers=STRANGER)
        assert "splits" not in refused.details
        shown = await get(client, "/v1/availability", sku="PC-6L", quantity=13, **BOSTON)
        assert shown.body["splits"]
