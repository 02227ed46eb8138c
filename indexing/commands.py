"""`onhand index`: the composition root of this process."""

import asyncio
import os
import time
from contextlib import ExitStack
from dataclasses import dataclass
from os.path import exists
from pathlib import Path

import click

from indexing.applied import FeedMemory
from indexing.bars import Bars
from indexing.dry_run import DryRun, KnownIds
from indexing.feeds import FeedFile, open_feed
from indexing.indexes import text_of
from indexing.products import ProductImporter
from indexing.report import FindingSink, finding_sink
from indexing.run import Importers, IndexRun, Options, Outcome
from indexing.stock import StockImporter
from indexing.stores import StoreImporter
from indexing.summary import as_json, print_summary
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from runtime.cli import echo_json, progress, report_error, run_async
from runtime.errors import AppError, BackendUnavailable, translate_redis_errors
from runtime.redis_client import RedisClients, open_redis
from runtime.settings import Settings
from search.embeddings import Embedder, load_embedder
from search.schema import skus_key

#: Loading is batch work: one pipeline may take longer than a shopper would wait.
REDIS_TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Request:
    """One command line."""

    paths: dict[str, str]
    options: Options
    dry_run: bool
    report: Path | None
    as_json: bool
    #: Whether the summary names options of the command line: another command that loads feeds has not got them.
    with_hints: bool = True


@click.command("index")
@click.option("--products", metavar="F", help="Products feed: a path, or - for standard input.")
@click.option("--stores", metavar="F", help="Stores feed.")
@click.option("--stock", metavar="F", help="Stock feed.")
@click.option("--dry-run", is_flag=True, help="Validate only; nothing is written.")
@click.option("--full", is_flag=True, help="The feeds are complete: what they do not name is gone.")
@click.option("--force", is_flag=True, help="Apply a feed again although it is the one applied last.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write every rejected row to this CSV.")
@click.option(
    "--max-rejected-share",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="Apply nothing of a feed when more than this share of its rows is rejected.",
)
@click.option("--json", "as_json_", is_flag=True, help="Print the outcome as JSON.")
def index(
    products: str | None,
    stores: str | None,
    stock: str | None,
    dry_run: bool,
    full: bool,
    force: bool,
    report: Path | None,
    max_rejected_share: float,
    as_json_: bool,
) -> None:
    """Validate, embed, build and swap: feeds in, indexes and counts out.

    CSV (comma, tab, semicolon) or JSON Lines, plain or gzip. docs/feeds.md describes the columns and every rule.
    """
    given = {"stores": stores, "products": products, "stock": stock}
    paths = {kind: path for kind, path in given.items() if path is not None}
    if not paths:
        raise click.UsageError("give at least one of --products, --stores and --stock")
    if list(paths.values()).count("-") > 1:
        raise click.UsageError("only one feed can come from standard input")
    if report is not None and report.exists() and any(report.samefile(path) for path in paths.values() if exists(path)):
        raise click.UsageError("the report would overwrite a feed")
    request = Request(paths, Options(full, force, max_rejected_share), dry_run, report, as_json_)
    run_async(lambda settings: run_request(settings, request), as_json=as_json_)


async def run_request(settings: Settings, request: Request) -> int:
    """The whole command; answers its exit code."""
    started = time.monotonic()
    failure: AppError | None = None
    outcome = Outcome()
    with ExitStack() as stack:
        sink = stack.enter_context(finding_sink(request.report))
        try:
            feeds = {kind: stack.enter_context(open_feed(path)) for kind, path in request.paths.items()}
            with progress() as shown:
                work = _dry_run if request.dry_run else _apply
                await work(settings, request, feeds, sink, Bars(shown), outcome)
        except AppError as error:
            failure = error
    seconds = time.monotonic() - started
    if request.as_json:
        echo_json(as_json(outcome, seconds, dry_run=request.dry_run, failure=failure))
    else:
        print_summary(outcome, seconds, dry_run=request.dry_run, with_hints=request.with_hints)
        if failure is not None:
            report_error(failure.code, failure.message)
    return 1 if failure is not None else 0


async def _apply(
    settings: Settings, request: Request, feeds: dict[str, FeedFile], sink: FindingSink, bars: Bars, outcome: Outcome
) -> None:
    async with open_redis(settings, timeout_seconds=REDIS_TIMEOUT_SECONDS) as clients:
        importers = await make_importers(settings, clients)
        await IndexRun(importers, request.options, sink, bars, outcome).apply(feeds)


async def make_importers(settings: Settings, clients: RedisClients) -> Importers:
    """Everything that a run writes with."""
    keyspace = Keyspace(settings.namespace, settings.region)
    inventory = await Inventory.open(clients, keyspace)

    async def load() -> Embedder | None:
        # Batch work: every core encodes. Making the model's export can take ten seconds and more.
        return await asyncio.to_thread(load_embedder, settings, threads=os.cpu_count() or 1)

    return Importers(
        redis=clients.writes,
        namespace=settings.namespace,
        memory=FeedMemory(clients.writes, keyspace),
        registry=inventory.registry,
        stores=StoreImporter(clients.writes, settings.namespace, inventory.registry),
        products=ProductImporter(clients.writes, settings.namespace),
        stock=StockImporter(inventory.ledger, inventory.rows, inventory.registry),
        model=settings.model,
        load_embedder=load,
    )


async def _dry_run(
    settings: Settings, request: Request, feeds: dict[str, FeedFile], sink: FindingSink, bars: Bars, outcome: Outcome
) -> None:
    known = None
    if "stock" in feeds and len(feeds) < 3:
        known = await _known_ids(settings)
    dry = DryRun(known, sink, bars, request.options.max_rejected_share)
    outcome.reports = dry.reports
    await dry.check(feeds)


async def _known_ids(settings: Settings) -> KnownIds | None:
    """What Redis knows, if there is one: a dry run neither needs nor starts a new one."""
    if settings.redis_url == "embedded" and not settings.data_dir.exists():
        return None
    try:
        async with open_redis(settings) as clients:
            # Read here and not by an importer: making one loads the function library, which is a write.
            with translate_redis_errors("reading known ids"):
                stores = await clients.reads.hkeys(Keyspace(settings.namespace, settings.region).registry())
                skus = await clients.reads.smembers(skus_key(settings.namespace))
            return KnownIds(frozenset(map(text_of, stores)), frozenset(map(text_of, skus)))
    except BackendUnavailable:
        return None
