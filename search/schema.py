"""Keys, index names and index definitions of the read side: the contract that indexing writes to.

Keyspace (all under the namespace):
    product:<build>:<sku>      hash, one document of the text index; alias `products`, real name `products:<build>`
    vector:<model>:<sku>       hash, one document of the vector index; alias `vectors`, real name `vectors:<model>`
    store:<store_id>           hash, one document of the store index; alias `stores`, real name `stores:<build>`
    skus                       set, the SKUs of the live catalogue
    vocabulary                 string, words of the live catalogue (search.vocabulary)
    titles                     string, titles of the live catalogue for suggestions (search.titles)
    catalogue                  string, the live build; a reader that sees another one reloads its vocabulary
    searches                   zset, past searches scored by how many made them (search.popular)
    searches:asked:<day>       set, digests of who asked what on a day
    searches:salt:<day>        string, the key of that day's digests

Text and vectors live in two indexes so that products can be found before they are embedded, and because every
write to an indexed hash re-indexes all of it, which on RediSearch 2.10 spoils the text scores.
Text fields hold terms that search.normalise already folded and stemmed, so the server must not stem again (NOSTEM),
and STOPWORDS 0 because a query that starts with two stop words kills RediSearch 2.10.5.
"""

from __future__ import annotations

VECTOR_DIMENSIONS = 384
HNSW_EDGES_PER_NODE = 16
HNSW_EF_CONSTRUCTION = 200
TAG_SEPARATOR = "\x1f"  # a SKU or a brand may well hold a comma, which is the default


def products_alias(namespace: str) -> str:
    return f"{namespace}:products"


def products_index(namespace: str, build: str) -> str:
    return f"{namespace}:products:{build}"


def all_products_prefix(namespace: str) -> str:
    """Of every build; the build and the SKU follow."""
    return f"{namespace}:product:"


def product_prefix(namespace: str, build: str) -> str:
    return f"{all_products_prefix(namespace)}{build}:"


def product_key(namespace: str, build: str, sku: str) -> str:
    return product_prefix(namespace, build) + sku


def vectors_alias(namespace: str) -> str:
    return f"{namespace}:vectors"


def vectors_index(namespace: str, model_digest: str) -> str:
    return f"{namespace}:vectors:{model_digest}"


def all_vectors_prefix(namespace: str) -> str:
    """Of every model; the model and the SKU follow."""
    return f"{namespace}:vector:"


def vector_prefix(namespace: str, model_digest: str) -> str:
    return f"{all_vectors_prefix(namespace)}{model_digest}:"


def vector_key(namespace: str, model_digest: str, sku: str) -> str:
    return vector_prefix(namespace, model_digest) + sku


def stores_alias(namespace: str) -> str:
    return f"{namespace}:stores"


def stores_index(namespace: str, build: str) -> str:
    return f"{namespace}:stores:{build}"


def store_prefix(namespace: str) -> str:
    return f"{namespace}:store:"


def store_key(namespace: str, store_id: str) -> str:
    return store_prefix(namespace) + store_id


def skus_key(namespace: str) -> str:
    return f"{namespace}:skus"


def vocabulary_key(namespace: str) -> str:
    return f"{namespace}:vocabulary"


def titles_key(namespace: str) -> str:
    return f"{namespace}:titles"


def catalogue_key(namespace: str) -> str:
    return f"{namespace}:catalogue"


def searches_key(namespace: str) -> str:
    return f"{namespace}:searches"


def searches_asked_key(namespace: str, day: str) -> str:
    return f"{namespace}:searches:asked:{day}"


def searches_salt_key(namespace: str, day: str) -> str:
    return f"{namespace}:searches:salt:{day}"


def create_products_index(namespace: str, build: str) -> tuple[str | int, ...]:
    """The FT.CREATE command; redisvl cannot express all of it."""
    return (
        # A build is empty when its index is made. A scan that meets documents on their way in takes them twice, which
        # spoils the text scores.
        *_create(products_index(namespace, build), product_prefix(namespace, build), "SKIPINITIALSCAN"),
        # What the title names the product as; the whole title and the brand; these with category and description.
        *("named", "TEXT", "NOSTEM", "named_fr", "TEXT", "NOSTEM"),
        *("title", "TEXT", "NOSTEM", "title_fr", "TEXT", "NOSTEM"),
        *("body", "TEXT", "NOSTEM", "body_fr", "TEXT", "NOSTEM"),
        *_tag("sku"),
        *_tag("code"),  # the SKU by its letters and digits alone
        *_tag("gtin"),
        *_tag("brand"),
        *_tag("category"),
        # Only for counting: the value as it is shown. UNF keeps its case.
        *("brand_name", "TAG", "SEPARATOR", TAG_SEPARATOR, "SORTABLE", "UNF", "NOINDEX"),
        *("category_name", "TAG", "SEPARATOR", TAG_SEPARATOR, "SORTABLE", "UNF", "NOINDEX"),
        *("price", "NUMERIC", "SORTABLE"),
    )


def create_vectors_index(namespace: str, model_digest: str) -> tuple[str | int, ...]:
    hnsw: tuple[str | int, ...] = (
        *("TYPE", "FLOAT16", "DIM", VECTOR_DIMENSIONS, "DISTANCE_METRIC", "COSINE"),
        *("M", HNSW_EDGES_PER_NODE, "EF_CONSTRUCTION", HNSW_EF_CONSTRUCTION),
    )
    return (
        *_create(vectors_index(namespace, model_digest), vector_prefix(namespace, model_digest)),
        *_tag("sku"),
        *_tag("brand"),
        *_tag("category"),
        *("vector", "VECTOR", "HNSW", len(hnsw), *hnsw),
    )


def create_stores_index(namespace: str, build: str) -> tuple[str | int, ...]:
    return (
        *_create(stores_index(namespace, build), store_prefix(namespace)),
        *_tag("store_id"),
        *_tag("kind"),
        *_tag("services"),
        *("name", "TEXT", "NOSTEM", "city", "TEXT", "NOSTEM"),
        *("location", "GEO"),
    )


def _create(index: str, prefix: str, *options: str) -> tuple[str | int, ...]:
    return ("FT.CREATE", index, "ON", "HASH", "PREFIX", 1, prefix, *options, "STOPWORDS", 0, "SCHEMA")


def _tag(name: str) -> tuple[str, ...]:
    return (name, "TAG", "SEPARATOR", TAG_SEPARATOR)
