"""Cells of the stock feed as numbers, for millions of rows: each distinct text is judged once. Pure.

A code below 0 marks a text that cannot be used; `StockCodes.findings` then says why, row by row.
"""

import re
from collections.abc import Callable, Mapping

from indexing.cleaning import clean_text
from indexing.codes import id_problem
from indexing.prices import PriceProblem, price_of
from indexing.records import Finding
from inventory.models import MAX_COUNT

UNUSABLE = -1
MAX_AISLE_CHARACTERS = 32

_REMEMBERED_TEXTS = 200_000
_WHOLE = re.compile(r"([0-9]{1,20})(?:\.0{1,6})?")


class Codes(dict[str, int]):
    """Text → number by a rule that is asked once for each distinct text."""

    def __init__(self, rule: Callable[[str], int], known: Mapping[str, int] | None = None) -> None:
        super().__init__(known or {})
        self._rule = rule

    def __missing__(self, text: str) -> int:
        code = self._rule(text)
        if len(self) < _REMEMBERED_TEXTS and len(text) <= 64:
            self[text] = code
        return code


def identifier_codes(known: Mapping[str, int]) -> Codes:
    """Ids that are known; spaces around them carry no meaning."""
    return Codes(lambda text: known.get(text.strip(), UNUSABLE), known)


def any_identifier_codes() -> Codes:
    """Every well-formed id gets a number: for a dry run that has nothing to compare with."""
    seen: dict[str, int] = {}

    def rule(text: str) -> int:
        stripped = text.strip()
        return UNUSABLE if id_problem(stripped) else seen.setdefault(stripped, len(seen))

    return Codes(rule)


def count_of(text: str) -> tuple[int, str | None]:
    """A count of units: (number, None), or (UNUSABLE, why not). `12.0` is how spreadsheets write 12."""
    stripped = text.strip()
    match = _WHOLE.fullmatch(stripped)
    if match is not None:
        number = int(match[1])
        return (number, None) if number <= MAX_COUNT else (UNUSABLE, f"is larger than {MAX_COUNT:,}")
    if not stripped:
        return UNUSABLE, "is empty"
    if re.fullmatch(r"[-−–]\s*\d+(?:\.0+)?", stripped):
        return UNUSABLE, "is negative; a count is what is on the shelf, corrections are stock movements"
    if re.fullmatch(r"\d+(?:[.,]\d+)?[eE]\+?\d+", stripped):
        return UNUSABLE, "is a number that a spreadsheet wrote as a power of ten; export the column as a whole number"
    return UNUSABLE, "is not a whole number of units"


def safety_of(text: str) -> tuple[int, str | None]:
    """Safety stock; an empty cell means none."""
    return count_of(text) if text.strip() else (0, None)


def thousandths_of(text: str) -> tuple[int, str | None]:
    """A price in thousandths of the currency unit; 0 for none."""
    if not text.strip():
        return 0, None
    try:
        amount, _ = price_of(text, None)
    except PriceProblem as problem:
        return UNUSABLE, str(problem)
    thousandths = int(amount * 1000)
    if thousandths > MAX_COUNT:
        return UNUSABLE, f"is larger than {MAX_COUNT // 1000:,}"
    return thousandths, None


class AisleLabels:
    """Numbers for aisle labels in the order in which they come; 0 is no label."""

    def __init__(self) -> None:
        self.labels: list[str] = []
        self._numbers: dict[str, int] = {}
        self.codes = Codes(self._code)

    def _code(self, text: str) -> int:
        label = clean_text(text)
        if not label:
            return 0
        if len(label) > MAX_AISLE_CHARACTERS:
            return UNUSABLE
        if label not in self._numbers:
            self.labels.append(label)
            self._numbers[label] = len(self.labels)
        return self._numbers[label]


def row_findings(line: int, cells: Mapping[str, str], *, store_known: bool, sku_known: bool) -> list[Finding]:
    """Everything that is wrong with one row."""
    findings: list[Finding] = []

    def note(name: str, reason: str | None, *, refused: bool = True) -> None:
        if reason is not None:
            findings.append(Finding(line, name, cells.get(name, ""), reason, refused))

    for name, known, unknown in (
        ("store_id", store_known, "is not a store that the stores feed has named"),
        ("sku", sku_known, "is not a product of the catalogue"),
    ):
        note(name, id_problem(cells[name].strip()) or (None if known else unknown))
    note("on_hand", count_of(cells["on_hand"])[1])
    note("safety_stock", safety_of(cells.get("safety_stock", ""))[1])
    note("price", thousandths_of(cells.get("price", ""))[1])
    if len(clean_text(cells.get("aisle", ""))) > MAX_AISLE_CHARACTERS:
        note("aisle", f"is longer than {MAX_AISLE_CHARACTERS} characters; left out", refused=False)
    return findings
