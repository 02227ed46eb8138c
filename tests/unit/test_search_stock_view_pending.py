"""What the view of stock is made of, without Redis: documents, and which products are due when."""

from __future__ import annotations

import numpy as np
import pytest

from inventory.models import Sku
from search.facets import less
from search.models import Facet, Facts
from search.stock_view.documents import shelf_document
from search.stock_view.pending import Pending

PRODUCT = [b"pot", b"kuhn", None, b"Kuhn", None, b"9.50"]


def skus(*names: str) -> list[Sku]:
    return [Sku(name) for name in names]


def test_a_document_names_the_stores_where_the_product_is_available() -> None:
    document = shelf_document(PRODUCT, np.array([0, 3, 0, 1, 70_000]))
    expected = {b"sku": b"pot", b"brand": b"kuhn", b"brand_name": b"Kuhn", b"price": b"9.50"}
    assert document == {**expected, b"stores": b"1\x1f3\x1f4"}


def test_what_is_nowhere_or_no_product_has_no_document_so_no_tag_is_empty() -> None:
    assert shelf_document(PRODUCT, np.array([0, 0])) is None
    assert shelf_document([None] * 6, np.array([5])) is None


def test_a_product_that_moves_often_is_due_once_and_then_rests() -> None:
    pending = Pending("0", rest_seconds=0.2)
    for number in range(1, 101):
        pending.meet(f"{number}-0", skus("a"))
    assert pending.due(10, now=0.0) == ["a"]
    pending.done(skus("a"), now=0.0)
    pending.meet("101-0", skus("a"))
    assert pending.due(10, now=0.19) == []
    assert pending.due(10, now=0.21) == ["a"]


def test_the_position_never_passes_an_entry_that_is_not_in_the_view() -> None:
    pending = Pending("0", rest_seconds=0.0)
    pending.meet("1-0", skus("a"))
    pending.meet("2-0", skus("b"))
    pending.meet("3-0", skus("a"))
    assert pending.position == "0"
    assert pending.position_without(skus("a")) == "1-0"
    pending.done(skus("a"), now=0.0)
    assert pending.position == "1-0"
    pending.meet("4-0", skus("a"))
    pending.done(skus("b"), now=0.0)
    assert pending.position == "3-0"
    pending.done(skus("a"), now=0.0)
    assert pending.position == "4-0"


def test_entries_that_move_no_stock_are_passed() -> None:
    pending = Pending("0", rest_seconds=0.0)
    pending.meet("1-0", ())
    assert (pending.position, len(pending)) == ("1-0", 0)


@pytest.mark.parametrize("most", [1, 2, 5])
def test_those_that_wait_longest_come_first(most: int) -> None:
    pending = Pending("0", rest_seconds=0.0)
    for number, sku in enumerate("abcde"):
        pending.meet(f"{number + 1}-0", skus(sku))
    assert pending.due(most, now=0.0) == list("abcde")[:most]


def test_what_the_rows_deny_is_taken_off_the_facets() -> None:
    facets = {"brand": (Facet("KUHN", 2), Facet("Presto", 1)), "category": ()}
    left = less(facets, [Facts("Kuhn", None), Facts("Presto", None)])
    assert left == {"brand": (Facet("KUHN", 1),), "category": ()}
