"""The embedded Redis as its users see it: started when the first of them comes, shared by all on the same data
directory, gone with the last. `redis_supervisor` watches the server itself."""

import asyncio
import fcntl
import json
import os
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError

from runtime import aof_tail, redis_supervisor
from runtime.embedded_folder import EmbeddedRedisFailed, link_libraries, private_folder, read_state, socket_path
from runtime.redis_binaries import RedisBinaries, find_redis_binaries

START_SECONDS = 20.0
#: A large append-only file is read at start; the server answers LOADING meanwhile.
LOAD_SECONDS = 600.0
POLL_SECONDS = 0.05
#: How often a user sees to it that the server has a supervisor.
WATCH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class EmbeddedRedis:
    """A running embedded server that this process is a user of."""

    folder: Path
    socket: Path

    @property
    def url(self) -> str:
        """The URL by which redis-py connects."""
        return f"unix://{self.socket}"

    @property
    def state(self) -> dict[str, Any]:
        """What the supervisor last wrote: server_pid, supervisor_pid, restarts, status."""
        return read_state(self.folder)

    @classmethod
    @asynccontextmanager
    async def running(cls, data_dir: Path) -> AsyncIterator["EmbeddedRedis"]:
        """Use the server of this data directory, starting it first where it is not running.

        Raises EmbeddedRedisFailed when it cannot be started, with the end of its log.
        """
        folder = private_folder(data_dir)
        server = cls(folder=folder, socket=socket_path(folder))
        users = os.open(folder / "users.lock", os.O_RDWR)
        try:
            await asyncio.to_thread(fcntl.flock, users, fcntl.LOCK_SH)  # waits while an old server is being stopped
            await server._ensure_running()
            async with server._kept_running():
                yield server
        finally:
            os.close(users)
            await asyncio.shield(server._wait_until_gone())

    @asynccontextmanager
    async def _kept_running(self) -> AsyncIterator[None]:
        watch = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watch.cancel()
            await asyncio.wait([watch])

    async def _watch(self) -> None:
        """The supervisor brings back the server; should the supervisor die or give up, its users bring it back."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if not self._is_supervised():
                with suppress(EmbeddedRedisFailed):
                    await self._ensure_running()

    async def _ensure_running(self) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        deadline = started + START_SECONDS
        spawned_at = float("-inf")
        async with Redis(unix_socket_path=str(self.socket), protocol=2, retry=Retry(NoBackoff(), 0)) as redis:
            while loop.time() < deadline:
                try:
                    await redis.ping()
                    return
                except BusyLoadingError:
                    deadline = started + LOAD_SECONDS
                except RedisError:
                    if loop.time() - spawned_at > 1.0:
                        self._raise_if_failed(spawned_at)
                        await self._spawn_supervisor()
                        spawned_at = loop.time()
                await asyncio.sleep(POLL_SECONDS)
        raise EmbeddedRedisFailed(f"The embedded Redis did not start in time.{self._log_end()}")

    async def _spawn_supervisor(self) -> None:
        if self._is_supervised():
            return
        binaries = find_redis_binaries()
        plan = redis_supervisor.Plan(
            folder=str(self.folder),
            command=[str(binaries.server), *server_options(self.folder, self.socket, binaries)],
            environment={"LD_LIBRARY_PATH": str(link_libraries(self.folder, binaries)), "LC_ALL": "C.UTF-8"},
            before_start=[sys.executable, "-I", aof_tail.__file__, str(self.folder)],
        )
        # It leaves this process's group: Ctrl-C reaches the users, and the server goes when they are done with it.
        launcher = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",  # a folder named `runtime` where the user happens to be is not ours
            redis_supervisor.__file__,
            json.dumps(asdict(plan)),
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
        )
        await launcher.wait()

    def _is_supervised(self) -> bool:
        lock = os.open(self.folder / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two who look do not see each other
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def _raise_if_failed(self, spawned_at: float) -> None:
        if spawned_at > float("-inf") and self.state.get("status") == "failed":
            raise EmbeddedRedisFailed(f"The embedded Redis stops right after its start.{self._log_end()}")

    async def _wait_until_gone(self) -> None:
        """Leave only when the server has stopped, or when somebody else is plainly still using it."""
        seen_in_use = 0
        while self._is_supervised() and seen_in_use < 3:
            in_use = self.state.get("status") == "running" and self._has_users()
            seen_in_use = seen_in_use + 1 if in_use else 0
            await asyncio.sleep(POLL_SECONDS)

    def _has_users(self) -> bool:
        users = os.open(self.folder / "users.lock", os.O_RDWR)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(users)
        return False

    def _log_end(self) -> str:
        with suppress(OSError):
            lines = (self.folder / "redis.log").read_text("utf-8", "replace").splitlines()[-5:]
            return " The end of its log:\n" + "\n".join(lines)
        return ""


def server_options(folder: Path, socket: Path, binaries: RedisBinaries) -> list[str]:
    """The arguments with which the server is started."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "logfile": str(folder / "redis.log"),
        "daemonize": "no",
        "protected-mode": "yes",
        "enable-debug-command": "no",
        "enable-module-command": "no",
        "save": "",
        "appendonly": "yes",
        # WAITAOF of this release confirms before it is true, and everysec loses acknowledged holds in a power cut.
        "appendfsync": "always",
        "auto-aof-rewrite-min-size": "512mb",
        "maxmemory-policy": "noeviction",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    module = ["--loadmodule", str(binaries.search_module), "MAXSEARCHRESULTS", "10000", "ON_TIMEOUT", "FAIL"]
    return arguments + module
