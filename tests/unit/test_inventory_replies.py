from datetime import UTC, datetime

import pytest

from inventory.errors import InvalidRequest
from inventory.functions import Reply
from inventory.models import (
    Customer,
    HeldLine,
    HoldState,
    InsufficientStock,
    LineShortage,
    Sku,
    StoreId,
)
from inventory.replies import customer_json, first_answer, hold_from_fields, placed_holds, refusal

FIELDS = [
    *(b"hold_id", b"H1"),
    *(b"state", b"held"),
    *(b"store_id", b"s1"),
    *(b"lines", b'[["caf\\u00e9\\/1",3,2]]'),
    *(b"customer", b'{"id":null,"name":"Zo\xc3\xab","contact":null}'),
    *(b"created_ms", b"1000"),
    *(b"updated_ms", b"2000"),
    *(b"due_ms", b"3500"),
    *(b"ordinal", b"0"),
]  # fmt: skip


def test_a_stored_hold_becomes_a_value_whatever_the_order_of_its_fields() -> None:
    hold = hold_from_fields(FIELDS)
    assert (hold.hold_id, hold.state, hold.store_id) == ("H1", HoldState.HELD, "s1")
    assert hold.lines == (HeldLine(Sku("café/1"), requested=3, held=2),)
    assert hold.customer == Customer(name="Zoë")
    assert hold.expires_at == datetime(1970, 1, 1, 0, 0, 3, 500_000, tzinfo=UTC)
    assert hold.pickup_by is None


def test_a_confirmed_hold_has_a_pick_up_time_instead_of_an_end() -> None:
    hold = hold_from_fields([*FIELDS, b"pickup_by_ms", b"3500"])
    assert hold.expires_at is None
    assert hold.pickup_by == datetime(1970, 1, 1, 0, 0, 3, 500_000, tzinfo=UTC)


def test_a_first_answer_reads_the_same_when_it_is_replayed() -> None:
    fresh, replayed = first_answer(Reply("placed", (b"H1", FIELDS)))
    again, replayed_again = first_answer(Reply("replayed", ([b"placed", b"H1", FIELDS],)))
    assert (replayed, replayed_again) == (False, True)
    assert placed_holds(fresh) == placed_holds(again)
    assert [hold.hold_id for hold in placed_holds(fresh)] == ["H1"]


def test_shortages_come_in_fives() -> None:
    outcome = refusal(StoreId("s1"), Reply("insufficient", ([b"s1", b"a", 3, 1, 1, b"s2", b"b", 2, 0, 0],)))
    shortages = (
        LineShortage(StoreId("s1"), Sku("a"), 3, 1, carried=True),
        LineShortage(StoreId("s2"), Sku("b"), 2, 0, carried=False),
    )
    assert outcome == InsufficientStock(StoreId("s1"), shortages)


@pytest.mark.parametrize("customer", [None, Customer(), Customer(id="1", name='"\\\u0000', contact="+33 1")])
def test_a_customer_survives_storage(customer: Customer | None) -> None:
    stored = dict(zip(FIELDS[::2], FIELDS[1::2], strict=True)) | {b"customer": customer_json(customer)}
    flat = [part for pair in stored.items() for part in pair]
    assert hold_from_fields(flat).customer == customer


def test_a_customer_that_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        customer_json(Customer(name="\ud800"))
