"""A product's row and its entry in the catalogue as one document of the view. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from inventory.rows import Cells
from search.schema import TAG_SEPARATOR

Document = dict[bytes, bytes]

_SEPARATOR = TAG_SEPARATOR.encode()

#: Fields of the product index that the view repeats.
PRODUCT_FIELDS = (b"sku", b"brand", b"category", b"brand_name", b"category_name", b"price")


def shelf_document(product: Sequence[bytes | None], available: Cells) -> Document | None:
    """The document, or None for what is available nowhere or is not in the catalogue."""
    there = np.flatnonzero(available > 0).tolist()
    if not there or not product[0]:
        return None
    document = {name: value for name, value in zip(PRODUCT_FIELDS, product, strict=True) if value}
    document[b"stores"] = _SEPARATOR.join(map(_tag, there))
    return document


def store_tags(document: Document) -> int:
    """At how many stores the product is."""
    return document[b"stores"].count(_SEPARATOR) + 1


@cache
def _tag(ordinal: int) -> bytes:
    return str(ordinal).encode()
