"""The stock feed as columns: counts, duplicates, unknown ids, and the lines that are reported."""

import csv
from pathlib import Path

import pytest

from indexing.columns import STOCK
from indexing.feeds import open_feed
from indexing.reading import row_blocks
from indexing.report import HEADER, FeedReport, FindingSink, finding_sink
from indexing.rows import RowReader
from indexing.stock_records import count_of, identifier_codes, thousandths_of
from indexing.stock_table import StockTable, StockTableBuilder

STORES = {"A": 0, "B": 1, "C": 2}
SKUS = {"pot": 0, "pan": 1}


async def table(folder: Path, text: str, sink: FindingSink | None = None) -> tuple[StockTable, FeedReport]:
    path = folder / "stock.csv"
    path.write_text(text)
    report = FeedReport("stock", "stock.csv", sink or FindingSink(None))
    with open_feed(str(path)) as feed:
        builder = StockTableBuilder(identifier_codes(STORES), identifier_codes(SKUS), report)
        async for block in row_blocks(RowReader(feed, STOCK), report, lambda _: None):
            builder.add(block)
    return builder.table(), report


async def test_cells_come_sorted_by_product_and_store(tmp_path: Path) -> None:
    found, report = await table(
        tmp_path,
        "store_id,sku,on_hand,safety_stock,aisle\nC,pan,3,1,F1\nA,pot,5,0,\nB,pan,12.0,,F1\n A , pan ,0,0,G 2\n",
    )
    assert found.products.tolist() == [0, 1, 1, 1]
    assert found.ordinals.tolist() == [0, 0, 1, 2]
    assert found.on_hand.tolist() == [5, 0, 12, 3]
    assert found.safety is not None
    assert found.safety.tolist() == [0, 0, 0, 1]
    assert found.aisle is not None
    assert [["", *found.aisle_labels][number] for number in found.aisle] == ["", "G 2", "F1", "F1"]
    assert found.price is None
    assert list(found.slices()) == [(0, slice(0, 1)), (1, slice(1, 4))]
    assert (report.read, report.accepted, report.rejected) == (4, 4, 0)


async def test_every_unusable_row_is_reported_with_its_own_line_and_the_others_count(tmp_path: Path) -> None:
    bad = [
        "Z,pot,1",
        "A,nothing,1",
        "A,pot,-1",
        "A,pot,1e3",
        "A,pot,",
        "A,pot,1000000001",
        "A,4.00638E+12,1",
        ",pot,1",
        "A,pot",
    ]
    rows = [f"B,{sku},1" for sku in ("pot", "pan")]
    text = "store_id,sku,on_hand\n" + "\n".join([rows[0], *bad, rows[1]]) + "\n"
    with finding_sink(tmp_path / "report.csv") as sink:
        found, report = await table(tmp_path, text, sink)
    assert found.on_hand.tolist() == [1, 1]
    assert (report.read, report.accepted, report.rejected) == (11, 2, 9)
    with (tmp_path / "report.csv").open(newline="") as stream:
        lines = list(csv.reader(stream))
    assert tuple(lines[0]) == HEADER
    assert sorted(int(line[1]) for line in lines[1:]) == list(range(3, 12))
    assert {line[5] for line in lines[1:]} == {"rejected"}


async def test_cells_that_rejected_rows_name_are_remembered(tmp_path: Path) -> None:
    found, _ = await table(tmp_path, "store_id,sku,on_hand\nA,pot,many\nB,pot,1\nC,pot,-1\nZ,pot,1\nA,pan,\n")
    assert found.refused == {0: [0, 2], 1: [0]}


async def test_the_first_of_two_rows_for_one_cell_counts(tmp_path: Path) -> None:
    found, report = await table(tmp_path, "store_id,sku,on_hand\nA,pot,5\nB,pot,1\nA, pot,9\nA,pot,5\n")
    assert found.on_hand.tolist() == [5, 1]
    assert (report.accepted, report.rejected) == (2, 2)
    assert [(finding.line, finding.value) for finding in report.remembered or []] == [(4, "pot"), (5, "pot")]
    assert all("line 2" in finding.reason for finding in report.remembered or [])


async def test_a_long_aisle_is_left_out_and_the_count_stays(tmp_path: Path) -> None:
    found, report = await table(tmp_path, f"store_id,sku,on_hand,aisle\nA,pot,5,{'x' * 33}\n")
    assert (found.on_hand.tolist(), report.warnings, report.rejected) == ([5], 1, 0)
    assert found.aisle is not None
    assert found.aisle.tolist() == [0]


@pytest.mark.parametrize(
    "text", ["", " ", "-1", "1e3", "1.5", "1,299", "NaN", "inf", "１２", "1_000", "+5", "0x10", "1000000001"]
)
def test_a_count_is_a_plain_whole_number(text: str) -> None:
    assert count_of(text)[0] == -1
    assert count_of(text)[1]


def test_counts_and_prices_are_read_exactly() -> None:
    assert [count_of(text)[0] for text in ("0", " 12 ", "12.0", "007", "1000000000")] == [0, 12, 12, 7, 1_000_000_000]
    assert [thousandths_of(text)[0] for text in ("", "12.99", "1 299,50 €", "-1")] == [0, 12_990, 1_299_500, -1]


async def test_the_report_holds_nothing_that_a_spreadsheet_or_terminal_would_obey(tmp_path: Path) -> None:
    text = 'store_id,sku,on_hand\nA,"=HYPERLINK(1)",1\nA,\x1b[31mred,1\nA,' + "x" * 500 + ",1\n"
    with finding_sink(tmp_path / "report.csv") as sink:
        await table(tmp_path, text, sink)
    with (tmp_path / "report.csv").open(newline="") as stream:
        values = [line[3] for line in csv.reader(stream)][1:]
    assert values[0] == "'=HYPERLINK(1)"
    assert values[1] == "\\u001b[31mred"
    assert len(values[2]) == 200
