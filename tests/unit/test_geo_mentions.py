"""Places inside sentences: found where something says so, and everyday words left alone."""

from __future__ import annotations

import time

import pytest
from geo_builders import CHICAGO, DALLAS, LYON, PARIS, StoreHere, a_chain, short, slowness, the_gazetteer
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.chain import ChainTowns
from geo.models import PlaceFound

EVERYDAY = """\
orange blender
nice mixer
gap wide
tours de cou
reading lamp
mobile phone
savon de Marseille
moutarde de Dijon
chicago cutlery knife set
new york strip steak pan
made in France
fabriqué en France
bath towels
blender in orange
blender in stock
is it in store
at home
in black
have one in red
best buy
phone in good condition
sony tv
a pressure cooker
cocotte minute 6 l
un mixeur à vapeur
robot en inox
in nice condition
paris hilton perfume
hold two of them
hold the first one
yes please
merci
what time do you open
machine à laver
poêle à frire
four à chaleur tournante
lampe de bureau
cancel my hold
à demain
le premier
two of those
in the morning
pack of 12 AA batteries
12 volt battery
Philips hue
Hamilton Beach blender
jersey sheets
french press
cork board
in bulk
at checkout
to pick up today
from amazon
réserve-le pour demain
4-in-1 dryer
is the shoe
machine à café
table en bois
fer à repasser
sac à dos
set of 3 pans
bonjour
salut
canon eos r
dutch oven
Columbia jacket
size 10 in blue
do you have it in white
i want to buy a 55 inch tv under 800
sku 60601
10000 mah battery
DDR3 PC3-12800 memory
order 60601
nice
reading
orange
mobile
un radiateur à gaz
je vous en prie
la casserole en cuivre
une lampe à pince
in march
open on sunday"""

BOTH = a_chain(CHICAGO, DALLAS, PARIS, LYON)


def found_in(text: str, chain: ChainTowns | None = BOTH, language: str = "en") -> dict[str, str | list[str] | None]:
    mentions = the_gazetteer().find_in(text, chain, language)
    return {text[each.start : each.end]: short(each.outcome) for each in mentions}


@pytest.mark.parametrize(
    ("text", "words", "label"),
    [
        ("nearest store with a pressure cooker near Chicago?", "Chicago", "Chicago, IL"),
        ("pressure cooker in Orange, CA", "Orange, CA", "Orange, CA"),
        ("blender near St. Louis, MO please", "St. Louis, MO", "St. Louis, MO"),
        ("pressure cooker in new york", "new york", "New York City, NY"),
        ("toaster San Diego", "San Diego", "San Diego, CA"),
        ("kettle NYC", "NYC", "New York City, NY"),
        ("blender in LA", "LA", "Los Angeles, CA"),
        ("any in denver?", "denver", "Denver, CO"),
        ("blender near Reading, PA", "Reading, PA", "Reading, PA"),
        ("I'm in Mobile, Alabama and need a fan", "Mobile, Alabama", "Mobile, AL"),
        ("how about Portland Oregon", "Portland Oregon", "Portland, OR"),
        ("Is there one in Washington, D.C.?", "Washington, D.C.", "Washington, DC"),
        ("pressure cooker chicago", "chicago", "Chicago, IL"),
        ("what about boston", "boston", "Boston, MA"),
        ("DTLA", "DTLA", "Downtown Los Angeles, CA"),
        ("in Ft Worth", "Ft Worth", "Fort Worth, TX"),
        ("iPhone 14 in Honolulu HI", "Honolulu HI", "Honolulu, HI"),
        ("Chicago", "Chicago", "Chicago, IL"),
    ],
)
def test_finds_places_in_english(text: str, words: str, label: str) -> None:
    assert found_in(text) == {words: label}


@pytest.mark.parametrize(
    ("text", "words", "label"),
    [
        ("un autocuiseur près de Lyon", "Lyon", "Lyon (69)"),
        ("je cherche une cocotte-minute à Marseille", "Marseille", "Marseille (13)"),
        ("au Havre vous avez des mixeurs ?", "Havre", "Le Havre (76)"),
        ("mixeur Paris 11e", "Paris 11e", "75011 Paris 11e"),
        ("mixeur à Paris 11", "Paris 11", "75011 Paris 11e"),
        ("dans le 11e arrondissement de Paris", "11e arrondissement de Paris", "75011 Paris 11e"),
        ("près de Tours", "Tours", "Tours (37)"),
        ("à Nice", "Nice", "Nice (06)"),
        ("j'habite à Villeurbanne", "Villeurbanne", "Villeurbanne (69)"),
        ("mixeur a lyon", "lyon", "Lyon (69)"),
        ("stock à Saint-Étienne ?", "Saint-Étienne", "Saint-Étienne (42)"),
        ("près d'Angers", "Angers", "Angers (49)"),
        ("vers Aix-en-Provence", "Aix-en-Provence", "Aix-en-Provence (13)"),
        ("aux Sables-d'Olonne", "Sables-d'Olonne", "Les Sables-d'Olonne (85)"),
        ("autour de Lille, s'il vous plaît", "Lille", "Lille (59)"),
        ("un grille-pain disponible à Toulouse demain", "Toulouse", "Toulouse (31)"),
        ("magasin de Nantes", "Nantes", "Nantes (44)"),
    ],
)
def test_finds_places_in_french(text: str, words: str, label: str) -> None:
    assert found_in(text, language="fr") == {words: label}


