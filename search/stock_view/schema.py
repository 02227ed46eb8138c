"""Keys and index definition of the view of one region's stock: one document a product, tags only.

`stores` are the ordinals of the stores where the product is available; a product that is nowhere has no document, so no
tag is ever empty. No text and no vector: every write to an indexed hash re-indexes all of it, and text scores would go
wrong. All keys share the region's hash tag, so that documents and place in the ledger change in one transaction.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from inventory.keys import Keyspace
from search.schema import TAG_SEPARATOR

_TAG = ("TAG", "SEPARATOR", TAG_SEPARATOR)
#: Read from RediSearch's own memory when rows are counted, listed or sorted; UNF keeps the case.
_SHOWN = (*_TAG, "SORTABLE", "UNF", "NOINDEX")


@dataclass(frozen=True, slots=True)
class ViewKeys:
    """The names of one region's view."""

    keyspace: Keyspace

    @property
    def namespace(self) -> str:
        return self.keyspace.namespace

    def alias(self) -> str:
        """The index that readers ask."""
        return f"{self.keyspace.tag}:view"

    def index(self, build: str) -> str:
        return f"{self.keyspace.tag}:view:{build}"

    def prefix(self, build: str) -> str:
        return f"{self.keyspace.tag}:view:{build}:"

    def document(self, build: str, sku: str) -> str:
        """Hash: where one product is on the shelf."""
        return self.prefix(build) + sku

    def live(self) -> str:
        """String: the build that readers see."""
        return f"{self.keyspace.tag}:view:live"

    def about(self, build: str) -> str:
        """Hash: definition, catalogue, place in the ledger and number of documents of a build."""
        return f"{self.keyspace.tag}:view:about:{build}"

    def follower(self) -> str:
        """String: token of the one process that keeps the live build up to date."""
        return f"{self.keyspace.tag}:view:follower"

    def builder(self) -> str:
        """String: token of the one process that makes a new build."""
        return f"{self.keyspace.tag}:view:builder"

    def builds(self) -> str:
        """Counter that names builds."""
        return f"{self.keyspace.tag}:view:builds"

    def doomed(self) -> str:
        """Set of builds that are not live: half-made, or not all deleted yet."""
        return f"{self.keyspace.tag}:view:doomed"


def create_view_index(keys: ViewKeys, build: str) -> tuple[str | int, ...]:
    """The FT.CREATE command."""
    return (
        *("FT.CREATE", keys.index(build), "ON", "HASH", "PREFIX", 1, keys.prefix(build)),
        *("SKIPINITIALSCAN", "STOPWORDS", 0, "SCHEMA"),
        *("stores", *_TAG),
        *("sku", *_TAG, "CASESENSITIVE", "SORTABLE", "UNF"),
        *("brand", *_TAG, "category", *_TAG),
        *("brand_name", *_SHOWN, "category_name", *_SHOWN, "price", *_SHOWN),
    )


def definition(keys: ViewKeys) -> str:
    """Names what this release takes the view to be; a build of another definition is made anew."""
    return hashlib.sha256(repr(create_view_index(keys, "")).encode()).hexdigest()
