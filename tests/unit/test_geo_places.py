"""The gazetteer first, the geocoder when that does not know; a geocoder that fails never fails the shopper."""

from __future__ import annotations

import pytest
from geo_builders import CHICAGO, DALLAS, FakeGeocoder, a_chain, an_address, short, the_gazetteer

from geo.models import PlaceAmbiguous, PlaceFound, PlaceUnknown
from geo.places import PlaceFinder
from runtime.errors import BackendUnavailable

WACKER = an_address("233 South Wacker Drive, Chicago", 41.8787, -87.6359)


def a_finder(geocoder: FakeGeocoder | None = None) -> PlaceFinder:
    return PlaceFinder(the_gazetteer(), a_chain(CHICAGO, DALLAS), geocoder)


async def test_what_the_gazetteer_knows_is_not_asked_online() -> None:
    geocoder = FakeGeocoder(WACKER)
    for text in ("Chicago", "Springfield", "60601"):
        await a_finder(geocoder).resolve(text, "en")
    assert geocoder.asked == []


async def test_what_the_gazetteer_does_not_know_is_asked_online() -> None:
    geocoder = FakeGeocoder(WACKER)
    assert await a_finder(geocoder).resolve("233 South Wacker Drive", "fr") == PlaceFound(WACKER)
    assert geocoder.asked == [("233 South Wacker Drive", "fr")]


async def test_without_a_geocoder_it_is_unknown() -> None:
    assert await a_finder().resolve("233 South Wacker Drive", "en") == PlaceUnknown("233 South Wacker Drive")


async def test_what_nobody_knows_is_unknown() -> None:
    outcome = await a_finder(FakeGeocoder()).resolve("233 South Wacker Drive", "en")
    assert outcome == PlaceUnknown("233 South Wacker Drive", geocoder_failed=False)


async def test_a_failing_geocoder_is_said_and_raises_nothing() -> None:
    outcome = await a_finder(FakeGeocoder(failing=True)).resolve("233 South Wacker Drive", "en")
    assert outcome == PlaceUnknown("233 South Wacker Drive", geocoder_failed=True)


async def test_a_cache_that_is_away_is_said_and_raises_nothing() -> None:
    class Away(FakeGeocoder):
        async def locate(self, text: str, language: str) -> tuple[()]:
            raise BackendUnavailable("Redis did not answer")

    outcome = await a_finder(Away()).resolve("233 South Wacker Drive", "en")
    assert outcome == PlaceUnknown("233 South Wacker Drive", geocoder_failed=True)


async def test_a_corrected_spelling_is_checked_online_and_kept_when_that_fails() -> None:
    street = an_address("123 Main St, Springfield, IL", 39.8, -89.64)
    assert await a_finder(FakeGeocoder(street)).resolve("123 Main St, Springfield, IL", "en") == PlaceFound(street)
    for geocoder in (FakeGeocoder(), FakeGeocoder(failing=True)):
        outcome = await a_finder(geocoder).resolve("chigaco", "en")
        assert short(outcome) == "Chicago, IL"
        assert isinstance(outcome, PlaceFound)
        assert outcome.corrected


async def test_answers_that_lie_far_apart_are_a_choice() -> None:
    here = an_address("Elm Hill Road, Here", 41.0, -87.0)
    there = an_address("Elm Hill Road, There", 36.0, -86.0)
    outcome = await a_finder(FakeGeocoder(here, there)).resolve("Elm Hill Road", "en")
    assert outcome == PlaceAmbiguous("Elm Hill Road", (here, there))


async def test_answers_that_lie_together_are_one_place() -> None:
    one, other = an_address("Elm Hill Road 1", 41.0, -87.0), an_address("Elm Hill Road 2", 41.01, -87.0)
    assert await a_finder(FakeGeocoder(one, other)).resolve("Elm Hill Road", "en") == PlaceFound(one)


@pytest.mark.parametrize("text", ["", "  ", "?", "x", "..."])
async def test_next_to_nothing_is_not_asked_online(text: str) -> None:
    geocoder = FakeGeocoder(WACKER)
    assert await a_finder(geocoder).resolve(text, "en") == PlaceUnknown(text)
    assert geocoder.asked == []


def test_finds_places_in_sentences_with_the_chains_towns() -> None:
    mentions = a_finder().find_in("a blender near Chicago", "en")
    assert [short(each.outcome) for each in mentions] == ["Chicago, IL"]
