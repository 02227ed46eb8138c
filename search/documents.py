"""Products and stores as documents of the indexes, and back. What is shown travels in one un-indexed field, `card`."""

from __future__ import annotations

import re
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import numpy as np
import orjson

from search.folding import fold, fold_value
from search.headline import named_terms
from search.identifiers import bare
from search.models import Product, Store
from search.normalise import index_terms

Document = dict[str, str | bytes]

_PATH = re.compile(r"\s*[>/|]\s*")
_SEVERAL = re.compile(r"[&,+]|\b(?:and|et)\b")

MAX_BODY_CHARS = 4_000
#: As much is shown as is embedded: a card alone then tells whether a vector is still right.
MAX_SHOWN_DESCRIPTION_CHARS = 300


def product_document(product: Product) -> Document:
    """One document of the text index. The same product gives the same bytes."""
    brand, category = product.brand or "", product.category or ""
    title_fr = product.localized.get("title_fr", "")
    fields = {
        "sku": product.sku,
        "named": " ".join((*named_terms(product.title), *index_terms(brand))),
        "title": _terms(product.title, brand),
        "body": _terms(*own_texts(product)),
        "named_fr": " ".join((*named_terms(title_fr, "fr"), *index_terms(brand, "fr"))) if title_fr else "",
        "title_fr": _terms(title_fr, brand, language="fr") if title_fr else "",
        "body_fr": _terms(*french_texts(product), language="fr"),
        "code": bare(product.sku),
        "gtin": (product.gtin or "").zfill(14) if product.gtin else "",
        "brand": fold_value(brand),
        "category": fold_value(category),
        "brand_name": brand,
        "category_name": category,
        "price": str(product.price) if product.price is not None else "",
    }
    # An absent field costs nothing; an empty price would be an indexing failure.
    document: Document = {name: value for name, value in fields.items() if value}
    document["card"] = product_card(product)
    return document


def product_card(product: Product) -> bytes:
    """What is shown of a product, and the terms of its titles for ranking."""
    title_fr = product.localized.get("title_fr")
    card = {
        "s": product.sku,
        "t": product.title,
        "b": product.brand,
        "c": product.category,
        "p": str(product.price) if product.price is not None else None,
        "u": product.currency,
        "g": product.gtin,
        "i": product.image_url,
        "d": (product.description or "")[:MAX_SHOWN_DESCRIPTION_CHARS] or None,
        "l": {field: _shown(field, text) for field, text in sorted(product.localized.items())},
        "h": _terms(product.title),
        "f": _terms(title_fr, language="fr") if title_fr else None,
    }
    return orjson.dumps({key: value for key, value in card.items() if value})


def product_of(card: dict[str, Any]) -> Product:
    """The product as it is shown: of its description a part, and no attributes."""
    price = card.get("p")
    return Product(
        sku=card["s"],
        title=card["t"],
        brand=card.get("b"),
        category=card.get("c"),
        price=Decimal(price) if price else None,
        currency=card.get("u"),
        gtin=card.get("g"),
        image_url=card.get("i"),
        description=card.get("d"),
        localized=card.get("l") or {},
    )


def embedding_text(product: Product) -> str:
    """What the encoder reads of a product."""
    description = (product.description or "")[:MAX_SHOWN_DESCRIPTION_CHARS]
    return ". ".join(part for part in (product.title, product.brand, product.category, description) if part)


def text_hash(text: str) -> str:
    """Names a text for the cache of vectors; a vector is computed again only where this differs."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def vector_document(product: Product, vector: np.ndarray[Any, Any]) -> Document:
    """One document of the vector index."""
    document: Document = {
        "sku": product.sku,
        "text_hash": text_hash(embedding_text(product)),
        "vector": vector.astype("<f2").tobytes(),
        "card": product_card(product),
    }
    for name, value in (("brand", product.brand), ("category", product.category)):
        if value and (folded := fold_value(value)):
            document[name] = folded
    return document


def store_document(store: Store) -> Document:
    """One document of the store index."""
    document: Document = {
        "store_id": store.store_id,
        "kind": store.kind,
        "name": fold_value(store.name),
        "city": fold_value(store.city or ""),
        "location": f"{store.lon:.6f},{max(-85.05, min(85.05, store.lat)):.6f}",  # lon first; GEO ends near the poles
        "services": "\x1f".join(fold_value(service) for service in store.services),
        "card": orjson.dumps(
            {
                **{name: getattr(store, name) for name in _STORE_FIELDS if getattr(store, name) is not None},
                "services": list(store.services),
            }
        ),
    }
    return {name: value for name, value in document.items() if value}


def store_of(card: bytes) -> Store:
    values = orjson.loads(card)
    return Store(**{**values, "services": tuple(values.get("services", ()))})


_STORE_FIELDS = (
    *("store_id", "name", "lat", "lon", "kind", "address", "city", "region", "postal_code"),
    *("country", "timezone", "hours", "phone", "pickup"),
)


def own_texts(product: Product) -> list[str]:
    """Everything that may be searched in English terms."""
    others = [text for field, text in sorted(product.localized.items()) if not field.endswith("_fr")]
    category = _telling(product.category)
    texts = (product.title, product.brand, category, product.description, product.attributes, *others)
    return [text[:MAX_BODY_CHARS] for text in texts if text]


def french_texts(product: Product) -> list[str]:
    """Everything that may be searched in French terms; nothing where the feed has no French."""
    french = [text for field, text in sorted(product.localized.items()) if field.endswith("_fr")]
    texts = (*french, product.brand, _telling(product.category)) if french else ()
    return [text[:MAX_BODY_CHARS] for text in texts if text]


def _shown(field: str, text: str) -> str:
    return text if field.startswith("title_") else text[:MAX_SHOWN_DESCRIPTION_CHARS]


def _telling(category: str | None) -> str:
    """The parts of a category path that name one thing: in "Toasters & Kettles" a toaster would be a kettle, too."""
    parts = _PATH.split(fold(category or ""))
    return " ".join(part for part in parts if not _SEVERAL.search(part))


def _terms(*texts: str, language: str = "en") -> str:
    return " ".join(term for text in texts if text for term in index_terms(text, language))
