"""The feeds that a run measures: the real ones where they stand beside the project, else the demo retailer's."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from demo.retailer import write_feeds

PROJECT = Path(__file__).resolve().parents[1]
REALWORLD = PROJECT.parent / "shared" / "data" / "realworld"
FULL_STORES = 1_565
FULL_PER_STORE = 6_000


@dataclass(frozen=True, slots=True)
class Feeds:
    """Three canonical feeds in one folder. `queries` are what real shoppers typed, or titles where there are none."""

    label: str
    folder: Path
    queries_file: Path | None = None

    @property
    def products(self) -> Path:
        return self.folder / "products.csv"

    @property
    def stores(self) -> Path:
        return self.folder / "stores.csv"

    @property
    def stock(self) -> Path:
        return self.folder / "stock.csv"

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        """The rows of "products", "stores" or "stock" as the feed has them."""
        with (self.folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)

    def queries(self) -> list[str]:
        if self.queries_file is None:
            return list(dict.fromkeys(" ".join(row["title"].split()[:3]) for row in self.rows("products")))
        with self.queries_file.open(encoding="utf-8", newline="") as file:
            return [row["query"] for row in csv.DictReader(file)]


def has_real_data() -> bool:
    """Whether the real catalogue stands beside the project."""
    return REALWORLD.is_dir()


def real_feeds(cache: Path, *, stores: int = FULL_STORES, per_store: int = FULL_PER_STORE) -> Feeds:
    """Feeds of real products and stores, written once per size and kept in `cache`."""
    folder = cache / f"feeds-{stores}-{per_store}"
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        size = ["--stores", str(stores), "--per-store", str(per_store)]
        subprocess.run([sys.executable, str(REALWORLD / "prepare.py"), str(folder), *size], check=True)
        (folder / "complete").touch()
    return Feeds(f"real, {stores:,} stores × {per_store:,}", folder, REALWORLD / "queries.csv")


def demo_feeds(cache: Path) -> Feeds:
    """Feeds of the demo retailer, generated afresh."""
    folder = cache / "feeds-demo"
    write_feeds(folder)
    return Feeds("demo retailer", folder)
