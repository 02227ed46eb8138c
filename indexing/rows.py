"""One feed as row blocks, whatever its format: looks at the header, then hands the text to the right parser."""

import csv
import io
from collections.abc import Iterator

from indexing.columns import Layout, match_header, sniff_delimiter
from indexing.csv_rows import CsvParser
from indexing.errors import FeedRefused
from indexing.feeds import FeedFile, Repairs, TextBlock, TextStream
from indexing.json_rows import json_block
from indexing.row_blocks import RowBlock

_JSON_ENDINGS = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")


class RowReader:
    """Reads one feed. Making one looks at the header and refuses a file of the wrong kind."""

    def __init__(self, feed: FeedFile, layout: Layout) -> None:
        self.feed = feed
        self.layout = layout
        self.columns: tuple[str, ...] = ()
        self._stream = TextStream(feed)
        self._ignored: dict[str, None] = {}
        head = next(self._stream.blocks()).text
        if head.lstrip().startswith("["):
            raise FeedRefused(f"{feed.name}: is a JSON array; JSON Lines has one object on each line, without brackets")
        self._json = head.lstrip().startswith("{") or feed.name.lower().endswith(_JSON_ENDINGS)
        if not self._json:
            self._read_header(head)

    @property
    def repairs(self) -> Repairs:
        """Lines that were not UTF-8 so far."""
        return self._stream.repairs

    @property
    def ignored_columns(self) -> list[str]:
        """Columns that the indexer does not read, as far as the feed was read."""
        return list(self._ignored)

    def blocks(self) -> Iterator[RowBlock]:
        """Every row of the feed."""
        self._stream.repairs = Repairs()
        return (self._json_block(block) for block in self._stream.blocks()) if self._json else self._csv_blocks()

    def _json_block(self, block: TextBlock) -> RowBlock:
        rows = json_block(block, self.layout)
        self._ignored |= dict.fromkeys(rows.ignored)
        return rows

    def _csv_blocks(self) -> Iterator[RowBlock]:
        parser = CsvParser(self.columns, self._delimiter)
        carried, skipped = "", self._header_lines
        for block in self._stream.blocks():
            text = carried + block.text
            if skipped:
                text = "".join(io.StringIO(text, newline="\n").readlines()[skipped:])
            first_line = block.first_line - carried.count("\n") + skipped
            rows, carried = parser.block(text, first_line, block.at_end)
            rows.bytes_end, skipped = block.bytes_end, 0
            yield rows

    def _read_header(self, text: str) -> None:
        lines = io.StringIO(text, newline="\n").readlines()
        blank = next((number for number, line in enumerate(lines) if line.strip()), 0)
        self._header_lines = blank + 1
        header = lines[blank].rstrip("\r\n")
        self._delimiter = sniff_delimiter(self.layout, header)
        try:
            names = next(csv.reader([header], delimiter=self._delimiter))
        except csv.Error as error:
            raise FeedRefused(f"{self.feed.name}: the first line is not a header row") from error
        self.columns = match_header(self.layout, names, self.feed.name)
        self._ignored = {column: None for column in self.columns if column and not self.layout.knows(column)}
