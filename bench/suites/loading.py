"""Feeds into an empty Redis by `onhand index`, the same feeds again, and what it all takes in memory."""

from __future__ import annotations

from pathlib import Path

from bench.processes import onhand, run
from bench.run import Run
from runtime.redis_client import open_redis
from runtime.settings import Settings

GIGABYTE = 1e9


async def load(bench: Run, settings: Settings) -> None:
    """Load everything but vectors, measuring each feed.

    The caller keeps the embedded Redis running, so that starting it is not measured.
    """
    feeds, figures = bench.feeds, bench.report.figures
    counts = {name: sum(1 for _ in feeds.rows(name)) for name in ("products", "stores")}
    empty = await used_memory(settings)
    figures["products_load_seconds"] = await _index(bench, settings, products=feeds.products, stores=feeds.stores)
    products = await used_memory(settings)
    figures["stock_load_seconds"] = await _index(bench, settings, stock=feeds.stock)
    stock = await used_memory(settings)
    first = figures["products_load_seconds"] + figures["stock_load_seconds"]
    figures["products_again_seconds"] = await _index(bench, settings, products=feeds.products, stores=feeds.stores)
    figures["stock_again_seconds"] = await _index(bench, settings, stock=feeds.stock)
    figures["second_run_share"] = (figures["products_again_seconds"] + figures["stock_again_seconds"]) / first
    # Without the memory of what was applied last: every row is read and compared again.
    figures["stock_forced_again_seconds"] = await _index(bench, settings, "--force", stock=feeds.stock)
    rows = _count_rows(feeds.stock)
    figures["stock_rows"] = rows
    figures["stock_rows_per_second"] = rows / figures["stock_load_seconds"]
    figures["products_bytes_each"] = (products - empty) / counts["products"]
    figures["stock_bytes_per_cell"] = (stock - products) / (counts["products"] * counts["stores"])
    figures["stock_bytes_per_row"] = (stock - products) / rows
    figures["redis_used_gb"] = await used_memory(settings) / GIGABYTE


async def load_vectors(bench: Run, settings: Settings) -> None:
    """Make the vectors that are missing, by the model of the settings."""
    bench.report.figures["vectors_seconds"] = await _index(bench, settings, products=bench.feeds.products)
    bench.report.figures["redis_used_gb"] = await used_memory(settings) / GIGABYTE


async def used_memory(settings: Settings) -> int:
    """What Redis says that it uses."""
    async with open_redis(settings) as clients:
        return int((await clients.reads.info("memory"))["used_memory"])


async def _index(bench: Run, settings: Settings, *options: str, **files: Path) -> float:
    given = [part for name, path in files.items() for part in (f"--{name}", str(path.resolve()))]
    seconds = (await run(onhand(settings, "index", *given, *options), bench.folder)).seconds
    bench.say(f"  {' '.join((*files, *options))}{'' if settings.model == 'off' else ', vectors'}: {seconds:.1f} s")
    return seconds


def _count_rows(path: Path) -> int:
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1
