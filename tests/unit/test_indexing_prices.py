"""Prices as people write them: read when there is one meaning, refused otherwise."""

from decimal import Decimal

import pytest

from indexing.prices import PriceProblem, currency_code, price_of


@pytest.mark.parametrize(
    ("text", "column", "amount", "currency"),
    [
        ("12.99", "USD", "12.99", "USD"),
        ("0", "USD", "0", "USD"),
        ("1 299,50 €", None, "1299.50", "EUR"),
        ("1\u202f299,50\u00a0€", "EUR", "1299.50", "EUR"),
        ("$1,299.50", None, "1299.50", "USD"),
        ("$5", "CAD", "5", "CAD"),
        ("1.299,50", None, "1299.50", None),
        ("12.99 USD", None, "12.99", "USD"),
        ("EUR 12,99", "EUR", "12.99", "EUR"),
        ("1,299", "USD", "1299", "USD"),
        ("1'299.50 CHF", None, "1299.50", "CHF"),
        ("1,234,567.89", None, "1234567.89", None),
        ("12.9900", "USD", "12.99", "USD"),
        ("0.990", "EUR", "0.99", "EUR"),
        ("12.999", "KWD", "12.999", "KWD"),
        (".99", None, "0.99", None),
    ],
)
def test_a_price_with_one_meaning_is_read(text: str, column: str | None, amount: str, currency: str | None) -> None:
    assert price_of(text, column) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("1,299", "EUR", "ambiguous"),
        ("1.299", "EUR", "ambiguous"),
        ("1.299", "USD", "ambiguous"),
        ("-5", "USD", "negative"),
        ("$-5.00", None, "negative"),
        ("(5.00)", None, "negative"),
        ("1 ,", None, "not a price"),
        ("1 .5", None, "not a price"),
        ("12 ,99 €", None, "not a price"),
        ("NaN", None, "not a price"),
        ("inf", None, "not a price"),
        ("Infinity", None, "not a price"),
        ("1e5", None, "power of ten"),
        ("4.00638E+12", None, "power of ten"),
        ("€12,99", "USD", "another currency"),
        ("from 12.99", None, "not a price"),
        ("12.99/each", None, "not a price"),
        ("12.99 - 15.99", None, "not a price"),
        ("12 99", None, "grouped"),
        ("1,2,3", None, "grouped"),
        ("1,299.5.0", None, "marks"),
        ("12.34567", None, "decimals"),
        ("99999999999", None, "larger"),
        ("9" * 100, None, "not a price"),
        ("free", None, "not a price"),
    ],
)
def test_anything_else_is_refused_with_a_reason(text: str, column: str | None, says: str) -> None:
    with pytest.raises(PriceProblem, match=says):
        price_of(text, column)


def test_currencies_are_iso_codes_or_their_common_signs() -> None:
    assert (currency_code("usd"), currency_code(" € "), currency_code("£")) == ("USD", "EUR", "GBP")
    for text in ("", "dollars", "ZZZ", "12"):
        with pytest.raises(PriceProblem):
            currency_code(text)
