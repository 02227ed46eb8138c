"""Text to terms: the same text in any dress gives the same terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.folding import fold, fold_value
from search.normalise import MAX_TOKEN_CHARS, MAX_TOKENS, atoms, index_terms, query_atoms, stem, tokens


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Café CRÈME", "cafe creme"),
        ("Apple&#xAE; iPad® 2™", "apple  ipad  2 "),
        ("Œuf & Æther", "oeuf & aether"),
        ("Straße", "strasse"),
        ("ＦＵＬＬ width", "full width"),
        ("zero\u200bwidth \u202eevil", "zerowidth evil"),
        ("don’t “quote”", 'don\'t "quote"'),
    ],
)
def test_folding_leaves_what_can_be_compared(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_value_is_compared_as_a_whole_with_single_spaces() -> None:
    assert fold_value("  Black &  Décker\t™ ") == "black & decker"


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("T-Shirts", ["t", "shirt", "tshirt"]),
        ("6-Quart Cookers", ["6", "6qt", "cooker"]),
        ("6 qt", ["6", "6qt"]),
        ('55" TV', ["55", "55inch", "tv"]),
        ("55in TV", ["55", "55inch", "tv"]),
        ("15.6\\ Laptop", ["15_6", "15_6inch", "laptop"]),
        ("3 in 1", ["3", "in", "1"]),
        ("3-in-1", ["3", "in", "1", "3in1"]),
        ("1,299.50", ["1299_50"]),
        ("AT&T's phones", ["at", "t", "att", "phone"]),
        ("WH-1000XM4", ["wh", "1000xm4", "wh1000xm4"]),
        ("l'autocuiseur d’été", ["autocuiseur", "ete"]),
        ("Wi‑Fi", ["wi", "fi", "wifi"]),
        ("(a|b)*{c}", ["a", "b", "c"]),
        ("", []),
    ],
)
def test_products_are_indexed_under_every_form(text: str, terms: list[str]) -> None:
    assert index_terms(text) == terms


@pytest.mark.parametrize(
    "forms", [("6 qt", "6-quart", "6 Quarts", "6qt"), ("55 inch", '55"', "55in", "55-inch", "55″", "55''")]
)
def test_a_measure_is_one_thing_however_it_is_written(forms: tuple[str, ...]) -> None:
    assert len({query_atoms(form) for form in forms}) == 1


@pytest.mark.parametrize(
    ("word", "language", "stemmed"),
    [
        ("cookers", "en", "cooker"),
        ("batteries", "en", "batteri"),
        ("battery", "en", "batteri"),
        ("autocuiseurs", "fr", "autocuiseur"),
        ("1000xm4", "en", "1000xm4"),
        ("tv", "en", "tv"),
    ],
)
def test_endings_do_not_count(word: str, language: str, stemmed: str) -> None:
    assert stem(word, language) == stemmed


def test_a_query_is_bounded() -> None:
    assert len(tokens("word " * 1_000)) == MAX_TOKENS
    assert [len(token) for token in tokens("x" * 500)] == [MAX_TOKEN_CHARS]
    assert len(tokens("a-" * 400)) <= MAX_TOKENS


@given(st.text(max_size=300))
def test_any_text_becomes_plain_terms(text: str) -> None:
    for term in index_terms(text):
        assert 0 < len(term) <= 2 * MAX_TOKEN_CHARS
        assert not any(char.isspace() or char in "|@{}()[]*%$\"'\\-~:;=>" for char in term)
    assert len(tokens(text)) <= MAX_TOKENS


@given(st.text(max_size=100))
def test_what_a_query_says_is_among_the_terms_of_the_same_text(text: str) -> None:
    indexed = set(index_terms(text))
    for atom in atoms(text):
        assert (stem(atom.joined) in indexed) if atom.joined else indexed.issuperset(stem(part) for part in atom.parts)


@given(st.text(max_size=100))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text.replace("&", " "))
    assert fold(once) == once


@pytest.mark.parametrize(
    "forms",
    [
        ("10x12 rug", "10 x 12 rug", "10 × 12 rug", "10×12 rug", "10 by 12 rug", "10 X 12 rug"),
        ("90° elbow", "90 ° elbow", "90 degree elbow", "90-degree elbow", "90º elbow", "90 degrees elbow"),
        ("10 in. pan", "10 inch pan", "10in pan", "10 in pan", '10" pan'),
        ("women's shoes", "women’s shoes", "women′s shoes", "women`s shoes", "women´s shoes", "women&#39;s shoes"),
        ("salt & pepper", "salt &amp; pepper", "salt &amp;amp; pepper"),
        ("huile d'olive", "huile d’olive", "huile olive"),
    ],
)
def test_signs_have_one_meaning_however_they_are_typed(forms: tuple[str, ...]) -> None:
    assert len({query_atoms(form) for form in forms}) == 1


@pytest.mark.parametrize("text", ["3 in 1", "2 in stock", "4 in the box"])
def test_in_is_a_unit_only_where_a_thing_may_follow(text: str) -> None:
    assert not any(atom.is_measure for atom in query_atoms(text))
