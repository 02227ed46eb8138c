"""The command line of the benchmark: one run, tables on the terminal, one JSON file."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import click
import uvloop
from aiohttp import ClientSession, TCPConnector
from rich.console import Console

from bench import feeds as feed_sources
from bench.fingerprint import fingerprint, idle_share
from bench.processes import onhand, server
from bench.report import Report
from bench.run import Onhand, Run
from bench.suites.availability import measure_by_sku, measure_by_text
from bench.suites.beside_postgres import measure_beside_postgres
from bench.suites.chat import measure_chat
from bench.suites.holds import measure_holds
from bench.suites.loading import load, load_vectors
from bench.suites.over_http import BUSY_CLIENTS
from bench.suites.tutorial import measure_beside_tutorial
from bot.services import open_services
from runtime.redis_client import open_redis
from runtime.settings import Settings
from search.schema import skus_key

CACHE = feed_sources.PROJECT / ".cache" / "bench"
RESULTS = feed_sources.PROJECT / "bench" / "results"
SUITES = ("sku", "text", "tutorial", "holds", "chat", "encoder", "postgres")
#: Makes its own stock and starts its own Redis; needs no feeds.
ON_ITS_OWN = "postgres"
#: A machine on which less than this share of the cores is idle before or after is not quiet.
QUIET_SHARE = 0.9
console = Console(width=None if sys.stdout.isatty() else 150)


@click.command()
@click.option("--quick", is_flag=True, help="The demo retailer's small feeds and few samples: minutes become seconds.")
@click.option("--stores", default=feed_sources.FULL_STORES, show_default=True, help="Stores of the real feeds.")
@click.option("--per-store", default=feed_sources.FULL_PER_STORE, show_default=True, help="Products at each store.")
@click.option("--samples", default=2_500, show_default=True, help="Of each measurement, in five rounds.")
@click.option("--peer-skus", type=int, help="Give the tutorial's model only so many products, which favours it.")
@click.option("--only", multiple=True, type=click.Choice(SUITES), help="Measure these; may be repeated.")
@click.option("--callers", multiple=True, type=int, help="Of the postgres suite: only so many at once.")
@click.option("--reuse", is_flag=True, help="Keep what the run before loaded instead of measuring the load again.")
@click.option("--name", help="Of the result file.")
def main(
    quick: bool, stores: int, per_store: int, samples: int, peer_skus: int | None, only: tuple[str, ...],
    callers: tuple[int, ...], reuse: bool, name: str | None,
) -> None:  # fmt: skip
    """Measure onhand beside its peers and write bench/results/<date>-<name>.json."""
    CACHE.mkdir(parents=True, exist_ok=True)
    suites = only or SUITES
    alone = set(suites) == {ON_ITS_OWN}
    if alone or quick or not feed_sources.has_real_data():
        feeds = feed_sources.demo_feeds(CACHE)
    else:
        feeds = feed_sources.real_feeds(CACHE, stores=stores, per_store=per_store)
    if quick:
        samples = min(samples, 300)
    folder = CACHE / f"run-{ON_ITS_OWN if alone else feeds.folder.name}"
    if not reuse:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(exist_ok=True)
    setup: dict[str, object] = {"data": "none" if alone else feeds.label, "samples": samples, **fingerprint(folder)}
    settings = Settings(data_dir=folder / "onhand", model="off", log_level="warning", redis_timeout_seconds=30)
    run = Run(
        feeds,
        settings,
        folder,
        Report(setup),
        samples,
        warm_up=min(200, samples // 5),
        peer_skus=peer_skus,
        say=console.print,
        callers=callers or Run.callers,
    )
    if not alone:
        uvloop.run(_run(run, suites, reuse))
    if ON_ITS_OWN in suites:
        console.print("measuring: holds beside PostgreSQL")
        uvloop.run(measure_beside_postgres(run))
    setup["idle_share_after"] = round(idle_share(), 3)
    if min(float(str(setup[f"idle_share_{when}"])) for when in ("before", "after")) < QUIET_SHARE:
        run.report.notes.append("other processes kept the machine busy: every figure would be better on a quiet one")
    run.report.show(console)
    written = run.report.write(RESULTS, name or folder.name.removeprefix("run-"))
    console.print(f"written to {written.relative_to(feed_sources.PROJECT)}")


async def _run(run: Run, suites: tuple[str, ...], reuse: bool) -> None:
    # Held open for the whole run, so that neither loading nor serving starts a Redis of its own.
    async with open_redis(run.settings) as clients:
        if not reuse:
            run.say(f"loading: {run.feeds.label}")
            await load(run, run.settings)
        skus = await clients.reads.smembers(skus_key(run.settings.namespace))
        run = replace(run, catalogue=[str(sku, "utf-8") for sku in skus if isinstance(sku, bytes)])
        async with _onhand(run, run.settings) as measured:
            for suite in SUITES:
                if suite in suites and suite not in ("encoder", ON_ITS_OWN):
                    run.say(f"measuring: {suite}")
                    await _measure(suite, run, measured)
        if "encoder" in suites:
            run.say("measuring: encoder")
            with_model = run.settings.model_copy(update={"model": Settings().model})
            await load_vectors(run, with_model)
            async with _onhand(run, with_model) as measured:
                await measure_chat(run, measured, encoder=True)
    _derive(run.report)


async def _measure(suite: str, run: Run, measured: Onhand) -> None:
    match suite:
        case "sku":
            await measure_by_sku(run, measured)
        case "text":
            await measure_by_text(run, measured)
        case "tutorial":
            await measure_beside_tutorial(run, measured)
        case "holds":
            await measure_holds(run, measured)
        case "chat":
            await measure_chat(run, measured, encoder=False)


@asynccontextmanager
async def _onhand(run: Run, settings: Settings) -> AsyncIterator[Onhand]:
    """The parts in this process and a server in another, on the Redis that is held open."""
    command = onhand(settings, "serve", "--port", "{port}")
    async with (
        server(command, run.folder, log_folder=run.folder, ready_path="/readyz") as url,
        open_services(settings) as services,
        ClientSession(url, connector=TCPConnector(limit=BUSY_CLIENTS)) as http,
    ):
        yield Onhand(services, http)


def _derive(report: Report) -> None:
    """Memory beside the tutorial's model. Its row is what a cell is to us: one product at one store."""
    figures = report.figures
    per_row = figures.get("hash_per_cell_bytes_per_row")
    if per_row and "stock_bytes_per_cell" in figures:
        figures["hash_per_cell_memory_ratio"] = per_row / figures["stock_bytes_per_cell"]
        figures["hash_per_cell_memory_ratio_per_stocked_row"] = per_row / figures["stock_bytes_per_row"]
        report.notes.append(
            "memory per cell: packed rows answer for every product at every store, the tutorial's model only for rows "
            "that exist; hash_per_cell_memory_ratio_per_stocked_row counts existing rows alone"
        )


if __name__ == "__main__":
    main()
