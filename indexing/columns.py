"""Which columns each feed has, and how a header row is matched with them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from indexing.errors import FeedRefused

DELIMITERS = (",", "\t", ";")
_OTHER_NAMES = {
    "name": "title", "product_name": "title", "product_title": "title", "id": "sku", "product_id": "sku",
    "item_id": "sku", "code": "store_id", "store_code": "store_id", "shop_id": "store_id", "latitude": "lat",
    "longitude": "lon", "lng": "lon", "long": "lon", "store_name": "name", "quantity": "on_hand", "qty": "on_hand",
    "stock": "on_hand", "count": "on_hand", "available": "on_hand",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one kind of feed. `localized` ones may carry a language: `title_fr`."""

    kind: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    localized: tuple[str, ...] = ()

    def knows(self, column: str) -> bool:
        """Whether the indexer reads this column."""
        return column in self.required or column in self.optional or self.language_of(column) is not None

    def language_of(self, column: str) -> tuple[str, str] | None:
        """`title_fr` → `("title", "fr")`, when `title` is localised."""
        base, _, language = column.rpartition("_")
        return (base, language) if base in self.localized and re.fullmatch(r"[a-z]{2}", language) else None


PRODUCTS = Layout(
    "products",
    required=("sku", "title"),
    optional=("brand", "description", "category", "price", "currency", "gtin", "image_url", "attributes"),
    localized=("title", "description"),
)
STORES = Layout(
    "stores",
    required=("store_id", "name", "lat", "lon"),
    optional=(
        "kind", "address", "city", "region", "postal_code", "country", "timezone", "hours", "phone", "services",
        "pickup",
    ),
)  # fmt: skip
STOCK = Layout("stock", required=("store_id", "sku", "on_hand"), optional=("safety_stock", "aisle", "price"))


def column_name(header: str) -> str:
    """`" Store ID "` → `store_id`: case and separators of a header carry no meaning; safe to print."""
    header = "".join(character for character in header if character.isprintable() or character == "\t")
    return re.sub(r"[\s\-]+", "_", header.strip('\ufeff" \t')).lower()


def match_header(layout: Layout, headers: Sequence[str], file: str) -> tuple[str, ...]:
    """The columns in file order; refuses a header that lacks a required column or has one twice."""
    columns = tuple(column_name(header) for header in headers)
    repeated = sorted({column for column in columns if columns.count(column) > 1 and layout.knows(column)})
    if repeated:
        raise FeedRefused(f"{file}: the column {_quoted(repeated)} appears twice", details={"columns": list(columns)})
    missing = [name for name in layout.required if name not in columns]
    if missing:
        raise FeedRefused(
            f"{file}: the {layout.kind} feed needs the column {_quoted(missing)}; "
            f"found {_quoted([column[:40] for column in columns[:30]])}{_suggestions(layout, missing, columns)}",
            details={"missing": missing, "found": list(columns[:100])},
        )
    return columns


def sniff_delimiter(layout: Layout, header_line: str) -> str:
    """The delimiter under which the header shows most known columns; a comma when none does."""

    def known(delimiter: str) -> int:
        return sum(layout.knows(column_name(cell)) for cell in header_line.split(delimiter))

    return max(DELIMITERS, key=lambda delimiter: (known(delimiter), header_line.count(delimiter)))


def _suggestions(layout: Layout, missing: Sequence[str], columns: Sequence[str]) -> str:
    spare = [column for column in columns if not layout.knows(column)]
    hints = []
    for name in missing:
        near = next((column for column in spare if _OTHER_NAMES.get(column) == name), None)
        if near is None and (best := process.extractOne(name, spare, scorer=fuzz.ratio, score_cutoff=70)):
            near = str(best[0])
        if near is not None:
            hints.append(f"is `{near[:40]}` your `{name}`? Rename it")
    return "".join(f"; {hint}" for hint in hints)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
