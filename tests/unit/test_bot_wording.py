"""Words: catalogues that fit each other, and numbers, money, distances and times as each language writes them."""

from __future__ import annotations

import re
import string
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from fakes import PRODUCTS, STORES

from bot.phrases import LANGUAGES, load_phrases
from bot.wording import Day, Distance, Line, Moment, Money, Names, Wording, line
from search.models import Product, Store

PHRASES = load_phrases()
NNBSP, NBSP = "\u202f", "\u00a0"


def fields_of(sentence: str | dict[str, str]) -> set[str]:
    forms = [sentence] if isinstance(sentence, str) else list(sentence.values())
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


def test_every_language_has_the_same_sentences() -> None:
    for language in LANGUAGES:
        assert set(PHRASES[language].sentences) == set(PHRASES["en"].sentences)


@pytest.mark.parametrize("key", sorted(PHRASES["en"].sentences))
def test_a_sentence_has_the_same_facts_in_every_language(key: str) -> None:
    assert fields_of(PHRASES["fr"].sentences[key]) == fields_of(PHRASES["en"].sentences[key])


def test_every_sentence_that_the_code_says_exists_and_every_sentence_is_said() -> None:
    root = Path(__file__).parents[2] / "bot"
    code = "\n".join(path.read_text("utf-8") for path in [*root.glob("dialogue/*.py"), root / "wording.py"])
    unsaid = [
        key
        for key in PHRASES["en"].sentences
        if f'"{key}"' not in code and not re.match(r"(propose|still|option|product|no|have|hold)_", key)
    ]
    assert unsaid == []
    for key in re.findall(r'\bline\(\s*"(\w+)"', code):
        assert key in PHRASES["en"].sentences


def test_french_has_unbreakable_spaces_before_its_marks() -> None:
    for sentence in PHRASES["fr"].sentences.values():
        assert not re.search(r" [;:!?»]|« ", str(sentence))
    assert Wording(PHRASES["fr"]).say(line("ask_product")) == f"Que cherchez-vous{NNBSP}?"


@pytest.mark.parametrize(
    ("language", "tag", "expected"),
    [
        ("en", None, f"3.2{NBSP}km (2{NBSP}mi)"),
        ("en", "en-US", f"3.2{NBSP}km (2{NBSP}mi)"),
        ("en", "en-GB", f"3.2{NBSP}km"),
        ("en", "en_GB", f"3.2{NBSP}km"),
        ("fr", None, f"3,2{NBSP}km"),
        ("fr", "fr-CA", f"3,2{NBSP}km"),
        ("fr", "xx-broken-tag", f"3,2{NBSP}km"),
        ("fr", "en-US", f"3,2{NBSP}km"),
    ],
)
def test_distances_are_kilometres_with_miles_for_the_united_states(
    language: str, tag: str | None, expected: str
) -> None:
    said = Wording(PHRASES[language], tag).say(line("none_within", radius=Distance(3.2)))
    assert expected in said


def test_money_is_written_as_the_language_does() -> None:
    product = Product("A", "Kettle")
    english = Wording(PHRASES["en"]).say(line("product_priced", product=product, price=Money(Decimal("1299.5"), "EUR")))
    french = Wording(PHRASES["fr"]).say(line("product_priced", product=product, price=Money(Decimal("1299.5"), "EUR")))
    assert "€1,299.50" in english
    assert f"1{NNBSP}299,50{NBSP}€" in french


def test_money_without_a_currency_is_a_number() -> None:
    said = Wording(PHRASES["en"]).say(line("product_priced", product=PRODUCTS[0], price=Money(Decimal("12.5"), None)))
    assert said.endswith("costs 12.5.")


