"""Codes in a query: SKU and GTIN with any punctuation, with and without the words that announce them."""

import pytest

from search.documents import product_document
from search.identifiers import bare, gtin_of, identifiers_of
from search.models import Product

GTIN = "04006381333931"


@pytest.mark.parametrize(
    "text",
    [
        *("4006381333931", "4.006381.333931", "4006381 333931", "04006381333931", "4–006381–333931", "4/006381/333931"),
        *("EAN: 4006381333931", "ean 4006381333931 please", "do you have 4006381333931 in black", "#4006381333931"),
    ],
)
def test_a_gtin_is_seen_however_it_is_grouped_or_announced(text: str) -> None:
    assert gtin_of(text) == GTIN


def test_zeros_that_a_spreadsheet_dropped_are_put_back() -> None:
    assert gtin_of("36000291452") == gtin_of("036000291452") == "00036000291452"


@pytest.mark.parametrize("text", ["36000291453", "cooker 36000291452", "12345", "x4006381333931", "4006381333931x", ""])
def test_other_numbers_are_no_gtin(text: str) -> None:
    assert gtin_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "AB-12/34",
        "ab1234",
        "ab 12 34",
        "AB.12.34",
        "#ab-1234",
        "SKU: ab-12-34",
        "item no. AB–1234",
        "ref ab1234 please",
    ],
)
def test_a_sku_is_the_same_code_with_any_punctuation_and_label(text: str) -> None:
    assert identifiers_of(text).code == bare("Ab-1234") == "ab1234"


def test_words_without_a_digit_are_no_code_but_may_be_a_sku_as_they_stand() -> None:
    found = identifiers_of("pressure cooker")
    assert (found.sku, found.code, found.gtin) == ("pressure cooker", None, None)
    assert not identifiers_of("")


def test_a_document_has_the_sku_by_its_letters_and_digits_too() -> None:
    assert product_document(Product("PCE-1003", "Cooker"))["code"] == "pce1003"
