"""Other ways to write a query: each says the same, differs from it, and is the same for the same seed."""

import random
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.relevance.variants.compounds import hyphens, joined, torn
from bench.relevance.variants.spellings import accents, case, entities, possessives
from bench.relevance.variants.typos import HOWS, ONE_EDIT, TWO_EDITS, edits, neighbours, slip, typos
from bench.relevance.variants.units import find_measure, units

WORDS = {"pressure", "cooker", "stainless", "refrigerator", "rose", "nose"}


def rng() -> random.Random:
    return random.Random(7)


def test_neighbours_are_the_keys_around_a_key() -> None:
    assert set(neighbours("s")) == set("adwezx")
    assert set(neighbours("q")) == set("wa")
    assert neighbours("1") == ""


@pytest.mark.parametrize(
    ("left", "right", "count"),
    [("cooker", "cooker", 0), ("cooker", "coker", 1), ("cooker", "cokoer", 1), ("cooker", "kooler", 2), ("", "ab", 2)],
)
def test_edits_count_a_swap_of_neighbours_once(left: str, right: str, count: int) -> None:
    assert edits(left, right) == count


@given(st.sampled_from(sorted(WORDS)), st.sampled_from(HOWS), st.integers(0, 9_999))
def test_a_slip_is_at_most_one_edit(word: str, how: str, seed: int) -> None:
    assert edits(word, slip(word, how, random.Random(seed))) <= 1


@given(st.integers(0, 9_999))
def test_typos_have_just_so_many_edits_and_are_no_words(seed: int) -> None:
    for made in typos("refrigerator rose", random.Random(seed), WORDS.__contains__):
        first, second = made.text.split(" ", 1)
        assert edits("refrigerator", first) + edits("rose", second) == (1 if made.kind == ONE_EDIT else 2)
        assert not {first, second} <= WORDS
        if made.kind == TWO_EDITS:
            assert second == "rose", "only a long word takes two"


def test_words_that_the_catalogue_does_not_know_and_short_ones_get_no_typos() -> None:
    assert not list(typos("tv xyzzy", rng(), WORDS.__contains__))


def test_the_same_seed_gives_the_same_typos() -> None:
    made = [list(typos("stainless pressure cooker", random.Random(3), WORDS.__contains__)) for _ in range(2)]
    assert made[0] == made[1]
    assert {each.how for each in made[0] if each.kind == ONE_EDIT} == set(HOWS)


def test_case_and_accents_change_nothing_that_is_said() -> None:
    for made in [*case("Café au lait", rng()), *accents("Café au lait", rng()), *accents("naive tea", rng())]:
        plain = [
            "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
            for text in (made.text, made.clean)
        ]
        assert made.text != made.clean
        assert plain[0] == plain[1]


def test_entities_stand_for_what_they_were() -> None:
    texts = {made.how: made.text for made in entities('black & decker 5" saw', rng())}
    assert texts["named"] == "black &amp; decker 5&quot; saw"
    assert texts["word"] == 'black and decker 5" saw'


def test_possessives_lose_their_apostrophe_or_their_s() -> None:
    texts = {made.text for made in possessives("men's watch", rng())}
    assert {"mens watch", "men’s watch", "men watch", "men s watch"} <= texts
    assert not list(possessives("watch", rng()))


def counted(**counts: int) -> Callable[[str], int]:
    named = {name.replace("_", " "): count for name, count in counts.items()}
    return lambda phrase: named.get(phrase, 0)


def test_a_hyphened_word_is_written_apart_and_together() -> None:
    texts = {made.text for made in hyphens("blue t-shirt", rng(), counted())}
    assert {"blue t shirt", "blue tshirt", "blue t–shirt"} <= texts


def test_a_word_is_torn_only_into_words_of_its_own() -> None:
    count = counted(headphones=50, head=20, phone=30)
    assert {made.text for made in torn("red headphones", rng(), count)} == {"red head phones", "red head-phones"}
    assert not list(torn("red headphones", rng(), counted(headphones=50, head=20)))
    assert not list(torn("red headphones", rng(), counted(headphones=50, head=20, phone=30, head_phones=40)))


def test_words_are_joined_only_where_apart_is_the_usual_form() -> None:
    usual = counted(hard_drive=60, hard=80, drive=80)
    assert {made.text for made in joined("big hard drive", rng(), usual)} == {"big harddrive", "big hard-drive"}
    assert not list(joined("big hard drive", rng(), counted(hard_drive=60, harddrive=60)))


@pytest.mark.parametrize(
    ("clean", "ways"),
    [
        ('55" hdtv', {"55 inch hdtv", "55-inch hdtv", "55in hdtv", "55″ hdtv"}),
        ("cooker 6qt", {"cooker 6-quart", "cooker 6 qt", "cooker 6 quarts"}),
        ("6L pot", {"6 l pot", "6 litres pot"}),
        ("10 x 12 frame", {"10x12 frame", "10 × 12 frame", "10 by 12 frame"}),
        ("180° swivel", {"180 degrees swivel"}),
    ],
)
def test_a_measure_is_written_in_every_way(clean: str, ways: set[str]) -> None:
    assert ways <= {made.text for made in units(clean, rng())}


def test_what_is_no_measure_is_left_alone() -> None:
    assert find_measure("windows 7 home") is None
    assert find_measure("xl shirt") is None
    assert not list(units("pressure cooker", rng()))
