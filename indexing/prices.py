"""Prices as people write them: `1 299,50 €`, `$1,299.50`, `12.99 USD`. An ambiguous one is refused. Pure."""

import re
from decimal import Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision, is_currency

MAX_PRICE = Decimal(1_000_000_000)

_PLAIN = re.compile(r"\d{1,10}(?:\.\d{1,2})?")
_GAP = r"[\s'’]"
_UNIT = r"[^\W\d_]{1,3}|[^\w\s.,'’-]|[A-Z]{1,2}\$"
_PRICE = re.compile(rf"(?P<before>{_UNIT})?\s*(?P<number>[0-9](?:{_GAP}?[0-9]|[.,])*|\.[0-9]+)\s*(?P<after>{_UNIT})?")
_SYMBOLS = {"€": "EUR", "£": "GBP", "¥": "JPY", "$": "USD", "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD"}
_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD", "CLP", "COP", "ARS"})
#: Where a comma parts thousands and never decimals, so that `1,299` has one meaning.
_COMMA_PARTS_THOUSANDS = frozenset({"USD", "CAD", "GBP", "AUD", "NZD", "JPY", "CNY", "INR", "HKD", "SGD", "MXN"})


class PriceProblem(ValueError):
    """Says why a price cannot be read."""


@lru_cache(maxsize=512)
def currency_code(text: str) -> str:
    """`usd` or `€` → the ISO 4217 code."""
    code = _SYMBOLS.get(text.strip(), text.strip().upper())
    if not (len(code) == 3 and code.isascii() and is_currency(code)):
        raise PriceProblem("is not an ISO 4217 currency")
    return code


def price_of(text: str, currency: str | None) -> tuple[Decimal, str | None]:
    """(amount, currency). `currency` is the code from the currency column."""
    text = text.strip()
    if _PLAIN.fullmatch(text):
        return _checked(Decimal(text)), currency
    if len(text) > 64:
        raise PriceProblem("is not a price")
    if re.search(r"\d[eE][+-]?\d", text):
        raise PriceProblem("is not a price; a spreadsheet wrote it as a power of ten")
    if re.search(r"^\D*[-−–]\s*\D?\s*\d|^\(.*\)$|-$", text):
        raise PriceProblem("is negative")
    match = _PRICE.fullmatch(text)
    if match is None or (match["before"] and match["after"]):
        raise PriceProblem("is not a price alone")
    symbol = (match["before"] or match["after"] or "").strip()
    code = _agreed(currency_code(symbol), symbol, currency) if symbol else currency
    return _checked(_amount(_grouped(match["number"]), code)), code


def _grouped(number: str) -> str:
    """The number without the spaces or apostrophes that part its thousands."""
    text = re.sub(rf"{_GAP}(?=\d)", "\x1f", number)
    whole, mark, decimals = re.fullmatch(r"([\d\x1f]*)([.,]?)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    if "\x1f" not in text:
        return text
    if "\x1f" in decimals or "." in decimals or "," in decimals:
        raise PriceProblem("is not a price: its marks contradict each other")
    return f"{_thousands(whole, chr(0x1F))}{mark}{decimals}"


def _agreed(code: str, symbol: str, currency: str | None) -> str:
    if currency is None or currency == code or (symbol == "$" and currency in _DOLLARS):
        return currency or code
    if symbol == "¥" and currency == "CNY":
        return currency
    raise PriceProblem(f"names another currency than the currency column ({currency})")


def _amount(text: str, currency: str | None) -> Decimal:
    marks = [character for character in text if character in ".,"]
    if not marks:
        return Decimal(text)
    last = marks[-1]
    whole, decimals = text.rsplit(last, 1)
    if len(set(marks)) == 1:
        if len(marks) > 1:
            return _thousands(text, last)
        if len(decimals) == 3 and whole.strip("0") and currency_decimals(currency) != 3:
            if last == "," and currency in _COMMA_PARTS_THOUSANDS:
                return _thousands(text, last)
            raise PriceProblem("is ambiguous: the mark may part thousands or decimals")
        return Decimal(f"{whole or 0}.{decimals}")
    if marks.count(last) > 1:
        raise PriceProblem("is not a price: its marks contradict each other")
    return Decimal(f"{_thousands(whole, marks[0])}.{decimals}")


def _thousands(text: str, mark: str) -> Decimal:
    if not re.fullmatch(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+", text):
        raise PriceProblem("is not a price: its digits are not grouped in threes")
    return Decimal(text.replace(mark, ""))


def currency_decimals(currency: str | None) -> int:
    """How many decimals a currency has; 2 when it is not known."""
    return get_currency_precision(currency) if currency else 2


def _checked(amount: Decimal) -> Decimal:
    if amount > MAX_PRICE:
        raise PriceProblem(f"is larger than {MAX_PRICE:,}")
    exponent = amount.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -3:
        raise PriceProblem("has more decimals than money has")
    return amount
