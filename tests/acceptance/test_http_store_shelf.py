"""What is on the shelf at one store, over HTTP: words or none, counted from the view, shown from the ledger."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from small_chain import command_environment

from runtime.settings import Settings

#: Everything that the small chain's first store has for sale.
SHELF = ["LAMP-1", "PAN-28", "PC-3L", "PC-GASKET", "SHIRT-3"]


async def get(api: ClientSession, path: str, status: int = 200, **params: object) -> dict[str, Any]:
    async with api.get(path, params={name: str(value) for name, value in params.items()}) as response:
        body: dict[str, Any] = await response.json()
        assert response.status == status, body
        return body


@pytest.fixture(scope="module")
async def shelf(api: ClientSession) -> ClientSession:
    """The service, once its view of stock is there."""
    async with asyncio.timeout(10):
        while (await get(api, "/readyz"))["dependencies"]["stock_view"] != "up":  # noqa: ASYNC110  # a probe polls, too
            await asyncio.sleep(0.02)
    return api


def skus(answer: dict[str, Any]) -> list[str]:
    return [product["sku"] for product in answer["products"]]


async def test_a_store_shows_what_it_has_without_being_asked_for_words(shelf: ClientSession) -> None:
    answer = await get(shelf, "/v1/products", store_id="S-BOS-1")
    assert (skus(answer), answer["total"], answer["degraded"]) == (SHELF, 5, [])
    assert answer["query"] == {"q": "", "tier": None}
    assert answer["facets"]["brand"][0] == {"value": "Kelto", "count": 2}
    assert {facet["value"]: facet["count"] for facet in answer["facets"]["category"]}["Cookware"] == 2
    second = await get(shelf, "/v1/products", store_id="S-BOS-1", limit=2, offset=2)
    assert (skus(second), second["total"]) == (SHELF[2:4], 5)


async def test_a_shelf_can_be_narrowed(shelf: ClientSession) -> None:
    answer = await get(shelf, "/v1/products", store_id="S-BOS-1", category="cookware", price_max="40")
    assert (skus(answer), answer["total"]) == (["PAN-28"], 1)
    assert answer["facets"]["brand"] == [{"value": "Morrow", "count": 1}]


async def test_words_are_answered_with_what_the_store_has_of_them(shelf: ClientSession) -> None:
    answer = await get(shelf, "/v1/products", q="pressure cooker", store_id="S-BOS-1")
    assert (skus(answer), answer["total"], answer["query"]["tier"]) == (["PC-3L"], 1, "all_terms")
    nothing = await get(shelf, "/v1/products", q="television", store_id="S-BOS-1")
    assert (nothing["products"], nothing["total"], nothing["query"]["tier"]) == ([], 0, None)


async def test_a_held_unit_leaves_the_shelf_at_once_and_the_counts_within_a_second(shelf: ClientSession) -> None:
    hold = {"store_id": "S-BOS-2", "lines": [{"sku": "XSS-1", "quantity": 5}]}
    assert "XSS-1" in skus(await get(shelf, "/v1/products", store_id="S-BOS-2"))
    async with shelf.post("/v1/holds", json=hold, headers={"Idempotency-Key": "shelf-1"}) as response:
        assert response.status == 201
    after = await get(shelf, "/v1/products", store_id="S-BOS-2")
    assert "XSS-1" not in skus(after)
    assert after["total"] == len(after["products"])
    async with asyncio.timeout(5):
        while (await get(shelf, "/v1/products", store_id="S-BOS-2", brand="<b>Bold</b>"))["total"]:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("store_id", ["NOPE", "0", "*", "S-BOS-1|S-BOS-2", "$p0", "{}", "@stores:{0}", " S-BOS-1"])
async def test_a_store_that_does_not_exist_is_not_found(shelf: ClientSession, store_id: str) -> None:
    for words in ({}, {"q": "lamp"}):
        assert (await get(shelf, "/v1/products", 404, store_id=store_id, **words))["error"]["code"] == "not_found"


async def test_neither_words_nor_a_store_is_a_bad_request(shelf: ClientSession) -> None:
    assert (await get(shelf, "/v1/products", 400))["error"]["code"] == "bad_request"


async def test_hostile_filters_find_nothing(shelf: ClientSession) -> None:
    for brand in ("*", "Kelto|Morrow", "Kel*", "@brand:{Kelto}", "$p0", "\\"):
        assert (await get(shelf, "/v1/products", store_id="S-BOS-1", brand=brand))["total"] == 0


async def test_how_far_the_view_is_behind_is_measured(shelf: ClientSession) -> None:
    async with shelf.get("/metrics") as response:
        lines = (await response.text()).splitlines()
    (lag,) = [float(line.split()[1]) for line in lines if line.startswith("onhand_view_lag_seconds ")]
    assert 0 <= lag < 5


async def test_the_view_is_made_anew_by_command_while_the_service_answers(
    shelf: ClientSession, chain: Settings
) -> None:
    command = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "onhand"),
        *("stock", "rebuild-view", "--json"),
        env=command_environment(chain),
        stdout=asyncio.subprocess.PIPE,
    )
    done = asyncio.create_task(command.communicate())
    while not done.done():
        assert (await get(shelf, "/v1/products", store_id="S-BOS-1"))["total"] == 5
        await asyncio.sleep(0.01)
    assert command.returncode == 0
    assert json.loads((await done)[0])["products"] >= len(SHELF)
    assert (await get(shelf, "/v1/products", store_id="S-BOS-1"))["total"] == 5
