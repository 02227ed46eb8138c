"""Numbers as people write them: digits with separators of both languages, and words up to a hundred."""

from __future__ import annotations

import re
from decimal import Decimal

_UNITS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "fifty": 50,
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "onze": 11, "douze": 12, "quinze": 15, "vingt": 20, "trente": 30, "cinquante": 50,
}  # fmt: skip
_GROUPS = {
    "a couple of": 2, "a couple": 2, "couple of": 2, "half a dozen": 6, "a half dozen": 6, "a dozen": 12, "dozen": 12,
    "une demi-douzaine de": 6, "une demi-douzaine d'": 6, "une demi-douzaine": 6,
    "une douzaine de": 12, "une douzaine d'": 12, "une douzaine": 12, "une dizaine de": 10, "une dizaine d'": 10,
}  # fmt: skip

#: Number words that are never an article; "one" and "un" need more around them to be a count.
COUNT_WORD = "|".join(sorted((word for word in _UNITS if word not in ("one", "un", "une")), key=len, reverse=True))
GROUP_WORD = "|".join(sorted(_GROUPS, key=len, reverse=True))
#: An amount: 1299, 1,299.50, 1 299,50 (not starting inside another number).
AMOUNT = r"\d{1,3}(?:[ ,.]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"


def whole_number(words: str) -> int | None:
    """The count that digits or a number word say."""
    text = words.strip()
    if re.fullmatch(r"-? ?\d{1,12}", text):
        return int(text.replace(" ", ""))
    return _UNITS.get(text, _GROUPS.get(text))


def amount(text: str) -> Decimal:
    """Reads AMOUNT; the last separator before one or two digits is the decimal one."""
    digits = text.replace(" ", "")
    found = re.fullmatch(r"(.*?)(?:[.,](\d{1,2}))?", digits)
    whole, cents = (found.group(1), found.group(2)) if found else (digits, None)
    return Decimal(re.sub(r"\D", "", whole) + (f".{cents}" if cents else ""))
