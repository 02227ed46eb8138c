"""Public judgments, where a user has them: WANDS (Wayfair) and ESCI (Amazon), each read from its folder.

WANDS: product.csv, query.csv and label.csv, tab separated, as published. ESCI: the examples and products of the
Shopping Queries data set, as parquet (needs pyarrow or pandas) or exported to CSV under the same names.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.relevance.cases import Answer, Scored
from bench.relevance.metrics import ndcg, slots_ndcg
from bench.relevance.split import half_of

WANDS, ESCI = "WANDS", "ESCI"
WANDS_GRADES = {"Exact": 2.0, "Partial": 1.0, "Irrelevant": 0.0}
ESCI_GRADES = {"E": 3.0, "S": 2.0, "C": 1.0, "I": 0.0}
BEST_GRADE = {WANDS: 2.0, ESCI: 3.0}
ESCI_LOCALE = "us"
FEED_COLUMNS = ("sku", "title", "brand", "description", "category")


class JudgmentsMissing(Exception):
    """The folder does not hold what its data set is made of."""


@dataclass(frozen=True, slots=True)
class JudgedSearch:
    """A query with the grades of all products that were judged for it."""

    suite: str
    query: str
    grades: Mapping[str, float]

    @property
    def queries(self) -> tuple[str, ...]:
        return (self.query,)

    def judge(self, answers: Sequence[Answer]) -> Scored:
        (answer,) = answers
        scores = {
            "ndcg10_linear": ndcg(answer.skus, self.grades),
            "ndcg10_slots": slots_ndcg(answer.skus, self.grades, best_grade=BEST_GRADE[self.suite]),
            "zero_results": float(not answer.skus),
        }
        shown = ", ".join(f"{self.grades.get(sku, -1):g}" for sku in answer.skus)
        story = f"{answer.tier}: grades {shown} (-1 not judged)"
        return Scored(self.query, half_of(self.query), ("all",), scores, story)


@dataclass(frozen=True, slots=True)
class Judgments:
    """Products as rows of our feed, and the queries."""

    name: str
    products: list[dict[str, str]]
    searches: list[JudgedSearch]

    def write_feed(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, FEED_COLUMNS)
            writer.writeheader()
            writer.writerows(self.products)
        return path


def read_wands(folder: Path) -> Judgments:
    """Raises JudgmentsMissing."""
    _needed(folder, "product.csv", "query.csv", "label.csv")
    products = [
        {
            "sku": row["product_id"],
            "title": row["product_name"],
            "brand": "",
            "description": " ".join(filter(None, (row.get("product_description"), _features(row)))),
            "category": row.get("product_class") or "",
        }
        for row in _tab_separated(folder / "product.csv")
    ]
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    for row in _tab_separated(folder / "label.csv"):
        grades[row["query_id"]][row["product_id"]] = WANDS_GRADES[row["label"]]
    searches = [
        JudgedSearch(WANDS, row["query"], grades[row["query_id"]])
        for row in _tab_separated(folder / "query.csv")
        if row["query_id"] in grades
    ]
    return Judgments(WANDS, products, searches)


def read_esci(folder: Path, *, most_queries: int | None = None) -> Judgments:
    """The small version's test queries in English, and the products judged for them. Raises JudgmentsMissing."""
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    for row in _table(folder, "shopping_queries_dataset_examples"):
        if row["product_locale"] != ESCI_LOCALE or row.get("split") not in ("test", None):
            continue
        if row.get("small_version") not in ("1", None):
            continue
        query = row["query"]
        if query in grades or most_queries is None or len(grades) < most_queries:
            grades[query][row["product_id"]] = ESCI_GRADES[row["esci_label"]]
    wanted = {sku for judged in grades.values() for sku in judged}
    products = [
        {
            "sku": row["product_id"],
            "title": row["product_title"],
            "brand": row.get("product_brand") or "",
            "description": " ".join(filter(None, (row.get("product_bullet_point"), row.get("product_description")))),
            "category": "",
        }
        for row in _table(folder, "shopping_queries_dataset_products")
        if row["product_locale"] == ESCI_LOCALE and row["product_id"] in wanted
    ]
    return Judgments(ESCI, products, [JudgedSearch(ESCI, query, judged) for query, judged in grades.items()])


def _features(row: Mapping[str, str]) -> str:
    """WANDS keeps attributes as "name : value|name : value"."""
    return (row.get("product_features") or "").replace("|", ". ")


def _tab_separated(path: Path) -> Iterator[dict[str, str]]:
    with _any_length(), path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")


@contextmanager
def _any_length() -> Iterator[None]:
    """The limit belongs to the whole process."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _table(folder: Path, name: str) -> Iterable[dict[str, str]]:
    """One table of ESCI, row by row as text."""
    if (path := folder / f"{name}.csv").is_file():
        with _any_length(), path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)
        return
    _needed(folder, f"{name}.parquet")
    try:
        from pyarrow import parquet  # type: ignore[import-not-found]  # noqa: PLC0415 - only for those who have it
    except ImportError as error:
        raise JudgmentsMissing(f"{name}.parquet needs `pip install pyarrow`, or export it to {name}.csv") from error
    for batch in parquet.ParquetFile(folder / f"{name}.parquet").iter_batches():
        for row in batch.to_pylist():
            yield {key: "" if value is None else str(value) for key, value in row.items()}


def _needed(folder: Path, *names: str) -> None:
    if missing := [name for name in names if not (folder / name).is_file()]:
        raise JudgmentsMissing(f"{folder} has no {', '.join(missing)}")
