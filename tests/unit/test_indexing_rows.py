"""Feeds as rows: dialects, encodings, broken lines, line numbers."""

import gzip
import io
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexing.columns import PRODUCTS, STOCK
from indexing.csv_rows import split_evenly
from indexing.errors import FeedRefused
from indexing.feeds import open_feed
from indexing.row_blocks import Defect
from indexing.rows import RowReader

HEADER = "sku,title,brand\n"


def read(
    folder: Path, content: bytes | str, name: str = "products.csv"
) -> tuple[list[tuple[int, dict[str, str]]], list[Defect]]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with open_feed(str(path)) as feed:
        blocks = list(RowReader(feed, PRODUCTS).blocks())
    return [record for block in blocks for record in block.records()], [d for block in blocks for d in block.defects]


def titles(folder: Path, content: bytes | str) -> list[str]:
    records, _ = read(folder, content)
    return [cells["title"] for _, cells in records]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_found_from_the_header(tmp_path: Path, delimiter: str) -> None:
    records, defects = read(
        tmp_path, delimiter.join(["sku", "title", "brand"]) + "\n" + delimiter.join(["1", "Pot", "B"])
    )
    assert (records, defects) == ([(2, {"sku": "1", "title": "Pot", "brand": "B"})], [])


def test_a_byte_order_mark_crlf_and_a_missing_last_line_end_do_not_matter(tmp_path: Path) -> None:
    records, defects = read(tmp_path, "\ufeffsku,title,brand\r\n1,Pot,B\r\n2,Pan,C")
    assert [cells["brand"] for _, cells in records] == ["B", "C"]
    assert defects == []


def test_header_names_are_read_without_case_spaces_and_quotes(tmp_path: Path) -> None:
    assert titles(tmp_path, '"SKU" , Title ,brand\n1,Pot,B\n') == ["Pot"]


def test_lines_that_are_not_utf8_are_read_as_windows_1252_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes(HEADER.encode() + "1,Autocuiseur à pression,B\n".encode("latin-1") + "2,café,€\n".encode("cp1252"))
    with open_feed(str(path)) as feed:
        reader = RowReader(feed, PRODUCTS)
        cells = [cells for block in reader.blocks() for _, cells in block.records()]
    assert [row["title"] for row in cells] == ["Autocuiseur à pression", "café"]
    assert cells[1]["brand"] == "€"
    assert (reader.repairs.lines, reader.repairs.first_line) == (2, 2)


def test_gzip_is_recognised_by_its_content_and_standard_input_by_a_dash(tmp_path: Path) -> None:
    assert titles(tmp_path, gzip.compress(b"sku,title\n1,Pot\n")) == ["Pot"]
    with open_feed("-", stdin=io.BytesIO(b"sku,title\n1,Pot\n")) as feed:
        blocks = list(RowReader(feed, PRODUCTS).blocks())
    assert feed.name == "<stdin>"
    assert next(blocks[0].records()) == (2, {"sku": "1", "title": "Pot"})


def test_a_pipe_can_be_read_like_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(pipe.write_bytes, b"sku,title\n1,Pot\n")
        with open_feed(str(pipe)) as feed:
            assert next(next(RowReader(feed, PRODUCTS).blocks()).records())[1]["title"] == "Pot"


def test_a_file_that_is_written_to_meanwhile_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("sku,title\n1,Pot\n")
    with open_feed(str(path)) as feed:
        feed.ensure_unchanged()
        path.write_text("sku,title\n1,Pot\n2,Pan\n")
        with pytest.raises(FeedRefused, match="changed while"):
            feed.ensure_unchanged()


def test_a_quoted_field_may_span_lines_and_later_rows_keep_their_line_numbers(tmp_path: Path) -> None:
    records, defects = read(tmp_path, HEADER + '1,"Pot\nwith lid",B\n\n2,Pan,C\n')
    assert [(line, cells["title"]) for line, cells in records] == [(2, "Pot\nwith lid"), (5, "Pan")]
    assert defects == []


def test_inch_marks_and_stray_quotes_are_read_as_they_stand_with_a_warning(tmp_path: Path) -> None:
    records, defects = read(tmp_path, HEADER + '1,27" TV,B\n2,"Weird Al" Yankovic,C\n3,"Never closed,D\n')
    assert [cells["title"] for _, cells in records] == ['27" TV', '"Weird Al" Yankovic', '"Never closed']
    assert [(defect.line, defect.refused) for defect in defects] == [(3, False), (4, False)]


def test_a_quote_that_swallows_rows_refuses_the_lines_in_doubt_and_nothing_else(tmp_path: Path) -> None:
    records, defects = read(tmp_path, HEADER + '1,"Pot,B\n2,27",C\n3,Pan,D\n')
    assert [cells["sku"] for _, cells in records] == ["3"]
    assert [(defect.line, defect.refused) for defect in defects] == [(2, True)]


