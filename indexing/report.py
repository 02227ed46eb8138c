"""What became of every row: counts for people and machines, and a CSV of all findings written as they come."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from indexing.errors import FeedRefused
from indexing.records import Finding
from indexing.row_blocks import Defect

HEADER = ("file", "line", "field", "value", "reason", "effect")
MAX_VALUE_CHARACTERS = 200
#: So many findings are remembered with an applied feed, to be told again when the same feed comes back.
MAX_REMEMBERED = 10_000
_LINE = re.compile(r"line [\d,]+")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff]")


@dataclass(slots=True)
class FeedReport:
    """Counts of one feed. `written` and `unchanged` are what applying it did; both 0 in a dry run."""

    kind: str
    file: str
    sink: "FindingSink"
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    warnings: int = 0
    written: int = 0
    unchanged: int = 0
    unchanged_since: str | None = None
    notes: list[str] = field(default_factory=list)
    reasons: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    remembered: list[Finding] | None = field(default_factory=list)
    #: What rejected rows name: a full feed must not take these for gone.
    refused_ids: set[str] = field(default_factory=set)

    def row(self, findings: Iterable[Finding], *, accepted: bool) -> None:
        """Count one row and everything found in it."""
        self.read += 1
        self.accepted += accepted
        self.rejected += not accepted
        for finding in findings:
            self.tell(finding)

    def defect(self, defect: Defect) -> None:
        """Count a line that is not a row, or that was repaired (its row is counted on its own)."""
        if defect.refused:
            self.read += 1
            self.rejected += 1
        self.tell(Finding(defect.line, "", defect.value, defect.reason, defect.refused))

    def tell(self, finding: Finding) -> None:
        """Write a finding to the report file and remember it."""
        self.warnings += not finding.refused
        self.reasons[(finding.field, _LINE.sub("an earlier line", finding.reason), finding.refused)] += 1
        self.sink.write(self.file, finding)
        if self.remembered is not None:
            kept = Finding(finding.line, finding.field, shown(finding.value), finding.reason, finding.refused)
            self.remembered.append(kept)
            if len(self.remembered) > MAX_REMEMBERED:
                self.remembered = None

    @property
    def rejected_share(self) -> float:
        """Rejected rows of all rows."""
        return self.rejected / self.read if self.read else 0.0

    def as_json(self) -> dict[str, object]:
        """The counts with the most frequent reasons."""
        return {
            "feed": self.kind,
            "file": self.file,
            "read": self.read,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "written": self.written,
            "unchanged": self.unchanged,
            "warnings": self.warnings,
            "unchanged_since": self.unchanged_since,
            "notes": self.notes,
            "reasons": [
                {"field": name, "reason": reason, "refused": refused, "count": count}
                for (name, reason, refused), count in self.reasons.most_common(20)
            ],
        }


class FindingSink:
    """Writes findings to a CSV file, or nowhere."""

    def __init__(self, stream: IO[str] | None) -> None:
        self._writer = csv.writer(stream) if stream is not None else None
        if self._writer is not None:
            self._writer.writerow(HEADER)

    def write(self, file: str, finding: Finding) -> None:
        """One line of the report."""
        if self._writer is not None:
            effect = "rejected" if finding.refused else "warning"
            value = _harmless(shown(finding.value))
            self._writer.writerow((file, finding.line, finding.field, value, finding.reason, effect))


@contextmanager
def finding_sink(path: Path | None) -> Iterator[FindingSink]:
    """The sink for `--report F`; without a path nothing is written."""
    if path is None:
        yield FindingSink(None)
        return
    try:
        stream = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise FeedRefused(f"the report cannot be written to {path}: {error.strerror}") from error
    with stream:
        yield FindingSink(stream)


def shown(value: str) -> str:
    """A value that is safe to print: short, and without characters that a terminal would obey."""
    text = value[: MAX_VALUE_CHARACTERS + 1]
    text = text if len(text) <= MAX_VALUE_CHARACTERS else text[: MAX_VALUE_CHARACTERS - 1] + "…"
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text.rstrip("\r\n"))


def _harmless(value: str) -> str:
    """A spreadsheet must not take a cell of somebody's feed for a formula."""
    return f"'{value}" if value[:1] in "=+@" or re.match(r"-\D", value) else value
