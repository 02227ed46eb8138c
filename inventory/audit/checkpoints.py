"""Sums of the archive up to one of its files, kept beside it so that nobody must add everything up again.

Run as a module with a folder, this brings the checkpoint of that archive up to date: in a process of its own, because
adding up takes a core for a while.
"""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from inventory.audit.fold import COUNTERS, Fold, FoldedHold, narrowest
from inventory.audit.manifest import Manifest, disk_errors, load_manifest, replace_file
from inventory.audit.segments import read_segment
from inventory.models import Kind

#: Adding up a million entries takes about this many seconds; a checkpoint saves that much of every verification.
ENTRIES_BETWEEN_CHECKPOINTS = 200_000
_SUFFIX = ".checkpoint.npz"
#: An older one stays until the newer has proved to be readable.
_KEPT = 2


def save_checkpoint(fold: Fold, manifest: Manifest) -> Path:
    """Keep the sums up to the last file of the manifest; older checkpoints go."""
    assert fold.last_id == manifest.last_id, "a checkpoint stands between two files"
    holds = {
        hold_id: {**asdict(hold), "units": [[*cell, units] for cell, units in hold.units.items()]}
        for hold_id, hold in fold.holds.items()
    }
    about = {"format": 1, "entries": fold.entries, "last_id": fold.last_id, "holds": holds}
    arrays: dict[str, NDArray[np.generic]] = {"about": np.frombuffer(orjson.dumps(about), dtype=np.uint8)}
    for kind in COUNTERS:
        if fold.rows[kind]:
            arrays |= {f"{kind}_{name}": array for name, array in _columns(fold, kind).items()}
    packed = BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    path = manifest.folder / f"{manifest.digest}{_SUFFIX}"
    with disk_errors(manifest.folder):
        replace_file(path, packed.getbuffer())
        by_age = sorted(manifest.folder.glob(f"*{_SUFFIX}"), key=lambda found: found.stat().st_mtime_ns)
        for old in by_age[:-_KEPT]:
            old.unlink(missing_ok=True)
    return path


def latest_checkpoint(manifest: Manifest) -> tuple[Fold, Manifest]:
    """The sums to go on from and the files that they cover: none of them where no checkpoint can be read."""
    for number in range(len(manifest.files), 0, -1):
        covered = Manifest(manifest.folder, manifest.files[:number])
        path = manifest.folder / f"{covered.digest}{_SUFFIX}"
        if path.is_file():
            fold = _read(path)
            if fold is not None and fold.last_id == covered.last_id and fold.entries == covered.entries:
                return fold, covered
    return Fold(), Manifest(manifest.folder)


def update_checkpoint(folder: Path, least_entries: int = 1, on_entries: Callable[[int], None] | None = None) -> int:
    """Add up what the archive has got since the last checkpoint, unless it is less. Answers how many entries it was."""
    manifest = load_manifest(folder)
    covered_entries = _covered_entries(manifest)
    if manifest.entries - covered_entries < max(1, least_entries):
        return 0
    fold, covered = latest_checkpoint(manifest)
    before = fold.entries
    for file in manifest.files[len(covered.files) :]:
        for entries in read_segment(folder, file):
            fold.apply_all(entries)
            if on_entries is not None:
                on_entries(fold.entries - before)
    save_checkpoint(fold, manifest)
    return fold.entries - before


def _covered_entries(manifest: Manifest) -> int:
    """How many entries the newest checkpoint seems to cover, without reading it."""
    for number in range(len(manifest.files), 0, -1):
        if (manifest.folder / f"{manifest.files[number - 1].digest}{_SUFFIX}").is_file():
            return Manifest(manifest.folder, manifest.files[:number]).entries
    return 0


def _columns(fold: Fold, kind: Kind) -> dict[str, NDArray[np.generic]]:
    """Rows of one kind as columns: names, how many cells each has that are not 0, places and values of those."""
    rows = fold.rows[kind]
    places = {sku: np.flatnonzero(row) for sku, row in rows.items()}
    values = np.concatenate([rows[sku][found] for sku, found in places.items()]).astype(np.int64)
    return {
        "skus": np.frombuffer("\n".join(rows).encode(), dtype=np.uint8),
        "sizes": np.array([len(found) for found in places.values()], dtype=np.uint32),
        "places": np.concatenate(list(places.values())).astype(np.uint16),
        "values": values.astype(narrowest(int(values.min(initial=0)), int(values.max(initial=0)))),
    }


def _read(path: Path) -> Fold | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            about = orjson.loads(stored["about"].tobytes())
            fold = Fold()
            for kind in COUNTERS:
                if f"{kind}_skus" in stored:
                    columns = (stored[f"{kind}_{name}"] for name in ("skus", "sizes", "places", "values"))
                    fold.rows[kind] = _rows(*columns)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    fold.last_id, fold.entries = about["last_id"], about["entries"]
    for hold_id, hold in about["holds"].items():
        units = {(sku, ordinal): number for sku, ordinal, number in hold["units"]}
        fold.restore_hold(hold_id, FoldedHold(hold["state"], hold["store_id"], units))
    return fold


def _rows(
    skus: NDArray[np.uint8], sizes: NDArray[np.uint32], places: NDArray[np.uint16], values: NDArray[np.signedinteger]
) -> dict[str, NDArray[np.signedinteger]]:
    rows: dict[str, NDArray[np.signedinteger]] = {}
    ends = np.cumsum(sizes, dtype=np.int64).tolist()
    for sku, first, last in zip(skus.tobytes().decode().split("\n"), [0, *ends[:-1]], ends, strict=True):
        own, numbers = places[first:last], values[first:last]
        width = narrowest(int(numbers.min(initial=0)), int(numbers.max(initial=0)))
        row = rows[sku] = np.zeros(int(own[-1]) + 1 if len(own) else 0, dtype=width)
        row[own] = numbers
    return rows


if __name__ == "__main__":
    os.nice(10)
    update_checkpoint(Path(sys.argv[1]), int(sys.argv[2]))
