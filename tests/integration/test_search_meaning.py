"""Meaning: when the encoder is asked, what it adds, and that nothing breaks without it or without vectors."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from hashlib import blake2b

import numpy as np
import pytest
from search_builders import a_catalogue

from runtime.redis_client import RedisClients
from search.documents import vector_document
from search.embeddings import Vectors
from search.models import Filters, Product, Tier
from search.products import ProductSearch
from search.schema import VECTOR_DIMENSIONS, create_vectors_index, vector_key

SOFA = Product("sofa", "Grand three-seat couch", brand="Nest", category="Living", price=Decimal("19.99"))
LAMP = Product("lamp", "Reading light", brand="Glow", category="Living")
CATALOGUE = [SOFA, LAMP, Product("rug", "Wool carpet", brand="Nest", category="Living")]


class CountingEmbedder:
    """Words of one topic share a direction; everything else points its own way."""

    TOPICS = ({"sofa", "settee", "couch", "grand three-seat couch"}, {"light", "lantern", "reading light"})
    digest = "feedc0ffee01"

    def __init__(self) -> None:
        self.calls = 0
        self.broken = False

    async def embed(self, texts: Sequence[str]) -> Vectors:
        self.calls += 1
        if self.broken:
            raise RuntimeError("out of order")
        await asyncio.sleep(0)
        return np.stack([self.vector(text) for text in texts])

    def close(self) -> None:
        """Nothing to end."""

    def vector(self, text: str) -> Vectors:
        topic = next((place for place, words in enumerate(self.TOPICS) if text.lower() in words), None)
        seed = topic if topic is not None else int.from_bytes(blake2b(text.encode(), digest_size=4).digest())
        vector = np.random.default_rng(seed).normal(size=VECTOR_DIMENSIONS)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


async def put_vectors(clients: RedisClients, namespace: str, embedder: CountingEmbedder) -> None:
    await clients.writes.execute_command(*create_vectors_index(namespace, embedder.digest))
    for product in CATALOGUE:
        document = vector_document(product, embedder.vector(product.title))
        await clients.writes.hset(vector_key(namespace, embedder.digest, product.sku), mapping=dict(document))


async def test_what_no_word_finds_is_found_by_meaning_and_said_to_be_similar(
    redis_clients: RedisClients, namespace: str, embedder: CountingEmbedder
) -> None:
    async with a_catalogue(redis_clients, namespace, CATALOGUE):
        await put_vectors(redis_clients, namespace, embedder)
        search = ProductSearch(redis_clients, namespace, embedder)
        matches = await search.find("settee")
        assert [(hit.product.sku, hit.tier) for hit in matches.hits] == [("sofa", Tier.SIMILAR)]
        assert (matches.tier, matches.relaxed, matches.total) == (Tier.SIMILAR, ("settee",), 1)
        assert matches.hits[0].score == pytest.approx(1.0, abs=0.01)


async def test_the_encoder_is_left_alone_where_words_are_enough_or_the_vector_is_known(
    redis_clients: RedisClients, namespace: str, embedder: CountingEmbedder
) -> None:
    async with a_catalogue(redis_clients, namespace, CATALOGUE):
        await put_vectors(redis_clients, namespace, embedder)
        search = ProductSearch(redis_clients, namespace, embedder)
        assert (await search.find("couch")).tier is Tier.ALL_TERMS
        assert embedder.calls == 0
        await asyncio.gather(*(search.find("Settee") for _ in range(5)))
        await search.find("settee ")
        assert embedder.calls == 1


async def test_nothing_alike_is_no_answer(
    redis_clients: RedisClients, namespace: str, embedder: CountingEmbedder
) -> None:
    async with a_catalogue(redis_clients, namespace, CATALOGUE):
        await put_vectors(redis_clients, namespace, embedder)
        matches = await ProductSearch(redis_clients, namespace, embedder).find("zzyzx")
        assert (matches.tier, matches.hits, matches.total, matches.relaxed) == (None, (), 0, ())


async def test_filters_hold_for_meaning_too(
    redis_clients: RedisClients, namespace: str, embedder: CountingEmbedder
) -> None:
    async with a_catalogue(redis_clients, namespace, CATALOGUE):
        await put_vectors(redis_clients, namespace, embedder)
        search = ProductSearch(redis_clients, namespace, embedder)
        nest = await search.find("settee", filters=Filters(brand="NEST"), facets=True)
        assert [hit.product.sku for hit in nest.hits] == ["sofa"]
        assert [facet.value for facet in nest.facets["brand"]] == ["Nest"]
        assert (await search.find("settee", filters=Filters(brand="Glow"))).hits == ()


async def test_limits_of_price_are_inclusive_for_meaning_too(
    redis_clients: RedisClients, namespace: str, embedder: CountingEmbedder
) -> None:
    exactly, less, more = Decimal("19.99"), Decimal("19.98"), Decimal("20")
    async with a_catalogue(redis_clients, namespace, CATALOGUE):
        await put_vectors(redis_clients, namespace, embedder)
        search = ProductSearch(redis_clients, namespace, embedder)
        for low, high, found in ((exactly, exactly, True), (None, less, False), (more, None, False)):
            matches = await search.find("settee", filters=Filters(price_min=low, price_max=high))
            assert bool(matches.hits) is found


async def test_a_broken_encoder_is_reported_and_words_still_work(
    redis_clients: RedisClients, namespace: str, embedder: CountingEmbedder
) -> None:
    embedder.broken = True
    async with a_catalogue(redis_clients, namespace, CATALOGUE):
        search = ProductSearch(redis_clients, namespace, embedder)
        assert (await search.find("settee")).degraded == ("model",)
        assert [hit.product.sku for hit in (await search.find("couch")).hits] == ["sofa"]


async def test_products_are_found_by_words_before_they_have_vectors(
    redis_clients: RedisClients, namespace: str, embedder: CountingEmbedder
) -> None:
    async with a_catalogue(redis_clients, namespace, CATALOGUE):
        search = ProductSearch(redis_clients, namespace, embedder)
        matches = await search.find("settee")
        assert (matches.hits, matches.degraded) == ((), ("vectors",))
        assert (await search.find("couch")).degraded == ()
