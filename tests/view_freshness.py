"""How soon a movement can be seen in the view: movements at a steady rate, each changing what is on a shelf, and probes
that ask the view for one of them until it shows it."""

from __future__ import annotations

import asyncio
import random
import secrets
from dataclasses import dataclass, field

from inventory.inventory import Inventory
from inventory.models import Sku, StoreId
from inventory.movements import Movement, MovementType
from search.stock_view.reading import StockView

#: Movements are sent so often, as many as the rate asks for.
TICK_SECONDS = 0.02
PROBES_PER_SECOND = 20
POLL_SECONDS = 0.01
#: The store whose shelves only probes touch.
PROBED = "probed"


@dataclass(slots=True)
class Freshness:
    """From when a movement was told to the first answer of the view that shows it."""

    seconds: list[float] = field(default_factory=list)
    movements: int = 0
    lasted_seconds: float = 0.0

    @property
    def rate(self) -> float:
        return self.movements / self.lasted_seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    def milliseconds(self) -> dict[str, float]:
        """By the name of each percentile."""
        shares = (0.5, 0.9, 0.99, 1.0)
        return {f"p{share * 100:g}": round(self.percentile(share) * 1000, 1) for share in shares}

    def __str__(self) -> str:
        shown = ", ".join(f"{name} {value:.0f} ms" for name, value in self.milliseconds().items())
        return f"{self.rate:.0f} movements/s for {self.lasted_seconds:.0f} s, {len(self.seconds)} probes: {shown}"


class Traffic:
    """Tills at many stores that sell the last unit of something, or get one in."""

    def __init__(self, inventory: Inventory, store_ids: list[str], skus: list[str]) -> None:
        self._inventory = inventory
        self._cells = [(store_id, sku) for store_id in store_ids for sku in skus]
        self._skus = skus
        self._chance = random.Random(5)
        self._source = secrets.token_hex(4)
        self._seq = 0
        self._units: dict[tuple[str, str], int] = {}

    async def run(self, view: StockView, *, rate: int, seconds: float) -> Freshness:
        """Every shelf that is touched has one unit or none, and must have one unit at first."""
        result = Freshness()
        clock = asyncio.get_running_loop()
        started = clock.time()
        probes = asyncio.create_task(self._probe(view, result, started + seconds))
        while (now := clock.time()) < started + seconds:
            due = int((now - started) * rate) - result.movements
            if due > 0:
                await self._inventory.ledger.apply_movements(
                    [self._flip(self._chance.choice(self._cells)) for _ in range(due)]
                )
                result.movements += due
            await asyncio.sleep(TICK_SECONDS)
        result.lasted_seconds = clock.time() - started
        await probes
        return result

    async def _probe(self, view: StockView, result: Freshness, until: float) -> None:
        """Sell the probed store's units one by one; one question at a time asks which of them the view still shows."""
        ordinal = (await self._inventory.registry.load()).ordinals[PROBED]
        clock, told_at = asyncio.get_running_loop(), dict[str, float]()
        unsold = iter(self._chance.sample(self._skus, len(self._skus)))
        next_at = clock.time()
        while (now := clock.time()) < until or told_at:
            if next_at <= now < until and (sku := next(unsold, None)) is not None:
                next_at += 1 / PROBES_PER_SECOND
                told_at[sku] = now
                await self._inventory.ledger.apply_movements([self._flip((PROBED, sku))])
                result.movements += 1
            shown = await view.among(ordinal, list(told_at)) if told_at else {}
            for sku in told_at.keys() - shown.keys():
                result.seconds.append(clock.time() - told_at.pop(sku))
            await asyncio.sleep(POLL_SECONDS)

    def _flip(self, cell: tuple[str, str]) -> Movement:
        self._seq += 1
        there = self._units.get(cell, 1)
        self._units[cell] = 1 - there
        kind = MovementType.SELL if there else MovementType.RECEIVE
        return Movement(self._source, self._seq, kind, StoreId(cell[0]), Sku(cell[1]), 1)
