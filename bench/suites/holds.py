"""Holds: many clients over many shelves, and all of them after the last units of one; no unit may be held twice."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import numpy as np
import orjson

from bench.run import SEED, Onhand, Run
from bench.sampling import ROUNDS, Contender, ratio, side_by_side
from bench.suites.over_http import BUSY_CLIENTS, measure_over_http
from inventory.counts import Counts
from inventory.models import HoldId, HoldLine, HoldPlaced, InsufficientStock, Sku, StoreId
from inventory.terms import Asker

Shelf = tuple[str, str]
#: Shelves with this many units or more take part in the load over many.
WELL_STOCKED = 6


class Holding:
    """Places holds and remembers them until they are cancelled. `limit` is how many one round can get at most."""

    def __init__(self, onhand: Onhand, shelves: Sequence[Shelf], *, limit: int | None = None) -> None:
        self._onhand = onhand
        self._shelves = shelves
        self._limit = limit
        self._placed: list[HoldId] = []
        self.most_placed = 0
        self.oversold = 0

    async def place(self, number: int) -> None:
        store_id, sku = self._shelves[number % len(self._shelves)]
        outcome = await self._onhand.services.holds.place(
            StoreId(store_id),
            [HoldLine(Sku(sku), 1)],
            idempotency_key=uuid4().hex,
            asker=Asker(principal="bench"),
        )
        if isinstance(outcome, HoldPlaced):
            self._placed.append(outcome.hold.hold_id)
        elif not isinstance(outcome, InsufficientStock):
            raise RuntimeError(f"a hold was answered with {type(outcome).__name__}")

    async def place_over_http(self, number: int) -> None:
        store_id, sku = self._shelves[number % len(self._shelves)]
        wish = orjson.dumps({"store_id": store_id, "lines": [{"sku": sku, "quantity": 1}]})
        body = await self._onhand.post("/v1/holds", wish, status=201, headers={"Idempotency-Key": uuid4().hex})
        self._placed.append(HoldId(orjson.loads(body)["hold_id"]))

    async def cancel_all(self) -> None:
        """Give everything back, and count what was given out beyond the limit."""
        self.most_placed = max(self.most_placed, len(self._placed))
        if self._limit is not None:
            self.oversold += max(0, len(self._placed) - self._limit)
        for hold_id in self._placed:
            await self._onhand.services.holds.cancel(hold_id, principal="bench")
        self._placed.clear()


async def measure_holds(run: Run, onhand: Onhand) -> None:
    """Many shelves and a hot one in the library, many shelves over HTTP, beside a SET synced to the same disk."""
    shelves = _shelves(run)
    spread, units = Holding(onhand, shelves), run.samples // ROUNDS // 2
    async with _stocked(onhand, shelves[0], units), _scratch_key(run, onhand) as key:
        hot = Holding(onhand, shelves[:1], limit=units)

        async def bare_set(number: int) -> None:
            await onhand.services.clients.writes.set(key, number)

        contenders = [
            Contender("hold, many shelves, library", spread.place, BUSY_CLIENTS, spread.cancel_all),
            Contender("hold, one hot shelf, library", hot.place, BUSY_CLIENTS, hot.cancel_all),
            Contender("bare SET, synced to disk", bare_set, BUSY_CLIENTS),
        ]
        many, one, bare = await side_by_side(contenders, samples=run.samples, warm_up=min(run.warm_up, units))
    if hot.most_placed < units:
        raise RuntimeError(f"only {hot.most_placed} of {units} units were held although more were asked for")
    run.report.add_samples(many, figure="holds_library")
    run.report.add_samples(one, figure="holds_hot_library")
    run.report.add_samples(bare)
    run.report.ratios += [ratio(bare, ours, percent) for ours in (many, one) for percent in (50, 99)]
    run.report.figures["oversold_units"] = hot.oversold
    over_http = Holding(onhand, shelves)
    body = b"x" * 400
    await measure_over_http(
        run,
        "hold, many shelves",
        over_http.place_over_http,
        figure="holds_http",
        typical_body=body,
        tidy=over_http.cancel_all,
    )


def _shelves(run: Run) -> list[Shelf]:
    shops = {shop.store_id for shop in run.oracle.shops if shop.kind == "store" and shop.pickup}
    found = [
        (store_id, sku)
        for sku, counts in run.oracle.stock.items()
        for store_id, (on_hand, safety) in counts.items()
        if store_id in shops and on_hand - safety >= WELL_STOCKED
    ]
    random.Random(SEED).shuffle(found)
    return found[: run.samples]


@asynccontextmanager
async def _stocked(onhand: Onhand, shelf: Shelf, units: int) -> AsyncIterator[None]:
    """Put exactly so many units on a shelf, and what was there back in the end."""
    store_id, sku = shelf
    services = onhand.services
    ordinals = np.array([(await services.inventory.registry.load()).ordinals[store_id]])
    before = next(cell for cell in await services.ledger.cells(Sku(sku)) if cell.store_id == store_id)

    async def count(on_hand: int, safety: int) -> None:
        counts = Counts(Sku(sku), ordinals, on_hand=np.array([on_hand]), safety=np.array([safety]))
        await services.ledger.set_counts(counts, source="bench")

    await count(units, 0)
    try:
        yield
    finally:
        await count(before.on_hand, before.safety)


@asynccontextmanager
async def _scratch_key(run: Run, onhand: Onhand) -> AsyncIterator[str]:
    key = f"{run.keyspace.tag}:bench"
    yield key
    await onhand.services.clients.writes.delete(key)
