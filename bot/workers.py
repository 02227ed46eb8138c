"""Several workers on one port: starts them, replaces one that dies, stops them all, leaves nothing running."""

from __future__ import annotations

import asyncio
import multiprocessing
import multiprocessing.synchronize
import signal
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from multiprocessing.context import SpawnContext, SpawnProcess
from time import monotonic

import click
import structlog

from bot.serving import STOP_SIGNALS, reserve, run_worker, shared_socket
from runtime.embedded_redis import EmbeddedRedis
from runtime.errors import AppError
from runtime.settings import Settings

log = structlog.get_logger()

#: A worker that dies sooner than this after its start would only die again.
SHORTEST_LIFE_SECONDS = 2.0
#: What stopping costs beyond the time that running requests get: closing Redis, leaving Python.
MARGIN_SECONDS = 5.0


class WorkersFailed(AppError):
    """A worker stops right after its start."""

    code = "workers_failed"


def announce(address: str) -> None:
    """Say where the service answers."""
    click.echo(f"onhand serves on {address} until Ctrl-C")


def serve(settings: Settings, host: str, port: int, workers: int, *, ready: Callable[[str], None] = announce) -> int:
    """Serve until a stop signal. `ready` hears the address once it answers. Raises PortUnavailable, WorkersFailed."""
    held = reserve(host, port)
    with held:
        address = _address(held)
        if workers == 1:
            run_worker(settings, shared_socket(host, held.getsockname()[1]), ready=lambda: ready(address))
        else:
            asyncio.run(_supervise(settings, host, held.getsockname()[1], workers, lambda: ready(address)))
    return 0


def _address(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _supervise(settings: Settings, host: str, port: int, count: int, ready: Callable[[], None]) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        if settings.redis_url == "embedded":
            # Held here too, so that the server outlives any single worker.
            await stack.enter_async_context(EmbeddedRedis.running(settings.data_dir))
        crew = _Crew(settings, host, port)
        try:
            await crew.start(count)
            ready()
            await crew.keep(stop)
        finally:
            await crew.stop()


class _Crew:
    """The worker processes of one service."""

    def __init__(self, settings: Settings, host: str, port: int) -> None:
        self._settings, self._host, self._port = settings, host, port
        self._context: SpawnContext = multiprocessing.get_context("spawn")
        self._started: dict[SpawnProcess, float] = {}

    async def start(self, count: int) -> None:
        """Start all, and wait until each of them listens."""
        await asyncio.gather(*(self._start_one() for _ in range(count)))

    async def _start_one(self) -> None:
        listens = self._context.Event()
        process = self._context.Process(target=_run_child, args=(self._settings, self._host, self._port, listens))
        process.start()
        self._started[process] = monotonic()
        while not await asyncio.to_thread(listens.wait, 0.1):
            if not process.is_alive():
                raise WorkersFailed("A worker stops right after its start; its log lines above say why")

    async def keep(self, stop: asyncio.Event) -> None:
        """Replace workers that die until it is time to stop."""
        while not stop.is_set():
            gone = await self._first_gone(stop)
            for process in gone:
                lived = monotonic() - self._started.pop(process)
                log.error("worker_died", exit_code=process.exitcode, lived_s=round(lived, 1))
                if lived < SHORTEST_LIFE_SECONDS:
                    raise WorkersFailed("A worker stops right after its start; its log lines above say why")
                await self._start_one()

    async def _first_gone(self, stop: asyncio.Event) -> list[SpawnProcess]:
        """The workers that are dead, as soon as there are any; none when it is time to stop."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        sentinels = [process.sentinel for process in self._started]
        for sentinel in sentinels:
            loop.add_reader(sentinel, woken.set)
        waits = [asyncio.create_task(event.wait()) for event in (stop, woken)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            for sentinel in sentinels:
                loop.remove_reader(sentinel)
        return [] if stop.is_set() else [process for process in self._started if not process.is_alive()]

    async def stop(self) -> None:
        """Ask all to finish, and end those that do not in time."""
        for process in self._started:
            process.terminate()
        deadline = monotonic() + self._settings.shutdown_timeout_seconds + MARGIN_SECONDS
        for process in self._started:
            await asyncio.to_thread(process.join, max(0.0, deadline - monotonic()))
            if process.is_alive():
                process.kill()
                await asyncio.to_thread(process.join)


def _run_child(settings: Settings, host: str, port: int, listens: multiprocessing.synchronize.Event) -> None:
    # Ctrl-C reaches the whole group; until the worker listens to signals itself it must not die with a traceback.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None
    run_worker(settings, shared_socket(host, port), watch=parent.sentinel, ready=listens.set)
