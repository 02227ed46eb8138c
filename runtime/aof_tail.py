"""Cuts an unfinished transaction off the end of the append-only file before a server reads it. Run as a script with the
server's folder as the only argument; it needs nothing but the standard library.

When the power goes while a transaction is being written, the file may end inside it. Redis then cuts off only the
command that is incomplete and leaves the MULTI before it open; what it writes next stands inside that transaction, and
at the next start half of what was never acknowledged comes to life. Everything a function writes is one transaction.
"""

import os
import sys
from pathlib import Path
from typing import BinaryIO

MULTI = b"*1\r\n$5\r\nMULTI\r\n"
BLOCK = 1 << 20


def repair(folder: Path) -> int:
    """Cut the file that the server appends to, where it ends inside a transaction. Answers how many bytes went."""
    file = _last_part(folder / "appendonlydir")
    if file is None or not file.exists():
        return 0
    with file.open("r+b") as opened:
        begin = unfinished_transaction(opened)
        if begin is None:
            return 0
        size = opened.seek(0, os.SEEK_END)
        opened.truncate(begin)
        os.fsync(opened.fileno())
    with (folder / "redis.log").open("a", encoding="utf-8") as log:
        log.write(f"onhand: cut {size - begin} bytes of an unfinished transaction off {file.name}\n")
    return size - begin


def unfinished_transaction(file: BinaryIO) -> int | None:
    """Where the transaction begins inside which the file ends, or None. What cannot be read is left to Redis."""
    begin = _last_place_of(MULTI, file)
    if begin is None:
        return None
    file.seek(begin)
    while (name := _command(file)) is not None:
        if name.upper() == b"EXEC":
            return None
    return begin if file.read(1) == b"" else None


def _last_part(folder: Path) -> Path | None:
    try:
        lines = (folder / "appendonly.aof.manifest").read_text("utf-8").splitlines()
    except OSError:
        return None
    names = [line.split()[1] for line in lines if line.endswith(" type i") and line.startswith("file ")]
    return folder / names[-1] if names else None


def _last_place_of(mark: bytes, file: BinaryIO) -> int | None:
    """Read backwards in blocks that overlap by a mark."""
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        begin = max(0, end - BLOCK)
        file.seek(begin)
        found = file.read(end - begin + len(mark) - 1).rfind(mark)
        if found >= 0:
            return begin + found
        end = begin
    return None


def _command(file: BinaryIO) -> bytes | None:
    """The first word of the next command; None at the end of the file or in front of what is no command."""
    line = file.readline()
    while line.startswith(b"#") and line.endswith(b"\n"):  # a moment in time, in files that carry them
        line = file.readline()
    count = _number(line, b"*")
    words: list[bytes] = []
    for _ in range(count or 0):
        length = _number(file.readline(), b"$")
        if length is None:
            break
        word = file.read(length + 2)
        if len(word) < length + 2:
            break
        words.append(word[:-2])
    return words[0] if words and len(words) == count else None


def _number(line: bytes, kind: bytes) -> int | None:
    digits = line.removesuffix(b"\r\n")[1:]
    return int(digits) if line.startswith(kind) and line.endswith(b"\r\n") and digits.isdigit() else None


if __name__ == "__main__":
    repair(Path(sys.argv[1]))
