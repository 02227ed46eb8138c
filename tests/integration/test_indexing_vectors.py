"""Vectors: made for texts that changed, continued where that broke off, gone with their products and their model."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from indexing_desk import PRODUCTS, Desk, HashEmbedder, changed, with_model
from numpy.typing import NDArray

from indexing.run import Options
from search.index_info import index_info
from search.schema import (
    create_vectors_index,
    vector_key,
    vectors_alias,
    vectors_index,
)


async def test_only_changed_texts_are_embedded_again(desk: Desk) -> None:
    embedder = HashEmbedder()
    with_model(desk, embedder)
    outcome = await desk.index(products=PRODUCTS)
    assert outcome.vectors == {"encoded": 3, "refreshed": 0, "unchanged": 0, "removed": 0}
    embedder.asked.clear()
    assert (await desk.index(products=PRODUCTS)).vectors is None
    outcome = await desk.index(
        products=[{**PRODUCTS[0], "price": "1"}, {**PRODUCTS[1], "title": "Wok", "brand": ""}, PRODUCTS[2]]
    )
    assert outcome.vectors == {"encoded": 1, "refreshed": 1, "unchanged": 1, "removed": 0}
    assert embedder.asked == ["Wok"]
    assert await desk.redis.hexists(vector_key(desk.namespace, "hash-1", "pan"), "brand") == 0
    stored = await desk.redis.hget(vector_key(desk.namespace, "hash-1", "pot"), "card")
    assert stored is not None
    assert b'"p":"1"' in (stored if isinstance(stored, bytes) else stored.encode())
    info = await index_info(desk.redis, vectors_alias(desk.namespace))
    assert info is not None
    assert int(info["num_docs"]) == 3


async def test_vectors_of_removed_products_go_and_another_model_replaces_all(desk: Desk) -> None:
    await with_model(desk, HashEmbedder()).index(products=PRODUCTS)
    outcome = await desk.index(Options(full=True), products=PRODUCTS[:2])
    assert outcome.vectors == {"encoded": 0, "refreshed": 0, "unchanged": 2, "removed": 0}
    assert await desk.redis.exists(vector_key(desk.namespace, "hash-1", "lid")) == 0  # gone before the models' turn
    await with_model(desk, HashEmbedder("hash-2"), "other").index(Options(full=True), products=PRODUCTS[:2])
    info = await index_info(desk.redis, vectors_alias(desk.namespace))
    assert info is not None
    assert info["index_name"].decode() == vectors_index(desk.namespace, "hash-2")
    assert await index_info(desk.redis, vectors_index(desk.namespace, "hash-1")) is None
    assert await desk.redis.exists(vector_key(desk.namespace, "hash-1", "pot")) == 0


async def test_vectors_of_removed_products_go_even_where_there_is_no_model_now(desk: Desk) -> None:
    model, load = desk.importers.model, desk.importers.load_embedder
    await with_model(desk, HashEmbedder()).index(products=PRODUCTS)
    desk.importers = replace(desk.importers, model=model, load_embedder=load)
    outcome = await desk.index(Options(full=True), products=PRODUCTS[:2])
    assert outcome.vectors is None
    assert await desk.redis.exists(vector_key(desk.namespace, "hash-1", "lid")) == 0
    assert await desk.redis.exists(vector_key(desk.namespace, "hash-1", "pan")) == 1


async def test_vectors_of_a_model_before_go_though_the_run_that_replaced_them_broke_off(desk: Desk) -> None:
    old = vectors_index(desk.namespace, "hash-0")
    await desk.redis.execute_command(*create_vectors_index(desk.namespace, "hash-0"))
    await desk.redis.hset(vector_key(desk.namespace, "hash-0", "pot"), "sku", "pot")
    await with_model(desk, HashEmbedder()).index(products=PRODUCTS)
    await desk.index(Options(force=True), products=PRODUCTS)
    assert await index_info(desk.redis, old) is None
    assert await desk.redis.exists(vector_key(desk.namespace, "hash-0", "pot")) == 0


class Failing(HashEmbedder):
    """Gets no text done."""

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise MemoryError


async def test_a_text_whose_embedding_broke_off_is_embedded_by_a_later_feed_that_does_not_name_it(desk: Desk) -> None:
    await with_model(desk, HashEmbedder()).index(products=PRODUCTS)
    with pytest.raises(MemoryError):
        await with_model(desk, Failing()).index(
            products=changed(PRODUCTS, "sku", "pot", title="Wok", description="steel " * 60)
        )
    embedder = HashEmbedder()
    await with_model(desk, embedder).index(products=[{"sku": "new", "title": "Whisk"}])
    assert sorted(text.partition(".")[0] for text in embedder.asked) == ["Whisk", "Wok"]
    embedder.asked.clear()
    await desk.index(products=changed(PRODUCTS, "sku", "pot", title="Wok", description="steel " * 60))
    assert embedder.asked == []


async def test_embedding_that_broke_off_is_continued_by_the_same_feed(desk: Desk) -> None:
    with pytest.raises(MemoryError):
        await with_model(desk, Failing()).index(products=PRODUCTS)
    assert await desk.found("@sku:{pot}") == {"pot"}
    outcome = await with_model(desk, HashEmbedder()).index(products=PRODUCTS)
    assert outcome.reports[0].unchanged_since
    assert outcome.vectors is not None
    assert outcome.vectors["encoded"] == 3
