"""The same hold through the library, over HTTP, in PostgreSQL and as a bare call, for 1 to 128 callers."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bench.bare_call import BareCall
from bench.callers import TTL_SECONDS, Plan
from bench.crew import Load, crew
from bench.entrants import WORKLOADS, Entrant, Times
from bench.peers import postgres_holds
from bench.peers.postgres_server import INSTALL, PostgresServer, find_postgres, postgres
from bench.processes import onhand, run, server
from bench.run import SEED, Run
from bench.sampling import Summary
from bench.wares import Wares
from inventory.inventory import Inventory
from inventory.keys import Keyspace
from inventory.models import HoldLine, Kind, Sku, StoreId
from runtime.redis_client import RedisClients, open_redis
from runtime.settings import Settings

GOAL_CALLERS = 32
LAYOUT = (
    "holds: server and callers share the cores; callers are asyncio tasks of 1 or 2 processes with uvloop, each "
    "waits for its answer before it asks again. One hold is one unit of one product, with its record, due time, "
    "idempotency record and ledger entry, synced to the same disk before it is answered. The bare call has "
    "the arguments that the library sends, for the hot cell, from redis-benchmark: one process in C."
)


async def measure_beside_postgres(run: Run) -> None:
    """Add timings of every load, and the figures that the goals are about."""
    times, wares = Times.for_run(run), Wares.make()
    run.report.setup["stock of the holds"] = f"{len(wares.store_ids):,} stores × {len(wares.skus):,} products"
    folder = run.folder / "holds"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    settings = Settings(
        data_dir=folder / "onhand",
        model="off",
        log_level="warning",
        redis_timeout_seconds=30,
        anonymous_hold_ttl_max_seconds=TTL_SECONDS,
    )
    async with AsyncExitStack() as stack:
        clients = await stack.enter_async_context(open_redis(settings))
        url = await stack.enter_async_context(_service(wares, settings, folder))
        ours = await _our_entrants(stack, run, wares, settings, url, folder)
        database = await _database(stack, run, wares, folder)
        peers = [] if database is None else await _their_entrants(stack, run, wares, database, folder)
        for peer in peers:
            await peer.choose_pools(times)
        bare = await _rounds(run, [*ours, *peers], times, clients, settings, wares)
        for entrant in (*ours, *peers):
            for load in entrant.loads():
                run.report.add_samples(entrant.samples(load))
        for summary in bare.values():
            run.report.add_samples(summary)
        await _check_sums(clients, settings, wares, database)
    run.report.notes.append(LAYOUT)
    if GOAL_CALLERS in run.callers:
        _add_figures(run, ours[0], ours[1], peers, bare)


@asynccontextmanager
async def _service(wares: Wares, settings: Settings, folder: Path) -> AsyncIterator[str]:
    """The chain, loaded as users load theirs, and `onhand serve` on it."""
    files = wares.write_feeds(folder)
    feeds = [part for name, file in files.items() for part in (f"--{name}", file.resolve())]
    await run(onhand(settings, "index", *feeds), folder)
    async with server(
        onhand(settings, "serve", "--port", "{port}"), folder, log_folder=folder, ready_path="/readyz"
    ) as url:
        yield url


async def _our_entrants(
    stack: AsyncExitStack, run: Run, wares: Wares, settings: Settings, url: str, folder: Path
) -> list[Entrant]:
    library, http = (_plan(wares, kind, target) for kind, target in (("library", settings.data_dir), ("http", url)))
    return [
        Entrant("library", "library", await stack.enter_async_context(crew(library, 2, folder)), run.callers, (1, 2)),
        Entrant("HTTP", "http", await stack.enter_async_context(crew(http, 1, folder)), run.callers),
    ]


async def _database(stack: AsyncExitStack, run: Run, wares: Wares, folder: Path) -> PostgresServer | None:
    """PostgreSQL with the same stock; without it the report says how to get it."""
    binaries = find_postgres()
    lacking = INSTALL if binaries is None else postgres_holds.lacking_driver()
    if binaries is None or lacking:
        run.report.notes.append(f"PostgreSQL: {lacking}")
        run.say(f"  PostgreSQL: {lacking}")
        return None
    database = await stack.enter_async_context(postgres(binaries, folder))
    run.report.setup["postgresql"] = database.version
    await postgres_holds.load(database.folder, wares.cells())
    return database


async def _their_entrants(
    stack: AsyncExitStack, run: Run, wares: Wares, database: PostgresServer, folder: Path
) -> list[Entrant]:
    found = []
    for way, name in (("lock", "PostgreSQL SELECT FOR UPDATE"), ("statement", "PostgreSQL UPDATE WHERE")):
        callers = await stack.enter_async_context(crew(_plan(wares, way, database.folder), 2, folder))
        found.append(Entrant(name, way, callers, run.callers, (1, 2)))
    return found


def _plan(wares: Wares, kind: str, target: Path | str) -> Plan:
    where = str(target.resolve()) if isinstance(target, Path) else target
    return Plan(kind, where, wares.skus, wares.store_ids, wares.hot, SEED)


async def _rounds(
    run: Run, entrants: list[Entrant], times: Times, clients: RedisClients, settings: Settings, wares: Wares
) -> dict[int, Summary]:
    """Everybody in turn, several times, so that a busy moment of the machine meets all."""
    call = await _bare_call(clients, settings, wares)
    taken: dict[int, list[Summary]] = defaultdict(list)
    for number in range(times.rounds):
        run.say(f"  round {number + 1} of {times.rounds}")
        for workload in WORKLOADS:
            for callers in run.callers:
                for entrant in entrants:
                    for load in entrant.loads():
                        if (load.workload, load.callers) == (workload, callers):
                            await entrant.measure(load, times)
                if workload == "hot":
                    taken[callers].append(await _measure_bare(call, clients, callers, times))
    return {callers: _median(summaries) for callers, summaries in taken.items()}


async def _bare_call(clients: RedisClients, settings: Settings, wares: Wares) -> BareCall:
    inventory = await Inventory.open(clients, Keyspace(settings.namespace, settings.region))
    sku, store_id = wares.hot
    numbers = iter(range(10))

    async def place() -> None:
        await inventory.holds.place(
            StoreId(store_id), [HoldLine(Sku(sku), 1)], idempotency_key=f"bare-{next(numbers)}", ttl_seconds=TTL_SECONDS
        )

    return await BareCall.from_library(clients.reads, place)


async def _measure_bare(call: BareCall, clients: RedisClients, callers: int, times: Times) -> Summary:
    assert clients.embedded is not None
    calls = int(times.seconds * (2_000 if callers == 1 else 8_000))
    return await call.measure(
        "bare call by redis-benchmark, hot",
        clients.embedded.socket,
        clients.embedded.folder / "lib",
        callers=callers,
        calls=calls,
    )


def _median(summaries: list[Summary]) -> Summary:
    """The round in the middle: percentiles of other programs cannot be put together."""
    return sorted(summaries, key=lambda summary: summary.per_second)[len(summaries) // 2]


async def _check_sums(clients: RedisClients, settings: Settings, wares: Wares, database: PostgresServer | None) -> None:
    """Figures of something that loses or doubles units would be worth nothing."""
    inventory = await Inventory.open(clients, Keyspace(settings.namespace, settings.region))
    read = await inventory.rows.read([Sku(sku) for sku in (*wares.skus, wares.hot[0])], [Kind.HELD])
    held, kept = (
        sum(int(row.sum()) for row in read.rows.values()),
        await clients.reads.zcard(inventory.keyspace.holds_due()),
    )
    if held != kept:
        raise RuntimeError(f"onhand says that {held} units are held by {kept} holds")
    if database is not None:
        held, kept = await postgres_holds.held_units(database.folder)
        if held != kept:
            raise RuntimeError(f"PostgreSQL says that {held} units are held by {kept} holds")


def _add_figures(run: Run, library: Entrant, http: Entrant, peers: list[Entrant], bare: dict[int, Summary]) -> None:
    """At the number of callers that the goals name; each contender with as many client processes as suits it best."""
    figures = run.report.figures
    for workload in WORKLOADS:
        ours = library.best(workload, GOAL_CALLERS)
        for entrant in (library, http, *peers):
            best = entrant.best(workload, GOAL_CALLERS)
            figures[f"holds_{entrant.figure}_{workload}_{GOAL_CALLERS}_per_second"] = best.per_second
            figures[f"holds_{entrant.figure}_{workload}_{GOAL_CALLERS}_p99_ms"] = best.percentile(99)
        for peer in peers:
            theirs = peer.best(workload, GOAL_CALLERS)
            figures[f"holds_{workload}_rate_over_{peer.figure}"] = ours.per_second / theirs.per_second
            figures[f"holds_{workload}_p99_under_{peer.figure}"] = ours.percentile(99) / theirs.percentile(99)
    call = bare[GOAL_CALLERS]
    figures[f"bare_call_hot_{GOAL_CALLERS}_per_second"] = call.per_second
    for processes in library.processes:
        taken = library.samples(Load("hot", GOAL_CALLERS, processes))
        figures[f"holds_share_of_bare_call_{processes}_process"] = taken.per_second / call.per_second
