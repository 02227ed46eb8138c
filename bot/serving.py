"""One worker: listens on a port until it is told to stop, then lets running requests finish."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
import uvloop
from aiohttp import web

from bot.app import create_app
from bot.protocol import new_connection
from runtime.errors import AppError
from runtime.logs import configure_logging
from runtime.settings import Settings

log = structlog.get_logger()

BACKLOG = 1_024
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class PortUnavailable(AppError):
    """The address cannot be listened on: taken, not of this machine, or not allowed."""

    code = "port_unavailable"


def reserve(host: str, port: int) -> socket.socket:
    """A socket that holds the port without listening, so that workers can share it and nobody else takes it.

    Raises PortUnavailable. A first bind without sharing tells whether another program, or another onhand, has it.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PortUnavailable(f"Cannot listen on {host} port {port}: {reason}. Choose another with --port") from error
    return shared_socket(host, port)


def shared_socket(host: str, port: int) -> socket.socket:
    """A bound socket that shares its port with the other workers'."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise PortUnavailable(f"Cannot listen on {host} port {port}: {error.strerror}") from error
    bound.setblocking(False)
    return bound


@asynccontextmanager
async def listening(app: web.Application, bound: socket.socket, settings: Settings) -> AsyncIterator[None]:
    """Serve the application on a bound socket; at the end stop accepting, then let running requests finish."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=settings.shutdown_timeout_seconds)
    await runner.setup()
    try:
        manager = runner.server
        assert manager is not None
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: new_connection(manager, loop), sock=bound, backlog=BACKLOG)
        try:
            yield
        finally:
            server.close()
    finally:
        await runner.cleanup()


def run_worker(
    settings: Settings, bound: socket.socket, *, watch: int | None = None, ready: Callable[[], None]
) -> None:
    """Serve until a stop signal, or until the process behind the descriptor `watch` is gone."""
    configure_logging(settings)
    uvloop.run(_work(settings, bound, watch, ready))


async def _work(settings: Settings, bound: socket.socket, watch: int | None, ready: Callable[[], None]) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    if watch is not None:
        loop.add_reader(watch, stop.set)
    async with listening(create_app(settings), bound, settings):
        ready()
        log.info("serving", port=bound.getsockname()[1])
        await stop.wait()
        log.info("stopping")
        if watch is not None:
            loop.remove_reader(watch)
