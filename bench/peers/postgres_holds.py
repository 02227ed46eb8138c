"""The same hold in PostgreSQL, two ways: the row locked first, as applications do it, or one statement for everything.

Both do what `place_hold` does for one product: look for the idempotency key, check what may be promised, raise `held`,
keep the hold with its due time indexed, keep the answer under the key, append a row to the ledger; one commit.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from bench.peers.postgres_server import DATABASE, USER

Connection = Any
Hold = Callable[[Connection, str, str], Awaitable[None]]

SCHEMA = """
CREATE TABLE stock (
    sku text, store_id text,
    on_hand integer NOT NULL, safety integer NOT NULL, held integer NOT NULL, allocated integer NOT NULL,
    PRIMARY KEY (sku, store_id)
) WITH (fillfactor = 70);
CREATE TABLE hold (
    hold_id text PRIMARY KEY, state text NOT NULL, store_id text NOT NULL, lines jsonb NOT NULL, customer jsonb,
    principal text NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL
);
CREATE INDEX hold_due ON hold (due_at) WHERE state IN ('held', 'confirmed', 'ready');
CREATE TABLE once (
    key text PRIMARY KEY, fingerprint text NOT NULL, answer jsonb NOT NULL, ends_at timestamptz NOT NULL
);
CREATE TABLE ledger (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(),
    op text NOT NULL, hold_id text NOT NULL, store_id text NOT NULL, principal text NOT NULL, moves jsonb NOT NULL
);
"""
KEEP = "INSERT INTO hold SELECT $1, 'held', $2, $3, NULL, 'bench', now(), now(), now() + $4"
REMEMBER = "INSERT INTO once SELECT $1, $2, $3, now() + interval '48 hours'"
APPEND = (
    "INSERT INTO ledger (op, hold_id, store_id, principal, moves) SELECT 'hold_placed', $1::text, $2::text, 'bench', $3"
)
SINGLE = """
WITH seen AS (SELECT answer FROM once WHERE key = $1),
taken AS (
    UPDATE stock SET held = held + $5
    WHERE sku = $3 AND store_id = $4 AND on_hand - safety - allocated - held >= $5 AND NOT EXISTS (SELECT FROM seen)
    RETURNING held
),
kept AS (INSERT INTO hold SELECT $2, 'held', $4, $6, NULL, 'bench', now(), now(), now() + $7 FROM taken),
remembered AS (INSERT INTO once SELECT $1, $8, $9, now() + interval '48 hours' FROM taken),
appended AS (
    INSERT INTO ledger (op, hold_id, store_id, principal, moves)
    SELECT 'hold_placed', $2, $4, 'bench', $10 FROM taken
)
SELECT EXISTS (SELECT FROM taken)
"""
TIME_TO_LIVE = timedelta(hours=6)
FINGERPRINT = "0" * 64


def lacking_driver() -> str:
    """What to say when the driver is not installed, else nothing."""
    return "" if find_spec("asyncpg") else "not measured: no driver. Install it: pip install 'onhand[bench]'"


def connector() -> Any:
    """The driver. Imported only here: `pip install 'onhand[bench]'` brings it, and nothing else needs it."""
    import asyncpg  # noqa: PLC0415

    return asyncpg


async def connection_pool(socket_folder: Path, size: int) -> Any:
    """So many open connections. A connection remembers each statement, so that it is parsed and planned once."""
    return await connector().create_pool(
        host=str(socket_folder), user=USER, database=DATABASE, min_size=size, max_size=size
    )


async def load(socket_folder: Path, cells: Iterable[tuple[str, str, int]]) -> None:
    """Create the tables and one row for each sku, store and units on hand; written through before it returns."""
    connection = await connector().connect(host=str(socket_folder), user=USER, database=DATABASE)
    try:
        await connection.execute(SCHEMA)
        records = [(sku, store_id, on_hand, 0, 0, 0) for sku, store_id, on_hand in cells]
        await connection.copy_records_to_table("stock", records=records)
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def held_units(socket_folder: Path) -> tuple[int, int]:
    """Units that the stock rows say are held, and holds that were kept: the same number, or something is wrong."""
    connection = await connector().connect(host=str(socket_folder), user=USER, database=DATABASE)
    try:
        held, kept = await connection.fetchrow("SELECT (SELECT sum(held) FROM stock), (SELECT count(*) FROM hold)")
        return int(held), int(kept)
    finally:
        await connection.close()


async def hold_by_lock(connection: Connection, sku: str, store_id: str) -> None:
    """`SELECT … FOR UPDATE`, then the check in the application, then the writes, in one transaction."""
    hold_id, key = _new_ids()
    async with connection.transaction():
        if await connection.fetchval("SELECT answer FROM once WHERE key = $1", key) is not None:
            raise RuntimeError("a new key was there already")
        row = await connection.fetchrow(
            "SELECT on_hand, safety, allocated, held FROM stock WHERE sku = $1 AND store_id = $2 FOR UPDATE",
            sku,
            store_id,
        )
        if row["on_hand"] - row["safety"] - row["allocated"] - row["held"] < 1:
            raise RuntimeError("there were units enough for everybody")
        await connection.execute("UPDATE stock SET held = held + $3 WHERE sku = $1 AND store_id = $2", sku, store_id, 1)
        await connection.execute(KEEP, hold_id, store_id, _lines(sku), TIME_TO_LIVE)
        await connection.execute(REMEMBER, key, FINGERPRINT, _answer(hold_id, sku, store_id))
        await connection.execute(APPEND, hold_id, store_id, _moves(sku))


async def hold_by_statement(connection: Connection, sku: str, store_id: str) -> None:
    """`UPDATE … WHERE` there is enough, and everything else from what it returns: one statement, one round trip."""
    hold_id, key = _new_ids()
    answer, lines, moves = _answer(hold_id, sku, store_id), _lines(sku), _moves(sku)
    if not await connection.fetchval(
        SINGLE, key, hold_id, sku, store_id, 1, lines, TIME_TO_LIVE, FINGERPRINT, answer, moves
    ):
        raise RuntimeError("there were units enough for everybody")


WAYS: dict[str, Hold] = {"lock": hold_by_lock, "statement": hold_by_statement}


def _new_ids() -> tuple[str, str]:
    return "H" + secrets.token_hex(13), secrets.token_hex(16)


def _lines(sku: str) -> str:
    return orjson.dumps([[sku, 1, 1]]).decode()


def _moves(sku: str) -> str:
    return orjson.dumps([[sku, 0, 0, 0, 1, 0]]).decode()


def _answer(hold_id: str, sku: str, store_id: str) -> str:
    """About as long as the answer that onhand keeps."""
    return orjson.dumps({"hold_id": hold_id, "state": "held", "store_id": store_id, "lines": [[sku, 1, 1]]}).decode()
