"""One row of a feed as a typed value, with everything that had to be refused or left out. Pure.

docs/feeds.md has the table of what refuses a row and what is only left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import orjson

from indexing.cleaning import clean_text, cut, repair_mojibake
from indexing.codes import gtin_of, id_problem
from indexing.columns import PRODUCTS
from indexing.prices import PriceProblem, currency_code, price_of
from search.models import Product

MAX_TITLE_CHARACTERS = 500
MAX_NAME_CHARACTERS = 200
MAX_DESCRIPTION_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that people should know about a row. A refused row is not in the result."""

    line: int
    field: str
    value: str
    reason: str
    refused: bool


@dataclass(slots=True)
class Row:
    """The cells of one row, and the findings made while they are read."""

    line: int
    cells: Mapping[str, str]
    findings: list[Finding] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether a finding so far refuses the row."""
        return any(finding.refused for finding in self.findings)

    def cell(self, name: str) -> str:
        """The stripped cell; empty when the column or the value is missing."""
        return self.cells.get(name, "").strip()

    def refuse(self, name: str, reason: str) -> None:
        """The row cannot be used."""
        self.findings.append(Finding(self.line, name, self.cells.get(name, ""), reason, refused=True))

    def warn(self, name: str, reason: str) -> None:
        """The row is used; something about this cell is not, or was mended."""
        self.findings.append(Finding(self.line, name, self.cells.get(name, ""), reason, refused=False))

    def text(self, name: str, max_characters: int) -> str | None:
        """The cleaned text, or None for an empty one."""
        raw = self.cells.get(name, "")
        text = clean_text(raw)
        if not raw.isascii() and repair_mojibake(raw) != raw:
            self.warn(name, "UTF-8 that was read as Latin-1 before it came here; repaired")
        if len(text) > max_characters:
            self.warn(name, f"is longer than {max_characters:,} characters; cut")
        return cut(text, max_characters) or None

    def identifier(self, name: str) -> str:
        """A required identifier as given, without the spaces around it."""
        value = self.cell(name)
        if problem := id_problem(value):
            self.refuse(name, problem)
        return value


def product_of(row: Row) -> Product | None:
    """The product of a row, or None when the row is refused."""
    sku = row.identifier("sku")
    title = row.text("title", MAX_TITLE_CHARACTERS)
    if title is None:
        row.refuse("title", "is empty")
    currency, price = _currency(row), None
    if row.cell("price"):
        try:
            price, currency = price_of(row.cell("price"), currency)
        except PriceProblem as problem:
            row.refuse("price", str(problem))
    if row.refused or title is None:
        return None
    return Product(
        sku=sku,
        title=title,
        brand=row.text("brand", MAX_NAME_CHARACTERS),
        category=row.text("category", MAX_NAME_CHARACTERS),
        price=price,
        currency=currency,
        gtin=_gtin(row),
        image_url=_image_url(row),
        description=row.text("description", MAX_DESCRIPTION_CHARACTERS),
        localized=_localized(row),
        attributes=_attributes(row),
    )


def _currency(row: Row) -> str | None:
    if not row.cell("currency"):
        return None
    try:
        return currency_code(row.cell("currency"))
    except PriceProblem as problem:
        if row.cell("price"):
            row.refuse("currency", f"{problem}, so the price has no meaning")
        else:
            row.warn("currency", f"{problem}; left out")
    return None


def _gtin(row: Row) -> str | None:
    if not row.cell("gtin"):
        return None
    gtin, problem = gtin_of(row.cell("gtin"))
    if problem is not None:
        row.warn("gtin", f"{problem}; left out")
    return gtin


def _image_url(row: Row) -> str | None:
    value = row.cell("image_url")
    if not value:
        return None
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or len(value) > 2_048 or not value.isprintable() or set(value) & set(' "<>\\^`{|}'):
        row.warn("image_url", "is not an http(s) address; left out")
        return None
    return value


def _attributes(row: Row) -> str | None:
    """The values of a JSON object or list, or any other text as it stands."""
    text = row.text("attributes", MAX_DESCRIPTION_CHARACTERS)
    if text is None or text[0] not in "{[":
        return text
    try:
        return " | ".join(_values_of(orjson.loads(text))) or None
    except orjson.JSONDecodeError:
        return text


def _values_of(value: object) -> Iterator[str]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case dict() as items:
                waiting.extend(reversed(items.values()))
            case list() as items:
                waiting.extend(reversed(items))
            case None | bool():
                pass  # says nothing without its name
            case item:
                yield clean_text(str(item))


def _localized(row: Row) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name in row.cells:
        base_and_language = PRODUCTS.language_of(name)
        if base_and_language is None:
            continue
        limit = MAX_TITLE_CHARACTERS if base_and_language[0] == "title" else MAX_DESCRIPTION_CHARACTERS
        if text := row.text(name, limit):
            texts[name] = text
    return texts
