"""What a text means as a place: found, a choice, or unknown, and never a silent guess."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from geo_builders import (
    CHICAGO,
    DALLAS,
    LYON,
    PARIS,
    PARIS_TEXAS,
    SAINT_DENIS,
    SPRINGFIELD_IL,
    StoreHere,
    a_chain,
    short,
    slowness,
    the_gazetteer,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.chain import ChainTowns
from geo.errors import GazetteerMissing
from geo.gazetteer import Gazetteer, default_path
from geo.models import PlaceAmbiguous, PlaceFound, PlaceKind, PlaceOutcome, PlaceUnknown


def lookup(text: str, chain: ChainTowns | None = None, language: str = "en") -> PlaceOutcome:
    return the_gazetteer().lookup(text, chain, language)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Chicago", "Chicago, IL"),
        ("CHICAGO", "Chicago, IL"),
        ("Lyon", "Lyon (69)"),
        ("Paris", "Paris (75)"),
        ("Anchorage", "Anchorage, AK"),
        ("Honolulu HI", "Honolulu, HI"),
        ("San Juan PR", "San Juan, PR"),
        ("paris, tx", "Paris, TX"),
        ("Paris Texas", "Paris, TX"),
        ("Springfield, Illinois", "Springfield, IL"),
        ("springfield il", "Springfield, IL"),
        ("Springfield, IL, USA", "Springfield, IL"),
        ("portland or", "Portland, OR"),
        ("London, UK", "London, England, United Kingdom"),
        ("London, Ontario", "London, ON, Canada"),
        ("Toronto, ON", "Toronto, ON, Canada"),
        ("St Louis Sénégal", "Saint-Louis, Senegal"),
    ],
)
def test_finds_a_town_with_or_without_its_state_or_country(text: str, label: str) -> None:
    assert short(lookup(text)) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Besançon", "Besançon (25)"),
        ("BESANCON", "Besançon (25)"),
        ("Orle\u0301ans, France", "Orléans (45)"),
        ("Ｃｈｉｃａｇｏ", "Chicago, IL"),
        ("saint etienne", "Saint-Étienne (42)"),
        ("St-Étienne", "Saint-Étienne (42)"),
        ("L’Haÿ-les-Roses", "L'Haÿ-les-Roses (94)"),
        ("St. Louis, MO", "St. Louis, MO"),
        ("Saint Louis MO", "St. Louis, MO"),
        ("Ft Worth", "Fort Worth, TX"),
        ("Mount Vernon, NY", "Mount Vernon, NY"),
        ("Mt. Vernon NY", "Mount Vernon, NY"),
        ("Ste-Maxime", "Sainte-Maxime (83)"),
        ("au Havre", "Le Havre (76)"),
        ("aux Sables-d'Olonne", "Les Sables-d'Olonne (85)"),
        ("Londres", "London, England, United Kingdom"),
    ],
)
def test_accents_case_and_abbreviations_do_not_matter(text: str, label: str) -> None:
    assert short(lookup(text)) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("NYC", "New York City, NY"),
        ("New York", "New York City, NY"),
        ("LA", "Los Angeles, CA"),
        ("SF", "San Francisco, CA"),
        ("Washington, D.C.", "Washington, DC"),
        ("DC", "Washington, DC"),
        ("DTLA", "Downtown Los Angeles, CA"),
        ("Philly", "Philadelphia, PA"),
        ("vegas", "Las Vegas, NV"),
        ("Aix", "Aix-en-Provence (13)"),
    ],
)
def test_knows_what_people_call_their_towns(text: str, label: str) -> None:
    assert short(lookup(text)) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("60601", "Chicago, IL 60601"),
        ("60601-1234", "Chicago, IL 60601"),
        ("606011234", "Chicago, IL 60601"),
        ("Chicago 60601", "Chicago, IL 60601"),
        ("Chicago, IL 60601", "Chicago, IL 60601"),
        ("60601 Chicago", "Chicago, IL 60601"),
        ("zip code 90210", "Beverly Hills, CA 90210"),
        ("233 S Wacker Dr, Chicago, IL 60606", "Chicago, IL 60606"),
        ("69003", "69003 Lyon 3e"),
        ("69003 Lyon", "69003 Lyon 3e"),
        ("F-75011", "75011 Paris 11e"),
        ("75011 CEDEX 11", "75011 Paris 11e"),
        ("12 rue de la République, 69002 Lyon", "69002 Lyon 2e"),
        ("97400", "97400 Saint-Denis"),
        ("20000", "20000 Ajaccio"),
    ],
)
def test_finds_postcodes_of_both_countries(text: str, label: str) -> None:
    found = lookup(text)
    assert short(found) == label
    assert isinstance(found, PlaceFound)
    assert found.place.kind is PlaceKind.POSTAL_CODE


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Paris 11e", "75011 Paris 11e"),
        ("paris 11", "75011 Paris 11e"),
        ("Paris 1er", "75001 Paris 1er"),
        ("11e arrondissement de Paris", "75011 Paris 11e"),
        ("Lyon 3", "69003 Lyon 3e"),
        ("Lyon 3ème", "69003 Lyon 3e"),
        ("Marseille 8ème arrondissement", "13008 Marseille 8e"),
    ],
)
def test_arrondissements_are_their_postcodes(text: str, label: str) -> None:
    assert short(lookup(text)) == label


def test_an_arrondissement_that_does_not_exist_is_not_silently_the_city() -> None:
    assert short(lookup("Paris 27")) == ["Paris (75)"]


def test_a_postcode_of_two_countries_is_a_choice_unless_the_stores_tell() -> None:
    assert short(lookup("75011")) == ["75011 Paris 11e", "Carrollton, TX 75011"]
    assert short(lookup("75011", a_chain(PARIS, LYON))) == "75011 Paris 11e"
    assert short(lookup("75011", a_chain(DALLAS, CHICAGO))) == "Carrollton, TX 75011"
    assert short(lookup("75011", a_chain(DALLAS, PARIS))) == ["75011 Paris 11e", "Carrollton, TX 75011"]


def test_a_postcode_where_people_live_comes_before_one_of_a_post_office() -> None:
    assert short(lookup("10001", a_chain(PARIS, CHICAGO))) == "New York, NY 10001"
    assert short(lookup("10001 Troyes")) == "10001 Troyes"


def test_a_town_with_a_store_is_found_though_a_namesake_far_from_all_stores_is_half_its_size() -> None:
    evanston = StoreHere("Acme Evanston", "Evanston", "IL", "US", 42.05, -87.69)
    assert short(lookup("Evanston", a_chain(evanston, CHICAGO))) == "Evanston, IL"
    assert isinstance(lookup("Evanston"), PlaceAmbiguous)


def test_a_town_that_contradicts_its_postcode_is_a_choice() -> None:
    labels = short(lookup("Chicago 75201", a_chain(CHICAGO, DALLAS)))
    assert isinstance(labels, list)
    assert {"Chicago, IL", "Dallas, TX 75201"} <= set(labels)


def test_towns_of_one_name_are_ranked_by_population() -> None:
    labels = short(lookup("Springfield"))
    assert isinstance(labels, list)
    assert labels[:3] == ["Springfield, MO", "Springfield, MA", "Springfield, IL"]
    assert short(lookup("Saint-Denis"))[:2] == ["Saint-Denis (974)", "Saint-Denis (93)"]  # type: ignore[index]


def test_towns_of_one_name_are_ranked_by_where_the_stores_are() -> None:
    assert short(lookup("Springfield", a_chain(SPRINGFIELD_IL, CHICAGO)))[0] == "Springfield, IL"  # type: ignore[index]
    assert short(lookup("Saint-Denis", a_chain(PARIS, SAINT_DENIS)))[0] == "Saint-Denis (93)"  # type: ignore[index]


def test_paris_is_asked_only_when_the_chain_has_a_store_in_another_one() -> None:
    assert short(lookup("Paris", a_chain(PARIS, LYON))) == "Paris (75)"
    assert short(lookup("Paris", a_chain(PARIS, CHICAGO))) == "Paris (75)"
    assert short(lookup("Paris", a_chain(PARIS, PARIS_TEXAS)))[:2] == ["Paris (75)", "Paris, TX"]  # type: ignore[index]
    assert "Paris, TX" in short(lookup("Paris", a_chain(PARIS_TEXAS)))  # type: ignore[operator]


def test_a_city_in_a_country_without_stores_gives_way_to_one_at_home() -> None:
    assert short(lookup("Orléans", a_chain(PARIS))) == "Orléans (45)"
    toledo = StoreHere("A", "Maumee", "OH", "US", 41.56, -83.65)
    assert short(lookup("Toledo", a_chain(toledo))) == "Toledo, OH"
    assert isinstance(lookup("Toledo"), PlaceAmbiguous)


def test_a_big_city_without_a_store_is_found_though_a_hamlet_of_its_name_lies_near_one() -> None:
    in_illinois = StoreHere("A", "Peoria", "IL", "US", 40.7, -89.6)
    assert short(lookup("Toulon", a_chain(PARIS, in_illinois))) == "Toulon (83)"
    assert isinstance(lookup("Toulon", a_chain(in_illinois)), PlaceAmbiguous)


def test_french_towns_have_their_french_names() -> None:
    assert short(lookup("dunkerque")) == "Dunkerque (59)"


def test_a_state_or_country_is_too_wide_and_offers_its_towns() -> None:
    assert short(lookup("Texas"))[0] == "Houston, TX"  # type: ignore[index]
    labels = short(lookup("California"))
    assert isinstance(labels, list)
    assert labels[0] == "Los Angeles, CA"
    assert "California, MD" in labels
    assert short(lookup("Texas", a_chain(DALLAS)))[0] == "Dallas, TX"  # type: ignore[index]


def test_a_town_that_is_not_in_that_state_is_offered_not_taken() -> None:
    assert short(lookup("Chicago, TX")) == ["Chicago, IL"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("chigaco", "Chicago, IL"),
        ("marseile", "Marseille (13)"),
        ("philadelpia", "Philadelphia, PA"),
        ("New Yrok", "New York City, NY"),
        ("toulose", "Toulouse (31)"),
        ("sprinfield, il", "Springfield, IL"),
    ],
)
def test_small_typos_are_corrected_and_said(text: str, label: str) -> None:
    found = lookup(text)
    assert short(found) == label
    assert isinstance(found, PlaceFound)
    assert found.corrected


def test_a_typo_of_an_ambiguous_name_is_a_choice() -> None:
    found = lookup("sprinfield")
    assert isinstance(found, PlaceAmbiguous)
    assert found.corrected


@pytest.mark.parametrize("text", ["Chicago", "NYC", "St Etienne", "Londres", "60601"])
def test_what_is_spelt_rightly_is_not_corrected(text: str) -> None:
    found = lookup(text)
    assert isinstance(found, PlaceFound)
    assert not found.corrected


@pytest.mark.parametrize(
    "text",
    ["downtown chicago", "Chicago area", "near Chicago", "in Chicago, IL", "I live in Chicago", "j'habite à Chicago",
     "Chicago please", "the city of Chicago"],
)  # fmt: skip
def test_words_around_the_name_do_not_matter(text: str) -> None:
    assert short(lookup(text)) == "Chicago, IL"


@pytest.mark.parametrize("text", ["", "   ", "?!", "\u202e", "\x00", "me", "qwxzkj", "here", "99999-x", "00000", "🙂"])
def test_nonsense_is_unknown(text: str) -> None:
    assert lookup(text) == PlaceUnknown(text)


def test_the_retailers_own_stores_and_towns_are_places() -> None:
    mall = StoreHere("Acme Mall of Nowhere", "Tinyville Springs", "IL", "US", 40.0, -89.0)
    chain = a_chain(mall, CHICAGO, DALLAS)
    for text in ("Mall of Nowhere", "acme mall of nowhere"):
        found = lookup(text, chain)
        assert isinstance(found, PlaceFound)
        assert (found.place.kind, found.place.name) == (PlaceKind.STORE, "Acme Mall of Nowhere")
    town = lookup("tinyville springs, IL", chain)
    assert isinstance(town, PlaceFound)
    assert (town.place.kind, town.place.label) == (PlaceKind.TOWN, "Tinyville Springs, IL")
    assert lookup("Mall of Nowhere") == PlaceUnknown("Mall of Nowhere")


@pytest.mark.parametrize("region", ["IL", "il", "Illinois", ""])
def test_the_chains_towns_are_found_however_the_feed_writes_the_state(region: str) -> None:
    chain = a_chain(StoreHere("A", "Tinyville Springs", region, "US", 40.0, -89.0))
    wanted = (
        ("tinyville springs", "tinyville springs, il", "Tinyville Springs, Illinois")
        if region
        else ("tinyville springs",)
    )
    for text in wanted:
        assert isinstance(lookup(text, chain), PlaceFound)
    assert not isinstance(lookup("tinyville springs, TX", chain), PlaceFound)


def test_towns_of_one_name_in_one_state_are_told_apart() -> None:
    assert short(lookup("Hollywood, AL")) == ["Hollywood, AL (near Huntsville)", "Hollywood, AL (near Birmingham)"]
    assert short(lookup("Hollywood, AL", language="fr"))[0] == "Hollywood, AL (près de Huntsville)"  # type: ignore[index]


def test_a_store_and_a_hamlet_of_one_name_are_a_choice() -> None:
    union_square = StoreHere("Union Square", "New York", "NY", "US", 40.735, -73.991)
    labels = short(lookup("Union Square", a_chain(union_square, CHICAGO)))
    assert isinstance(labels, list)
    assert labels[0] == "Union Square (New York)"
    assert "Union Square, MA" in labels


def test_the_last_number_of_an_address_is_its_postcode() -> None:
    assert short(lookup("45235 Worth Ave., California, MD 20619")) == "California, MD 20619"


def test_a_store_without_its_town_in_the_name_is_found() -> None:
    assert short(lookup("Part-Dieu", a_chain(LYON, PARIS, SAINT_DENIS))) == "Acme Lyon Part-Dieu (Lyon)"


def test_a_misspelt_town_of_the_chain_is_corrected() -> None:
    chain = a_chain(StoreHere("A", "Tinyville Springs", "IL", "US", 40.0, -89.0))
    found = lookup("tinyvile springs", chain)
    assert isinstance(found, PlaceFound)
    assert found.corrected


def test_labels_are_in_the_shoppers_language() -> None:
    assert short(lookup("Munich", language="fr")) == "Munich, Allemagne"
    assert short(lookup("Munich", language="en")) == "Munich, Germany"


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_has_an_outcome(text: str) -> None:
    outcome = lookup(text, a_chain(PARIS, CHICAGO))
    assert isinstance(outcome, PlaceFound | PlaceAmbiguous | PlaceUnknown)
    if isinstance(outcome, PlaceAmbiguous):
        assert 1 <= len(outcome.choices) <= 8


def test_a_megabyte_of_text_is_answered_quickly() -> None:
    start = time.perf_counter()
    lookup("Saint-Denis, " * 80_000)
    assert time.perf_counter() - start < 0.5


def test_a_missing_file_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(GazetteerMissing, match=r"python -m geo\.build") as caught:
        Gazetteer.load(tmp_path / "none.bin")
    assert caught.value.code == "gazetteer_missing"


@pytest.mark.parametrize("content", [b"", b"ONHANDG1", b"something else entirely", b"ONHANDG1" + b"\xff" * 64])
def test_a_broken_file_says_what_to_run(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.bin"
    path.write_bytes(content)
    with pytest.raises(GazetteerMissing, match=r"python -m geo\.build"):
        Gazetteer.load(path)


def test_a_lookup_takes_at_most_a_millisecond() -> None:
    stores = [StoreHere(f"Store {n}", f"Town {n % 900}", "IL", "US", 30 + n % 15, -120 + n % 45) for n in range(2000)]
    chain = a_chain(*stores)
    gazetteer = the_gazetteer()
    for text in ("Springfield", "Chicago, IL", "69003", "Paris 11e", "chigaco", "Mount Vernon", "no such place at all"):
        gazetteer.lookup(text, chain)
        took = []
        for _ in range(21):
            start = time.perf_counter()
            gazetteer.lookup(text, chain)
            took.append(time.perf_counter() - start)
        assert sorted(took)[10] <= 0.001 * slowness(), text


def test_the_loaded_gazetteer_takes_at_most_60_megabytes() -> None:
    program = """
import resource, sys
from geo.gazetteer import Gazetteer
import geo.models
def rss_mb():
    return int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize() / 1e6
before = rss_mb()
gazetteer = Gazetteer.load()
for text in ('Springfield', '69003', 'chigaco', 'Paris 11e', 'Texas'):
    gazetteer.lookup(text)
gazetteer.find_in('a pressure cooker near Chicago, or in Lyon 3e')
file = gazetteer._file
for number in range(len(file._keys)):
    file.places(number)
print(rss_mb() - before)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert float(done.stdout) <= 60


def test_the_built_file_is_in_the_package() -> None:
    assert default_path().is_file()
