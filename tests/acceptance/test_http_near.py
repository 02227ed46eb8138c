"""What can be had near a point, instead of what, what is suggested and why: over HTTP, in front of the small chain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from http_service import http_service

from runtime.settings import Settings

BOSTON = {"lat": "42.3555", "lon": "-71.064"}


async def get(api: ClientSession, path: str, status: int = 200, **params: str) -> dict[str, Any]:
    async with api.get(path, params=params) as response:
        body: dict[str, Any] = await response.json()
        assert response.status == status, body
        return body


def nearest(answer: dict[str, Any]) -> dict[str, str | None]:
    return {each["sku"]: each["nearest"] and each["nearest"]["store_id"] for each in answer["products"]}


async def test_only_what_is_near_is_listed_with_its_nearest_store(api: ClientSession) -> None:
    answer = await get(api, "/v1/products", q="pressure cooker", in_stock="true", radius_km="100", **BOSTON)
    everywhere = await get(api, "/v1/products", q="pressure cooker", **BOSTON)
    assert answer["total"] == len(answer["products"])
    assert nearest(answer) == {sku: store for sku, store in nearest(everywhere).items() if store}
    told = answer["query"]
    assert (told["lat"], told["lon"], told["radius_km"], told["in_stock"]) == (42.3555, -71.064, 100.0, True)
    for product in answer["products"]:
        there = await get(api, "/v1/availability", sku=product["sku"], **BOSTON)
        first = there["results"][0]
        assert product["nearest"] == {
            "store_id": first["store"]["store_id"],
            "name": first["store"]["name"],
            "distance_km": first["distance_km"],
            "available": first["items"][0]["available"],
        }


async def test_a_named_place_is_a_point_too(api: ClientSession) -> None:
    answer = await get(api, "/v1/products", q="frying pan", near="02108", in_stock="true")
    assert answer["query"]["place"]
    assert nearest(answer) == {"PAN-28": "S-BOS-1"}


@pytest.mark.parametrize("point", [{"lat": "0", "lon": "0"}, {"lat": "-16.8", "lon": "180"}, {"lat": "90", "lon": "0"}])
async def test_every_point_of_the_earth_is_one(api: ClientSession, point: dict[str, str]) -> None:
    answer = await get(api, "/v1/products", q="pressure cooker", in_stock="true", radius_km="20040", **point)
    there = await get(api, "/v1/availability", sku="PC-6L", radius_km="20040", **point)
    assert nearest(answer)["PC-6L"] == there["results"][0]["store"]["store_id"]


@pytest.mark.parametrize(
    "params",
    [
        {"q": "pan", "in_stock": "true"},
        {"in_stock": "true", **BOSTON},
        {"q": "pan", "in_stock": "yes", **BOSTON},
        {"q": "pan", "in_stock": "true", "store_id": "S-BOS-1", **BOSTON},
        {"q": "pan", "radius_km": "0", **BOSTON},
        {"q": "pan", "radius_km": "nan", **BOSTON},
        {"q": "pan", "lat": "91", "lon": "0"},
        {"q": "pan", "lat": "1"},
        {"q": "pan", "explain": "1"},
    ],
)
async def test_what_makes_no_sense_is_refused(api: ClientSession, params: dict[str, str]) -> None:
    assert (await get(api, "/v1/products", 400, **params))["error"]["code"] == "bad_request"


async def test_alternatives_are_near_and_of_the_kind_that_was_asked_for(api: ClientSession) -> None:
    cheaper = await get(api, "/v1/products/PC-6L/alternatives", kind="cheaper", **BOSTON)
    assert cheaper["product"]["sku"] == "PC-6L"
    assert next(each["sku"] for each in cheaper["products"]) == "PC-3L"
    assert all(float(each["price"]) < 79.90 and each["nearest"] for each in cheaper["products"])
    other = await get(api, "/v1/products/PC-6L/alternatives", kind="other_brand", **BOSTON)
    assert all(each["brand"] != "Kelto" for each in other["products"])
    assert "vectors" in other["degraded"]
    assert (await get(api, "/v1/products/PC-6L/alternatives", 400))["error"]["code"] == "bad_request"


async def test_suggestions_know_the_indexed_titles_and_what_is_near(api: ClientSession) -> None:
    found = (await get(api, "/v1/suggest", q="presure co", **BOSTON))["suggestions"]
    assert {"text": "Pressure cooker 3 litres", "kind": "product", "sku": "PC-3L", "in_stock_near": True} in found
    async with api.get("/v1/suggest", params={"q": "autocuis"}, headers={"Accept-Language": "fr"}) as response:
        french = (await response.json())["suggestions"]
    assert "Autocuiseur 6 litres" in [each["text"] for each in french]
    assert (await get(api, "/v1/suggest", q=""))["suggestions"] == []


async def test_an_answer_explains_itself_where_it_is_asked_to(api: ClientSession) -> None:
    plain = await get(api, "/v1/products", q="presure cooker")
    assert "explanation" not in plain["query"]
    assert all("explanation" not in each for each in plain["products"])
    told = await get(api, "/v1/products", q="presure cooker", explain="true")
    assert told["query"]["explanation"]["corrected"] == "pressure cooker"
    assert told["query"]["explanation"]["trips"] == 1
    for each in told["products"]:
        explanation = each.pop("explanation")
        assert explanation["tier"] == each["tier"]
        assert all("title" in term["places"] for term in explanation["terms"])
        assert explanation["scores"]["boost"] == 1
    assert told["products"] == plain["products"]


async def test_the_shops_own_words_count_from_the_next_question_on(chain: Settings, tmp_path: Path) -> None:
    path = tmp_path / "search.toml"
    path.write_text("")
    async with http_service(chain.model_copy(update={"search_file": path})) as client:
        before = await get(client, "/v1/products", q="instapot")
        path.write_text('[synonyms]\ngroups = [["instapot", "pressure cooker"]]\n[boosts]\nsku = { "PC-3L" = 10 }\n')
        after = await get(client, "/v1/products", q="instapot")
    assert "PC-3L" not in [each["sku"] for each in before["products"]]
    assert after["products"][0]["sku"] == "PC-3L"
    assert after["query"]["tier"] == "all_terms"