@pytest.mark.parametrize(
    ("text", "words", "label"),
    [
        ("pressure cooker 60601", "60601", "Chicago, IL 60601"),
        ("autocuiseur 69003", "69003", "69003 Lyon 3e"),
        ("hold it in Dallas TX 75201 for me", "Dallas TX 75201", "Dallas, TX 75201"),
        ("around 10001-1234", "10001-1234", "New York, NY 10001"),
        ("ZIP is 94103", "94103", "San Francisco, CA 94103"),
        ("SKU 6084400 near 55425", "55425", "Minneapolis, MN 55425"),
        ("autocuiseur 69003 Lyon", "69003 Lyon", "69003 Lyon 3e"),
    ],
)
def test_postcodes_stand_for_themselves(text: str, words: str, label: str) -> None:
    chain = a_chain(CHICAGO, LYON) if "autocuiseur" in text else a_chain(CHICAGO, DALLAS)
    assert found_in(text, chain) == {words: label}


@pytest.mark.parametrize("text", EVERYDAY.splitlines())
def test_everyday_words_are_no_places(text: str) -> None:
    assert found_in(text) == {}


def test_typos_are_corrected_only_after_a_clear_preposition() -> None:
    mentions = the_gazetteer().find_in("toaster near chigaco", BOTH)
    assert [short(each.outcome) for each in mentions] == ["Chicago, IL"]
    outcome = mentions[0].outcome
    assert isinstance(outcome, PlaceFound)
    assert outcome.corrected
    assert found_in("toaster chigaco") == {}


def test_a_state_after_a_preposition_is_a_choice_of_its_towns() -> None:
    labels = found_in("any blenders in Texas?")["Texas"]
    assert isinstance(labels, list)
    assert labels[0] == "Dallas, TX"


def test_an_ambiguous_town_is_a_choice_inside_a_sentence_too() -> None:
    labels = found_in("any stock around springfield")["springfield"]
    assert isinstance(labels, list)
    assert len(labels) > 2


def test_several_places_of_a_sentence_are_found_in_order() -> None:
    assert list(found_in("à Villeurbanne ou près de Lyon ?")) == ["Villeurbanne", "Lyon"]


def test_the_retailers_own_store_names_are_places() -> None:
    mall = StoreHere("Acme Mall of Nowhere", "Bloomington", "MN", "US", 44.85, -93.24)
    chain = a_chain(mall, CHICAGO, DALLAS)
    for text in ("near the Mall of Nowhere", "is it at the mall of nowhere store", "mall of nowhere"):
        assert list(found_in(text, chain).values()) == ["Acme Mall of Nowhere (Bloomington)"]


def test_words_of_the_catalogue_need_a_preposition() -> None:
    gazetteer = the_gazetteer()
    assert gazetteer.find_in("pressure cooker boston", BOTH, catalogue_words={"boston"}) == []
    assert gazetteer.find_in("pressure cooker in boston", BOTH, catalogue_words={"boston"})


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_mentions_of_any_text_lie_inside_it_and_do_not_overlap(text: str) -> None:
    end = 0
    for mention in the_gazetteer().find_in(text, BOTH):
        assert end <= mention.start < mention.end <= len(text)
        end = mention.end


def test_a_sentence_of_thirty_words_takes_at_most_two_milliseconds() -> None:
    stores = [StoreHere(f"Store {n}", f"Town {n % 900}", "IL", "US", 30 + n % 15, -120 + n % 45) for n in range(2000)]
    chain = a_chain(*stores)
    sentence = (
        "Hello there, I would like to know whether you still have two large red pressure cookers with a glass lid "
        "in stock today at a store near Springfield, Illinois or in Chicago please"
    )
    assert len(sentence.split()) >= 30
    gazetteer = the_gazetteer()
    took = []
    for _ in range(41):
        start = time.perf_counter()
        gazetteer.find_in(sentence, chain)
        took.append(time.perf_counter() - start)
    assert min(took) <= 0.002 * slowness()


def test_a_megabyte_of_text_is_answered_quickly() -> None:
    start = time.perf_counter()
    the_gazetteer().find_in("near Springfield " * 60_000)
    assert time.perf_counter() - start < 1
