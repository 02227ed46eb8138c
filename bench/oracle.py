"""Answers availability questions the slow and obvious way: feeds read with `csv`, kept in dicts, every store walked
for every question. Shares nothing with the product but its words; distances are handed in, as they define the order."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.models import Coordinates

#: Kilometres from an origin to each (lat, lon).
Measure = Callable[[Coordinates, Sequence[float], Sequence[float]], Iterable[float]]


@dataclass(frozen=True, slots=True)
class Shop:
    """A row of the stores feed."""

    store_id: str
    kind: str
    pickup: bool
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Offer:
    """What a shop has of each product of a question that it carries: units on hand and units never promised."""

    shop: Shop
    distance_km: float
    counts: dict[str, tuple[int, int]]

    def available(self, sku: str) -> int:
        on_hand, safety = self.counts.get(sku, (0, 0))
        return max(0, on_hand - safety)

    @property
    def most_available(self) -> int:
        return max((self.available(sku) for sku in self.counts), default=0)

    @property
    def most_on_hand(self) -> int:
        return max((on_hand for on_hand, _ in self.counts.values()), default=0)

    def can_give(self, quantity: int) -> bool:
        """Whether a shopper can fetch that many of one product here."""
        return self.shop.pickup and self.most_available >= quantity

    def refusal(self, quantity: int) -> tuple[str, int | None]:
        """Why not; where some units can be had, by how many the best product falls short of the quantity."""
        if self.most_available >= quantity:
            return "pickup_off", None
        if self.most_available > 0:
            return "insufficient", quantity - self.most_available
        if self.most_on_hand > 0:
            return "safety_stock", None
        return ("out_of_stock" if self.counts else "not_carried"), None


class Oracle:
    """Everything in the stores feed and the stock feed."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self.shops: list[Shop] = []
        self.stock: dict[str, dict[str, tuple[int, int]]] = {}

    @classmethod
    def load(cls, stores: Path, stock: Path, measure: Measure, *, skus: Collection[str] | None = None) -> Oracle:
        """Read the feeds, the stock of `skus` only where they are given."""
        oracle = cls(measure)
        with stores.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                pickup = row.get("pickup", "").strip().lower() not in ("false", "no", "0")
                shop = Shop(row["store_id"], row.get("kind") or "store", pickup, float(row["lat"]), float(row["lon"]))
                oracle.shops.append(shop)
        seen: dict[tuple[str, str], tuple[int, int]] = {}  # one tuple for each pair of counts, so that 10 million fit
        with stock.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file)
            store_at, sku_at, on_hand_at, safety_at = map(
                next(lines).index, ("store_id", "sku", "on_hand", "safety_stock")
            )
            for line in lines:
                sku = line[sku_at]
                if skus is not None and sku not in skus:
                    continue
                text = line[on_hand_at], line[safety_at]
                counts = seen.get(text)
                if counts is None:
                    counts = seen[text] = int(text[0]), int(text[1] or 0)
                oracle.stock.setdefault(sku, {})[line[store_at]] = counts
        return oracle

    def offers(self, skus: Collection[str], origin: Coordinates) -> list[Offer]:
        """Every shop of kind store, nearest first, equal distances by store id."""
        shops = [shop for shop in self.shops if shop.kind == "store"]
        distances = self._measure(origin, [shop.lat for shop in shops], [shop.lon for shop in shops])
        found = []
        for shop, distance_km in zip(shops, distances, strict=True):
            counts = {}
            for sku in skus:
                at_shops = self.stock.get(sku, {})
                if shop.store_id in at_shops:
                    counts[sku] = at_shops[shop.store_id]
            found.append(Offer(shop, float(distance_km), counts))
        return sorted(found, key=lambda offer: (offer.distance_km, offer.shop.store_id))
