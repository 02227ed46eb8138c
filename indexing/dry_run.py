"""Validates feeds and writes nothing. Ids in the stock feed are compared with what is known, where anything is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from indexing.bars import Bars
from indexing.feeds import FeedFile
from indexing.reading import OnProgress, read_all, refuse_wrong_file, row_blocks
from indexing.records import product_of
from indexing.report import FeedReport, FindingSink
from indexing.rows import RowReader
from indexing.run import LAYOUTS
from indexing.stock_records import Codes, any_identifier_codes, identifier_codes
from indexing.stock_table import StockTableBuilder
from indexing.store_records import store_of


@dataclass(frozen=True, slots=True)
class KnownIds:
    """What Redis knows already; None where it was not asked."""

    stores: frozenset[str]
    skus: frozenset[str]


class DryRun:
    """Reads the feeds of one command. `reports` is filled as the run goes on."""

    def __init__(self, known: KnownIds | None, sink: FindingSink, bars: Bars, max_rejected_share: float) -> None:
        self._known = known
        self._sink = sink
        self._bars = bars
        self._max_rejected_share = max_rejected_share
        self.reports: list[FeedReport] = []

    async def check(self, feeds: Mapping[str, FeedFile]) -> None:
        """All feeds, in the order in which they would be applied."""
        readers = {kind: RowReader(feeds[kind], layout) for kind, layout in LAYOUTS.items() if kind in feeds}
        ids: dict[str, Iterable[str]] = {}
        if "stores" in readers:
            report, progress = self._begin(readers["stores"])
            ids["stores"] = await read_all(readers["stores"], report, store_of, lambda store: store.store_id, progress)
            refuse_wrong_file(report, self._max_rejected_share)
        if "products" in readers:
            report, progress = self._begin(readers["products"])
            ids["skus"] = await read_all(readers["products"], report, product_of, lambda product: product.sku, progress)
            refuse_wrong_file(report, self._max_rejected_share)
        if "stock" in readers:
            await self._stock(readers["stock"], ids)

    async def _stock(self, reader: RowReader, ids: Mapping[str, Iterable[str]]) -> None:
        report, progress = self._begin(reader)
        stores = self._codes(ids.get("stores"), self._known.stores if self._known else None)
        skus = self._codes(ids.get("skus"), self._known.skus if self._known else None)
        for name, codes in (("store", stores), ("product", skus)):
            if codes is None:
                report.notes.append(f"{name} ids were not checked: nothing to compare them with")
        builder = StockTableBuilder(stores or any_identifier_codes(), skus or any_identifier_codes(), report)
        async for block in row_blocks(reader, report, progress):
            builder.add(block)
        builder.table()
        refuse_wrong_file(report, self._max_rejected_share)

    def _begin(self, reader: RowReader) -> tuple[FeedReport, OnProgress]:
        report = FeedReport(reader.layout.kind, reader.feed.name, self._sink)
        self.reports.append(report)
        return report, self._bars.reading(reader)

    def _codes(self, in_feed: Iterable[str] | None, known: frozenset[str] | None) -> Codes | None:
        if in_feed is None and not known:
            return None
        every = dict.fromkeys([*(in_feed or ()), *(known or ())])
        return identifier_codes({value: number for number, value in enumerate(every)})
