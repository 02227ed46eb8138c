"""Which stores together have everything, and how the units are shared out among them: by numbers alone. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.split_search import MAX_STOPS, best_sets

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

_MM_PER_KM = 1_000_000
#: More than all cells of a row together; larger wishes are just as hopeless.
MORE_THAN_ANYBODY_HAS = 2**50


@dataclass(frozen=True, slots=True)
class Split:
    """Stores by ordinal, nearest first, each with its units per line."""

    stores: tuple[int, ...]
    units: tuple[tuple[int, ...], ...]


def best_splits(
    available: Ints,
    wanted: Sequence[int],
    distances_km: NDArray[np.float64],
    id_rank: NDArray[np.intp],
    allowed: Mask,
    *,
    max_stops: int = MAX_STOPS,
    limit: int = 3,
) -> tuple[Split, ...]:
    """The best ways to get all wanted units (lines) from the allowed stores (columns), the best first.

    Fewest stores first, then the sum of distances, then store ids; exact, as `split_search` argues. No store of a
    split can be left out. The nearest store gives as much as it can of every line, then the next.
    """
    need = needed(wanted)
    if not len(need):
        return ()
    stores = np.flatnonzero(allowed & (available > 0).any(axis=0))
    distances_mm = np.rint(distances_km[stores] * _MM_PER_KM).astype(np.int64)
    order = np.lexsort((id_rank[stores], distances_mm))
    stores, distances_mm = stores[order], distances_mm[order]
    cells = np.minimum(available[:, stores], need[:, None])
    ranks = np.argsort(np.argsort(id_rank[stores]))
    found = best_sets(cells, need, distances_mm, ranks, max_stops=max_stops, limit=limit)
    return tuple(_shared_out(np.sort(columns), cells, need, stores) for columns in found)


def needed(wanted: Sequence[int]) -> Ints:
    """Quantities as an array, however large."""
    return np.array([min(quantity, MORE_THAN_ANYBODY_HAS) for quantity in wanted], dtype=np.int64)


def _shared_out(columns: Ints, cells: Ints, need: Ints, stores: Ints) -> Split:
    missing = need.copy()
    units = []
    for column in columns:
        given = np.minimum(cells[:, column], missing)
        missing -= given
        units.append(tuple(int(number) for number in given))
    return Split(tuple(int(stores[column]) for column in columns), tuple(units))
