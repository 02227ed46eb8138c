"""Processes of a run, onhand's own commands among them: started, waited for, and ended with the run."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from runtime.settings import PREFIX, Settings

START_SECONDS = 120.0
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that came to its end."""

    seconds: float
    output: str


def onhand(settings: Settings, *arguments: str | Path) -> list[str]:
    """The command line of an `onhand` command that runs with these settings."""
    changed = settings.model_dump(exclude_defaults=True)
    given = [f"{PREFIX}{name.upper()}={value}" for name, value in changed.items()]
    return ["env", *given, str(Path(sys.executable).with_name("onhand")), *map(str, arguments)]


async def run(command: Sequence[str], folder: Path) -> Finished:
    """Run a command in `folder` to its end, timed. Raises RuntimeError with what it said when it fails."""
    begin = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
    )
    output, errors = await process.communicate()
    seconds = time.perf_counter() - begin
    if process.returncode:
        raise RuntimeError(f"{command[-1]} failed with {process.returncode}:\n{(errors or output).decode()[-2000:]}")
    return Finished(seconds, output.decode())


@asynccontextmanager
async def server(command: Sequence[str], folder: Path, *, log_folder: Path, ready_path: str) -> AsyncIterator[str]:
    """Run a server in `folder` until the block ends and give its URL; `{port}` in the command stands for its port."""
    port = _free_port()
    log = log_folder / f"server-{port}.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(part.replace("{port}", str(port)) for part in command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        await _wait_until_ready(process, url + ready_path, log)
        yield url
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _wait_until_ready(process: asyncio.subprocess.Process, url: str, log: Path) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + START_SECONDS
    async with aiohttp.ClientSession() as session:
        while loop.time() < deadline and process.returncode is None:
            try:
                async with session.get(url) as response:
                    if response.ok:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(POLL_SECONDS)
    raise RuntimeError(f"a server is not ready ({process.returncode=}):\n{log.read_text('utf-8', 'replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
