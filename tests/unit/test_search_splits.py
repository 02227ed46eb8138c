"""Split proposals against looking at every set of stores, and rule by rule."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.split_proposals import splittable
from search.splits import Split, best_splits


@dataclass(frozen=True)
class Case:
    """Lines by stores; stores are numbered, and their ids sort as `id_rank` says."""

    available: tuple[tuple[int, ...], ...]
    wanted: tuple[int, ...]
    distances_km: tuple[float, ...]
    id_rank: tuple[int, ...]
    allowed: tuple[bool, ...]


def answer(case: Case, max_stops: int = 3, limit: int = 3) -> tuple[Split, ...]:
    stores = len(case.distances_km)
    return best_splits(
        np.array(case.available, dtype=np.int64).reshape(len(case.wanted), stores),
        case.wanted,
        np.array(case.distances_km),
        np.array(case.id_rank, dtype=np.intp),
        np.array(case.allowed, dtype=bool),
        max_stops=max_stops,
        limit=limit,
    )


def enough(case: Case, stores: Sequence[int]) -> bool:
    lines = zip(case.available, case.wanted, strict=True)
    return all(sum(row[store] for store in stores) >= wanted for row, wanted in lines)


def oracle(case: Case, max_stops: int = 3, limit: int = 3) -> list[set[int]]:
    """Every set of stores, kept where it is enough and no smaller part of it is."""
    found = []
    for stops in range(1, max_stops + 1):
        for stores in combinations([store for store, allowed in enumerate(case.allowed) if allowed], stops):
            if enough(case, stores) and not any(enough(case, part) for part in combinations(stores, stops - 1)):
                total = sum(round(case.distances_km[store] * 1_000_000) for store in stores)
                found.append((stops, total, sorted(case.id_rank[store] for store in stores), set(stores)))
    return [stores for *_, stores in sorted(found)[:limit]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Few stores with few units at few distances, so that ties and near misses are common."""
    stores, lines = draw(st.integers(1, 9)), draw(st.integers(1, 4))
    most = draw(st.sampled_from([1, 2, 3, 5, 1_000]))
    units = st.one_of(st.just(0), st.integers(0, most))
    row = st.tuples(*[units] * stores)
    kilometres = st.one_of(st.sampled_from([0.0, 1.0, 2.5]), st.floats(0, 20_000))
    return Case(
        draw(st.tuples(*[row] * lines)),
        draw(st.tuples(*[st.integers(1, most * 2 + 1)] * lines)),
        draw(st.tuples(*[kilometres] * stores)),
        tuple(draw(st.permutations(range(stores)))),
        draw(st.tuples(*[st.sampled_from([True, True, True, False])] * stores)),
    )


@settings(max_examples=300, deadline=None)
@given(cases(), st.integers(1, 3), st.integers(1, 5))
def test_proposals_are_what_looking_at_every_set_of_stores_finds(case: Case, max_stops: int, limit: int) -> None:
    splits = answer(case, max_stops, limit)
    assert [set(split.stores) for split in splits] == oracle(case, max_stops, limit)


def a_drawn_case(draw: random.Random) -> Case:
    """Dense or sparse, with wishes that two or three stores often fulfil, and with many ties."""
    stores, lines, most = draw.randint(3, 10), draw.randint(1, 4), draw.choice([1, 2, 3, 6, 50])
    carried, wish = draw.choice([0.3, 0.6, 0.9, 1.0]), draw.choice([0.8, 1.3, 1.9, 2.6])
    kilometres = draw.choice([[4.0], [1.0, 2.0, 3.0, 4.0], [draw.uniform(0, 50) for _ in range(20)]])
    return Case(
        tuple(
            tuple(draw.randint(1, most) if draw.random() < carried else 0 for _ in range(stores)) for _ in range(lines)
        ),
        tuple(max(1, round(most * draw.uniform(0.5, 1) * wish)) for _ in range(lines)),
        tuple(draw.choice(kilometres) for _ in range(stores)),
        tuple(draw.sample(range(stores), stores)),
        (True,) * stores,
    )


def test_thousands_of_drawn_cases_equal_the_oracle() -> None:
    draw = random.Random(20)
    sizes: Counter[int] = Counter()
    for _ in range(3_000):
        case, limit = a_drawn_case(draw), draw.choice([1, 2, 3, 8])
        splits = answer(case, limit=limit)
        assert [set(split.stores) for split in splits] == oracle(case, limit=limit), (case, limit)
        sizes.update(len(split.stores) for split in splits)
    assert min(sizes[1], sizes[2], sizes[3]) > 500, "every size must be met often"


