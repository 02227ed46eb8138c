"""The exact search behind split proposals: the best few sets of stores that together have everything. Pure numpy.

A set is *minimal* when no store can be left out. Sets are ordered by number of stores, then by the sum of distances in
whole millimetres (so that sums are exact), then by their store ids. Why the answer is exact and quick:

* Sets of one store, of two, of three are looked for in turn, and fewer stores always win, so a store (a pair) that is
  enough is left out of every larger set: with it the set would not be minimal.
* Per line a table holds the bit set of "the i stores with the most"; the stores that can complete a beginning are the
  AND of one bit set per line, and the nearest of them is the first bit, because the bits are in order of distance.
* Of k stores that have n units between them one has at least n/k. So the first store is only looked for among those
  with n/3 of the rarest line, and the second among those with half of what is then still wanted of a line. A first
  store that was tried is left out afterwards: every set with it has been seen.
* What can neither be completed by the best on each line, nor by the best over all lines (a store's share of each line,
  summed up, must reach the number of lines), nor be nearer than the worst of the best so far, is not looked at.
"""

from __future__ import annotations

import numpy as np

from search.split_pool import Bits, Ints, Mask, StorePool, as_bits, as_mask, clear, most_of_each

MAX_STOPS = 3
_NEVER = np.iinfo(np.int64).max
#: Shares are sums of fractions; a necessary condition may be too lenient, never too strict.
_SLACK = 1e-9


def best_sets(
    cells: Ints, wanted: Ints, distances_mm: Ints, id_rank: Ints, *, max_stops: int, limit: int
) -> list[Ints]:
    """The best minimal sets, each as the columns of its stores. Columns are stores, nearest first; rows are lines.

    `cells` are at most what is wanted of their line; `id_rank` orders the stores by id, from 0.
    """
    found: list[Ints] = []
    columns = np.arange(cells.shape[1])
    for stops in range(1, min(max_stops, MAX_STOPS) + 1):
        if len(found) >= limit or not _conceivable(cells[:, columns], wanted, stops):
            continue
        pool = StorePool.of(cells[:, columns], wanted, distances_mm[columns], id_rank[columns])
        best = _Best(limit - len(found), stops)
        (_ones, _twos, _threes)[stops - 1](pool, best)
        found += [columns[members] for members in best.members]
        if stops == 1:
            columns = columns[(cells < wanted[:, None]).any(axis=0)]
    return found


def _conceivable(cells: Ints, wanted: Ints, stops: int) -> bool:
    """Whether the stores with the most of each line would be enough; they need not be the same ones."""
    return bool((most_of_each(cells, stops).sum(axis=1) >= wanted).all())


class _Best:
    """The best few sets of one size, by distance and then by ids."""

    def __init__(self, limit: int, stops: int) -> None:
        self._limit = limit
        self.totals: Ints = np.zeros(0, dtype=np.int64)
        self._ids: Ints = np.zeros(0, dtype=np.int64)
        self.members: Ints = np.zeros((0, stops), dtype=np.int64)

    @property
    def worst_total(self) -> int:
        return int(self.totals[-1]) if len(self.totals) == self._limit else _NEVER

    def admits(self, totals: Ints, ids: Ints) -> Mask:
        """Whether each is no worse than the worst."""
        if len(self.totals) < self._limit:
            return np.ones(len(totals), dtype=bool)
        tied = totals == self.totals[-1]
        return np.asarray((totals < self.totals[-1]) | (tied & (ids <= self._ids[-1])))

    def add(self, totals: Ints, ids: Ints, members: Ints) -> None:
        totals, ids = np.concatenate((self.totals, totals)), np.concatenate((self._ids, ids))
        members = np.concatenate((self.members, members))
        order = np.lexsort((ids, totals))
        new = np.ones(len(order), dtype=bool)
        new[1:] = ids[order][1:] != ids[order][:-1]  # the same set, begun with another store
        order = order[new][: self._limit]
        self.totals, self._ids, self.members = totals[order], ids[order], members[order]


