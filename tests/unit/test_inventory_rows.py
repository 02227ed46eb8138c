import numpy as np
import pytest

from inventory.models import Kind, Sku
from inventory.rows import Rows, decode, decode_bitmap


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (None, [0, 0, 0]),
        (b"", [0, 0, 0]),
        (b"\x01\x05\xff", [5, 255, 0]),
        (b"\x01\x05\xff\x01\x09", [5, 255, 1]),
        (b"\x02\x01\x00\xff\xff", [256, 65535, 0]),
        (b"\x04\x3b\x9a\xca\x00\x00\x00\x00\x01", [10**9, 1, 0]),
    ],
)
def test_a_row_gives_one_number_per_store_whatever_its_width_and_length(row: bytes | None, expected: list[int]) -> None:
    cells = decode(row, 3)
    assert cells.tolist() == expected
    assert cells.dtype == np.int64


def test_a_bitmap_gives_one_bit_per_store_highest_bit_first() -> None:
    assert decode_bitmap(b"\x00\x81\x40", 12).tolist() == [1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0]
    assert decode_bitmap(b"\x00\x80", 12).tolist() == [1] + [0] * 11
    assert decode_bitmap(None, 2).tolist() == [0, 0]


def test_a_decoded_row_may_be_changed_without_touching_what_was_read() -> None:
    row = b"\x01\x05"
    decode(row, 1)[0] = 9
    assert decode(row, 1).tolist() == [5]


def test_rows_are_decoded_when_looked_at_and_only_once() -> None:
    rows = Rows({(Sku("a"), Kind.HELD): b"\x01\x07", (Sku("a"), Kind.CARRIED): b"\x00\x80"}, stores=2)
    assert rows[Sku("a"), Kind.HELD].tolist() == [7, 0]
    assert rows[Sku("a"), Kind.CARRIED].tolist() == [1, 0]
    assert rows[Sku("a"), Kind.HELD] is rows[Sku("a"), Kind.HELD]
    assert len(rows) == 2
    assert set(rows) == {(Sku("a"), Kind.HELD), (Sku("a"), Kind.CARRIED)}
    with pytest.raises(KeyError):
        rows[Sku("b"), Kind.HELD]
