"""Places against a real chain: what its own addresses, towns and store names mean is right or asked, never wrong."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from geo_builders import StoreHere, a_chain, the_gazetteer

from geo.chain import ChainTowns
from geo.distance import distance_km
from geo.models import Coordinates, Place, PlaceAmbiguous, PlaceFound

pytestmark = pytest.mark.realworld
_NEAR_KM = 40.0


@pytest.fixture(scope="module")
def stores(realworld_folder: Path) -> list[dict[str, Any]]:
    with gzip.open(realworld_folder / "stores.json.gz") as file:
        rows: list[dict[str, Any]] = json.load(file)
    return rows


@pytest.fixture(scope="module")
def chain(stores: list[dict[str, Any]]) -> ChainTowns:
    return a_chain(
        *(
            StoreHere(row["name"], row["city"], row["state"], "US", row["location"]["lat"], row["location"]["lon"])
            for row in stores
        )
    )


def outcomes(texts: list[str], stores: list[dict[str, Any]], chain: ChainTowns) -> Counter[str]:
    counted: Counter[str] = Counter()
    for text, row in zip(texts, stores, strict=True):
        here = Coordinates(row["location"]["lat"], row["location"]["lon"])

        def is_near(place: Place, here: Coordinates = here) -> bool:
            return distance_km(here, place.coordinates) <= _NEAR_KM

        match the_gazetteer().lookup(text, chain):
            case PlaceFound(place):
                counted["right" if is_near(place) else "wrong"] += 1
            case PlaceAmbiguous(_, choices):
                counted["asked" if any(is_near(place) for place in choices) else "asked without it"] += 1
            case _:
                counted["unknown"] += 1
    return counted


def test_town_and_state_are_right(stores: list[dict[str, Any]], chain: ChainTowns) -> None:
    counted = outcomes([f"{row['city']} {row['state']}".lower() for row in stores], stores, chain)
    assert counted["right"] >= 0.99 * len(stores), counted
    # Two stores' records have a town and a point that are far apart.
    assert counted["wrong"] <= 2, counted
    assert counted["unknown"] == 0, counted


def test_whole_addresses_are_right(stores: list[dict[str, Any]], chain: ChainTowns) -> None:
    texts = [f"{row['address']}, {row['city']}, {row['state']} {row['zip'][:5].zfill(5)}" for row in stores]
    counted = outcomes(texts, stores, chain)
    assert counted["right"] >= 0.99 * len(stores), counted
    assert counted["wrong"] <= 2, counted


def test_a_town_alone_is_right_or_asked(stores: list[dict[str, Any]], chain: ChainTowns) -> None:
    counted = outcomes([row["city"] for row in stores], stores, chain)
    assert counted["right"] >= 0.6 * len(stores), counted
    assert counted["right"] + counted["asked"] >= 0.995 * len(stores), counted
    assert counted["wrong"] <= 2, counted


def test_a_stores_name_alone_is_right_or_asked(stores: list[dict[str, Any]], chain: ChainTowns) -> None:
    counted = outcomes([row["name"] for row in stores], stores, chain)
    assert counted["right"] + counted["asked"] == len(stores), counted


def test_what_shoppers_search_for_is_no_place(realworld_folder: Path, chain: ChainTowns) -> None:
    lines = (realworld_folder / "queries.csv").read_text().splitlines()[1:]
    queries = [line.split(",")[0].strip('"') for line in lines]
    taken = [query for query in queries if the_gazetteer().find_in(query, chain)]
    assert len(queries) > 2000
    assert len(taken) <= 0.002 * len(queries), taken
