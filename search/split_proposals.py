"""Several stores instead of one: the splits of a question as proposals that can be shown and held. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.models import SplitPart, SplitProposal
from search.shelves import Cells, Mask, Shelves
from search.split_pool import most_of_each
from search.split_search import MAX_STOPS
from search.splits import Split, best_splits, needed

Distances = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SplitQuestion:
    """What is wanted from where. `lines` are places among the products of the shelves."""

    shelves: Shelves
    lines: tuple[int, ...]
    quantities: tuple[int, ...]
    distances_km: Distances
    radius_km: float


def propose_splits(asked: SplitQuestion, *, max_stops: int = MAX_STOPS, limit: int = 3) -> tuple[SplitProposal, ...]:
    """The best splits within the radius; where they all need several stores, also the nearest single store beyond.

    Fewest stores first, then the sum of distances, then store ids; only stores with pickup.
    """
    if not asked.lines:
        return ()
    shelves, distances = asked.shelves, asked.distances_km
    available, stores = shelves.available[list(asked.lines)], shelves.stores
    within = shelves.givers & (distances <= asked.radius_km)
    splits = best_splits(
        available, asked.quantities, distances, stores.id_rank, within, max_stops=max_stops, limit=limit
    )
    if not (splits and len(splits[0].stores) == 1):
        enough = (available >= needed(asked.quantities)[:, None]).all(axis=0)
        alone = np.flatnonzero(shelves.givers & ~within & enough)
        for place in stores.nearest_first(alone, distances)[:1]:
            splits = (Split((int(place),), (asked.quantities,)), *splits)
    return tuple(_proposal(asked, split) for split in splits)


def several_stores(asked: SplitQuestion) -> tuple[SplitProposal, ...]:
    """The proposals for a question that no single store within the radius answers; none where several cannot either."""
    proposals = propose_splits(asked)
    return proposals if any(len(proposal.parts) > 1 for proposal in proposals) else ()


def several_stores_for_one(
    shelves: Shelves, quantity: int, distances_km: Distances, radius_km: float
) -> tuple[SplitProposal, ...]:
    """The same for the first of the products that can be split; different products are never mixed."""
    within = shelves.givers & (distances_km <= radius_km)
    for line in np.flatnonzero(splittable(shelves.available, quantity, within))[:1]:
        return several_stores(SplitQuestion(shelves, (int(line),), (quantity,), distances_km, radius_km))
    return ()


def splittable(available: Cells, quantity: int, within: Mask, *, max_stops: int = MAX_STOPS) -> Mask:
    """Per product (rows): whether the stores within reach with the most have the quantity between them."""
    return np.asarray(most_of_each(available[:, within], max_stops).sum(axis=1) >= needed([quantity]), dtype=bool)


def _proposal(asked: SplitQuestion, split: Split) -> SplitProposal:
    parts = tuple(_part(asked, store, units) for store, units in zip(split.stores, split.units, strict=True))
    return SplitProposal(parts, math.fsum(part.distance_km for part in parts))


def _part(asked: SplitQuestion, store: int, units: tuple[int, ...]) -> SplitPart:
    details = asked.shelves.stores.stores[store]
    assert details is not None  # a store without details hands nothing out
    lines = tuple(
        (asked.shelves.products[line], number) for line, number in zip(asked.lines, units, strict=True) if number
    )
    return SplitPart(details, float(asked.distances_km[store]), lines)
