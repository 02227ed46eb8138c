"""The stock feed as compact columns: parsed block by block, then one slice of cells for each product."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexing.records import Finding
from indexing.report import FeedReport
from indexing.row_blocks import RowBlock
from indexing.stock_records import (
    UNUSABLE,
    AisleLabels,
    Codes,
    count_of,
    row_findings,
    safety_of,
    thousandths_of,
)

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class StockTable:
    """Accepted cells sorted by product, then store. A column that the feed does not have is None."""

    products: Ints
    ordinals: Ints
    on_hand: Ints
    safety: Ints | None
    aisle: Ints | None
    price: Ints | None
    aisle_labels: list[str]
    #: Ordinals by product of the cells that only rejected rows name.
    refused: dict[int, list[int]]

    def slices(self) -> Iterator[tuple[int, slice]]:
        """(number of the product, its cells) for every product."""
        edges = np.flatnonzero(np.diff(self.products)) + 1
        starts = [0, *edges.tolist()] if len(self.products) else []
        ends = [*edges.tolist(), len(self.products)]
        for start, end in zip(starts, ends, strict=False):
            yield int(self.products[start]), slice(start, end)


class StockTableBuilder:
    """Collects the accepted rows of a feed and reports the others."""

    def __init__(self, stores: Codes, skus: Codes, report: FeedReport) -> None:
        self._aisles = AisleLabels()
        self._report = report
        self._rules = {
            "store_id": stores,
            "sku": skus,
            "on_hand": Codes(lambda text: count_of(text)[0]),
            "safety_stock": Codes(lambda text: safety_of(text)[0]),
            "aisle": self._aisles.codes,
            "price": Codes(lambda text: thousandths_of(text)[0]),
        }
        self._parts: dict[str, list[Ints]] = {name: [] for name in (*self._rules, "line")}
        self._optional = {"safety_stock": False, "aisle": False, "price": False}
        self._refused: dict[int, list[int]] = defaultdict(list)

    def add(self, block: RowBlock) -> None:
        """The rows of one block."""
        rows = len(block.lines)
        if not rows:
            return
        texts = block.texts()
        codes = {
            name: np.fromiter(map(rule.__getitem__, texts[name]), dtype=np.int32, count=rows)
            if name in texts
            else np.zeros(rows, dtype=np.int32)
            for name, rule in self._rules.items()
        }
        for name in self._optional:
            self._optional[name] |= name in texts
        codes["line"] = np.asarray(block.lines, dtype=np.int32)
        usable = self._judge(block, codes)
        accepted = int(usable.sum())
        self._report.read += rows
        self._report.accepted += accepted
        self._report.rejected += rows - accepted
        for name, column in codes.items():
            self._parts[name].append(column if accepted == rows else column[usable])

    def _judge(self, block: RowBlock, codes: Mapping[str, Ints]) -> NDArray[np.bool_]:
        usable: NDArray[np.bool_] = np.ones(len(block.lines), dtype=np.bool_)
        lowest = np.minimum.reduce([codes[name] for name in self._rules])
        for index in np.flatnonzero(lowest < 0).tolist():
            findings = row_findings(
                int(codes["line"][index]),
                block.record(index),
                store_known=codes["store_id"][index] != UNUSABLE,
                sku_known=codes["sku"][index] != UNUSABLE,
            )
            usable[index] = not any(finding.refused for finding in findings)
            if not usable[index] and codes["sku"][index] >= 0 and codes["store_id"][index] >= 0:
                self._refused[int(codes["sku"][index])].append(int(codes["store_id"][index]))
            for finding in findings:
                self._report.tell(finding)
        np.maximum(codes["aisle"], 0, out=codes["aisle"])
        return usable

    def table(self) -> StockTable:
        """All that was added; the builder is empty afterwards."""
        empty = np.zeros(0, dtype=np.int32)
        columns = {name: np.concatenate([empty, *parts]) for name, parts in self._parts.items()}
        self._parts.clear()
        stores = int(columns["store_id"].max(initial=0)) + 1
        key = columns["sku"].astype(np.int64) * stores + columns["store_id"]
        order = np.argsort(key, kind="stable")
        key = key[order]
        first: NDArray[np.bool_] = np.ones(len(key), dtype=np.bool_)
        first[1:] = key[1:] != key[:-1]
        if not first.all():
            self._report_duplicates(order, first, columns)
            order = order[first]
        return StockTable(
            products=columns["sku"][order],
            ordinals=columns["store_id"][order],
            on_hand=columns["on_hand"][order],
            safety=columns["safety_stock"][order] if self._optional["safety_stock"] else None,
            aisle=columns["aisle"][order] if self._optional["aisle"] else None,
            price=columns["price"][order] if self._optional["price"] else None,
            aisle_labels=self._aisles.labels,
            refused=self._refused,
        )

    def _report_duplicates(
        self, order: NDArray[np.intp], first: NDArray[np.bool_], columns: Mapping[str, Ints]
    ) -> None:
        lines = columns["line"]
        skus = {number: sku.strip() for sku, number in self._rules["sku"].items()}
        leaders = np.maximum.accumulate(np.where(first, np.arange(len(first)), 0))
        repeated = np.flatnonzero(~first)
        self._report.accepted -= len(repeated)
        self._report.rejected += len(repeated)
        for at in repeated.tolist():
            reason = f"the same store and product stand on line {lines[order[leaders[at]]]}; the first one counts"
            sku = skus.get(int(columns["sku"][order[at]]), "")
            self._report.tell(Finding(int(lines[order[at]]), "sku", sku, reason, refused=True))
