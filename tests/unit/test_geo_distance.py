"""The earth model against the WGS-84 geodesic of geopy, everywhere on the globe."""

from __future__ import annotations

import time

import numpy as np
import pytest
from geopy.distance import geodesic
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.distance import EarthPoints, distance_km, distances_km, rank
from geo.models import Coordinates

LATS = st.floats(-90, 90, allow_nan=False)
LONS = st.floats(-180, 180, allow_nan=False)


def assert_close(a: tuple[float, float], b: tuple[float, float]) -> None:
    expected = geodesic(a, b).km
    got = distance_km(Coordinates(*a), Coordinates(*b))
    # Below 10 cm both sides are rounding noise of the degrees themselves.
    assert got == pytest.approx(expected, rel=0.005, abs=1e-4)


@given(LATS, LONS, LATS, LONS)
@settings(max_examples=400, deadline=None)
@example(0, 0, 0, 0)
@example(0, 179.999, 0, -179.999)
@example(51.8, 179.9, 51.8, -179.9)
@example(90, 0, -90, 0)
@example(90, 0, 90, 137)
@example(89.9, 10, 89.9, -170)
@example(0, 0, 1, 0)
@example(0, 0, 0, 1)
@example(0, 0, 0, 180)
@example(0, 0, 0.3, 179.7)
@example(30, 20, -30, -160)
@example(45, 0, -45.2, 179.6)
def test_is_within_half_a_percent_of_the_geodesic(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    assert_close((lat1, lon1), (lat2, lon2))


@given(LATS, LONS, st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
@settings(max_examples=300, deadline=None)
def test_is_within_half_a_percent_near_antipodes(lat: float, lon: float, dlat: float, dlon: float) -> None:
    opposite_lat = max(-90.0, min(90.0, -lat + dlat))
    opposite_lon = (lon + dlon + 360) % 360 - 180
    assert_close((lat, lon), (opposite_lat, opposite_lon))


@given(LATS, LONS, st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
@settings(max_examples=300, deadline=None)
def test_is_within_half_a_percent_over_short_distances(lat: float, lon: float, dlat: float, dlon: float) -> None:
    assert_close((lat, lon), (max(-90.0, min(90.0, lat + dlat)), max(-180.0, min(180.0, lon + dlon))))


@given(LATS, LONS)
def test_identical_points_are_exactly_zero_apart(lat: float, lon: float) -> None:
    point = Coordinates(lat, lon)
    assert distance_km(point, point) == 0


@given(LATS, LONS, LATS, LONS)
def test_is_the_same_in_both_directions(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    a, b = Coordinates(lat1, lon1), Coordinates(lat2, lon2)
    assert distance_km(a, b) == pytest.approx(distance_km(b, a), rel=1e-12, abs=1e-9)


def test_both_names_of_the_date_line_are_one_place() -> None:
    assert distance_km(Coordinates(10, 180), Coordinates(10, -180)) == pytest.approx(0, abs=1e-6)


def test_many_points_give_the_same_numbers_as_one_by_one() -> None:
    rng = np.random.default_rng(7)
    lats, lons = rng.uniform(-90, 90, 50), rng.uniform(-180, 180, 50)
    origin = Coordinates(40.7, -74)
    one_by_one = [distance_km(origin, Coordinates(lat, lon)) for lat, lon in zip(lats, lons, strict=True)]
    assert distances_km(origin, lats, lons).tolist() == one_by_one


def test_rank_puts_the_nearest_first_and_breaks_ties_by_id() -> None:
    distances = np.array([5.0, 1.0, 5.0, 0.0])
    assert rank(distances, ["b", "z", "a", "y"]).tolist() == [3, 1, 2, 0]
    assert rank(distances).tolist() == [3, 1, 0, 2]


def test_no_points_is_no_distances() -> None:
    assert distances_km(Coordinates(0, 0), [], []).shape == (0,)


def test_refuses_arrays_of_different_lengths() -> None:
    with pytest.raises(ValueError, match="same shape"):
        EarthPoints([1.0, 2.0], [1.0])


@pytest.mark.parametrize(("lat", "lon"), [(91, 0), (-90.1, 0), (0, 180.5), (float("nan"), 0), (0, float("inf"))])
def test_coordinates_off_the_globe_are_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValueError, match="must be a finite number"):
        Coordinates(lat, lon)


def test_two_thousand_prepared_stores_take_well_under_a_millisecond() -> None:
    rng = np.random.default_rng(3)
    points = EarthPoints(rng.uniform(25, 50, 2000), rng.uniform(-120, -70, 2000))
    origin = Coordinates(40.7, -74)
    took = []
    for _ in range(60):
        start = time.perf_counter()
        points.distances_km(origin)
        took.append(time.perf_counter() - start)
    assert sorted(took)[30] < 0.001
