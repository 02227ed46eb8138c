"""The indexes are plain RediSearch: redisvl opens them by their names, reads their schema and queries them."""

import numpy as np
from redisvl.index import AsyncSearchIndex
from redisvl.query import CountQuery, VectorQuery
from redisvl.query.filter import Num, Tag
from search_builders import a_catalogue

from runtime.redis_client import RedisClients
from search.documents import vector_document
from search.folding import fold_value
from search.models import Product
from search.schema import VECTOR_DIMENSIONS, create_vectors_index, products_alias, vector_key, vectors_index


async def test_redisvl_reads_the_product_index_through_its_alias(redis_clients: RedisClients, namespace: str) -> None:
    catalogue = [Product("a", "Pot", brand="Élan", category="Kitchen"), Product("b", "Pan", brand="Other")]
    async with a_catalogue(redis_clients, namespace, catalogue):
        index = await AsyncSearchIndex.from_existing(products_alias(namespace), redis_client=redis_clients.reads)
        kinds = {name: field.type for name, field in index.schema.fields.items()}
        assert (kinds["named"], kinds["brand"], kinds["price"]) == ("text", "tag", "numeric")
        assert await index.query(CountQuery(Tag("brand") == fold_value("ÉLAN"))) == 1
        assert await index.query(CountQuery(Num("price") > 0)) == 0


async def test_redisvl_finds_neighbours_in_the_vector_index(redis_clients: RedisClients, namespace: str) -> None:
    await redis_clients.writes.execute_command(*create_vectors_index(namespace, "m1"))
    directions = np.eye(3, VECTOR_DIMENSIONS, dtype=np.float32)
    for sku, direction in zip("abc", directions, strict=True):
        document = vector_document(Product(sku, sku), direction)
        await redis_clients.writes.hset(vector_key(namespace, "m1", sku), mapping=dict(document))
    index = await AsyncSearchIndex.from_existing(vectors_index(namespace, "m1"), redis_client=redis_clients.reads)
    vector = index.schema.fields["vector"]
    assert (vector.attrs.dims, str(vector.attrs.datatype)[-7:]) == (VECTOR_DIMENSIONS, "FLOAT16")
    query = VectorQuery(
        directions[1].tolist(), "vector", dtype="float16", num_results=1, return_fields=["sku"], return_score=True
    )
    (nearest,) = await index.query(query)
    assert nearest["sku"] == "b"
