"""Measures requests, alone and busy, beside an endpoint that sends bytes of the same length and does nothing else."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable

from aiohttp import ClientSession, TCPConnector

from bench.feeds import PROJECT
from bench.processes import server
from bench.run import Run
from bench.sampling import Contender, Operation, ratio, side_by_side

BUSY_CLIENTS = 32


async def measure_over_http(
    run: Run,
    name: str,
    operation: Operation,
    *,
    figure: str,
    typical_body: bytes,
    tidy: Callable[[], Awaitable[object]] | None = None,
) -> None:
    """Add samples for one client and for many, `figure` and `figure_busy`."""
    body_file = run.folder / "body.json"
    body_file.write_bytes(typical_body)
    command = [sys.executable, "-m", "bench.peers.bare_http", "{port}", str(body_file.resolve())]
    async with (
        server(command, PROJECT, log_folder=run.folder, ready_path="/") as url,
        ClientSession(url, connector=TCPConnector(limit=BUSY_CLIENTS)) as session,
    ):

        async def bare(_: int) -> None:
            async with session.get("/") as response:
                await response.read()

        for clients in (1, BUSY_CLIENTS):
            many = f" × {clients}" if clients > 1 else ""
            contenders = [
                Contender(f"{name}, HTTP{many}", operation, clients, tidy),
                Contender(f"bare aiohttp endpoint, {len(typical_body):,} B{many}", bare, clients),
            ]
            ours, floor = await side_by_side(contenders, samples=run.samples, warm_up=run.warm_up)
            run.report.add_samples(ours, figure=figure if clients == 1 else f"{figure}_busy")
            run.report.add_samples(floor)
            run.report.ratios += [ratio(floor, ours, percent) for percent in (50, 99)]
