"""Where is it: products, stores and availability over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import ClientSession

BOSTON = {"lat": 42.3555, "lon": -71.0640}


async def get(api: ClientSession, path: str, status: int = 200, **params: object) -> dict[str, Any]:
    async with api.get(path, params={name: str(value) for name, value in params.items()}) as response:
        body: dict[str, Any] = await response.json()
        assert response.status == status, body
        return body


async def test_the_nearest_stores_that_have_it_come_first_and_nearer_ones_are_explained(api: ClientSession) -> None:
    answer = await get(api, "/v1/availability", sku="PC-6L", **BOSTON)
    assert [result["store"]["store_id"] for result in answer["results"]] == ["S-BOS-2", "S-PVD-1"]
    assert answer["total"] == 2
    assert answer["next_cursor"] is None
    assert answer["query"] == {
        "sku": "PC-6L",
        "lat": 42.3555,
        "lon": -71.064,
        "quantity": 1,
        "radius_km": 100.0,
        "matched": 1,
    }
    first = answer["results"][0]
    assert first["items"][0]["available"] == 10
    assert first["items"][0]["level"] == "in_stock"
    assert first["items"][0]["aisle"] == "B2"
    assert first["items"][0]["price"] == "74.5" or first["items"][0]["price"] == "74.50"
    assert first["distance_km"] < answer["results"][1]["distance_km"]
    assert first["as_of"].endswith("Z")
    skipped = {store["store_id"]: store["reason"] for store in answer["skipped"]}
    assert skipped == {"S-BOS-1": "out_of_stock", "S-BOS-3": "pickup_off"}


async def test_words_find_the_products_meant(api: ClientSession) -> None:
    answer = await get(api, "/v1/availability", q="pressure cooker", **BOSTON)
    assert answer["query"]["tier"] == "all_terms"
    skus = {item["sku"] for result in answer["results"] for item in result["items"]}
    assert skus == {"PC-6L", "PC-3L"}


async def test_where_nobody_near_has_it_the_nearest_beyond_is_named(api: ClientSession) -> None:
    answer = await get(api, "/v1/availability", sku="TV-43", **BOSTON)
    assert answer["results"] == []
    assert answer["nearest_beyond_radius"]["store"]["store_id"] == "S-CHI-1"
    assert {store["store_id"]: store["reason"] for store in answer["skipped"]}["S-BOS-1"] == "safety_stock"


async def test_pages_by_cursor_visit_every_store_once(api: ClientSession) -> None:
    seen, cursor = [], ""
    for _ in range(20):
        answer = await get(api, "/v1/availability", sku="PC-6L", lat=0, lon=0, radius_km=20040, limit=2, cursor=cursor)
        seen += [result["store"]["store_id"] for result in answer["results"]]
        assert answer["total"] == 6
        if answer["next_cursor"] is None:
            break
        cursor = answer["next_cursor"]
    assert seen[0] == "S-NUL-1"
    assert sorted(seen) == ["S-BOS-2", "S-CHI-1", "S-FJI-1", "S-LYS-1", "S-NUL-1", "S-PVD-1"]


async def test_a_cursor_belongs_to_its_question(api: ClientSession) -> None:
    for cursor in ("nonsense", "x" * 400, "AAAA"):
        answer = await get(api, "/v1/availability", 400, sku="PC-6L", cursor=cursor, **BOSTON)
        assert answer["error"]["code"] == "bad_request"


async def test_zero_is_a_place_and_the_date_line_is_no_edge(api: ClientSession) -> None:
    answer = await get(api, "/v1/availability", sku="PC-6L", lat=0, lon=0, radius_km=1)
    assert answer["results"][0]["distance_km"] == 0
    answer = await get(api, "/v1/availability", sku="PC-6L", lat=-16.8, lon=179.99, radius_km=5)
    assert [result["store"]["store_id"] for result in answer["results"]] == ["S-FJI-1"]


async def test_a_place_may_be_named(api: ClientSession) -> None:
    answer = await get(api, "/v1/availability", sku="PC-6L", near="Chicago, IL")
    assert answer["results"][0]["store"]["store_id"] == "S-CHI-1"
    assert "Chicago" in answer["query"]["place"]


@pytest.mark.parametrize(("near", "reason"), [("Springfield", "ambiguous"), ("Qwxyzzy", "unknown")])
async def test_an_unclear_place_is_never_guessed(api: ClientSession, near: str, reason: str) -> None:
    answer = await get(api, "/v1/availability", 422, sku="PC-6L", near=near)
    assert answer["error"]["code"] == "place_unknown"
    assert answer["error"]["details"]["reason"] == reason
    assert bool(answer["error"]["details"]["choices"]) is (reason == "ambiguous")


async def test_an_unknown_sku_is_not_found(api: ClientSession) -> None:
    assert (await get(api, "/v1/availability", 404, sku="NO-SUCH", **BOSTON))["error"]["code"] == "not_found"


async def test_a_product_that_no_store_has_is_an_empty_answer(api: ClientSession) -> None:
    answer = await get(api, "/v1/availability", sku="NOWHERE-1", **BOSTON)
    assert (answer["results"], answer["nearest_beyond_radius"], answer["total"]) == ([], None, 0)
    assert {store["reason"] for store in answer["skipped"]} == {"not_carried"}


async def test_products_are_found_with_facets_and_filters(api: ClientSession) -> None:
    answer = await get(api, "/v1/products", q="pressure cooker")
    assert answer["query"] == {"q": "pressure cooker", "tier": "all_terms"}
    assert {"PC-6L", "PC-3L"} <= {product["sku"] for product in answer["products"]}
    assert answer["facets"]["brand"][0]["value"] == "Kelto"
    answer = await get(api, "/v1/products", q="pressure cooker", price_max="60", category="Cookware")
    assert [product["sku"] for product in answer["products"]] == ["PC-3L"]
    answer = await get(api, "/v1/products", q="4006381333931")
    assert (answer["query"]["tier"], answer["products"][0]["sku"]) == ("identifier", "PC-6L")


async def test_completions_while_typing(api: ClientSession) -> None:
    answer = await get(api, "/v1/suggest", q="press")
    assert any("pressure" in entry["text"].lower() for entry in answer["suggestions"])
    assert await get(api, "/v1/suggest", q="") == {"suggestions": []}


async def test_stores_are_listed_nearest_first(api: ClientSession) -> None:
    answer = await get(api, "/v1/stores", limit=2, **BOSTON)
    assert [store["store_id"] for store in answer["stores"]] == ["S-BOS-1", "S-BOS-2"]
    answer = await get(api, "/v1/stores", q="providence")
    assert [store["store_id"] for store in answer["stores"]] == ["S-PVD-1"]
    answer = await get(api, "/v1/stores", open_now="true", q="boston")
    assert [(store["store_id"], store["open_now"]) for store in answer["stores"]] == [("S-BOS-1", True)]


async def test_a_store_tells_all_about_itself(api: ClientSession) -> None:
    store = await get(api, "/v1/stores/S-BOS-1")
    assert store["name"] == "Boston Common"
    assert store["services"] == ["parking", "repairs"]
    assert store["open_now"] is True
    assert (await get(api, "/v1/stores/NOPE", 404))["error"]["code"] == "not_found"


async def test_names_come_back_as_they_are(api: ClientSession) -> None:
    answer = await get(api, "/v1/products", q="kettle")
    assert answer["products"][0]["sku"] == "XSS-1"


async def test_everything_is_ready(api: ClientSession) -> None:
    answer = await get(api, "/readyz")
    assert answer["dependencies"]["redis"] == "up"
    assert answer["dependencies"]["products"] == "up"
    assert answer["dependencies"]["stores"] == "up"
