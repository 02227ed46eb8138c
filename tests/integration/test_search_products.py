"""What words mean, on a real index: tiers, languages, identifiers, filters, hostile text."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from search_builders import a_catalogue, load_catalogue

from runtime.redis_client import RedisClients
from search.errors import IndexMissing, InvalidSearch
from search.in_store import StoreShelves
from search.models import Filters, MatchSet, Product, Tier
from search.products import ProductSearch


def product(sku: str, title: str, french: str = "", **details: object) -> Product:
    localized = {"title_fr": french} if french else {}
    return Product(sku, title, localized=localized, **details)  # type: ignore[arg-type]


CATALOGUE = [
    product(
        "pc6",
        "Presto - 6-Quart Pressure Cooker - Silver",
        "Autocuiseur Presto 6 L",
        brand="Presto",
        price=Decimal("59.99"),
    ),
    product("pc8", "Kuhn Pressure Cooker 8 qt", "Cocotte-minute Kuhn 8 L", brand="Kuhn", price=Decimal("129.00")),
    product("gasket", "Gasket for Pressure Cooker", "Joint pour autocuiseur", brand="Presto", price=Decimal("9.99")),
    product("lid", "Pressure Cooker Lid", "Couvercle d'autocuiseur"),
    product("rice", "Rice Cooker", "Cuiseur à riz", description="Also cooks under pressure, like a pressure cooker."),
    product("washer", "Pressure Washer", "Nettoyeur haute pression"),
    product("tv55", 'Sonny - 55" Class LED HDTV', "Téléviseur LED 55 pouces", brand="Sonny", category="TV & Video"),
    product("tv32", "Sonny 32-inch LED TV", "Téléviseur LED 32 pouces", brand="SONNY", category="TV & Video"),
    product("stand", "TV Stand for TVs Up to 55 inches", "Meuble TV", category="TV & Video"),
    product("shirt", "Cotton T-Shirt Navy", "T-shirt en coton bleu marine"),
    product("cafe", "Café Crème Mug", "Tasse Café Crème", gtin="4006381333931"),
    product("A-1,x", "Three 3-in-1 Charger", "Chargeur 3 en 1", gtin="036000291452"),
    product("case", "Laptop Sleeve 15.6 inch", "Housse pour ordinateur portable"),
    product("laptop", "Zed Laptop 15.6 inch 8 GB", "Ordinateur portable Zed"),
]


@pytest.fixture
async def search(redis_clients: RedisClients, namespace: str) -> AsyncIterator[ProductSearch]:
    async with a_catalogue(redis_clients, namespace, CATALOGUE):
        yield ProductSearch(redis_clients, namespace, timeout_ms=5_000)


def skus(matches: MatchSet) -> set[str]:
    return {hit.product.sku for hit in matches.hits}


async def test_a_pressure_cooker_is_a_pressure_cooker_and_nothing_else(search: ProductSearch) -> None:
    matches = await search.find("pressure cooker")
    assert (matches.tier, skus(matches), matches.total) == (Tier.ALL_TERMS, {"pc6", "pc8"}, 2)
    assert (matches.corrected, matches.relaxed, matches.degraded) == (None, (), ())
    assert all(hit.tier is Tier.ALL_TERMS for hit in matches.hits)


@pytest.mark.parametrize(
    "q",
    [
        "Pressure Cookers",
        "the pressure cooker, please",
        "pressure-cooker",
        "pressurecooker",
        "autocuiseur",
        "AUTOCUISEURS",
        "un autocuiseur",
        "cocotte minute",
        "cocotte-minute",
        "l'autocuiseur",
        "pre\u0301ssure cooker",
        "Pressure &amp; cooker",
    ],
)
async def test_a_pressure_cooker_is_found_by_any_of_its_names(search: ProductSearch, q: str) -> None:
    assert skus(await search.find(q)) == {"pc6", "pc8"}


async def test_a_slip_is_corrected_and_told(search: ProductSearch) -> None:
    matches = await search.find("presure coker")
    assert (matches.tier, skus(matches)) == (Tier.CORRECTED, {"pc6", "pc8"})
    assert matches.corrected == "pressure cooker"


async def test_an_accessory_is_found_when_it_is_asked_for(search: ProductSearch) -> None:
    assert skus(await search.find("pressure cooker gasket")) == {"gasket"}
    assert skus(await search.find("joint autocuiseur")) == {"gasket"}
    assert skus(await search.find("laptop sleeve")) == {"case"}
    assert skus(await search.find("laptop")) == {"laptop"}
    assert skus(await search.find("ordinateur portable")) == {"laptop"}


@pytest.mark.parametrize(
    ("q", "found"), [("55 inch tv", "tv55"), ('55" tv', "tv55"), ("32in tv", "tv32"), ("téléviseur 55 pouces", "tv55")]
)
async def test_a_size_may_be_written_in_any_way(search: ProductSearch, q: str, found: str) -> None:
    assert skus(await search.find(q)) == {found}


@pytest.mark.parametrize("q", ["t-shirt", "tshirt", "T-SHIRTS", "t shirt"])
async def test_a_hyphen_makes_no_difference(search: ProductSearch, q: str) -> None:
    assert skus(await search.find(q)) == {"shirt"}


@pytest.mark.parametrize("q", ["3-in-1 charger", "3 in 1 charger", "3in1 charger"])
async def test_a_number_with_hyphens_is_found(search: ProductSearch, q: str) -> None:
    assert skus(await search.find(q)) == {"A-1,x"}


@pytest.mark.parametrize("q", ["cafe creme", "CAFÉ CRÈME", "café crème mug"])
async def test_accents_and_case_make_no_difference(search: ProductSearch, q: str) -> None:
    assert skus(await search.find(q)) == {"cafe"}


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("pc6", "pc6"),
        (" A-1,x ", "A-1,x"),
        ("4006381333931", "cafe"),
        ("4 006381-333931", "cafe"),
        ("0036000291452", "A-1,x"),
        ("036000291452", "A-1,x"),
    ],
)
async def test_identifiers_come_first(search: ProductSearch, q: str, found: str) -> None:
    matches = await search.find(q)
    assert (matches.tier, skus(matches), matches.total) == (Tier.IDENTIFIER, {found}, 1)


async def test_words_that_no_product_has_are_left_out_and_told(search: ProductSearch) -> None:
    matches = await search.find("purple sonny led tv zzyzx")
    assert (matches.tier, skus(matches)) == (Tier.MOST_TERMS, {"tv55", "tv32"})
    assert set(matches.relaxed) == {"purple", "zzyzx"}


async def test_the_commonest_word_is_left_out_first(search: ProductSearch) -> None:
    matches = await search.find("navy rice cooker")
    assert (skus(matches), matches.relaxed) == ({"rice"}, ("navy",))
    assert matches.tier is Tier.SIMILAR
    three = await search.find("navy zed laptop")
    assert (three.tier, skus(three), three.relaxed) == (Tier.MOST_TERMS, {"laptop"}, ("navy",))


async def test_text_outside_the_title_counts_last(search: ProductSearch) -> None:
    matches = await search.find("cooks under pressure")
    assert (matches.tier, skus(matches)) == (Tier.ALL_TERMS, {"rice"})


async def test_a_category_of_several_things_does_not_make_a_product_all_of_them(
    redis_clients: RedisClients, namespace: str
) -> None:
    catalogue = [
        product("t", "Toaster red", category="Toasters & Kettles"),
        product("k", "Kettle blue", category="Toasters & Kettles"),
        product("h", "WH-900 wireless", category="Audio > Headphones"),
    ]
    async with a_catalogue(redis_clients, namespace, catalogue):
        search = ProductSearch(redis_clients, namespace)
        red = await search.find("red kettle")
        assert (red.tier, skus(red), red.relaxed) == (Tier.SIMILAR, {"k"}, ("red",))
        headphones = await search.find("wireless headphones")
        assert (headphones.tier, skus(headphones)) == (Tier.ALL_TERMS, {"h"})


@pytest.mark.parametrize("q", ["", "   ", "the", "is|the", "a an the", "le la les", "\u200b\u202e", "!!!", "-", "((("])
async def test_nothing_meant_finds_nothing(search: ProductSearch, q: str) -> None:
    matches = await search.find(q)
    assert (matches.tier, matches.hits, matches.total) == (None, (), 0)


@pytest.mark.parametrize(
    "q",
    [
        "is|the|shoe",
        "@title:(x)",
        "*",
        "%%%pressure%%%",
        "pressure*",
        "w'pressure'",
        "(pressure",
        'pressure"',
        "$p0",
        "=>[KNN 5 @vector $v]",
        "{a}|{b}",
        "-pressure",
        "~pressure",
        "\\",
        "\x00\x01\x02",
        "a" * 100_000,
        " ".join(["word"] * 1_000),
        "\ud800",
        "💥" * 300,
        "'; DROP TABLE",
        "@price:[-inf inf]",
        "pressure\r\ncooker",
        "٣٤٥٦٧٨٩٠",
        "4" * 14,
    ],
)
async def test_hostile_text_is_only_text(search: ProductSearch, q: str) -> None:
    matches = await search.find(q, facets=True)
    assert matches.total <= len(CATALOGUE)
    await search.suggest(q)
    assert skus(await search.find("pressure cooker")) == {"pc6", "pc8"}


async def test_filters_ignore_case_and_accents_and_bound_the_price(search: ProductSearch) -> None:
    async def found(**filters: object) -> set[str]:
        return skus(await search.find("pressure cooker", filters=Filters(**filters)))  # type: ignore[arg-type]

    assert await found(brand="PRESTO") == {"pc6"}
    assert await found(price_min=Decimal("59.99"), price_max=Decimal("59.99")) == {"pc6"}
    assert await found(price_min=Decimal(100)) == {"pc8"}
    assert await found(price_max=Decimal("1.5")) == {"gasket"} - {"gasket"}
    assert await found(brand="nobody") == set()
    tv = await search.find("led tv", filters=Filters(category="tv & VIDEO"))
    assert skus(tv) == {"tv55", "tv32"}


@pytest.mark.parametrize(
    "filters", [Filters(brand=""), Filters(category=" "), Filters(brand="™"), Filters(price_min=Decimal("NaN"))]
)
async def test_a_filter_that_says_nothing_is_refused_and_does_not_vanish(
    search: ProductSearch, filters: Filters
) -> None:
    with pytest.raises(InvalidSearch):
        await search.find("pressure cooker", filters=filters)


async def test_facets_count_the_whole_tier_and_merge_spellings(search: ProductSearch) -> None:
    matches = await search.find("led tv", facets=True, limit=1)
    assert [(facet.value, facet.count) for facet in matches.facets["category"]] == [("TV & Video", 2)]
    assert [facet.count for facet in matches.facets["brand"]] == [2]
    assert len(matches.hits) == 1
    relaxed = await search.find("purple led tv", facets=True)
    assert [facet.count for facet in relaxed.facets["category"]] == [2]


async def test_pages_do_not_overlap(search: ProductSearch) -> None:
    first = await search.find("cooker", limit=2)
    second = await search.find("cooker", limit=2, offset=2)
    assert first.total == second.total >= 3
    assert not skus(first) & skus(second)
    with pytest.raises(InvalidSearch):
        await search.find("cooker", offset=10_000)


async def test_products_are_got_by_their_exact_sku(search: ProductSearch) -> None:
    found = await search.get(["pc6", "A-1,x", "PC8", "nope", "", "*"])
    assert set(found) == {"pc6", "A-1,x"}
    assert found["pc6"].price == Decimal("59.99")
    assert found["pc6"].title_in("fr") == "Autocuiseur Presto 6 L"
    assert await search.is_known("pc6")
    assert not await search.is_known("nope")


async def test_a_swapped_catalogue_brings_its_own_words(
    search: ProductSearch, redis_clients: RedisClients, namespace: str
) -> None:
    assert (await search.find("pressure cooker")).total == 2
    async with a_catalogue(redis_clients, namespace, [product("t", "Trampoline")]):
        await search.find("trampoline")  # notices the swap
        await search.refresh()
        matches = await search.find("trampolin")
        assert (matches.total, skus(await search.find("pressure cooker"))) == (1, set())
        # The fixture drops its own build; the alias goes with this one.
    with pytest.raises(IndexMissing):
        await search.find("trampoline")


async def test_without_an_index_it_is_said_that_nothing_was_loaded(redis_clients: RedisClients, namespace: str) -> None:
    search = ProductSearch(redis_clients, namespace)
    with pytest.raises(IndexMissing):
        await search.find("pressure cooker")
    with pytest.raises(IndexMissing):
        await search.get(["x"])


async def test_only_what_a_store_has_is_listed_for_it(redis_clients: RedisClients, namespace: str) -> None:
    async def sold_at(asked: object, store_id: str) -> frozenset[str]:
        return frozenset({"pc8"}) if store_id == "s1" else frozenset()

    async with a_catalogue(redis_clients, namespace, CATALOGUE):
        search = ProductSearch(redis_clients, namespace, shelves=StoreShelves(sold_at))
        there = await search.find("pressure cooker", filters=Filters(store_id="s1"), facets=True)
        assert (skus(there), there.total) == ({"pc8"}, 1)
        assert [facet.value for facet in there.facets["brand"]] == ["Kuhn"]
        assert (await search.find("pressure cooker", filters=Filters(store_id="s2"))).tier is None


async def test_beginnings_are_completed(search: ProductSearch) -> None:
    found = await search.suggest("press")
    assert ("product", "Kuhn Pressure Cooker 8 qt") in [(each.kind, each.text) for each in found]
    assert next(each.kind for each in await search.suggest("sonn")) == "brand"
    assert ("category", "TV & Video") in [(each.kind, each.text) for each in await search.suggest("tv")]
    assert await search.suggest("") == []
    french = await search.suggest("autoc", language="fr")
    assert "Autocuiseur Presto 6 L" in [each.text for each in french]


async def test_scores_stay_right_because_stock_never_touches_a_document(
    redis_clients: RedisClients, namespace: str
) -> None:
    await load_catalogue(redis_clients, namespace, CATALOGUE)
    async with a_catalogue(redis_clients, namespace, CATALOGUE):  # loaded twice, swapped
        search = ProductSearch(redis_clients, namespace)
        matches = await search.find("pressure cooker")
        assert matches.hits
        assert all(0 < hit.score <= 1 for hit in matches.hits)