def _ones(pool: StorePool, best: _Best) -> None:
    _complete(pool, best, np.zeros((1, 0), dtype=np.int64), pool.completing(pool.wanted[None, :]))


def _twos(pool: StorePool, best: _Best) -> None:
    pairs = _pairs(pool)
    firsts = np.flatnonzero(pairs.any(axis=1))
    _complete(pool, best, firsts[:, None], pairs[firsts])


def _threes(pool: StorePool, best: _Best) -> None:
    pairs = _pairs(pool)
    lines = len(pool.wanted)
    top = most_of_each(pool.cells, 2)
    most, most_of_two = top[:, -1], top.sum(axis=1)
    shares = np.sort(pool.shares)
    firsts = pool.with_a_share(pool.wanted, 3) & (pool.cells + most_of_two[:, None] >= pool.wanted[:, None]).all(axis=0)
    firsts &= pool.shares + shares[-2:].sum() >= lines - _SLACK
    left = np.ones(len(pool.mm), dtype=bool)
    for first in np.flatnonzero(firsts):
        left[first] = False
        nearest = np.flatnonzero(left)[:2]
        # No set that begins here is better than this one, and later ones begin no better.
        if len(nearest) < 2 or not best.admits(*_order(pool, np.array([[first, *nearest]]))).any():
            return
        missing = np.maximum(pool.wanted - pool.cells[:, first], 0)
        near = pool.mm <= best.worst_total - pool.mm[first] - pool.mm[nearest[0]]
        helpful = pool.shares >= lines - pool.shares[first] - shares[-1] - _SLACK
        seconds = np.flatnonzero(pool.with_a_share(missing, 2) & left & near & helpful & ~as_mask(pairs[first], left))
        seconds = seconds[(pool.cells[:, seconds] + most[:, None] >= missing[:, None]).all(axis=0)]
        if not seconds.size:
            continue
        last = pool.completing(np.maximum(missing[:, None] - pool.cells[:, seconds], 0).T)
        last &= as_bits(left) & ~pairs[first] & ~pairs[seconds]
        clear(last, seconds)
        _complete(pool, best, np.column_stack((np.full(len(seconds), first), seconds)), last)


def _pairs(pool: StorePool) -> Bits:
    """Per store the others that have everything together with it."""
    pairs = np.zeros((len(pool.mm), pool.holders.shape[2]), dtype=np.uint64)
    most = pool.cells.max(axis=1)
    promising = (pool.cells + most[:, None] >= pool.wanted[:, None]).all(axis=0)
    promising &= pool.shares + pool.shares.max() >= len(pool.wanted) - _SLACK
    rows = np.flatnonzero(promising)
    bits = pool.completing((pool.wanted[:, None] - pool.cells[:, rows]).T)
    clear(bits, rows)
    pairs[rows] = bits
    return pairs


def _complete(pool: StorePool, best: _Best, begun: Ints, bits: Bits) -> None:
    """Add to the best every set that begins like a row and ends with one of the stores in its bits."""
    while True:
        going = np.flatnonzero(bits.any(axis=1))
        if not going.size:
            return
        begun, bits = begun[going], bits[going]
        nearest = np.argmax(np.unpackbits(bits.view(np.uint8), axis=1, bitorder="little"), axis=1)
        members = np.column_stack((begun, nearest))
        totals, ids = _order(pool, members)
        good = best.admits(totals, ids)
        best.add(totals[good], ids[good], members[good])
        # The sets of a row get worse from one bit to the next, so a row that is out stays out.
        good &= best.admits(totals, ids)
        begun, bits = begun[good], bits[good]
        clear(bits, nearest[good])


def _order(pool: StorePool, members: Ints) -> tuple[Ints, Ints]:
    """Of each set the sum of distances, and its ids as one number that sorts as they do."""
    packed = np.zeros(len(members), dtype=np.int64)
    for column in np.sort(pool.id_rank[members], axis=1).T:
        packed = (packed << 21) | column
    return pool.mm[members].sum(axis=1), packed
