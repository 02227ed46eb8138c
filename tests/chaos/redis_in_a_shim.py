"""The embedded Redis, started as onhand starts it but watched by nobody, with the shim that knows what was synced."""

from __future__ import annotations

import asyncio
import random
import shutil
import signal
import struct
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from runtime import aof_tail
from runtime.embedded_folder import link_libraries, private_folder, socket_path
from runtime.embedded_redis import server_options
from runtime.redis_binaries import find_redis_binaries

SOURCE = Path(__file__).with_name("shim.c")
START_SECONDS = 30.0
POLL_SECONDS = 0.02


def compiled_shim(folder: Path) -> Path:
    """The shim as a library. Raises RuntimeError that names what is missing."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise RuntimeError("these proofs need a C compiler: sudo apt-get install gcc libc6-dev")
    library = folder / "shim.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", str(SOURCE), "-o", str(library), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the shim cannot be compiled:\n{done.stderr[-2000:]}")
    return library


class RedisInAShim:
    """One server on one folder. `cut_power` kills it and takes away what no sync had confirmed."""

    def __init__(self, data_dir: Path, shim: Path, **options: str) -> None:
        self._folder = private_folder(data_dir)
        self._shim = shim
        self._options = options
        self._synced = data_dir / "synced"
        self._clock = data_dir / "clock"
        self._process: asyncio.subprocess.Process | None = None
        self._synced.mkdir()
        self.move_clock(0)

    @property
    def url(self) -> str:
        return f"unix://{socket_path(self._folder)}"

    def move_clock(self, milliseconds: int) -> None:
        """The server's wall clock is off by so much from now on."""
        with self._clock.open("r+b" if self._clock.exists() else "wb") as file:
            file.write(struct.pack("=q", milliseconds))

    async def start(self) -> None:
        """Start, and wait until everything is loaded."""
        aof_tail.repair(self._folder)  # as the supervisor does before each start
        binaries = find_redis_binaries()
        options = server_options(self._folder, socket_path(self._folder), binaries)
        for name, value in self._options.items():
            options[options.index(f"--{name}") + 1] = value
        self._process = await asyncio.create_subprocess_exec(
            str(binaries.server),
            *options,
            env={
                "LD_LIBRARY_PATH": str(link_libraries(self._folder, binaries)),
                "LC_ALL": "C.UTF-8",
                "LD_PRELOAD": str(self._shim),
                "SHIM_SYNCED": str(self._synced),
                "SHIM_CLOCK": str(self._clock),
            },
            cwd=self._folder,
        )
        async with asyncio.timeout(START_SECONDS), Redis.from_url(self.url) as redis:
            while True:
                with suppress(RedisError):
                    await redis.ping()
                    return
                if self._process.returncode is not None:
                    raise RuntimeError((self._folder / "redis.log").read_text("utf-8", "replace")[-2000:])
                await asyncio.sleep(POLL_SECONDS)

    async def kill(self) -> None:
        """End it at once."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    async def cut_power(self, rng: random.Random) -> int:
        """Kill it; of each file keep what was synced, and at random some of the rest. Answers how many bytes went."""
        await self.kill()
        lost = 0
        for file in sorted(self._folder.joinpath("appendonlydir").iterdir()):
            size = file.stat().st_size
            synced = min(size, self._synced_length(file))
            kept = synced if rng.random() < 0.5 else rng.randint(synced, size)
            with file.open("r+b") as opened:
                opened.truncate(kept)
            lost += size - kept
            self._record_of(file).write_bytes(struct.pack("=Q", kept))  # what survived is on the disk
        return lost

    def _record_of(self, file: Path) -> Path:
        return self._synced / str(file.stat().st_ino)

    def _synced_length(self, file: Path) -> int:
        record = self._record_of(file)
        return int(struct.unpack("=Q", record.read_bytes())[0]) if record.exists() else 0


@asynccontextmanager
async def redis_in_a_shim(data_dir: Path, shim: Path, **options: str) -> AsyncIterator[RedisInAShim]:
    """A started server, killed in the end; options replace those that onhand gives."""
    server = RedisInAShim(data_dir, shim, **options)
    try:
        await server.start()
        yield server
    finally:
        await server.kill()
