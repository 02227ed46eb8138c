import pytest

from inventory.keys import Keyspace
from inventory.models import Kind

KEYSPACE = Keyspace("shop", "north")


def test_every_key_of_a_region_carries_the_same_hash_tag() -> None:
    keys = [
        KEYSPACE.row(Kind.ON_HAND, "a}b{c"),
        KEYSPACE.registry(),
        KEYSPACE.registry_version(),
        KEYSPACE.hold("H1"),
        KEYSPACE.holds_due(),
        KEYSPACE.idempotency("who", "what", "key"),
        KEYSPACE.ledger(),
        KEYSPACE.aisles(),
        KEYSPACE.aisle_numbers(),
        KEYSPACE.movement_source("till}1"),
        KEYSPACE.feed("stock"),
    ]
    assert all(key.startswith("{shop:north}:") for key in keys)
    assert len(set(keys)) == len(keys)


def test_rows_of_different_kinds_and_products_never_share_a_key() -> None:
    names = {KEYSPACE.row(kind, sku) for kind in Kind for sku in ("a", "b", "a:b", "held:a")}
    assert len(names) == len(Kind) * 4


@pytest.mark.parametrize("parts", [("a", "b:c", "d"), ("a:b", "c", "d"), ("a", "b", "c:d"), ("", "a", "b:c:d")])
def test_idempotency_records_of_different_callers_never_meet(parts: tuple[str, str, str]) -> None:
    assert KEYSPACE.idempotency(*parts) != KEYSPACE.idempotency("a", "b", "c")
    others = {("a", "b:c", "d"), ("a:b", "c", "d"), ("a", "b", "c:d"), ("", "a", "b:c:d")} - {parts}
    assert KEYSPACE.idempotency(*parts) not in {KEYSPACE.idempotency(*other) for other in others}


def test_an_idempotency_key_of_any_text_gives_a_key_of_fixed_length() -> None:
    short, long = KEYSPACE.idempotency("p", "o", "k"), KEYSPACE.idempotency("p" * 999, "o", "\r\n\ud800")
    assert len(short) == len(long)


@pytest.mark.parametrize("name", ["", "a b", "a}b", "{a", "a:b", "x" * 65, "a\n"])
def test_a_namespace_that_would_break_the_hash_tag_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="namespace and region"):
        Keyspace(name, "main")
