"""The measures of an answer by hand-made examples, the comparison of two runs, and the halves of the queries."""

import math
from collections import Counter

import pytest

from bench.relevance.bootstrap import compare
from bench.relevance.metrics import kept_ndcg, ndcg, reciprocal_rank, same_items, share, slots_ndcg
from bench.relevance.split import half_of

CLEAN = tuple("abcdefghij")


def test_linear_ndcg_divides_by_the_ideal_order_of_all_that_was_judged() -> None:
    grades = {"exact": 2.0, "partial": 1.0, "wrong": 0.0}

    found = ndcg(["partial", "unjudged", "exact"], grades)

    assert found == pytest.approx((1 + 2 / math.log2(4)) / (2 + 1 / math.log2(3)))
    assert ndcg(["exact", "partial"], grades) == pytest.approx(1)
    assert ndcg([], grades) == 0
    assert ndcg(["exact"], {}) == 0


def test_an_item_that_is_answered_twice_counts_once() -> None:
    assert ndcg(["a", "a", "a"], {"a": 1.0, "b": 1.0}) == ndcg(["a"], {"a": 1.0, "b": 1.0})


def test_slots_ndcg_has_every_place_full_of_the_best_grade_as_its_ideal() -> None:
    places = sum(1 / rank for rank in range(1, 11))

    assert slots_ndcg(["a"], {"a": 2.0}, best_grade=2) == pytest.approx(1 / places)
    assert slots_ndcg(["b", "a"], {"a": 2.0, "b": 1.0}, best_grade=2) == pytest.approx((1 / 3 + 1 / 2) / places)


def test_the_clean_answer_keeps_all_and_a_swap_at_the_top_costs_more_than_one_at_the_bottom() -> None:
    top = ("b", "a", *CLEAN[2:])
    bottom = (*CLEAN[:8], "j", "i")

    assert kept_ndcg(CLEAN, CLEAN) == pytest.approx(1)
    assert kept_ndcg(top, CLEAN) < kept_ndcg(bottom, CLEAN) < 1
    assert kept_ndcg(("x", "y"), CLEAN) == 0
    assert kept_ndcg(("a",), ("a",)) == pytest.approx(1)


def test_the_same_first_ten_count_in_any_order() -> None:
    assert same_items(CLEAN[::-1], CLEAN) == 1
    assert same_items((*CLEAN[:9], "x"), CLEAN) == 0
    assert same_items(CLEAN[:9], CLEAN) == 0


def test_reciprocal_rank_and_share_know_nothing_of_what_was_not_shown() -> None:
    assert reciprocal_rank(("x", "y", "a"), {"a", "b"}) == pytest.approx(1 / 3)
    assert reciprocal_rank(("x",), {"a"}) == 0
    assert share([True, False, True, True]) == 0.75
    assert share([]) == 0


def test_a_change_of_every_query_is_clear_and_a_change_back_and_forth_is_not() -> None:
    before = {f"q{number}": 0.5 for number in range(40)}
    better = {key: 0.6 for key in before}
    mixed = {key: 0.6 if number % 2 else 0.4 for number, key in enumerate(before)}

    clear, draw = compare(before, better), compare(before, mixed)

    assert clear is not None
    assert clear.is_clear
    assert (clear.wins, clear.losses) == (40, 0)
    assert clear.difference == pytest.approx(0.1)
    assert draw is not None
    assert not draw.is_clear
    assert (draw.wins, draw.losses) == (20, 20)


def test_only_queries_of_both_runs_are_compared() -> None:
    found = compare({"a": 0.0, "gone": 1.0}, {"a": 1.0, "new": 0.0})

    assert found is not None
    assert (found.count, found.before, found.after) == (1, 0.0, 1.0)
    assert compare({"a": 1.0}, {"b": 1.0}) is None


def test_the_halves_are_about_equal_and_never_move() -> None:
    counts = Counter(half_of(f"query {number}") for number in range(2_000))

    assert 900 < counts["tune"] < 1_100
    # A change here would let queries cross from the half that was looked at into the half that judges.
    assert [half_of(query) for query in ("pressure cooker", "macbook", "t-shirt", "autocuiseur")] == HALVES


HALVES = ["tune", "tune", "tune", "test"]
