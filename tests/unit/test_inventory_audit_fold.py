"""Adding entries up: any order of magnitude, unknown operations, moves of older releases, holds from begin to end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.audit.checkpoints import latest_checkpoint, save_checkpoint, update_checkpoint
from inventory.audit.entries import RawEntry, entry_of, id_order, line_of, next_id
from inventory.audit.fold import Fold, narrowest
from inventory.audit.manifest import Manifest, add_to_manifest, load_manifest
from inventory.audit.segments import SegmentWriter, read_segment
from inventory.models import Kind


def moved(entry_id: str, *moves: list[object], **details: str) -> RawEntry:
    fields = {name.encode(): value.encode() for name, value in details.items()}
    return RawEntry(entry_id, {b"op": b"x", **fields, b"moves": orjson.dumps(moves)})


def counted(entry_id: str, sku: str, on_hand: dict[int, int], *, wide: bool = False) -> RawEntry:
    width, code = (4, ">i4") if wide else (2, ">i2")
    cells = np.array(list(on_hand.items()), dtype=[("place", ">u2"), ("delta", code)])
    packed = bytes([width]) + cells.tobytes()
    return RawEntry(entry_id, {b"op": b"count", b"sku": sku.encode(), b"on_hand": packed, b"safety": b"\2"})


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(-(10**9), 10**9)), max_size=60))
def test_sums_are_exact_whatever_the_numbers(changes: list[tuple[int, int, int]]) -> None:
    fold, sums = Fold(), {}
    for number, (sku, ordinal, delta) in enumerate(changes):
        name = f"p{sku}"
        if number % 2:
            fold.apply(moved(f"{number}-0", [name, ordinal, delta, 0, 0, 0]))
        else:
            fold.apply(counted(f"{number}-0", name, {ordinal: delta}, wide=True))
        sums[name, ordinal] = sums.get((name, ordinal), 0) + delta
    for (name, ordinal), total in sums.items():
        assert int(fold.row(Kind.ON_HAND, name, 41)[ordinal]) == total
    assert fold.entries == len(changes)


@pytest.mark.parametrize(
    ("least", "most", "size"),
    [(0, 127, 1), (0, 128, 2), (-128, 0, 1), (-129, 0, 2), (0, 32_768, 4), (0, 10**9, 4), (0, 2**31, 8), (0, 0, 1)],
)
def test_a_row_takes_the_fewest_bytes(least: int, most: int, size: int) -> None:
    assert narrowest(least, most).itemsize == size


def test_a_move_may_have_six_numbers_or_seven() -> None:
    fold = Fold()
    fold.apply(moved("1-0", ["a", 2, 5, 1, 2, 3], ["b", 0, 0, 0, 0, 0, 4]))
    assert [int(fold.row(kind, "a", 3)[2]) for kind in (Kind.ON_HAND, Kind.SAFETY, Kind.HELD, Kind.ALLOCATED)] == [
        5,
        1,
        2,
        3,
    ]
    assert int(fold.row(Kind.QUALITY_CONTROL, "b", 1)[0]) == 4


def test_an_entry_that_moves_nothing_is_counted_all_the_same() -> None:
    fold = Fold()
    fold.apply(RawEntry("7-1", {b"op": b"from the future"}))
    assert (fold.last_id, fold.entries, fold.skus()) == ("7-1", 1, set())


def test_a_hold_lives_from_its_units_to_its_end_and_may_come_back() -> None:
    fold = Fold()
    fold.apply(moved("1-0", ["a", 0, 0, 0, 2, 0], ["b", 0, 0, 0, 0, 0], hold="H", store="s", to="held"))
    assert fold.holds["H"].live
    assert fold.holders == {"a": {"H": 0}, "b": {"H": 0}}
    fold.apply(moved("2-0", hold="H", store="s", to="confirmed"))
    assert fold.holds["H"].state == "confirmed"
    fold.apply(moved("3-0", ["a", 0, 0, 0, -2, 0], ["b", 0, 0, 0, 0, 0], hold="H", store="s", to="expired"))
    assert (fold.holds, fold.holders) == ({}, {})
    fold.apply(moved("4-0", ["a", 0, 0, 0, 2, 0], hold="H", store="s", to="confirmed"))
    assert fold.holds["H"].units == {("a", 0): 2}
    assert list(fold.unheld_cells()) == []


def test_a_hold_that_ends_with_units_left_stays_and_is_seen() -> None:
    fold = Fold()
    fold.apply(moved("1-0", ["a", 0, 0, 0, 2, 0], hold="H", store="s", to="held"))
    fold.apply(moved("2-0", ["a", 0, 0, 0, -1, 0], hold="H", store="s", to="cancelled"))
    assert not fold.holds["H"].live
    assert fold.holds["H"].units == {("a", 0): 1}


@given(st.dictionaries(st.binary(min_size=1, max_size=9), st.binary(max_size=40), min_size=1, max_size=6))
def test_a_line_keeps_every_byte(fields: dict[bytes, bytes]) -> None:
    entry = RawEntry("1763900000000-3", fields)
    line = line_of(entry)
    assert line.count(b"\n") == 1
    assert entry_of(line) == entry


def test_ids_are_ordered_by_number_and_not_as_text() -> None:
    assert id_order("9-0") < id_order("10-0") < id_order("10-2") < id_order("10-11")
    assert next_id("10-9") == "10-10"


def an_archive(folder: Path, entries: list[RawEntry], pieces: int) -> Manifest:
    manifest = Manifest(folder)
    for first in range(0, len(entries), pieces):
        writer = SegmentWriter(folder, manifest.digest)
        writer.add(entries[first : first + pieces])
        manifest = add_to_manifest(manifest, writer.finish())
    return manifest


def test_a_checkpoint_gives_back_rows_and_holds(tmp_path: Path) -> None:
    entries = [
        counted("1-0", "a", {0: 5, 7: 300}),
        counted("2-0", "ä:b", {3: 1}),
        moved("3-0", ["a", 7, 0, 2, 4, 1, 9], hold="H", store="s", to="held"),
        moved("4-0", ["a", 0, -5, 0, 0, 0, 0]),
    ]
    manifest = an_archive(tmp_path, entries, 2)
    assert update_checkpoint(tmp_path) == 4
    assert update_checkpoint(tmp_path) == 0
    fold, covered = latest_checkpoint(manifest)
    expected = Fold()
    expected.apply_all(entries)
    assert covered == manifest == load_manifest(tmp_path)
    assert (fold.last_id, fold.entries) == ("4-0", 4)
    assert (fold.holds, fold.holders) == (expected.holds, expected.holders)
    for kind, rows in expected.rows.items():
        assert fold.rows[kind].keys() == rows.keys()
        for sku, row in rows.items():
            assert np.array_equal(fold.row(kind, sku, 9), np.pad(row, (0, 9 - len(row))))


def test_a_checkpoint_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    manifest = an_archive(tmp_path, [counted("1-0", "a", {0: 5}), counted("2-0", "a", {0: 1})], 1)
    first = Manifest(tmp_path, manifest.files[:1])
    fold = Fold()
    fold.apply_all(next(read_segment(tmp_path, manifest.files[0])))
    save_checkpoint(fold, first)
    fold.apply_all(next(read_segment(tmp_path, manifest.files[1])))
    path = save_checkpoint(fold, manifest)
    path.write_bytes(path.read_bytes()[:-20])
    found, covered = latest_checkpoint(manifest)
    assert (found.entries, covered) == (1, first)


def test_only_the_two_newest_checkpoints_stay(tmp_path: Path) -> None:
    entries = [counted(f"{number}-0", "a", {0: 1}) for number in range(1, 5)]
    for number in range(1, 5):
        an_archive(tmp_path, entries[:number], 1)
        update_checkpoint(tmp_path)
    assert len(list(tmp_path.glob("*.checkpoint.npz"))) == 2
