"""`onhand serve` as a process: one or several workers, stopping cleanly, leaving nothing behind."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession
from small_chain import command_environment

from bot.workers import SHORTEST_LIFE_SECONDS
from runtime.redis_client import RedisClients
from runtime.settings import Settings

ONHAND = str(Path(sys.executable).parent / "onhand")
START_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def serving(settings: Settings, port: int, *arguments: str) -> AsyncIterator[Process]:
    """The service in a process group of its own, once it says that it answers."""
    process = await asyncio.create_subprocess_exec(
        ONHAND,
        "serve",
        f"--port={port}",
        *arguments,
        env=command_environment(settings),
        stdout=PIPE,
        stderr=STDOUT,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(START_SECONDS):
            await wait_for_line(process, rb"serves on")
        yield process
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def wait_for_line(process: Process, pattern: bytes) -> None:
    assert process.stdout is not None
    seen = b""
    async for line in process.stdout:
        seen += line
        if re.search(pattern, line):
            return
    raise AssertionError(seen.decode())


def members_of(group: int) -> list[int]:
    """The processes of a process group that are not zombies."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(entry.name))
    return found


async def until_gone(group: int) -> None:
    """Wait, not for long, until no process of the group is left."""
    async with asyncio.timeout(20):
        while members_of(group):  # noqa: ASYNC110  other processes, which tell nobody
            await asyncio.sleep(0.02)


async def answers(port: int) -> bool:
    async with ClientSession() as client, client.get(f"http://127.0.0.1:{port}/livez") as response:
        return response.status == 200


async def worker_pids(port: int, attempts: int = 60) -> set[str]:
    """The processes that answer on the port; a new connection each time may reach another."""
    pids = set()
    for _ in range(attempts):
        async with ClientSession() as client, client.get(f"http://127.0.0.1:{port}/metrics") as response:
            pids.update(re.findall(r'onhand_worker_info{pid="(\d+)"}', await response.text()))
    return pids


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("workers", [1, 2])
async def test_it_stops_cleanly_and_leaves_nothing(
    redis_clients: RedisClients, settings: Settings, number: signal.Signals, workers: int
) -> None:
    port = free_port()
    async with serving(settings, port, f"--workers={workers}") as process:
        assert await answers(port)
        assert len(members_of(process.pid)) >= workers
        # Ctrl-C reaches the whole group, a service manager's TERM only the first process.
        if number is signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        async with asyncio.timeout(20):
            assert await process.wait() == 0
        await until_gone(process.pid)


async def test_workers_share_the_port_and_a_dead_one_is_replaced(
    redis_clients: RedisClients, settings: Settings
) -> None:
    port = free_port()
    async with serving(settings, port, "--workers=2") as process:
        before = await worker_pids(port)
        assert len(before) == 2
        await asyncio.sleep(SHORTEST_LIFE_SECONDS)  # one that dies sooner after its start would end the service instead
        os.kill(int(min(before)), signal.SIGKILL)
        async with asyncio.timeout(30):
            while len(now := await worker_pids(port)) < 2 or now == before:  # noqa: ASYNC110  another process changes it
                await asyncio.sleep(0.05)
        assert process.returncode is None


async def test_workers_end_when_the_first_process_is_killed(redis_clients: RedisClients, settings: Settings) -> None:
    port = free_port()
    async with serving(settings, port, "--workers=2") as process:
        process.kill()
        await until_gone(process.pid)


async def test_a_port_in_use_is_refused_with_a_clear_message(redis_clients: RedisClients, settings: Settings) -> None:
    port = free_port()
    async with serving(settings, port):
        second = await asyncio.create_subprocess_exec(
            ONHAND, "serve", f"--port={port}", env=command_environment(settings), stdout=PIPE, stderr=STDOUT
        )
        output, _ = await second.communicate()
        assert second.returncode == 1
        assert str(port) in output.decode()
        assert "in use" in output.decode()
        assert "Traceback" not in output.decode()
