"""Catalogues and stores for tests: a real index, written the way that indexing writes it."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from inventory.inventory import Inventory
from runtime.redis_client import RedisClients
from search.documents import product_document, store_document
from search.models import Product, Store
from search.schema import (
    catalogue_key,
    create_products_index,
    product_key,
    products_alias,
    products_index,
    skus_key,
    store_key,
    titles_key,
    vocabulary_key,
)
from search.titles import TitlesBuilder
from search.vocabulary import VocabularyBuilder


@asynccontextmanager
async def a_catalogue(clients: RedisClients, namespace: str, products: Sequence[Product]) -> AsyncIterator[str]:
    """These products live under the namespace, until the block ends."""
    build = await load_catalogue(clients, namespace, products)
    try:
        yield build
    finally:
        await clients.writes.execute_command("FT.DROPINDEX", products_index(namespace, build))


async def load_catalogue(clients: RedisClients, namespace: str, products: Sequence[Product]) -> str:
    """A new build that becomes the live one; returns its name."""
    build = secrets.token_hex(3)
    words, titles = VocabularyBuilder(), TitlesBuilder()
    await clients.writes.execute_command(*create_products_index(namespace, build))
    pipe = clients.writes.pipeline(transaction=False)
    for product in products:
        document = product_document(product)
        words.add(product, document)
        titles.add(product)
        pipe.hset(product_key(namespace, build, product.sku), mapping=dict(document))
        pipe.sadd(skus_key(namespace), product.sku)
    pipe.set(vocabulary_key(namespace), words.to_bytes())
    pipe.set(titles_key(namespace), titles.to_bytes())
    pipe.set(catalogue_key(namespace), build)
    pipe.execute_command("FT.ALIASUPDATE", products_alias(namespace), products_index(namespace, build))
    await pipe.execute()
    return build


async def load_stores(clients: RedisClients, inventory: Inventory, stores: Sequence[Store]) -> None:
    """Registered in the order given, with their details."""
    await inventory.registry.register([store.store_id for store in stores])
    pipe = clients.writes.pipeline(transaction=False)
    for store in stores:
        key = store_key(inventory.keyspace.namespace, store.store_id)
        pipe.hset(key, mapping=dict(store_document(store)))
    await pipe.execute()
    await inventory.registry.announce()
