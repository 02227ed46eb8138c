"""What a query asks for, given what the catalogue knows; and what a title names a product as."""

import pytest

from search.documents import product_document
from search.headline import named
from search.identifiers import gtin_of
from search.models import Filters, Product, Tier
from search.plan import plan
from search.vocabulary import Vocabulary, VocabularyBuilder
from search.wording import understand

TITLES = [
    *["Electric Pressure Cooker"] * 3,
    *["Rice Cooker"] * 2,
    *["Sofa Cover"] * 6,
    "Dishwasher",
    "Dish Rack",
    "Car Washer",
    *["LED HDTV"] * 5,
    "Television Days - CD",
    "Headphones",
    "Refrigerator",
    "Oven",
]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    builder = VocabularyBuilder()
    for place, title in enumerate(TITLES):
        product = Product(str(place), title, brand="Sony" if place % 2 else "SONY")
        builder.add(product, product_document(product))
    return Vocabulary.from_bytes(builder.to_bytes())


def test_a_vocabulary_survives_storage_and_an_empty_one_knows_nothing(vocabulary: Vocabulary) -> None:
    assert vocabulary.frequency("cookers") == 5
    assert vocabulary.title_frequency("cooker") == 5
    assert [(value.name, value.count) for value in vocabulary.brands] == [("SONY", 13)] or vocabulary.brands[
        0
    ].count == len(TITLES)
    assert not Vocabulary.from_bytes(None)
    assert not Vocabulary().knows("cooker")


@pytest.mark.parametrize(
    ("said", "corrected"),
    [
        ("presure cooker", "pressure cooker"),
        ("pressure coker", "pressure cooker"),  # "cover" is commoner, but does not stand beside pressure
        ("headphnoes", "headphones"),
        ("refridgerator", "refrigerator"),
        ("pressurecooker", "pressure cooker"),
        ("ricepressure", None),  # both words are known, but never stand together
        ("pressure cooker", None),
        ("oen", None),  # too short to guess
        ("ovne", "oven"),
        ("owen", None),
        ("qqqqqqqq", None),
        ("lofa", None),  # a slip in the first letter counts twice
        ("autocuiseur", None),  # unknown to the catalogue, but a synonym
    ],
)
def test_a_word_that_no_product_has_is_corrected(vocabulary: Vocabulary, said: str, corrected: str | None) -> None:
    assert understand(said, vocabulary).corrected == corrected


def test_synonyms_are_one_term_and_rare_ones_are_left_out(vocabulary: Vocabulary) -> None:
    (term,) = understand("autocuiseur", vocabulary).terms
    assert ("pressure", "cooker") in [wording.words for wording in term.wordings]
    (tv,) = understand("tv", vocabulary).terms
    assert ("hdtv",) in [wording.words for wording in tv.wordings]


def test_stop_words_are_no_terms_and_a_term_counts_once(vocabulary: Vocabulary) -> None:
    assert [term.text for term in understand("the rice cooker and a rice cooker", vocabulary).terms] == ["rice cooker"]
    assert understand("is the", vocabulary).terms == ()
    assert understand("", vocabulary).terms == ()


def test_words_written_apart_also_mean_the_joined_one(vocabulary: Vocabulary) -> None:
    (term,) = understand("dish washer", vocabulary).terms
    assert {wording.words for wording in term.wordings} >= {("dishwasher",)}


@pytest.mark.parametrize(
    ("title", "language", "name"),
    [
        ("Gasket for Pressure Cooker", "en", "gasket"),
        ("Presto - 6-Quart Pressure Cooker - Silver", "en", "presto | 6qt pressure cooker | silver"),
        ("Laptop Sleeve - Black", "en", "sleeve | black"),
        ("Laptop Sleeve 15.6 inch", "en", "sleeve 15_6inch"),
        ("Fixed TV Wall Mount 32 to 55 Inches", "en", "mount 32 to 55inch"),
        ("TV Stand for TVs Up to 55 inches", "en", "stand"),
        ("KitchenAid Stand Mixer", "en", "kitchenaid stand mixer"),
        ("Camera with Bag", "en", "camera"),
        ("Filter of a Coffee Maker", "en", "filter"),
        ("Couvercle d'autocuiseur 22 cm", "fr", "couvercle"),
        ("Joint pour cocotte-minute", "fr", "joint"),
        ("Autocuiseur 6 L avec panier", "fr", "autocuiseur 6l"),
        ("", "en", ""),
        ("For You", "en", ""),
    ],
)
def test_a_title_names_what_the_product_is(title: str, language: str, name: str) -> None:
    assert named(title, language) == name


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("4006381333931", "04006381333931"),
        ("4 006381 333931", "04006381333931"),
        ("4-006381-333931", "04006381333931"),
        ("036000291452", "00036000291452"),
        ("96385074", "00000096385074"),
        ("4006381333932", None),  # wrong check digit
        ("12345", None),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", None),
        ("4006381333931x", None),
    ],
)
def test_a_gtin_is_known_by_its_check_digit(text: str, gtin: str | None) -> None:
    assert gtin_of(text) == gtin


def steps(q: str, vocabulary: Vocabulary) -> list[tuple[Tier, tuple[str, ...]]]:
    wanted = understand(q, vocabulary)
    planned = plan(q, wanted, Filters(), french=False, counts_known=True)
    return [(step.tier, step.relaxed) for step in planned]


def test_the_best_tier_is_asked_first_and_the_commonest_word_is_left_out_first(vocabulary: Vocabulary) -> None:
    assert steps("electric rice oven", vocabulary) == [
        (Tier.IDENTIFIER, ()),
        (Tier.ALL_TERMS, ()),
        (Tier.ALL_TERMS, ()),
        (Tier.ALL_TERMS, ()),
        (Tier.MOST_TERMS, ("electric",)),
        (Tier.MOST_TERMS, ("rice",)),
        (Tier.MOST_TERMS, ("oven",)),
        (Tier.SIMILAR, ()),
    ]


def test_a_code_is_left_out_before_a_name() -> None:
    builder = VocabularyBuilder()
    for place, title in enumerate(["Sony A", "Sony B", "Sony C", "Phone S7"]):
        product = Product(str(place), title)
        builder.add(product, product_document(product))
    relaxed = [step[1] for step in steps("sony s7", Vocabulary.from_bytes(builder.to_bytes()))]
    assert relaxed[-2:] == [("s7",), ("sony",)]


def test_unknown_words_are_left_out_together(vocabulary: Vocabulary) -> None:
    assert {step[1] for step in steps("electric rice zzyzx", vocabulary)[1:]} == {("zzyzx",)}
    assert [step[0] for step in steps("zzyzx", vocabulary)] == [Tier.IDENTIFIER]


def test_users_words_stand_in_no_query_text(vocabulary: Vocabulary) -> None:
    hostile = "rice @title:x {oven} $p9 cooker) | (* electric => [KNN"
    wanted = understand(hostile, vocabulary)
    filters = Filters(brand="a} | @sku:{b", category="*")
    for step in plan(hostile, wanted, filters, french=True, counts_known=True):
        assert not any(word in step.query.text for word in ("rice", "oven", "electric", "knn", "KNN", "b}", "$p9"))
