"""Feed files as a stream of decoded text blocks: path or stdin, plain or gzip, UTF-8 or what was meant to be it.

What the text means as rows belongs to `rows.py`.
"""

import gzip
import hashlib
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from indexing.errors import FeedRefused

BLOCK_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A feed that can be read from its start as often as needed. Sizes and digest are of the decompressed bytes."""

    name: str
    path: Path
    size_bytes: int
    digest: str
    #: Size and time of change when it was measured.
    stamp: tuple[int, int]

    def ensure_unchanged(self) -> None:
        """Raises FeedRefused when the file was written to since it was measured: its digest would be another one's."""
        if _stamp(self.path, self.name) != self.stamp:
            raise FeedRefused(f"{self.name}: was changed while it was read; nothing of it was applied")


@dataclass(slots=True)
class Repairs:
    """What decoding had to mend."""

    lines: int = 0
    first_line: int = 0

    def note(self, line: int) -> None:
        """One more line that was not UTF-8."""
        self.lines += 1
        self.first_line = self.first_line or line


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Whole physical lines. `first_line` counts from 1."""

    text: str
    first_line: int
    bytes_end: int
    at_end: bool


@dataclass(slots=True)
class TextStream:
    """Reads a feed block by block."""

    feed: FeedFile
    repairs: Repairs = field(default_factory=Repairs)

    def blocks(self) -> Iterator[TextBlock]:
        """All blocks of the file; the last one is marked."""
        line, done_bytes = 1, 0
        with readable(self.feed.path, self.feed.name) as stream:
            data = _read_lines(stream).removeprefix(b"\xef\xbb\xbf")
            while data:
                following = _read_lines(stream)
                done_bytes += len(data)
                yield TextBlock(self._decoded(data, line), line, done_bytes, at_end=not following)
                line += data.count(b"\n")
                data = following

    def _decoded(self, data: bytes, first_line: int) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            lines = data.split(b"\n")
            return "\n".join(self._decoded_line(raw, first_line + number) for number, raw in enumerate(lines))

    def _decoded_line(self, raw: bytes, line: int) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            self.repairs.note(line)
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError:
            return raw.decode("latin-1")


@contextmanager
def open_feed(path_text: str, stdin: IO[bytes] | None = None) -> Iterator[FeedFile]:
    """The feed at a path or, for `-`, on standard input. What can be read only once is kept in a temporary file."""
    path = Path(path_text)
    if path_text != "-" and not path.is_fifo():
        yield _measured(path, path_text)
        return
    with tempfile.NamedTemporaryFile(prefix="onhand-feed-") as spool, ExitStack() as stack:
        if path_text != "-":
            stdin = stack.enter_context(path.open("rb"))
        shutil.copyfileobj(stdin if stdin is not None else sys.stdin.buffer, spool)
        spool.flush()
        yield _measured(Path(spool.name), "<stdin>" if path_text == "-" else path_text)


@contextmanager
def readable(path: Path, name: str) -> Iterator[IO[bytes]]:
    """The decompressed bytes; a failure to read says which file and why."""
    try:
        with path.open("rb") as plain:
            zipped = plain.read(2) == _GZIP_MAGIC
            plain.seek(0)
            yield cast(IO[bytes], gzip.GzipFile(fileobj=plain)) if zipped else plain
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FeedRefused(f"{name}: the gzip file is damaged or cut short") from error
    except OSError as error:
        raise FeedRefused(f"{name}: cannot be read: {error.strerror or type(error).__name__}") from error


def _measured(path: Path, name: str) -> FeedFile:
    if path.is_dir():
        raise FeedRefused(f"{name}: is a folder, not a feed")
    digest, size, stamp = hashlib.sha256(), 0, _stamp(path, name)
    with readable(path, name) as stream:
        head = stream.read(BLOCK_BYTES)
        if head[:2] in _UTF16_MARKS:
            raise FeedRefused(f"{name}: is UTF-16; export it as UTF-8")
        if not head.strip(b"\xef\xbb\xbf \r\n\t"):
            raise FeedRefused(f"{name}: is empty")
        if b"\r" in head and b"\n" not in head:
            raise FeedRefused(f"{name}: its lines end in CR alone; export it with LF or CRLF line ends")
        while head:
            digest.update(head)
            size += len(head)
            head = stream.read(BLOCK_BYTES)
    return FeedFile(name, path, size, digest.hexdigest(), stamp)


def _stamp(path: Path, name: str) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise FeedRefused(f"{name}: cannot be read: {error.strerror or type(error).__name__}") from error
    return status.st_size, status.st_mtime_ns


def _read_lines(stream: IO[bytes]) -> bytes:
    """About one block, ended by a line end. A line longer than a block is cut, which its reader is sure to refuse."""
    data = stream.read(BLOCK_BYTES)
    if not data or data.endswith(b"\n"):
        return data
    rest = stream.readline(BLOCK_BYTES)
    if len(rest) < BLOCK_BYTES or rest.endswith(b"\n"):
        return data + rest
    dropped = rest
    while dropped and not dropped.endswith(b"\n"):
        dropped = stream.readline(BLOCK_BYTES)
    return data + rest + b"\n"
