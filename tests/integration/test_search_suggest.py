"""Suggestions: names, past searches and titles; over slips; what can be had near by first; never what one typed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from inventory_builders import put
from search_builders import a_catalogue, load_catalogue, load_stores

from geo.models import Coordinates
from inventory.inventory import Inventory
from runtime.redis_client import RedisClients
from search.models import MatchSet, Product, Store, Tier
from search.near import Around, NearShelves
from search.popular import PopularSearches
from search.products import ProductSearch
from search.schema import products_index, searches_asked_key, searches_key
from search.stores import StoreDirectory
from search.suggest import Suggestion

CATALOGUE = [
    Product(
        "duo", "Pressure cooker Duo", brand="Presto", category="Cookware", localized={"title_fr": "Autocuiseur Duo"}
    ),
    Product("max", "Pressure cooker Max", brand="Kuhn", category="Cookware", localized={"title_fr": "Autocuiseur Max"}),
    Product("mini", "Pressure cooker Mini", brand="Kuhn", category="Cookware"),
    Product("twin", "Pressure cooker Mini", brand="Kuhn", category="Cookware"),
    Product("tv", "Samsung television", brand="Samsung", category="TV & Video"),
]
HERE = Around(Coordinates(0.0, 0.0), 50)


@pytest.fixture
async def search(redis_clients: RedisClients, inventory: Inventory, namespace: str) -> AsyncIterator[ProductSearch]:
    async with a_catalogue(redis_clients, namespace, CATALOGUE):
        await load_stores(redis_clients, inventory, [Store("near", "Near", 0.0, 0.1), Store("far", "Far", 9.0, 9.0)])
        await put(inventory, "near", "max", 1)
        await put(inventory, "near", "twin", 1)
        await put(inventory, "far", "duo", 1)
        directory = StoreDirectory(redis_clients, inventory.keyspace, inventory.registry)
        yield ProductSearch(redis_clients, namespace, near=NearShelves(directory, inventory.rows), timeout_ms=5_000)


def texts(found: list[Suggestion], kind: str) -> list[str]:
    return [each.text for each in found if each.kind == kind]


@pytest.mark.parametrize("q", ["pressure c", "presure coo", "PRESSURE cooker", "presur", "prssure cokker"])
async def test_titles_are_suggested_over_slips(search: ProductSearch, q: str) -> None:
    found = texts(await search.suggest(q), "product")
    assert sorted(found) == ["Pressure cooker Duo", "Pressure cooker Max", "Pressure cooker Mini"]


async def test_titles_speak_the_shoppers_language(search: ProductSearch) -> None:
    for q in ("autocui", "autocusi", "autocuiseur d"):
        assert "Autocuiseur Duo" in texts(await search.suggest(q, language="fr"), "product")


async def test_names_come_with_their_kind(search: ProductSearch) -> None:
    found = await search.suggest("samsun")
    assert texts(found, "brand") == ["Samsung"]
    assert texts(found, "product") == ["Samsung television"]
    assert texts(await search.suggest("cokware"), "category") == ["Cookware"]


async def test_what_can_be_had_near_comes_first_and_says_so(search: ProductSearch) -> None:
    found = [each for each in await search.suggest("pressure", around=HERE) if each.kind == "product"]
    assert [(each.sku, each.in_stock_near) for each in found][-1] == ("duo", False)
    assert {(each.sku, each.in_stock_near) for each in found[:2]} == {("max", True), ("twin", True)}
    assert len(found) == 3


@pytest.mark.parametrize(
    "q", ["", " ", "🍲", "*", "@title:{x}", "a|b -c ~d %e%", "(" * 200, "x" * 500, "\x00", "%%%%", "'\""]
)
async def test_any_text_is_only_text(search: ProductSearch, q: str) -> None:
    assert isinstance(await search.suggest(q, around=HERE), list)


async def test_the_same_beginning_is_not_asked_twice(search: ProductSearch, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await search.suggest("pressure")

    async def never(*args: object) -> list[object]:
        raise AssertionError("asked again")

    monkeypatch.setattr("search.suggest.replies.one_trip", never)
    assert await search.suggest("pressure") == first


async def test_a_swapped_catalogue_is_suggested_from(
    search: ProductSearch, redis_clients: RedisClients, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.products.SWAP_LOOK_SECONDS", 0.0)
    assert texts(await search.suggest("lamp"), "product") == []
    build = await load_catalogue(redis_clients, namespace, [Product("lamp", "Lamp")])
    for _ in range(200):
        found = texts(await search.suggest("lamp"), "product")
        if found:
            break
        await asyncio.sleep(0.01)
    assert found == ["Lamp"]
    await redis_clients.writes.execute_command("FT.DROPINDEX", products_index(namespace, build))


def asked(q: str, tier: Tier | None = Tier.ALL_TERMS) -> MatchSet:
    return MatchSet(q, tier=tier)


async def test_a_search_becomes_popular_by_several_askers_and_not_by_repeating_it(
    search: ProductSearch, redis_clients: RedisClients, namespace: str
) -> None:
    await search.refresh()
    popular = PopularSearches(redis_clients, namespace, lambda: search.vocabulary, least=3)
    for _ in range(5):
        popular.heard(asked("Pressure  Cooker"), "192.0.2.1")
        popular.heard(asked("samsung television"), "192.0.2.1")
        await popular.tell()
    assert popular.texts.starting("p", 5) == ()
    for source in ("192.0.2.2", "192.0.2.3"):
        popular.heard(asked("pressure cooker"), source)
        popular.heard(asked("ann@example.com pressure"), source)
        popular.heard(asked("television", Tier.SIMILAR), source)
    await popular.tell()
    assert popular.texts.starting("p", 5) == ("pressure cooker",)
    found = await search.suggest("pres", popular=popular.texts)
    assert texts(found, "search") == ["pressure cooker"]
    kept = await redis_clients.writes.zrange(searches_key(namespace), 0, -1)
    assert sorted(kept) == [b"pressure cooker", b"samsung television"]
    # Another process learns it, too.
    other = PopularSearches(redis_clients, namespace, lambda: search.vocabulary, least=3)
    await other.tell()
    assert other.texts.starting("press", 5) == ("pressure cooker",)


async def test_nothing_that_tells_who_asked_is_kept(
    search: ProductSearch, redis_clients: RedisClients, namespace: str
) -> None:
    await search.refresh()
    popular = PopularSearches(redis_clients, namespace, lambda: search.vocabulary, least=1)
    popular.heard(asked("pressure cooker"), "192.0.2.77")
    await popular.tell()
    keys = [key async for key in redis_clients.writes.scan_iter(match=f"{namespace}:searches*")]
    assert len(keys) == 3
    for key in keys:
        assert b"192.0.2.77" not in key + (await redis_clients.writes.dump(key) or b"")
        if key != searches_key(namespace).encode():
            assert 0 < await redis_clients.writes.ttl(key) <= 86_400


async def test_switched_off_it_counts_nothing(
    search: ProductSearch, redis_clients: RedisClients, namespace: str
) -> None:
    await search.refresh()
    popular = PopularSearches(redis_clients, namespace, lambda: search.vocabulary, least=0)
    popular.heard(asked("pressure cooker"), "192.0.2.1")
    await popular.tell()
    assert not await redis_clients.writes.exists(searches_key(namespace), searches_asked_key(namespace, "2026-01-01"))
