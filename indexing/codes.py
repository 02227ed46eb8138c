"""Identifiers as they come out of spreadsheets: SKUs, store ids and GTINs. Nothing is ever guessed. Pure."""

import re

from stdnum import ean

from indexing.cleaning import has_control

MAX_ID_CHARACTERS = 64
SPREADSHEET_HINT = "looks like a code that a spreadsheet turned into a number; export the column as text"

#: 4.00638E+12 and 4.00638e12, but not the plausible code 1E10; and 4006381333931.0
_NUMBER_FORMAT = re.compile(r"[+-]?\d+[.,]\d+E\+?\d{1,3}|[+-]?\d+E\+\d{1,3}|\d{8,}[.,]0+", re.IGNORECASE)
_GTIN_FILLING = re.compile(r"[\s\-]+")


def id_problem(text: str) -> str | None:
    """Why a stripped SKU or store id cannot be used, or None."""
    if not text:
        return "is empty"
    if len(text) > MAX_ID_CHARACTERS:
        return f"is longer than {MAX_ID_CHARACTERS} characters"
    if has_control(text):
        return "holds control or invisible characters"
    if _NUMBER_FORMAT.fullmatch(text):
        return SPREADSHEET_HINT
    return None


def gtin_of(text: str) -> tuple[str | None, str | None]:
    """(the GTIN on 14 digits, None) or (None, why it cannot be used)."""
    digits = _GTIN_FILLING.sub("", text)
    if _NUMBER_FORMAT.fullmatch(digits):
        return None, SPREADSHEET_HINT
    if not (digits.isascii() and digits.isdigit()):
        return None, "is not a GTIN: it holds more than digits"
    if len(digits) in (8, 12, 13, 14):
        if not int(digits):
            return None, "is not a GTIN: it is all zeros"
        return (digits.zfill(14), None) if ean.is_valid(digits) else (None, "is not a GTIN: its check digit is wrong")
    if any(len(digits) == length - lost and ean.is_valid(digits.zfill(length)) for length, lost in _EATEN):
        return None, "has lost its leading zeros, most likely in a spreadsheet; export the column as text"
    return None, "is not a GTIN: it must have 8, 12, 13 or 14 digits"


_EATEN = ((12, 1), (12, 2), (13, 2), (13, 3))