@settings(max_examples=200, deadline=None)
@given(cases())
def test_a_split_gives_exactly_what_is_wanted_and_the_nearest_store_gives_most(case: Case) -> None:
    for split in answer(case):
        assert tuple(map(sum, zip(*split.units, strict=True))) == case.wanted
        order = [(round(case.distances_km[store] * 1_000_000), case.id_rank[store]) for store in split.stores]
        assert order == sorted(order)
        missing = list(case.wanted)
        for store, units in zip(split.stores, split.units, strict=True):
            assert any(units)
            assert units == tuple(min(row[store], want) for row, want in zip(case.available, missing, strict=True))
            missing = [want - unit for want, unit in zip(missing, units, strict=True)]


def a_case(available: Sequence[Sequence[int]], wanted: Sequence[int], kilometres: Sequence[float]) -> Case:
    stores = len(kilometres)
    return Case(tuple(map(tuple, available)), tuple(wanted), tuple(kilometres), tuple(range(stores)), (True,) * stores)


def test_three_units_from_two_stores() -> None:
    assert answer(a_case([[2, 1, 0, 2]], [3], [3.0, 5.0, 1.0, 9.0])) == (
        Split((0, 1), ((2,), (1,))),
        Split((0, 3), ((2,), (1,))),
        Split((1, 3), ((1,), (2,))),
    )


def test_a_basket_is_shared_out_line_by_line() -> None:
    assert answer(a_case([[1, 4, 0], [0, 1, 2]], [2, 3], [1.0, 2.0, 3.0])) == (
        Split((1, 2), ((2, 1), (0, 2))),
    )  # fmt: skip


def test_fewer_stores_come_before_nearer_ones() -> None:
    near_threes = a_case([[1, 1, 1, 2, 2]], [3], [0.1, 0.2, 0.3, 5_000.0, 6_000.0])
    assert [split.stores for split in answer(near_threes, limit=4)] == [(0, 3), (1, 3), (2, 3), (0, 4)]
    assert [split.stores for split in answer(near_threes, limit=9)][-1] == (0, 1, 2)


def test_of_equal_distances_the_ids_decide() -> None:
    case = Case(((1, 1, 1, 1),), (2,), (4.0,) * 4, (3, 2, 1, 0), (True,) * 4)
    assert [split.stores for split in answer(case, limit=2)] == [(3, 2), (3, 1)]


def test_a_store_that_has_everything_is_in_no_larger_set() -> None:
    case = a_case([[3, 1, 2]], [3], [9.0, 1.0, 2.0])
    assert [split.stores for split in answer(case)] == [(0,), (1, 2)]


@pytest.mark.parametrize("wanted", [1, 5, 10**9, 10**30])
def test_what_nobody_has_cannot_be_split(wanted: int) -> None:
    assert answer(a_case([[0, 0, 0]], [wanted], [1.0, 2.0, 3.0])) == ()
    assert answer(a_case([[]], [wanted], [])) == ()
    assert answer(Case(((9, 9),), (wanted,), (1.0, 2.0), (0, 1), (False, False))) == ()
    assert answer(a_case([[1, 1, 1, 1]], [max(wanted, 4)], [1.0, 2.0, 3.0, 4.0])) == ()
    assert answer(a_case([], [], [1.0])) == ()


def test_many_units_at_many_equal_stores_are_found_at_once() -> None:
    stores = 1_573
    case = a_case([[4] * stores] * 3, [12, 9, 4], [7.0] * stores)
    assert [split.stores for split in answer(case)] == [(0, 1, 2), (0, 1, 3), (0, 1, 4)]


def test_what_can_be_split_at_all_is_known_without_a_search() -> None:
    available = np.array([[1, 1, 1, 5], [2, 0, 0, 9], [0, 0, 0, 0]])
    within = np.array([True, True, True, False])
    assert splittable(available, 3, within).tolist() == [True, False, False]
    assert splittable(available, 3, within, max_stops=2).tolist() == [False, False, False]
    assert splittable(available, 1, np.zeros(4, dtype=bool)).tolist() == [False, False, False]


@pytest.mark.parametrize("lines", [1, 3, 5, 10])
def test_a_chain_of_full_size_is_searched_in_milliseconds(lines: int) -> None:
    """In processor time; the bound is far off, for machines under load. `-s` prints the figures."""
    stores, draw, seconds = 1_573, np.random.default_rng(20), []
    for _ in range(9):
        available = (draw.random((lines, stores)) < 0.12) * draw.integers(1, 11, (lines, stores))
        wanted, kilometres = draw.integers(1, 4, lines).tolist(), draw.uniform(0, 4_000, stores)
        started = time.thread_time()
        best_splits(available, wanted, kilometres, np.arange(stores), np.ones(stores, dtype=bool))
        seconds.append(time.thread_time() - started)
    print(
        f"{lines} lines at {stores} stores: median {sorted(seconds)[4] * 1e3:.1f} ms, most {max(seconds) * 1e3:.1f} ms"
    )
    assert sorted(seconds)[4] < 0.2
