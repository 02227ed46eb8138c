"""Rows with their line numbers, many at a time: what every reader of a feed gives and every importer takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Defect:
    """A line that is not a row (`refused`), or is one only after a repair."""

    line: int
    value: str
    reason: str
    refused: bool = True


@dataclass(slots=True)
class RowBlock:
    """Rows in file order. Every row has one value for each column."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]] = ()
    lines: Sequence[int] = ()
    defects: list[Defect] = field(default_factory=list)
    bytes_end: int = 0
    #: Names in a JSON object that the indexer does not read.
    ignored: tuple[str, ...] = ()
    #: The same cells by column, where they were parsed so.
    transposed: Sequence[Sequence[str]] | None = None

    def texts(self) -> dict[str, Sequence[str]]:
        """The cells of each column."""
        cells = zip(*self.rows, strict=True) if self.transposed is None else self.transposed
        return dict(zip(self.columns, cells, strict=True)) if len(self.lines) else {}

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Line number and cells of each row."""
        rows = self.rows if self.transposed is None else zip(*self.transposed, strict=True)
        for line, row in zip(self.lines, rows, strict=True):
            yield line, dict(zip(self.columns, row, strict=True))

    def record(self, index: int) -> dict[str, str]:
        """The cells of one row."""
        row = self.rows[index] if self.transposed is None else [cells[index] for cells in self.transposed]
        return dict(zip(self.columns, row, strict=True))
