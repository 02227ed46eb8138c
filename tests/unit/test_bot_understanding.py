"""What single messages are taken to mean: intents and slots, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import FakePlaces
from hypothesis import given, settings
from hypothesis import strategies as st
from utterances import FIND, FOLLOW_UPS, OTHERS, STORES

from bot.intents import Intent
from bot.understanding.models import Context, Expecting, Understanding
from bot.understanding.turn import understand

PLACES = FakePlaces()
AFTER_LIST = Context(has_product=True, option_labels=("Union Square", "Loop", "Evanston"))
AFTER_PROPOSAL = Context(has_product=True, option_labels=("Union Square", "Loop"), expecting=Expecting.YES)
ASKED_WHERE = Context(has_product=True, expecting=Expecting.PLACE)
WITH_HOLD = Context(has_product=True, has_hold=True)


def read(text: str, context: Context | None = None) -> Understanding:
    return understand(text, context or Context(), PLACES)


def check(meant: Understanding, intent: str, slots: dict[str, Any]) -> None:
    """The slots named must be so; the others that a search depends on must be empty."""
    assert meant.intent == intent
    expected: dict[str, Any] = (
        dict.fromkeys(("product", "sku", "quantity", "place", "store", "option", "price_max")) | slots
    )
    said = {name: getattr(meant, name) for name in expected}
    if meant.place is not None:
        said["place"] = meant.place.text
    assert said == expected


@pytest.mark.parametrize(("text", "slots"), FIND)
def test_a_question_for_a_product_gives_its_words_and_limits(text: str, slots: dict[str, Any]) -> None:
    check(read(text), "find_stock", slots)


@pytest.mark.parametrize(("text", "intent"), OTHERS)
def test_other_wishes_are_recognised_without_a_conversation(text: str, intent: str) -> None:
    assert read(text).intent == intent


@pytest.mark.parametrize(("text", "intent", "slots"), STORES)
def test_stores_products_and_holds_are_named_in_one_message(text: str, intent: str, slots: dict[str, Any]) -> None:
    check(read(text), intent, slots)


@pytest.mark.parametrize(("text", "intent", "slots"), FOLLOW_UPS)
def test_after_a_list_short_messages_refer_to_it(text: str, intent: str, slots: dict[str, Any]) -> None:
    check(read(text, AFTER_LIST), intent, slots)


@pytest.mark.parametrize(
    "text",
    ["yes", "Yes!", "ok", "OK please", "oui", "Oui, merci !", "vas-y", "d'accord", "please do", "yes please go ahead",
     "sure, do it", "hold it", "réservez-le", "Yes, hold it", "Oui, réservez", "ok super", "je confirme"],
)  # fmt: skip
def test_a_plain_yes_affirms_a_proposal(text: str) -> None:
    meant = read(text, AFTER_PROPOSAL)
    assert (meant.intent, meant.doubtful) == (Intent.AFFIRM, False)


@pytest.mark.parametrize(
    "text",
    ["yes but 3", "oui mais 3", "make it 2", "2", "no the second one", "oui mais au magasin de Bellecour", "great",
     "yes in Boston", "what time does it close?", "ok et une bouilloire ?", "yes and a toaster", "thanks", "👍",
     "maybe", "yes is a band", "if yes then what", "say yes", "yesterday", "okra", "Yes Man DVD"],
)  # fmt: skip
def test_more_or_other_than_a_yes_does_not_affirm(text: str) -> None:
    assert read(text, AFTER_PROPOSAL).intent != Intent.AFFIRM


def test_a_yes_with_a_question_mark_is_doubtful() -> None:
    assert read("yes?", AFTER_PROPOSAL).doubtful


@pytest.mark.parametrize(
    "text",
    ["no", "No thanks", "non merci", "laisse tomber", "don't hold it", "cancel", "no wait yes", "ne réservez pas"],
)
def test_a_no_negates_a_proposal(text: str) -> None:
    assert read(text, AFTER_PROPOSAL).intent == Intent.NEGATE


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Lyon", "Lyon"),
        ("60601", "60601"),
        ("10 rue de la République, 69002 Lyon", "10 rue de la République, 69002 Lyon"),
        ("350 5th Ave, New York", "350 5th Ave, New York"),
        ("i'm in chicago", "chicago"),
        ("nice", "nice"),
        ("je suis à Saint-Étienne", "Saint-Étienne"),
        ("Leeds", "Leeds"),
        ("annecy", "annecy"),
        ("orly", "orly"),
        ("d'Annecy", "Annecy"),
        ("in the bronx", "bronx"),
        ("springfield", "springfield"),
        ("c'est à Trifouillis-les-Oies", "Trifouillis-les-Oies"),
    ],
)
def test_asked_where_a_bare_place_is_the_answer(text: str, place: str) -> None:
    check(read(text, ASKED_WHERE), "give_place", {"place": place})


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("I'm at 350 5th Ave, New York. need a hair dryer", "350 5th Ave, New York"),
        ("near 350 5th ave, new york and i need a hair dryer", "350 5th ave, new york"),
        ("je suis au 10 rue de la République, Lyon. il me faut un hair dryer", "10 rue de la République, Lyon"),
    ],
)
def test_an_address_ends_where_the_wish_begins(text: str, place: str) -> None:
    check(read(text), "find_stock", {"place": place, "product": "hair dryer"})


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("do you have a kettle and a toaster", ("kettle", "toaster")),
        ("je cherche un autocuiseur et une bouilloire", ("autocuiseur", "bouilloire")),
        ("need 2 kettles and 3 toasters and some pans", ("kettles", "toasters", "pans")),
        ("salt and pepper mill", ("salt and pepper mill",)),
        ("washer and dryer set", ("washer and dryer set",)),
        ("Harry Potter and the Goblet of Fire dvd", ("Harry Potter and the Goblet of Fire dvd",)),
    ],
)
def test_several_things_of_one_message_are_told_apart(text: str, things: tuple[str, ...]) -> None:
    meant = read(text)
    assert (meant.product, *meant.others) == things


def test_asked_where_somebody_may_still_ask_for_something_else() -> None:
    check(read("I need a toaster", ASKED_WHERE), "find_stock", {"product": "toaster"})


def test_a_bare_cancel_means_the_hold_when_there_is_one_and_no_proposal() -> None:
    assert read("cancel", WITH_HOLD).intent == Intent.CANCEL_HOLD


@pytest.mark.parametrize(
    ("text", "spoken", "expected"),
    [
        ("un autocuiseur vers Lyon", "en", "fr"),
        ("do you have it in Chicago", "fr", "en"),
        ("Seb", "en", "en"),
        ("Tefal Moulinex", "en", "en"),
        ("La Redoute", "en", "en"),
        ("ok", "fr", "fr"),
        ("d'accord", "en", "en"),
        ("i'm", "fr", "fr"),
        ("2", "fr", "fr"),
        ("iPhone 14 Pro", "fr", "fr"),
        ("bonjour", "en", "en"),
        ("bonjour, vous avez des mixeurs ?", "en", "fr"),
        ("in english please", "fr", "en"),
        ("en français s'il te plaît", "en", "fr"),
    ],
)
def test_the_language_follows_two_words_of_evidence_or_a_request(text: str, spoken: str, expected: str) -> None:
    assert read(text, Context(language=spoken, language_known=True)).language == expected


@pytest.mark.parametrize(("text", "expected"), [("bonjour", "fr"), ("hello", "en"), ("autocuiseur 6l 69003 x2", "fr")])
def test_the_first_message_needs_less_evidence(text: str, expected: str) -> None:
    assert read(text).language == expected


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.sampled_from([Context(), AFTER_LIST, AFTER_PROPOSAL, ASKED_WHERE, WITH_HOLD]))
def test_any_text_is_understood_as_something_and_twice_the_same(text: str, context: Context) -> None:
    first = read(text, context)
    assert first == read(text, context)
    assert first.product is None or (len(first.product) <= 80 and not set(first.product) & set("<>{}[]|\u202e\u200b"))


@pytest.mark.parametrize(
    "text", ["a" * 4000, "need " * 800, "1" * 4000, "(" * 2000, "x2 " * 1300, "à " * 2000, "near " * 800]
)
def test_long_messages_are_read_in_little_time(text: str) -> None:
    read(text, AFTER_LIST)
