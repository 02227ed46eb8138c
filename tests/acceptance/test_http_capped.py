"""What strangers may not count: with a cap they learn that there are more, and nowhere how many."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from http_service import http_service

from runtime.settings import Settings

BOSTON = {"lat": 42.3555, "lon": -71.0640}
CAMBRIDGE = {"lat": 42.3736, "lon": -71.1097}
#: A proxy brings it, so it is nobody on this machine.
STRANGER = {"X-Forwarded-For": "192.0.2.7"}


@pytest.fixture(scope="module")
async def capped(chain: Settings) -> AsyncIterator[ClientSession]:
    async with http_service(chain.model_copy(update={"anonymous_available_cap": 5})) as client:
        yield client


async def looked_up(api: ClientSession, headers: dict[str, str], **params: object) -> dict[str, Any]:
    shown = {name: str(value) for name, value in {**BOSTON, **params}.items()}
    async with api.get("/v1/availability", params=shown, headers=headers) as response:
        assert response.status == 200
        body: dict[str, Any] = await response.json()
        return body


async def said(api: ClientSession, text: str, locale: str) -> dict[str, Any]:
    body = {"text": text, "locale": locale, "location": BOSTON}
    async with api.post("/v1/chat", json=body, headers=STRANGER) as response:
        assert response.status == 200
        answer: dict[str, Any] = await response.json()
        return answer


async def test_a_stranger_sees_the_cap_and_an_operator_the_count(capped: ClientSession) -> None:
    hidden = (await looked_up(capped, STRANGER, sku="PAN-28"))["results"]
    assert [(item["available"], item.get("available_capped")) for result in hidden for item in result["items"]] == [
        (1, None),
        (5, True),
        (5, True),
    ]
    shown = (await looked_up(capped, {}, sku="PAN-28"))["results"]
    assert [(item["available"], item.get("available_capped")) for result in shown for item in result["items"]] == [
        (1, None),
        (1000, None),
        (6, None),
    ]


async def test_what_is_missing_does_not_tell_what_is_there(capped: ClientSession) -> None:
    asked = {"sku": "PAN-28", "quantity": 2000}
    hidden = await looked_up(capped, STRANGER, **asked)
    assert hidden["skipped"]
    assert all("short_by" not in store for store in hidden["skipped"])
    assert any(store.get("short_by") == 1000 for store in (await looked_up(capped, {}, **asked))["skipped"])
    few = await looked_up(capped, STRANGER, sku="PAN-28", quantity=4)
    assert [store.get("short_by") for store in few["skipped"] if store["store_id"] == "S-BOS-1"] == [3]


async def test_a_list_of_products_tells_no_more_than_the_cap(capped: ClientSession) -> None:
    told = []
    for path, params in (
        ("/v1/products", {"q": "PAN-28", "in_stock": "true", **CAMBRIDGE}),
        ("/v1/products", {"q": "PAN-28", **CAMBRIDGE}),
        ("/v1/products/PC-3L/alternatives", {"kind": "similar", **CAMBRIDGE}),
    ):
        for headers in ({}, STRANGER):
            shown = {name: str(value) for name, value in params.items()}
            async with capped.get(path, params=shown, headers=headers) as response:
                assert response.status == 200, await response.text()
                products = (await response.json())["products"]
            (nearest,) = [product["nearest"] for product in products if product["sku"] == "PAN-28"]
            told.append((nearest["store_id"], nearest["available"], nearest.get("available_capped")))
    assert told == [("S-BOS-2", 1000, None), ("S-BOS-2", 5, True)] * 3


async def test_a_refused_hold_tells_no_more_than_the_cap(capped: ClientSession) -> None:
    body = {"store_id": "S-PVD-1", "lines": [{"sku": "PAN-28", "quantity": 50}]}
    key = secrets.token_hex(8)
    told = []
    for headers in ({}, STRANGER, {}):
        async with capped.post("/v1/holds", json=body, headers={"Idempotency-Key": key, **headers}) as response:
            assert response.status == 409
            error = (await response.json())["error"]
        line, other = error["details"]["lines"][0], error["alternatives"][0]["items"][0]
        told.append((line["available"], line.get("available_capped"), other["available"]))
    assert told == [(6, None, 1000), (5, True, 5), (6, None, 1000)]


@pytest.mark.parametrize(
    ("locale", "text", "words"), [("en", "PAN-28 near me", "5+ in stock"), ("fr", "PAN-28 près de moi", "5+ en stock")]
)
async def test_a_conversation_says_that_there_are_more(
    capped: ClientSession, locale: str, text: str, words: str
) -> None:
    answer = await said(capped, text, locale)
    assert answer["reply"]["language"] == locale
    assert words in answer["reply"]["text"]
    assert "1 " + words[3:] in answer["reply"]["text"]
    assert "000" not in json.dumps([answer["reply"], [result["items"] for result in answer["results"]]])
    assert [item["available"] for result in answer["results"] for item in result["items"]] == [1, 5, 5]


async def test_without_the_setting_a_stranger_counts_along(api: ClientSession) -> None:
    answer = await looked_up(api, STRANGER, sku="PAN-28")
    assert [item["available"] for result in answer["results"] for item in result["items"]] == [1, 1000, 6]


async def test_a_limit_that_is_a_share_of_all_there_is_does_not_tell_how_much_that_is(chain: Settings) -> None:
    strict = chain.model_copy(update={"anonymous_available_cap": 5, "limit_share_percent": 10})
    body = {"store_id": "S-BOS-2", "lines": [{"sku": "PAN-28", "quantity": 900}]}
    told = []
    async with http_service(strict) as client:
        for headers, customer in ((STRANGER, None), ({}, {"id": secrets.token_hex(6)})):
            sent = {"Idempotency-Key": secrets.token_hex(8), **headers}
            async with client.post("/v1/holds", json={**body, "customer": customer}, headers=sent) as response:
                details = (await response.json())["error"]["details"]
            told.append((details["limit"], details["maximum"]))
    assert told == [("share_percent", None), ("share_percent", 100)]
