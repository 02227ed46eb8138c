"""`onhand serve` as a process that is killed and started again on the same port."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from small_chain import command_environment

from runtime.settings import Settings

START_SECONDS = 60.0


class Service:
    """One service of one process."""

    def __init__(self, settings: Settings) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self._settings = settings
        self._process: Process | None = None
        self._output: asyncio.Task[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Start, and wait until it says that it answers."""
        self._process = await asyncio.create_subprocess_exec(
            *(str(Path(sys.executable).parent / "onhand"), "serve", f"--port={self._port}"),
            env=command_environment(self._settings),
            stdout=PIPE,
            stderr=STDOUT,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            said = b""
            while b"serves on" not in (line := await self._process.stdout.readline()):
                said += line
                if not line:
                    raise RuntimeError(said.decode("utf-8", "replace")[-2000:])
        # What nobody reads would stop the service once the pipe is full.
        self._output = asyncio.create_task(self._process.stdout.read())

    async def kill(self) -> None:
        """End it, and whatever it started, at once."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
        if self._output is not None:
            await self._output


@asynccontextmanager
async def running_service(settings: Settings) -> AsyncIterator[Service]:
    """A started service, killed in the end."""
    service = Service(settings)
    try:
        await service.start()
        yield service
    finally:
        await service.kill()
