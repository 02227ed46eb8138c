"""A shop's own words over a real index, without indexing again; and why each hit is one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from inventory_builders import put
from search_builders import a_catalogue, load_stores

from geo.models import Coordinates
from inventory.inventory import Inventory
from runtime.redis_client import RedisClients
from search.explaining import Explanation
from search.models import MatchSet, Product, Store, Tier
from search.near import Around, NearShelves
from search.products import ProductSearch
from search.shop_file import shop_words_of
from search.shop_words import NO_SHOP_WORDS, ShopWords
from search.stores import StoreDirectory
from search.tracing import current, traced

CATALOGUE = [
    Product("duo", "Pressure cooker Duo", brand="Kuhn", category="Cookware", gtin="4006381333931"),
    Product("max", "Pressure cooker Max", brand="Presto", category="Kitchen", description="With a glass bowl"),
    Product("remote", "Remote control", brand="Sonar", category="TV"),
    Product(
        "fr",
        "Cooker pot",
        brand="Presto",
        category="Kitchen",
        localized={"title_fr": "Faitout émaillé"},
        attributes="infrared",
    ),
]


class Shop:
    """Words that a test may change."""

    words: ShopWords = NO_SHOP_WORDS

    def current(self) -> ShopWords:
        return self.words


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
async def search(
    redis_clients: RedisClients, inventory: Inventory, namespace: str, shop: Shop
) -> AsyncIterator[ProductSearch]:
    async with a_catalogue(redis_clients, namespace, CATALOGUE):
        await load_stores(redis_clients, inventory, [Store("near", "Near", 0.0, 0.1)])
        await put(inventory, "near", "duo", 1)
        await put(inventory, "near", "max", 1)
        directory = StoreDirectory(redis_clients, inventory.keyspace, inventory.registry)
        near = NearShelves(directory, inventory.rows)
        yield ProductSearch(redis_clients, namespace, near=near, timeout_ms=5_000, shop=shop.current)


def skus(matches: MatchSet) -> list[str]:
    return [hit.product.sku for hit in matches.hits]


async def why(search: ProductSearch, q: str, around: Around | None = None) -> tuple[MatchSet, Explanation]:
    with traced() as trace:
        matches = await search.find(q, around=around)
    assert current() is None
    return matches, search.explained(matches, trace)


async def test_a_new_synonym_counts_for_the_next_question(search: ProductSearch, shop: Shop) -> None:
    before = await search.find("zapper thing")
    assert "remote" not in skus(before)
    shop.words = shop_words_of('[synonyms]\ngroups = [["zapper thing", "remote control"]]')
    after = await search.find("zapper thing")
    assert (skus(after), after.tier, after.relaxed, after.corrected) == (["remote"], Tier.ALL_TERMS, (), None)
    shop.words = shop_words_of('[synonyms]\ngroups = [["faitout", "pressure cooker"]]')
    assert set(skus(await search.find("faitout"))) == {"duo", "max", "fr"}


async def test_boosts_reorder_hits_and_leave_none_out(search: ProductSearch, shop: Shop) -> None:
    around = Around(Coordinates(0.0, 0.0), 100)
    firsts = {'brand = { "presto" = 3 }': "max", 'sku = { "duo" = 3 }': "duo", 'category = { "KITCHEN" = 3 }': "max"}
    for text, first in firsts.items():
        shop.words = shop_words_of(f"[boosts]\n{text}")
        for matches in (await search.find("pressure cooker"), await search.find("pressure cooker", around=around)):
            assert skus(matches)[0] == first
            assert set(skus(matches)) == {"duo", "max"}


async def test_each_hit_tells_what_it_met_where_and_what_its_score_is_made_of(search: ProductSearch) -> None:
    matches, explanation = await why(search, "presure cooker kitchen")
    assert skus(matches) == ["max"]
    assert matches.corrected == "pressure cooker kitchen"
    (hit,) = explanation.hits.values()
    places = {term.term: term.places for term in hit.terms}
    assert all("title" in places[term] for term in places if term != "kitchen")
    assert places["kitchen"] == ("category",)
    assert hit.scores is not None
    assert 0 < hit.scores.lexical <= 1
    assert hit.scores.meaning is None
    assert hit.boost == 1.0
    assert explanation.trips == 1
    assert set(explanation.timings_ms) == {"searching products", "total"}


async def test_other_texts_and_descriptions_are_told_apart(search: ProductSearch) -> None:
    _, explanation = await why(search, "cooker infrared")
    assert {term.term: term.places for term in explanation.hits["fr"].terms}["infrared"] == ("other_text",)
    _, explanation = await why(search, "glass bowl")
    assert {place for term in explanation.hits["max"].terms for place in term.places} == {"description"}


async def test_synonyms_identifiers_and_boosts_are_told(search: ProductSearch, shop: Shop) -> None:
    shop.words = shop_words_of('[synonyms]\ngroups = [["zapper", "remote control"]]\n[boosts]\nbrand = { Sonar = 2 }')
    _, explanation = await why(search, "zapper")
    hit = explanation.hits["remote"]
    assert [(met.term, met.said_as or "remote control") for met in hit.terms] == [("zapper", "remote control")]
    assert hit.boost == 2.0
    for q, place in (("DUO", "sku"), ("4006381333931", "gtin")):
        _, explanation = await why(search, q)
        assert explanation.hits["duo"].terms[0].places == (place,)


async def test_trips_for_stock_are_counted_too(search: ProductSearch) -> None:
    _, explanation = await why(search, "pressure cooker", Around(Coordinates(0.0, 0.0), 100))
    assert explanation.trips == 2
    assert "reading stock" in explanation.timings_ms


async def test_nothing_is_explained_where_nothing_is_found(search: ProductSearch) -> None:
    matches, explanation = await why(search, "zzyzx")
    assert not matches.hits
    assert explanation.hits == {}
