"""A file that ends inside a transaction loses that transaction, whole; any other file stays as it is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from runtime import aof_tail


def command(*words: bytes) -> bytes:
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


MULTI, EXEC = command(b"MULTI"), command(b"EXEC")
BEFORE = command(b"SELECT", b"0") + MULTI + command(b"SET", b"a", b"1") + EXEC
HALF = MULTI + command(b"SET", b"row", b"\x00*1\r\n\xff") + command(b"XADD", b"ledger", b"1-0", b"op", b"held")


@pytest.mark.parametrize("length", range(len(MULTI), len(HALF + EXEC)))
def test_wherever_a_transaction_is_torn_all_of_it_goes(length: int) -> None:
    assert aof_tail.unfinished_transaction(io.BytesIO(BEFORE + (HALF + EXEC)[:length])) == len(BEFORE)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        BEFORE,
        BEFORE + HALF + EXEC,
        BEFORE + command(b"SET", b"b", b"2")[:-3],
        BEFORE + MULTI[:-1],
        BEFORE + HALF + b"#TS:1795630551\r\n" + EXEC,
        BEFORE + MULTI + b"garbage\r\n" + EXEC,
    ],
    ids=["empty", "whole", "finished", "torn outside", "torn in MULTI", "with a moment", "garbage is left to Redis"],
)
def test_nothing_else_is_touched(content: bytes) -> None:
    assert aof_tail.unfinished_transaction(io.BytesIO(content)) is None


def test_a_transaction_longer_than_a_block_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    for block in (1, 7, len(MULTI), 64):
        monkeypatch.setattr(aof_tail, "BLOCK", block)
        assert aof_tail.unfinished_transaction(io.BytesIO(BEFORE + HALF)) == len(BEFORE)


def test_only_the_part_that_the_server_appends_to_is_cut_and_the_log_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "appendonlydir"
    folder.mkdir()
    (folder / "appendonly.aof.manifest").write_text(
        "file appendonly.aof.1.base.rdb seq 1 type b\nfile a.1.incr.aof seq 1 type i\nfile a.2.incr.aof seq 2 type i\n"
    )
    for name in ("a.1.incr.aof", "a.2.incr.aof"):
        (folder / name).write_bytes(BEFORE + HALF)

    assert aof_tail.repair(tmp_path) == len(HALF)

    assert (folder / "a.1.incr.aof").read_bytes() == BEFORE + HALF
    assert (folder / "a.2.incr.aof").read_bytes() == BEFORE
    assert "unfinished transaction" in (tmp_path / "redis.log").read_text()
    assert aof_tail.repair(tmp_path) == 0
    assert aof_tail.repair(tmp_path / "new") == 0
