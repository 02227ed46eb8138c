"""`onhand ingest`: movements from the stream into the ledger; what was parked, and putting it back."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

import click

from indexing.ingest import Ingest
from indexing.ingest_pages import parked_json, parked_table, progress_line, sentence
from indexing.movement_stream import MovementStream
from inventory.functions import LedgerFunctions
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from inventory.parking import Parking
from runtime.cli import EXIT_REFUSED, echo_json, paper, report_error, run_async
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients, open_redis
from runtime.settings import Settings

#: A batch is a few hundred calls in one pipeline, which may take longer than a shopper would wait.
REDIS_TIMEOUT_SECONDS = 30.0

#: First words of keys that are the ledger's own: no stream of movements may be called so.
LEDGER_WORDS = frozenset(
    {
        "address",
        "ahead",
        "ahead-cells",
        "aisles",
        "chaingroup",
        "chaingroups",
        "customer",
        "customers",
        "feed",
        "group",
        "hold",
        "holders",
        "holds",
        "ledger",
        "once",
        "oversold",
        "row",
        "source",
        "sources",
        "stores",
        "wait",
        "waiting",
        "waits",
    }
)

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
stream_option = click.option("--stream", help="Key of the stream, if it is not the region's own.")


@dataclass(frozen=True, slots=True)
class Request:
    """One command line."""

    consumer: str | None
    group: str
    stream: str | None
    retry_seconds: float
    once: bool
    as_json: bool


@click.group(invoke_without_command=True)
@click.option("--consumer", help="Name of this consumer; made of host and process unless given.")
@click.option("--group", default="onhand", show_default=True, help="Consumer group.")
@stream_option
@click.option(
    "--retry-seconds",
    type=click.FloatRange(min=0.05),
    default=10.0,
    show_default=True,
    help="After so long an open message is tried again, and taken over from a consumer that died.",
)
@click.option("--once", is_flag=True, help="Stop when everything in the stream is applied or parked.")
@as_json_option
@click.pass_context
def ingest(
    context: click.Context,
    consumer: str | None,
    group: str,
    stream: str | None,
    retry_seconds: float,
    once: bool,
    as_json: bool,
) -> None:
    """Apply movements of stock from a Redis stream, each once. docs/movements.md describes the messages.

    Runs until it is told to end (Ctrl-C, SIGTERM) and finishes its batch first.
    """
    if context.invoked_subcommand is not None:
        return
    request = Request(consumer, group, stream, retry_seconds, once, as_json)
    run_async(lambda settings: _ingest(settings, request), as_json=as_json)


@ingest.command()
@as_json_option
def parked(as_json: bool) -> None:
    """List the messages that could not be applied, with the reasons."""

    async def work(settings: Settings) -> None:
        async with _opened(settings) as opened:
            found = [message async for message in opened.parking(None).all()]
        if as_json:
            echo_json([parked_json(message) for message in found])
        else:
            paper().print(parked_table(found) if found else "nothing is parked")

    run_async(work, as_json=as_json)


@ingest.command()
@click.argument("parked_ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every parked message.")
@stream_option
@as_json_option
def replay(parked_ids: tuple[str, ...], everything: bool, stream: str | None, as_json: bool) -> None:
    """Put parked messages back into the stream, as they came."""
    if bool(parked_ids) == everything:
        raise click.UsageError("give either ids or --all")

    async def work(settings: Settings) -> int:
        async with _opened(settings) as opened:
            parking = opened.parking(stream)
            chosen = [message.parked_id async for message in parking.all()] if everything else list(parked_ids)
            missing = [parked_id for parked_id in chosen if not await parking.replay(parked_id)]
        if as_json:
            echo_json({"replayed": len(chosen) - len(missing), "missing": missing})
        else:
            paper().print(f"replayed {len(chosen) - len(missing):,}")
        if missing and not as_json:
            report_error("not_found", f"not parked: {', '.join(missing)}")
        return EXIT_REFUSED if missing else 0

    run_async(work, as_json=as_json)


@dataclass(frozen=True, slots=True)
class Opened:
    """A region's ledger and the streams beside it."""

    clients: RedisClients
    inventory: Inventory

    def key(self, stream: str | None) -> str:
        """Raises UsageError for a key of the ledger itself, which a consumer group would spoil."""
        own, tag = self.inventory.keyspace.movements(), f"{self.inventory.keyspace.tag}:"
        word = stream.removeprefix(tag).partition(":")[0] if stream and stream.startswith(tag) else ""
        if word in LEDGER_WORDS or stream == self.inventory.keyspace.movements_parked():
            raise click.UsageError(f"--stream {stream} is a key of the ledger; a stream of your own is {own}:NAME")
        return stream or own

    def parking(self, stream: str | None) -> Parking:
        keyspace = self.inventory.keyspace
        functions = LedgerFunctions(self.clients, keyspace, self.inventory.library)
        return Parking(self.clients, functions, self.key(stream))


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Opened]:
    async with open_redis(settings, timeout_seconds=REDIS_TIMEOUT_SECONDS) as clients:
        keyspace = Keyspace(settings.namespace, settings.region)
        need_inspection = settings.returns_need_inspection
        yield Opened(clients, await Inventory.open(clients, keyspace, returns_need_inspection=need_inspection))


async def _ingest(settings: Settings, request: Request) -> int:
    stop = asyncio.Event()
    _stop_when_told(stop)
    consumer = request.consumer or f"{socket.gethostname()}-{os.getpid()}"
    async with _opened(settings) as opened:
        stream = MovementStream(opened.clients.writes, opened.key(request.stream), request.group, consumer)
        parking = opened.parking(request.stream)
        if request.stream and not request.as_json:
            await _tell_if_absent(opened, request)
        work = Ingest(opened.clients, opened.inventory, stream, parking, retry_seconds=request.retry_seconds)
        with progress_line() as tell:
            await work.run(stop, once=request.once, tell=tell)
        backlog = await stream.backlog()
    if request.as_json:
        echo_json(work.tally.as_dict() | asdict(backlog))
    else:
        paper().print(sentence(work.tally, backlog))
    return 0


async def _tell_if_absent(opened: Opened, request: Request) -> None:
    """A name that nobody writes to is most often a mistake in writing."""
    with translate_redis_errors("looking for the stream"):
        there = await opened.clients.reads.exists(opened.key(request.stream))
    if not there:
        click.echo(f"no such stream yet{'' if request.once else ', waiting'}: {request.stream}", err=True)


def _stop_when_told(stop: asyncio.Event) -> None:
    """The first signal lets the batch be finished; a second Ctrl-C ends at once."""
    loop = asyncio.get_running_loop()

    def told() -> None:
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told)
