"""Codes that a query may be: SKU and GTIN as labels, tills and people on the phone give them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stdnum import ean

from search.folding import fold
from search.lexicon import words

MAX_IDENTIFIER_CHARS = 64
#: So many digits are a GTIN wherever they stand; fewer only where nothing but labels stands beside them.
_SURE_GTIN_DIGITS, _LEAST_GTIN_DIGITS, GTIN_DIGITS = 12, 7, 14
_LEAST_CODE_CHARS = 3

_WORD = re.compile(r"[^\W_]+")
#: Digits in groups of any kind, that no letter touches.
_GROUPED = re.compile(r"(?<![^\W_])[0-9](?:[\s.\-‐-―/]*[0-9])*(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What a query names if it is a code: a SKU as typed, a SKU without its punctuation, a GTIN of 14 digits."""

    sku: str | None = None
    code: str | None = None
    gtin: str | None = None

    def __bool__(self) -> bool:
        return bool(self.sku or self.code or self.gtin)


def identifiers_of(q: str) -> Identifiers:
    """Every code that a query may be."""
    text = q.strip()
    sku = text if 0 < len(text) <= MAX_IDENTIFIER_CHARS and text.isprintable() else None
    return Identifiers(sku, _code(text), gtin_of(text))


def bare(code: str) -> str:
    """A code by its letters and digits alone, in one case."""
    return "".join(_WORD.findall(fold(code)))


def gtin_of(text: str) -> str | None:
    """A GTIN of 14 digits with a right check digit, grouped in any way, with or without its leading zeros."""
    for match in _GROUPED.finditer(text):
        digits = re.sub(r"[^0-9]", "", match[0])
        alone = not _telling(text[: match.start()] + " " + text[match.end() :])
        least = _LEAST_GTIN_DIGITS if alone else _SURE_GTIN_DIGITS
        if least <= len(digits) <= GTIN_DIGITS and ean.is_valid(digits.zfill(GTIN_DIGITS)):
            return digits.zfill(GTIN_DIGITS)
    return None


def _code(text: str) -> str | None:
    code = "".join(_telling(text))
    fits = _LEAST_CODE_CHARS <= len(code) <= MAX_IDENTIFIER_CHARS
    return code if fits and any(char.isdigit() for char in code) else None


def _telling(text: str) -> list[str]:
    """The words that are no labels: of "SKU: ab-12" "ab" and "12"."""
    return [word for word in _WORD.findall(fold(text)) if word not in words().labels]
