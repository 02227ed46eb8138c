"""CSV text as row blocks: even text is split at once, unusual text goes through csv, broken text line by line."""

import csv
import io
from collections.abc import Sequence

import numpy as np

from indexing.row_blocks import Defect, RowBlock

_MAX_LINES_OF_ROW = 50
#: What the csv module allows unless somebody in the process changes it.
MAX_FIELD_CHARS = 131_072
_SENTINEL = "\x00next row\x00"


class CsvParser:
    """Parses the text below a header."""

    def __init__(self, columns: tuple[str, ...], delimiter: str) -> None:
        self._columns = columns
        self._delimiter = delimiter

    def block(self, text: str, first_line: int, at_end: bool) -> tuple[RowBlock, str]:
        """The rows of whole lines, and the text of a row at the end that the next lines may complete."""
        cells = split_evenly(text, self._delimiter, len(self._columns))
        if cells is not None:
            lines = range(first_line, first_line + len(cells[0]))
            return RowBlock(self._columns, lines=lines, transposed=cells), ""
        reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=self._delimiter, strict=True)
        try:
            rows = list(reader)
        except csv.Error:
            return self._line_by_line(text, first_line, at_end)
        if reader.line_num != len(rows) or not set(map(len, rows)) <= {len(self._columns)}:
            return self._line_by_line(text, first_line, at_end)
        return RowBlock(self._columns, rows, range(first_line, first_line + len(rows))), ""

    def _line_by_line(self, text: str, first_line: int, at_end: bool) -> tuple[RowBlock, str]:
        lines = io.StringIO(text, newline="\n").readlines()
        numbers: list[int] = []
        rows: list[Sequence[str]] = []
        block = RowBlock(self._columns, rows, numbers)
        at = 0
        while at < len(lines):
            count = self._lines_of_row(lines, at)
            if count is None and not at_end and len(lines) - at < _MAX_LINES_OF_ROW:
                return block, "".join(lines[at:])
            row = self._row(lines[at : at + (count or 1)], first_line + at, block.defects, closed=count is not None)
            if row is not None:
                rows.append(row)
                numbers.append(first_line + at)
            at += count or 1
        return block, ""

    def _lines_of_row(self, lines: list[str], at: int) -> int | None:
        """How many lines the quoted fields of a row span; None when a quote is never closed."""
        if '"' not in lines[at] or not self._is_open(lines[at]):
            return 1
        text = lines[at]
        for count in range(2, min(_MAX_LINES_OF_ROW, len(lines) - at) + 1):
            text += lines[at + count - 1]
            if '"' in lines[at + count - 1] and not self._is_open(text):
                return count
        return None

    def _is_open(self, text: str) -> bool:
        """Whether a quoted field would swallow the next line."""
        reader = csv.reader(
            [*io.StringIO(text, newline="\n").readlines(), f"{_SENTINEL}\n"], delimiter=self._delimiter, strict=False
        )
        try:
            return _SENTINEL in next(reader)[-1]
        except csv.Error:
            return False

    def _row(self, lines: list[str], number: int, defects: list[Defect], *, closed: bool) -> Sequence[str] | None:
        text = "".join(lines)
        if not text.strip():
            return None
        if len(lines) > 1 and any(len(self._literal(line)) == len(self._columns) for line in lines[1:]):
            reason = f"a quote opens here and it is unclear where it closes; {len(lines)} lines were not read"
            defects.append(Defect(number, text, reason))
            return None
        row = self._strict(text) if closed else None
        if row is not None or len(lines) > 1:
            return self._fitted(row, text, number, defects)
        row = self._literal(text)
        if not closed and len(row) != len(self._columns):
            defects.append(Defect(number, text, "a quote opens in this line and is never closed"))
            return None
        fitted = self._fitted(row, text, number, defects)
        if fitted is not None:
            reason = "stray quotes or line breaks; the line was read as it stands"
            defects.append(Defect(number, text, reason, refused=False))
        return fitted

    def _strict(self, text: str) -> list[str] | None:
        try:
            return next(csv.reader(io.StringIO(text, newline="\n"), delimiter=self._delimiter, strict=True), None)
        except csv.Error:
            return None

    def _literal(self, line: str) -> list[str]:
        cells = line.rstrip("\r\n").split(self._delimiter)
        return [cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell for cell in cells]

    def _fitted(self, row: list[str] | None, text: str, number: int, defects: list[Defect]) -> Sequence[str] | None:
        wanted = len(self._columns)
        if row is None:
            defects.append(Defect(number, text, "the quotes of this row are broken"))
            return None
        if any(len(cell) > MAX_FIELD_CHARS for cell in row):
            defects.append(Defect(number, text, f"a field is longer than {MAX_FIELD_CHARS:,} characters"))
            return None
        if len(row) > wanted and not any(cell.strip() for cell in row[wanted:]):
            row = row[:wanted]
        if len(row) != wanted:
            reason = f"the row has {len(row)} columns and the header has {wanted}; nothing is guessed"
            defects.append(Defect(number, text, reason))
            return None
        return row


def split_evenly(text: str, delimiter: str, columns: int) -> list[list[str]] | None:
    """The cells by column when no line has a quote, a gap or another number of cells; several times as fast as csv."""
    if '"' in text or not text:
        return None
    text = text.replace("\r\n", "\n")
    if "\r" in text:
        return None
    text = text if text.endswith("\n") else text + "\n"
    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)
    places = np.flatnonzero((data == ord(delimiter)) | (data == ord("\n")))
    if len(places) % columns or np.diff(places, prepend=-1).max() > MAX_FIELD_CHARS:
        return None
    ends_line = (data[places] == ord("\n")).reshape(-1, columns)
    if not ends_line[:, -1].all() or ends_line[:, :-1].any():
        return None
    cells = text[:-1].replace("\n", delimiter).split(delimiter)
    return [cells[column::columns] for column in range(columns)]