@pytest.mark.parametrize("line", ["1,Pot", "1,Pot,B,extra", '1,"Pot,B,"C"x', "1"])
def test_rows_with_another_number_of_columns_are_refused(tmp_path: Path, line: str) -> None:
    records, defects = read(tmp_path, f"{HEADER}{line}\n9,Pan,C\n")
    assert [cells["sku"] for _, cells in records] == ["9"]
    assert [(defect.line, defect.refused) for defect in defects] == [(2, True)]


def test_empty_columns_after_the_last_one_are_no_fault(tmp_path: Path) -> None:
    assert titles(tmp_path, HEADER + "1,Pot,B,,\n") == ["Pot"]


def test_a_very_long_field_and_a_very_long_line_are_refused_alone(tmp_path: Path) -> None:
    content = HEADER + "1,Pot,B\n2," + "x" * 200_000 + ",B\n3," + "y" * 5_000_000 + ",B\n4,Pan,B\n"
    records, defects = read(tmp_path, content)
    assert [(line, cells["sku"]) for line, cells in records] == [(2, "1"), (5, "4")]
    assert [defect.line for defect in defects] == [3, 4]


def test_nul_characters_reach_the_row_and_do_not_stop_the_feed(tmp_path: Path) -> None:
    assert titles(tmp_path, HEADER + "1,P\x00ot,B\n2,Pan,C\n") == ["P\x00ot", "Pan"]


def test_line_numbers_are_right_across_blocks(tmp_path: Path) -> None:
    rows = [f'{number},"title {number}{" of two" if number % 7 else chr(10) + "lines"}",B' for number in range(40_000)]
    records, defects = read(tmp_path, HEADER + "\n".join(rows) + "\n")
    assert len(records) == 40_000
    assert defects == []
    expected = 2
    for (line, cells), number in zip(records, range(40_000), strict=True):
        assert (line, cells["sku"]) == (expected, str(number))
        expected += 1 if number % 7 else 2


def test_json_lines_give_the_cells_that_a_csv_would(tmp_path: Path) -> None:
    content = '{"sku": 4006381333931, "title": "Pot", "price": 12.5}\n\nnot json\n[1]\n{"SKU": null, " Title": "Pan"}\n'
    records, defects = read(tmp_path, content)
    assert [(line, cells["sku"], cells["title"]) for line, cells in records] == [
        (1, "4006381333931", "Pot"),
        (5, "", "Pan"),
    ]
    assert records[0][1]["price"] == "12.5"
    assert [defect.line for defect in defects] == [3, 4]


def test_an_object_that_has_a_column_twice_is_refused(tmp_path: Path) -> None:
    records, defects = read(tmp_path, '{"sku": "1", "title": "Pot", "SKU": "2"}\n{"sku": "3", "title": "Pan"}\n')
    assert [cells["sku"] for _, cells in records] == ["3"]
    assert [(defect.line, defect.reason) for defect in defects] == [
        (1, "has `sku` twice, spelt in two ways; nothing is guessed")
    ]


def test_a_header_cannot_send_commands_to_the_terminal_that_shows_it(tmp_path: Path) -> None:
    with pytest.raises(FeedRefused) as refusal:
        read(tmp_path, "sku,\x1b[2Jname\u202e\n1,Pot\n")
    assert refusal.value.message.isprintable()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n \n", "is empty"),
        (b"sku,name\n1,Pot\n", "is `name` your `title`"),
        (b"sku,titel\n1,Pot\n", "is `titel` your `title`"),
        (b"sku,title,sku\n1,Pot,2\n", "appears twice"),
        (b'[{"sku": "1"}]', "JSON array"),
        ("sku,title\n1,Pot\n".encode("utf-16"), "UTF-16"),
        (b"sku,title\r1,Pot\r", "line ends"),
        (gzip.compress(b"sku,title\n1,Pot\n" * 1000)[:-30], "gzip"),
    ],
)
def test_a_file_that_is_no_such_feed_is_refused_with_a_clear_message(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(FeedRefused, match=says):
        read(tmp_path, content)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedRefused, match="cannot be read"), open_feed(str(tmp_path / "none.csv")):
        pass
    with pytest.raises(FeedRefused, match="is a folder"), open_feed(str(tmp_path)):
        pass


def test_a_missing_column_names_what_was_found(tmp_path: Path) -> None:
    path = tmp_path / "stock.csv"
    path.write_text("store_code,sku,qty\n1,2,3\n")
    with open_feed(str(path)) as feed, pytest.raises(FeedRefused) as refusal:
        RowReader(feed, STOCK)
    assert "`store_id`, `on_hand`" in refusal.value.message
    assert "is `store_code` your `store_id`" in refusal.value.message
    assert "is `qty` your `on_hand`" in refusal.value.message


def test_even_text_is_split_like_csv_and_uneven_text_is_left_to_csv() -> None:
    assert split_evenly("a,b\r\nc,d", ",", 2) == [["a", "c"], ["b", "d"]]
    assert split_evenly("a,b\n\nc,d\n", ",", 2) is None
    assert split_evenly("a,b,c\nd\n", ",", 2) is None
    assert split_evenly('a,"b"\n', ",", 2) is None
    assert split_evenly("a,b\rc,d\n", ",", 2) is None
