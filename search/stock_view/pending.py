"""Which products the ledger has moved since they were last written, and how far the view is true. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice

from inventory.models import Sku


class Pending:
    """Coalesces: a product that moved a hundred times is due once, and rests for a while after it was written."""

    def __init__(self, position: str, rest_seconds: float) -> None:
        self._rest = rest_seconds
        self._read_to = position
        # Oldest first: the place in the ledger before the product was met.
        self._before: dict[Sku, str] = {}
        # In the order of time: until when each rests.
        self._resting: dict[Sku, float] = {}

    def __len__(self) -> int:
        return len(self._before)

    @property
    def read_to(self) -> str:
        """The last entry that was met."""
        return self._read_to

    @property
    def position(self) -> str:
        """Every entry up to this one is in the view."""
        return self.position_without(())

    def position_without(self, written: Collection[Sku]) -> str:
        """The same once these are written, too."""
        done = frozenset(written)
        return next((before for sku, before in self._before.items() if sku not in done), self._read_to)

    def meet(self, entry_id: str, skus: Iterable[Sku]) -> None:
        """An entry of the ledger, in order."""
        for sku in skus:
            self._before.setdefault(sku, self._read_to)
        self._read_to = entry_id

    def due(self, most: int, now: float) -> list[Sku]:
        """Products to write now, those that wait longest first."""
        for sku in [sku for sku, until in islice(self._resting.items(), most) if until <= now]:
            del self._resting[sku]
        return list(islice((sku for sku in self._before if sku not in self._resting), most))

    def done(self, skus: Collection[Sku], now: float) -> None:
        """These were read from the rows after they were met, and are written."""
        for sku in skus:
            self._before.pop(sku, None)
            self._resting.pop(sku, None)
            self._resting[sku] = now + self._rest
