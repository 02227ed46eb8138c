"""Makes the demo retailer's stock, one place after another. Which products and places there are is given to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from demo.catalogue import read_toml
from demo.products import DemoProduct
from demo.stores import DemoStore, Shop

STOCK_COLUMNS = ("store_id", "sku", "on_hand", "safety_stock", "aisle", "price")
# Store, product, count, safety stock, aisle label, price here ("" where it is the usual one).
StockRow = tuple[str, str, int, int, str, str]
Numbers = npt.NDArray[np.int64]
_AISLES = 30
_BAYS = "ABCDEF"


@dataclass(frozen=True, slots=True)
class Story:
    """Shelves of one category that a shopper is led past: bare, or with a last piece kept for the display."""

    category: str
    bare: frozenset[str]
    display_only: frozenset[str]


@dataclass(frozen=True, slots=True)
class Habits:
    """How full shelves are, as stock.toml has it. `on_hand` is share of the lines, fewest, most."""

    bare_shelf_share: float
    markdown_share: float
    markdown_factor: float
    safety_share: float
    warehouse_share: float
    on_hand: tuple[tuple[float, int, int], ...]
    warehouse_on_hand: tuple[tuple[float, int, int], ...]
    favourites: frozenset[str]
    stories: tuple[Story, ...]


class StockMaker:
    """Draws the stock of each place in turn; the same calls in the same order draw the same stock."""

    def __init__(self, products: Sequence[DemoProduct], seed: int) -> None:
        self._habits = TypeAdapter(Habits).validate_python(read_toml("stock.toml"))
        # RandomState's numbers are frozen for good; those of numpy's newer generators may change with a version.
        self._rng = np.random.RandomState(seed % 2**32)
        self._skus = [product.sku for product in products]
        self._prices = [float(product.price) for product in products]
        categories = sorted({product.category for product in products})
        self._category_count = len(categories)
        self._category_of = np.array([categories.index(product.category) for product in products])
        self._number_of_category = {category: number for number, category in enumerate(categories)}
        favourite = np.array([product.category in self._habits.favourites for product in products])
        self._popularity = 0.35 * self._rng.random_sample(len(products)) + np.where(favourite, 0.25, 0.0)

    def shop_rows(self, shop: Shop) -> Iterator[StockRow]:
        """The lines of one shop, in the products' order."""
        carried = self._draw_range(shop.range_share)
        on_hand = self._draw_counts(len(carried), self._habits.on_hand)
        safety = (self._rng.random_sample(len(carried)) < self._habits.safety_share).astype(np.int64)
        categories = self._category_of[carried]
        bare = self._rng.random_sample(self._category_count) < self._habits.bare_shelf_share
        on_hand[bare[categories]] = 0
        self._tell_stories(shop.place, categories, on_hand, safety)
        first_aisle = int(self._rng.random_sample() * _AISLES)
        marked_down = self._rng.random_sample(len(carried)) < self._habits.markdown_share
        for index, category, count, kept, cheaper in zip(
            carried.tolist(), categories.tolist(), on_hand.tolist(), safety.tolist(), marked_down.tolist(), strict=True
        ):
            aisle = f"{(first_aisle + category) % _AISLES + 1}{_BAYS[index % len(_BAYS)]}"
            price = f"{self._prices[index] * self._habits.markdown_factor:.2f}" if cheaper else ""
            yield shop.store.store_id, self._skus[index], count, kept, aisle, price

    def warehouse_rows(self, warehouse: DemoStore) -> Iterator[StockRow]:
        """The lines of one warehouse: nearly the whole range, by the thousand."""
        carried = self._draw_range(self._habits.warehouse_share)
        on_hand = self._draw_counts(len(carried), self._habits.warehouse_on_hand)
        for index, count in zip(carried.tolist(), on_hand.tolist(), strict=True):
            yield warehouse.store_id, self._skus[index], count, 0, "", ""

    def _draw_range(self, share: float) -> Numbers:
        """Some products in their order, the popular ones more often."""
        size = round(share * len(self._skus))
        # Sums of floats only: powers and logarithms differ in the last bit from one processor to another.
        keys = self._rng.random_sample(len(self._skus)) + self._popularity
        drawn: Numbers = np.argsort(keys, kind="stable")[len(keys) - size :]
        return np.sort(drawn)

    def _draw_counts(self, size: int, bands: Sequence[tuple[float, int, int]]) -> Numbers:
        limits = np.cumsum([share for share, _, _ in bands])
        band = np.minimum(np.searchsorted(limits, self._rng.random_sample(size), side="right"), len(bands) - 1)
        fewest = np.array([low for _, low, _ in bands], dtype=np.int64)[band]
        most = np.array([high for _, _, high in bands], dtype=np.int64)[band]
        return fewest + np.floor(self._rng.random_sample(size) * (most - fewest + 1)).astype(np.int64)

    def _tell_stories(
        self,
        place: str,
        categories: Numbers,
        on_hand: Numbers,
        safety: Numbers,
    ) -> None:
        for story in self._habits.stories:
            shelf = categories == self._number_of_category[story.category]
            if place in story.bare:
                on_hand[shelf] = 0
            if place in story.display_only:
                on_hand[shelf] = 1
                safety[shelf] = 1
