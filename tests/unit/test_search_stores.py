"""Stores by name, town and place, from a snapshot in memory."""

import pytest

from geo.models import Coordinates
from inventory.registry import RegistrySnapshot
from search.models import Store
from search.stores import StoreSnapshot, find_stores, snapshot_of

STORES = [
    Store("10", "Union Square", 37.788, -122.407, city="San Francisco"),
    Store("9", "Serramonte", 37.67, -122.47, city="Daly City"),
    Store("2", "Saint-Denis Université", 48.945, 2.363, city="Saint-Denis"),
    Store("3", "Emeryville", 37.83, -122.29, city="Emeryville"),
    Store("dc", "Tracy", 37.74, -121.43, city="Tracy", kind="warehouse"),
]


@pytest.fixture(scope="module")
def snapshot() -> StoreSnapshot:
    ordinals = {store.store_id: place for place, store in enumerate(STORES)} | {"gone": len(STORES)}
    return snapshot_of(RegistrySnapshot(7, ordinals), [*STORES, None], ["A1"])


def ids(snapshot: StoreSnapshot, q: str | None = None, origin: Coordinates | None = None, limit: int = 20) -> list[str]:
    return [hit.store.store_id for hit in find_stores(snapshot, q=q, origin=origin, limit=limit)]


@pytest.mark.parametrize("q", ["union square", "UNION", "Union Sqare", "san francisco", "square san", "10"])
def test_a_store_is_found_by_name_town_or_number(snapshot: StoreSnapshot, q: str) -> None:
    assert ids(snapshot, q) == ["10"]


@pytest.mark.parametrize("q", ["saint-denis", "Saint Denis", "universite", "SAINT-DENIS UNIVERSITÉ"])
def test_accents_and_hyphens_make_no_difference(snapshot: StoreSnapshot, q: str) -> None:
    assert ids(snapshot, q) == ["2"]


def test_near_a_place_the_nearest_comes_first_and_without_one_the_id_orders(snapshot: StoreSnapshot) -> None:
    near = find_stores(snapshot, origin=Coordinates(37.7749, -122.4194), limit=2)
    assert [hit.store.store_id for hit in near] == ["10", "9"]
    assert near[0].distance_km == pytest.approx(1.8, abs=0.2)
    assert ids(snapshot) == ["10", "2", "3", "9"]
    assert find_stores(snapshot)[0].distance_km is None


def test_warehouses_and_stores_without_details_are_never_listed(snapshot: StoreSnapshot) -> None:
    assert ids(snapshot, "tracy") == []
    assert snapshot.by_id("gone") is None
    assert snapshot.by_id("nope") is None
    assert len(snapshot.all()) == len(STORES)


def test_a_condition_is_met_before_the_limit_counts(snapshot: StoreSnapshot) -> None:
    found = find_stores(snapshot, limit=1, accept=lambda store: store.store_id == "9")
    assert [hit.store.store_id for hit in found] == ["9"]


@pytest.mark.parametrize("q", ["zzz", "*", "(", "\u202e", "x" * 10_000])
def test_words_that_name_no_store_are_harmless(snapshot: StoreSnapshot, q: str) -> None:
    assert set(ids(snapshot, q)) <= {"10", "2", "3", "9"}


def test_an_empty_chain_has_no_stores() -> None:
    empty = snapshot_of(RegistrySnapshot(0, {}), [], [])
    assert find_stores(empty, q="x", origin=Coordinates(0, 0)) == []
    assert find_stores(empty) == []
    assert (empty.aisle(0), empty.aisle(1)) == (None, None)
