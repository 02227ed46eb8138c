"""Beginnings of words and names, right ones and mistyped ones, and what may be counted as a past search."""

from __future__ import annotations

import pytest

from search.completions import Completions, allowed_slips
from search.documents import product_document
from search.models import Product
from search.popular import PopularTexts, countable
from search.suggest import completed
from search.vocabulary import Vocabulary, VocabularyBuilder

CATALOGUE = [
    Product("1", "Samsung television 55 inch", brand="Samsung", category="TV & Video"),
    Product("2", "Pressure cooker 6qt", brand="Instant Pot", category="Kitchen > Pressure cookers"),
    Product("3", "Pressure washer", brand="Kärcher", category="Garden"),
    Product("4", "Pressure cooker gasket", brand="Instant Pot", category="Spare parts"),
    Product("5", "Presto popcorn maker", brand="Presto", category="Kitchen"),
]


def a_vocabulary() -> Vocabulary:
    words = VocabularyBuilder()
    for product in CATALOGUE:
        words.add(product, product_document(product))
    return Vocabulary.from_bytes(words.to_bytes())


WORDS = a_vocabulary()
COMPLETIONS = Completions(WORDS)


def names(typed: str) -> list[str]:
    categories, brands = COMPLETIONS.named(typed, 5)
    return [value.name for value in (*categories, *brands)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("s", ["Spare parts", "Samsung"]),
        ("samsu", ["Samsung"]),
        ("pot", ["Instant Pot"]),
        ("karch", ["Kärcher"]),
        ("samsnu", ["Samsung"]),
        ("sasmung", ["Samsung"]),
        ("instent", ["Instant Pot"]),
        ("instamt pto", ["Instant Pot"]),
        ("presure cookers", ["Kitchen > Pressure cookers"]),
        ("sam5ung", []),
        ("xyz", []),
    ],
)
def test_names_are_met_by_the_beginning_of_any_word_and_over_slips(typed: str, found: list[str]) -> None:
    assert names(typed) == found


@pytest.mark.parametrize(
    ("typed", "slips"), [("tv", 0), ("pre", 0), ("pres", 1), ("pressur", 1), ("pressure", 2), ("6qt6qt6qt", 0)]
)
def test_slips_are_allowed_by_length(typed: str, slips: int) -> None:
    assert allowed_slips(typed) == slips


@pytest.mark.parametrize(
    ("typed", "first"), [("pressu", "pressure"), ("presu", "pressure"), ("pesto", "presto"), ("cokk", "cooker")]
)
def test_endings_are_those_of_the_catalogue(typed: str, first: str) -> None:
    assert COMPLETIONS.endings(typed, 3)[0] == first


def test_what_nothing_begins_with_has_no_endings() -> None:
    assert COMPLETIONS.endings("zzz", 3) == ()
    assert COMPLETIONS.endings("55555", 3) == ()
    assert Completions(Vocabulary()).endings("pressure", 3) == ()


def test_whole_words_are_corrected_and_the_last_one_is_completed() -> None:
    terms = completed("presure cokk", COMPLETIONS)
    assert [term.wordings[0].words[0] for term in terms] == ["pressure", "cooker"]
    assert completed("", COMPLETIONS) == ()
    assert completed("🍲", COMPLETIONS) == ()


@pytest.mark.parametrize(
    ("q", "text"),
    [
        ("Pressure  COOKER", "pressure cooker"),
        ("pressure cooker 6qt", "pressure cooker 6qt"),
        ("ann smith", None),
        ("pressure cooker ann@example.com", None),
        ("pressure cooker 617 555 0100", None),
        ("pressure cooker for my aunt", None),
        ("p", None),
        ("🍲", None),
        ("", None),
        ("pressure " * 9, None),
        ("pressure\ncooker {*}", None),
    ],
)
def test_only_words_of_the_catalogue_are_counted(q: str, text: str | None) -> None:
    assert countable(q, WORDS) == text


def test_popular_texts_go_on_where_the_typing_ends_most_popular_first() -> None:
    texts = PopularTexts(["pressure washer", "samsung", "pressure cooker", "pressure"])
    assert texts.starting("pressure", 5) == ("pressure washer", "pressure cooker")
    assert texts.starting("pressure", 1) == ("pressure washer",)
    assert texts.starting("washer", 5) == ()
    assert PopularTexts().starting("p", 5) == ()
