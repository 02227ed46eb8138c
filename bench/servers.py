"""Server processes of a run: started on a free port, waited for, and ended with the run."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bench.feeds import PROJECT

START_SECONDS = 120.0
POLL_SECONDS = 0.1


@asynccontextmanager
async def server(
    module: str,
    arguments: Sequence[str],
    *,
    ready_path: str,
    environment: Mapping[str, str],
    log: Path,
) -> AsyncIterator[str]:
    """Run `python -m module arguments` until the block ends and give its URL; `{port}` stands for its port."""
    port = _free_port()
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *(argument.replace("{port}", str(port)) for argument in arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **environment},
            cwd=PROJECT,
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
    deadline = asyncio.get_running_loop().time() + START_SECONDS
    async with aiohttp.ClientSession() as session:
        while asyncio.get_running_loop().time() < deadline:
            if process.returncode is not None:
                raise RuntimeError(
                    f"the server stopped with {process.returncode}:\n{log.read_text('utf-8', 'replace')}"
                )
            try:
                async with session.get(url) as response:
                    if response.ok:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(POLL_SECONDS)
    raise RuntimeError(f"the server was not ready in {START_SECONDS:g} s:\n{log.read_text('utf-8', 'replace')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