@pytest.mark.parametrize(
    ("language", "zone", "at", "expected"),
    [
        ("en", "America/Chicago", datetime(2026, 11, 25, 21, 30, tzinfo=UTC), "3:30\u202fPM"),
        ("fr", "Europe/Paris", datetime(2026, 11, 25, 16, 30, tzinfo=UTC), "17:30"),
        ("fr", "Europe/Paris", datetime(2026, 11, 26, 8, 0, tzinfo=UTC), "jusqu’à 09:00 le 26 novembre."),
        ("fr", "Europe/Paris", datetime(2026, 12, 1, 8, 0, tzinfo=UTC), "jusqu’à 09:00 le 1er décembre."),
        ("en", "America/Chicago", datetime(2026, 11, 26, 15, 0, tzinfo=UTC), "until November 26, 9:00 AM."),
        ("en", None, datetime(2026, 11, 25, 21, 30, tzinfo=UTC), "9:30\u202fPM UTC"),
    ],
)
def test_times_are_told_in_the_zone_of_the_store(language: str, zone: str | None, at: datetime, expected: str) -> None:
    moment = Moment(at, zone, datetime(2026, 11, 25, 15, 0, tzinfo=UTC))
    facts = {"count": 1, "product": PRODUCTS[0], "store": STORES[0], "until": moment, "hold": "H1"}
    said = Wording(PHRASES[language]).say(Line("hold_placed", facts))
    assert expected.replace("\u202f", " ") in said.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("language", "day", "expected"),
    [
        ("en", date(2026, 11, 29), "Lyon is closed on Sunday."),
        ("fr", date(2026, 11, 29), "Lyon est fermé dimanche."),
    ],
)
def test_days_are_told_by_their_name(language: str, day: date, expected: str) -> None:
    said = line("store_closed_on", store=Store("S", "Lyon", 0, 0), day=Day(day))
    assert Wording(PHRASES[language]).say(said) == expected


def test_other_peoples_text_is_one_line_without_direction_characters() -> None:
    said = line("store_address", store=Store("S", "Lyon", 0, 0), address="1 rue\u202e\nServient")
    assert Wording(PHRASES["en"]).say(said) == "Lyon is at 1 rue Servient."


def test_an_unknown_time_zone_is_told_in_utc() -> None:
    moment = Moment(datetime(2026, 11, 25, 21, 30, tzinfo=UTC), "Mars/Olympus", datetime(2026, 11, 25, tzinfo=UTC))
    facts = {"count": 1, "product": PRODUCTS[0], "store": STORES[0], "until": moment, "hold": "H1"}
    assert "UTC" in Wording(PHRASES["en"]).say(Line("hold_placed", facts))


def test_titles_follow_the_language_and_names_from_feeds_are_tamed() -> None:
    assert "Autocuiseur Seb 6 L" in Wording(PHRASES["fr"]).say(line("product", product=PRODUCTS[0]))
    wild = Product("A", "Kettle\u202e\n{store} " + "x" * 500)
    said = Wording(PHRASES["en"]).say(line("product", product=wild))
    assert "\u202e" not in said
    assert "\n" not in said
    assert len(said) < 130
    assert "{store}" in said


def test_several_names_are_one_list_of_the_language() -> None:
    names = Names(("Lyon", "Nice"))
    assert "Lyon et Nice" in Wording(PHRASES["fr"]).say(line("passed_over", stores=names))
    assert "Lyon and Nice" in Wording(PHRASES["en"]).say(line("passed_over", stores=names))


def test_entries_of_a_list_stand_on_lines_of_their_own() -> None:
    store = Store("S", "Lyon", 0, 0)
    entries = [line("option_store", number=number, store=store, town="69002 Lyon") for number in (1, 2)]
    text = Wording(PHRASES["en"]).paragraph(
        [line("read_as", words="tv"), line("stores_near"), *entries, line("ask_number")]
    )
    assert text.splitlines() == [
        "I read that as “tv”. Our nearest stores:",
        "1. Lyon, 69002 Lyon",
        "2. Lyon, 69002 Lyon",
        "Tell me a number and I will get a hold ready.",
    ]
