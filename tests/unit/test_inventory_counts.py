import numpy as np
import pytest

from inventory.counts import Counts, checked, differing, packed
from inventory.errors import InvalidRequest
from inventory.models import MAX_COUNT, Kind, Sku


def counts(ordinals: list[int], on_hand: list[int], safety: list[int] | None = None) -> Counts:
    return Counts(Sku("s"), np.array(ordinals), np.array(on_hand), None if safety is None else np.array(safety))


def test_counts_are_put_in_the_order_of_ordinals() -> None:
    ordered = checked(counts([5, 1, 3], [50, 10, 30], [3, 1, 2]))
    assert ordered.ordinals.tolist() == [1, 3, 5]
    assert ordered.on_hand.tolist() == [10, 30, 50]
    assert ordered.safety is not None
    assert ordered.safety.tolist() == [1, 2, 3]


@pytest.mark.parametrize("on_hand", [[-1], [MAX_COUNT + 1], [1, 2]])
def test_a_count_that_no_cell_could_hold_is_refused(on_hand: list[int]) -> None:
    with pytest.raises(InvalidRequest):
        checked(counts([0], on_hand))


def test_numbers_with_a_point_are_refused_even_where_they_are_whole() -> None:
    with pytest.raises(InvalidRequest):
        checked(Counts(Sku("s"), np.array([0]), np.array([1.0])))  # type: ignore[arg-type]


def test_a_store_that_occurs_twice_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="only once"):
        checked(counts([1, 1], [1, 2]))


def test_only_places_that_differ_or_are_not_carried_yet_remain() -> None:
    known = {
        Kind.ON_HAND: np.array([5, 6, 0, 0]),
        Kind.SAFETY: np.array([0, 0, 0, 0]),
        Kind.CARRIED: np.array([1, 1, 1, 0]),
    }
    changes = differing(counts([0, 1, 2, 3], [5, 7, 0, 0], [0, 0, 0, 0]), known)
    assert changes.ordinals.tolist() == [1, 3]
    assert changes.on_hand.tolist() == [7, 0]


def test_a_column_that_is_not_given_is_packed_as_nothing() -> None:
    source, ordinals, on_hand, safety, aisle, price = packed(counts([1, 258], [7, 65536]), "feed")
    assert (source, ordinals, on_hand) == ("feed", b"\x00\x01\x01\x02", b"\x00\x00\x00\x07\x00\x01\x00\x00")
    assert safety == aisle == price == b""
