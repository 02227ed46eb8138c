"""What a stream's message may look like, and what is said of one that is no movement."""

from datetime import UTC, datetime

import orjson
import pytest

from inventory.models import Sku, StoreId
from inventory.movement_messages import MessageRefused, read_message
from inventory.movements import Movement, MovementType

TOLD: dict[str, object] = {
    "source": "till-1",
    "seq": 7,
    "type": "sell",
    "store_id": "S 1",
    "sku": "PAN",
    "quantity": 2,
    "at": "2026-01-02T03:04:05Z",
}
MOVEMENT = Movement(
    "till-1", 7, MovementType.SELL, StoreId("S 1"), Sku("PAN"), 2, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
)
NOT_SENT = object()


def as_json(**changes: object) -> dict[bytes, bytes]:
    told = {name: value for name, value in (TOLD | changes).items() if value is not NOT_SENT}
    return {b"movement": orjson.dumps(told), b"trace": b"\xff is nobody's business"}


def as_fields(**changes: object) -> dict[bytes, bytes]:
    told = {name: value for name, value in (TOLD | changes).items() if value is not NOT_SENT}
    return {name.encode(): value if isinstance(value, bytes) else str(value).encode() for name, value in told.items()}


@pytest.mark.parametrize("sent", [as_json(), as_fields()])
def test_a_movement_comes_as_json_or_as_fields(sent: dict[bytes, bytes]) -> None:
    assert read_message(sent) == MOVEMENT


@pytest.mark.parametrize("sent", [as_json(at=None), as_json(at=NOT_SENT), as_fields(at=""), as_fields(at=NOT_SENT)])
def test_a_time_need_not_be_told(sent: dict[bytes, bytes]) -> None:
    read = read_message(sent)
    assert isinstance(read, Movement)
    assert read.at is None


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"source": "a b"}, "source"),
        ({"source": ""}, "source"),
        ({"source": NOT_SENT}, "source"),
        ({"seq": -1}, "seq"),
        ({"seq": 2**53}, "seq"),
        ({"seq": "7.0"}, "seq"),
        ({"seq": "٧"}, "seq"),
        ({"type": "steal"}, "type"),
        ({"type": "SELL"}, "type"),
        ({"quantity": "1e3"}, "quantity"),
        ({"quantity": "nan"}, "quantity"),
        ({"quantity": 10**10}, "quantity"),
        ({"store_id": ""}, "store_id"),
        ({"sku": "a\nb"}, "sku"),
        ({"sku": "x" * 129}, "sku"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-01-02T03:04:05"}, "at"),
        ({"secret_field": 1}, "there is a field"),
    ],
)
def test_what_is_wrong_is_said_by_its_name_alone(changes: dict[str, object], about: str) -> None:
    for sent in (as_json(**changes), as_fields(**changes)):
        refused = read_message(sent)
        assert isinstance(refused, MessageRefused)
        assert refused.reason.startswith(about)
        assert "secret" not in refused.reason
        assert "steal" not in refused.reason


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {b"movement": b""},
        {b"movement": b"{"},
        {b"movement": b"null"},
        {b"movement": b"[1]"},
        {b"movement": b"\xff"},
        {b"movement": b'{"seq": NaN}'},
        {b"source": b"\xff"},
        {b"\xff": b"1"},
        as_json(seq="7"),
        as_json(quantity=True),
        as_json(quantity=1.0),
    ],
)
def test_nonsense_is_refused_and_never_raised(sent: dict[bytes, bytes]) -> None:
    assert isinstance(read_message(sent), MessageRefused)
