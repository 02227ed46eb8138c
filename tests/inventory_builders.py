"""Stock for tests: random ids, one line to put units on a shelf."""

import secrets
from collections.abc import Mapping

import numpy as np

from inventory.inventory import Inventory
from inventory.ledger import Counts
from inventory.models import Kind, Sku, StoreId


def a_sku() -> Sku:
    return Sku(f"sku-{secrets.token_hex(4)}")


def a_store_id() -> StoreId:
    return StoreId(f"store-{secrets.token_hex(4)}")


def a_key() -> str:
    return secrets.token_urlsafe(16)


async def put(inventory: Inventory, store_id: str, sku: str, on_hand: int, *, safety: int = 0) -> None:
    """Count units into one cell; the store is registered if need be."""
    ordinal = (await inventory.registry.register([store_id]))[store_id]
    await inventory.ledger.set_counts(
        Counts(Sku(sku), np.array([ordinal]), np.array([on_hand]), np.array([safety])), source="test"
    )


async def a_shelf(inventory: Inventory, on_hand: int, *, safety: int = 0) -> tuple[StoreId, Sku]:
    """A new product at a new store."""
    store_id, sku = a_store_id(), a_sku()
    await put(inventory, store_id, sku, on_hand, safety=safety)
    return store_id, sku


async def cell(inventory: Inventory, store_id: str, sku: str) -> Mapping[Kind, int]:
    """Every kind of one cell."""
    read = await inventory.rows.read([Sku(sku)], list(Kind))
    ordinal = (await inventory.registry.load()).ordinals[store_id]
    return {kind: int(read.rows[Sku(sku), kind][ordinal]) for kind in Kind}


async def available(inventory: Inventory, store_id: str, sku: str) -> int:
    return (await cell(inventory, store_id, sku))[Kind.AVAILABLE]
