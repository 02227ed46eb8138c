"""Compounds, possessives and model numbers: every way to write them is one query."""

import pytest

from search.documents import product_document
from search.models import Product
from search.vocabulary import Vocabulary, VocabularyBuilder
from search.wording import understand

TITLES = [
    *["Brisk Headphones"] * 12,
    *["Orvo Hard Drive 2TB"] * 12,
    *["Self-Cleaning Oven"] * 6,
    *["Zeta 360 Console"] * 12,
    *["Mens T-Shirt"] * 4,
    *["Audiobook Tales"] * 3,
    *["Bookshelf Speaker"] * 9,
    *["Wall Tables"] * 15,
    "Orvo KX-TG9391T Phone",
    "Orvo PJD5523W Projector",
    "Galaxia S Tablet",
    *["Built-in Dishwasher"] * 3,
    *["Garden Bench"] * 3,
]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    builder = VocabularyBuilder()
    for place, title in enumerate(TITLES):
        product = Product(str(place), title, description="Sturdy enough for commands and photos of harbours.")
        builder.add(product, product_document(product))
    return Vocabulary.from_bytes(builder.to_bytes())


@pytest.mark.parametrize(
    "forms",
    [
        ("headphones", "head phones", "head-phones", "head–phones", "HEAD PHONES"),
        ("hard drive", "hard-drive", "harddrive", "hard - drive"),
        ("self-cleaning oven", "self cleaning oven", "selfcleaning oven"),
        ("zeta 360", "zeta-360", "zeta360"),
        ("t-shirt", "t shirt", "tshirt"),
        ("bookshelf speaker", "book shelf speaker", "book-shelf speaker"),
        ("tables", "tab les", "tab-les"),
        ("men's t-shirt", "mens t-shirt", "men s t-shirt", "men’s t-shirt", "men′s t-shirt", "men t-shirt"),
        ("built-in dishwasher", "builtin dishwasher"),
    ],
)
def test_every_way_to_write_a_compound_asks_for_the_same(vocabulary: Vocabulary, forms: tuple[str, ...]) -> None:
    asked = {
        tuple(
            tuple(tuple(sorted(wording.words)) for wording in term.wordings) for term in understand(q, vocabulary).terms
        )
        for q in forms
    }
    stems = {str(each).replace("mens", "men") for each in asked}
    assert len(stems) == 1, asked


@pytest.mark.parametrize(
    "form", ["kx-tg9391t", "KXTG9391T", "kx tg 9391 t", "KX.TG.9391.T", "kx/tg9391t", "orvo kx-tg-9391-t phone"]
)
def test_a_model_number_is_one_term_with_any_punctuation(vocabulary: Vocabulary, form: str) -> None:
    assert ("kxtg9391t",) in [term.wordings[0].words for term in understand(form, vocabulary).terms]


def test_only_a_word_that_no_title_has_is_said_to_be_taken_apart(vocabulary: Vocabulary) -> None:
    assert understand("harddrive", vocabulary).corrected == "hard drive"
    assert understand("head phones", vocabulary).corrected is None


def test_a_letter_that_is_part_of_a_name_stays(vocabulary: Vocabulary) -> None:
    assert [term.text for term in understand("galaxia s", vocabulary).terms] == ["galaxia", "s"]


@pytest.mark.parametrize("half", ["9391t", "kxtg9", "PJD55", "5523w"])
def test_half_a_model_number_means_the_codes_that_have_it(vocabulary: Vocabulary, half: str) -> None:
    (term,) = understand(half, vocabulary).terms
    assert {word for wording in term.wordings for word in wording.words} & {"kxtg9391t", "tg9391t", "pjd5523w"}


def test_words_of_descriptions_are_known_and_meant_by_slips(vocabulary: Vocabulary) -> None:
    assert understand("commands", vocabulary).corrected is None
    assert understand("comands", vocabulary).corrected == "commands"
    assert understand("phootos", vocabulary).corrected == "photos"


def test_a_slip_in_half_a_compound_is_understood(vocabulary: Vocabulary) -> None:
    assert understand("headphnoes", vocabulary).corrected == "headphones"
    assert [term.text for term in understand("garden bnech", vocabulary).terms] == ["garden", "bench"]


def test_unknown_words_are_guessed_at_by_their_parts_and_beginnings(vocabulary: Vocabulary) -> None:
    wanted = understand("speakerdrive", vocabulary)
    assert [term.text for term in wanted.guesses] == ["speaker", "drive"]
    assert understand("zzyzx", vocabulary).guesses == ()


def test_little_words_alone_are_a_name_where_titles_have_them_side_by_side() -> None:
    builder = VocabularyBuilder()
    product = Product("1", "For You")
    builder.add(product, product_document(product))
    vocabulary = Vocabulary.from_bytes(builder.to_bytes())
    assert [term.text for term in understand("for you", vocabulary).terms] == ["for you"]
    assert understand("you for", vocabulary).terms == understand("for", vocabulary).terms == ()
