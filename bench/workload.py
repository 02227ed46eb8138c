"""What is asked, from fixed seeds: which products, from where, how many, within which radius."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

from geo.models import Coordinates

T = TypeVar("T")

ZIPF_EXPONENT = 1.1
#: Degrees by which shoppers live around a store, one standard deviation: some 20 km.
JITTER_DEGREES = 0.2
QUANTITIES = ((1, 70), (2, 20), (4, 8), (10, 2))
RADII_KM = ((25.0, 20), (100.0, 60), (400.0, 20))


@dataclass(frozen=True, slots=True)
class Question:
    """One shopper's question; `wanted` is a sku or words."""

    wanted: str
    origin: Coordinates
    quantity: int
    radius_km: float


class Zipf:
    """Draws items of which few are asked for often: item number r of a shuffled list with weight 1 / r^1.1."""

    def __init__(self, items: Sequence[str], *, seed: int, exponent: float = ZIPF_EXPONENT) -> None:
        self._rng = random.Random(f"zipf:{seed}")
        self.ranked = sorted(items)
        self._rng.shuffle(self.ranked)
        self._bounds = list(accumulate(1 / rank**exponent for rank in range(1, len(items) + 1)))

    def draw(self, count: int, *, of_first: int | None = None) -> list[str]:
        """`count` items, of the `of_first` most asked for only when that is given."""
        ranked, bounds = self.ranked[:of_first], self._bounds[:of_first]
        return self._rng.choices(ranked, cum_weights=bounds, k=count)


def questions(wanted: Sequence[str], homes: Sequence[Coordinates], *, seed: int) -> list[Question]:
    """One question for each thing wanted. Stores stand where people live, so shoppers are drawn around stores."""
    rng = random.Random(f"questions:{seed}")
    return [
        Question(
            wanted=each,
            origin=_near(rng, rng.choice(homes)),
            quantity=_pick(rng, QUANTITIES),
            radius_km=_pick(rng, RADII_KM),
        )
        for each in wanted
    ]


def _near(rng: random.Random, home: Coordinates) -> Coordinates:
    lat = min(90.0, max(-90.0, home.lat + rng.gauss(0, JITTER_DEGREES)))
    lon = (home.lon + rng.gauss(0, JITTER_DEGREES) + 180) % 360 - 180
    return Coordinates(lat, lon)


def _pick(rng: random.Random, weighted: Sequence[tuple[T, int]]) -> T:
    return rng.choices([value for value, _ in weighted], weights=[weight for _, weight in weighted])[0]
