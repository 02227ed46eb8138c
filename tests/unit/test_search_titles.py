"""Titles in process: whole words, a beginning, what is named before what is mentioned, and what nothing has."""

from __future__ import annotations

import pytest

from search.models import Product
from search.titles import MAX_TITLES, Titles, TitlesBuilder

CATALOGUE = [
    Product("gasket", "Gasket for pressure cooker"),
    Product("pot", "Pressure cooker 6qt", localized={"title_fr": "Autocuiseur 6 L"}),
    Product("pan", "Frying pan"),
    Product("tee", "3-in-1 T-shirt"),
]


def a_book(products: list[Product] = CATALOGUE) -> Titles:
    builder = TitlesBuilder()
    for product in products:
        builder.add(product)
    return Titles.from_bytes(builder.to_bytes())


BOOK = a_book()


def found(*words: str, beginning: str = "") -> list[str]:
    terms = [[(word, False)] for word in words] + ([[(beginning, True)]] if beginning else [])
    return [BOOK.skus[place] for place in BOOK.find(terms, 10)]


@pytest.mark.parametrize(
    ("words", "beginning", "skus"),
    [
        (("pressure", "cooker"), "", ["pot", "gasket"]),
        (("pressure",), "coo", ["pot", "gasket"]),
        ((), "fr", ["pan"]),
        ((), "autoc", ["pot"]),
        ((), "tshi", ["tee"]),
        (("pressure", "blue"), "cook", ["pot", "gasket"]),
        (("blue", "red"), "cook", []),
        (("pressure",), "zzz", []),
        ((), "zzz", []),
        (("zzz",), "", []),
    ],
)
def test_titles_have_the_words_and_the_beginning(words: tuple[str, ...], beginning: str, skus: list[str]) -> None:
    assert found(*words, beginning=beginning) == skus


def test_a_title_is_shown_in_the_language_that_it_has() -> None:
    place = BOOK.skus.index("pot")
    assert BOOK.title(place, "fr") == "Autocuiseur 6 L"
    assert BOOK.title(place, "en") == BOOK.title(place, "de") == "Pressure cooker 6qt"


def test_the_order_of_the_feed_does_not_matter() -> None:
    assert a_book(CATALOGUE[::-1]).skus == BOOK.skus


def test_nothing_has_no_titles() -> None:
    assert not Titles.from_bytes(None)
    assert a_book([]).find([[("pan", True)]], 5) == []
    assert BOOK.find([], 5) == []


def test_of_too_many_none_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.titles.MAX_TITLES", 3)
    assert MAX_TITLES > 3
    assert not a_book()
