"""The embedded Redis as its users see it: started when the first of them comes, shared by all on the same data
directory, gone with the last. `redis_supervisor` watches the server itself."""

import asyncio
import fcntl
import hashlib
import json
import os
import sys
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError

from runtime.errors import AppError
from runtime.redis_binaries import RedisBinaries, find_redis_binaries

START_SECONDS = 20.0
#: A large append-only file is read at start; the server answers LOADING meanwhile.
LOAD_SECONDS = 600.0
POLL_SECONDS = 0.05
#: Longest path that fits a unix socket address, with room for the closing zero.
SOCKET_PATH_BYTES = 100


class EmbeddedRedisFailed(AppError):
    """The embedded server could not be started, or not be reached."""

    code = "embedded_redis_failed"


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
        return _read_state(self.folder)

    @classmethod
    @asynccontextmanager
    async def running(cls, data_dir: Path) -> AsyncIterator["EmbeddedRedis"]:
        """Use the server of this data directory, starting it first where it is not running.

        Raises EmbeddedRedisFailed when it cannot be started, with the end of its log.
        """
        folder = data_dir.resolve() / "redis"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            users = os.open(folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as error:
            raise EmbeddedRedisFailed(
                f"The data directory {data_dir} belongs to another user; set ONHAND_DATA_DIR to one of your own"
            ) from error
        server = cls(folder=folder, socket=_socket_path(folder))
        try:
            await asyncio.to_thread(fcntl.flock, users, fcntl.LOCK_SH)  # waits while an old server is being stopped
            await server._ensure_running()
            yield server
        finally:
            os.close(users)
            await asyncio.shield(server._wait_until_gone())

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
        state = {
            "command": [str(binaries.server), *_options(self.folder, self.socket, binaries)],
            "environment": {"LD_LIBRARY_PATH": str(_link_libraries(self.folder, binaries)), "LC_ALL": "C.UTF-8"},
            "status": "starting",
        }
        state_file = self.folder / "state.json"
        state_file.write_text(json.dumps(state), "utf-8")
        # It leaves this process's group: Ctrl-C reaches the users, and the server goes when they are done with it.
        launcher = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "runtime.redis_supervisor",
            str(state_file),
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
        )
        await launcher.wait()

    def _is_supervised(self) -> bool:
        lock = os.open(self.folder / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
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


def _options(folder: Path, socket: Path, binaries: RedisBinaries) -> list[str]:
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


def _link_libraries(folder: Path, binaries: RedisBinaries) -> Path:
    libraries = folder / "lib"
    libraries.mkdir(mode=0o700, exist_ok=True)
    for name, target in binaries.libraries.items():
        link = libraries / name
        if not link.exists() or link.resolve() != target.resolve():
            link.unlink(missing_ok=True)
            link.symlink_to(target.resolve())
    return libraries


def _socket_path(folder: Path) -> Path:
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES:
        return path
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    private = Path(tempfile.gettempdir()) / f"onhand-{os.getuid()}-{digest}"
    private.mkdir(mode=0o700, exist_ok=True)
    if private.stat().st_uid != os.getuid() or private.stat().st_mode & 0o077:
        raise EmbeddedRedisFailed(f"{private} is open to other users; remove it or choose a shorter ONHAND_DATA_DIR")
    return private / "redis.sock"


def _read_state(folder: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads((folder / "state.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return state
