"""Every system of the relevance harness answers from one real Redis, and is judged by the same cases."""

from collections.abc import AsyncIterator, Sequence
from hashlib import blake2b

import numpy as np
import pytest

from bench.relevance.asking import Asker
from bench.relevance.cases import NOTHING
from bench.relevance.catalogue import Catalogue
from bench.relevance.plain_index import PlainIndex
from bench.relevance.stage import Stage, open_stage
from bench.relevance.suites.kept import Kept
from bench.relevance.systems import systems
from bench.relevance.variants.variant import Variant
from runtime.redis_client import RedisClients
from runtime.settings import Settings
from search.documents import vector_document
from search.embeddings import Vectors
from search.models import Product
from search.schema import VECTOR_DIMENSIONS, create_vectors_index, vector_key
from tests.search_builders import a_catalogue


class WordsEmbedder:
    """A text as the sum of directions that its words are hashed to."""

    digest = "words"

    async def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), VECTOR_DIMENSIONS), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in text.lower().split() or [""]:
                row[int.from_bytes(blake2b(word.encode(), digest_size=4).digest(), "big") % VECTOR_DIMENSIONS] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def close(self) -> None:
        """Nothing to end."""


TITLES = ("Pressure Cooker 6 qt", "Rice Cooker", "T-Shirt Blue", "Garden Hose")


@pytest.fixture
async def stage(redis_clients: RedisClients, namespace: str, settings: Settings) -> AsyncIterator[Stage]:
    products = [Product(sku=f"SKU-{number}", title=title) for number, title in enumerate(TITLES)]
    embedder = WordsEmbedder()
    vectors = await embedder.embed(list(TITLES))
    await redis_clients.writes.execute_command(*create_vectors_index(namespace, embedder.digest))
    for product, vector in zip(products, vectors, strict=True):
        key = vector_key(namespace, embedder.digest, product.sku)
        await redis_clients.writes.hset(key, mapping=dict(vector_document(product, vector)))
    catalogue = Catalogue.of({"sku": product.sku, "title": product.title} for product in products)
    async with a_catalogue(redis_clients, namespace, products):
        yield await open_stage(namespace, catalogue, settings, redis_clients, embedder)


async def test_all_systems_find_what_is_named_by_its_words(stage: Stage) -> None:
    asked = systems(stage, await PlainIndex.open(stage, "first"))

    answers = {system.name: await system.ask("rice cooker") for system in asked}

    assert list(answers) == ["onhand", "bm25", "vectors", "rrf", "redisvl hybrid"]
    assert {name: answer.skus[0] for name, answer in answers.items()} == dict.fromkeys(answers, "SKU-1")
    assert answers["onhand"].tier == "all_terms"


async def test_an_answer_tells_whether_the_query_was_encoded(stage: Stage) -> None:
    onhand = systems(stage, None)[0]

    assert not (await onhand.ask("rice cooker")).encoded
    assert (await onhand.ask("something unheard of")).encoded


async def test_a_plain_index_is_filled_again_only_for_other_products(stage: Stage) -> None:
    await PlainIndex.open(stage, "first")
    await stage.redis.delete(f"relevance-plain-vectors:{stage.name}:SKU-1")

    same = await PlainIndex.open(stage, "first")
    assert "SKU-1" not in await same.bm25("rice", 10)

    filled = await PlainIndex.open(stage, "second")
    assert await filled.bm25("rice", 10) == ["SKU-1"]


async def test_each_query_is_asked_once_and_every_case_is_judged(stage: Stage) -> None:
    cases = [
        Kept(Variant("hyphens", how, "t-shirt", text), stage.catalogue)
        for how, text in (("space", "t shirt"), ("together", "tshirt"))
    ]
    steps: list[None] = []

    judged = await Asker(systems(stage, None)[0]).judge("suite", cases, lambda: steps.append(None))

    assert [scored.scores["same_top10"] for scored in judged.scored] == [1.0, 1.0]
    assert (len(judged.milliseconds), len(steps)) == (3, 2)
    assert judged.counts == {"all_terms": 2}


@pytest.mark.parametrize("query", ["", "  ", "the of", "-|()@{}", 'a"b', "x" * 600])
async def test_no_query_stops_a_run(stage: Stage, query: str) -> None:
    index = await PlainIndex.open(stage, "first")
    for system in systems(stage, index):
        answer = await system.ask(query)
        assert len(answer.skus) <= 10
        if system.name == "onhand":
            assert answer.tier is not None
            assert bool(answer.skus) == (answer.tier != NOTHING)
