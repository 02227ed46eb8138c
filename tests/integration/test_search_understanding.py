"""Queries written in other ways: codes, corrections that only titles can settle, guesses, measures."""

import pytest
from search_builders import a_catalogue

from runtime.redis_client import RedisClients
from search.models import MatchSet, Product, Tier
from search.products import ProductSearch

CATALOGUE = [
    *(Product(f"flat-{place}", f"Flat Panel {place}", description="Comes apart.") for place in range(9)),
    *(Product(f"figure-{place}", "Action Figure", description="Fires.") for place in range(2)),
    Product("AB-12/34", "Orvo KX-TG9391T Phone", gtin="04006381333931"),
    Product("fall", "Fall Apart", brand="Orvo"),
    Product("speaker", "Bookshelf Speaker"),
    Product("drive", "Hard Drive"),
    *(
        Product(f"more-{place}", title)
        for place, title in enumerate(["Speaker Cable", "Speaker Stand", "Drive Bay"] * 3)
    ),
]


async def ask(redis_clients: RedisClients, namespace: str, q: str) -> MatchSet:
    async with a_catalogue(redis_clients, namespace, CATALOGUE):
        return await ProductSearch(redis_clients, namespace).find(q)


@pytest.mark.parametrize("q", ["ab1234", "AB 12 34", "SKU: ab-12-34", "upc 4006381333931 please", "4.006381.33393.1"])
async def test_a_code_with_any_punctuation_finds_its_product_alone(
    redis_clients: RedisClients, namespace: str, q: str
) -> None:
    matches = await ask(redis_clients, namespace, q)
    assert [(hit.product.sku, hit.tier) for hit in matches.hits] == [("AB-12/34", Tier.IDENTIFIER)]


@pytest.mark.parametrize("q", ["kx tg 9391 t", "kxtg9391t", "tg9391", "9391t", "orvo kx.tg.9391.t"])
async def test_a_model_number_is_found_whole_or_by_half(redis_clients: RedisClients, namespace: str, q: str) -> None:
    matches = await ask(redis_clients, namespace, q)
    assert [(hit.product.sku, hit.tier) for hit in matches.hits] == [("AB-12/34", Tier.ALL_TERMS)]


async def test_of_two_corrections_the_one_that_a_title_has_as_a_whole_is_meant(
    redis_clients: RedisClients, namespace: str
) -> None:
    matches = await ask(redis_clients, namespace, "orvo falt")
    assert [hit.product.sku for hit in matches.hits] == ["fall"]
    assert (matches.tier, matches.corrected) == (Tier.CORRECTED, "orvo fall")


async def test_a_guess_is_only_similar_and_says_what_it_lacks(redis_clients: RedisClients, namespace: str) -> None:
    matches = await ask(redis_clients, namespace, "speakerdrive")
    assert matches.tier is Tier.SIMILAR
    assert matches.relaxed == ("speakerdrive",)
    assert {"speaker", "drive"} <= {hit.product.sku for hit in matches.hits}


async def test_a_measure_that_is_left_out_is_named_with_its_unit(redis_clients: RedisClients, namespace: str) -> None:
    matches = await ask(redis_clients, namespace, "hard drive 6 quarts")
    assert matches.relaxed == ("6qt",)
