"""A PostgreSQL of the benchmark's own: found on this machine, started on a fresh folder, gone with the block."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INSTALL = "not measured: PostgreSQL is not installed here. On Debian 12: sudo apt-get install postgresql-15"
DEBIAN_FOLDERS = Path("/usr/lib/postgresql")
WANTED_MAJOR = 15
START_SECONDS = 60.0
POLL_SECONDS = 0.1
USER = "bench"
DATABASE = "postgres"
#: Durable as installed: fsync, synchronous_commit and full_page_writes are on by default, and named so that it shows.
#: Room in memory and in the log, so that no checkpoint falls into the run: both favour PostgreSQL.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "300",
    "shared_buffers": "512MB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
}


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server, reached through its socket in `folder` by anybody on this machine."""

    folder: Path
    version: str


def find_postgres() -> Path | None:
    """The folder of `initdb` and `postgres`: of the wanted release if it is there, else of another, else None."""
    candidates = [DEBIAN_FOLDERS / str(WANTED_MAJOR) / "bin", *sorted(DEBIAN_FOLDERS.glob("*/bin"), reverse=True)]
    with suppress(OSError, subprocess.SubprocessError):
        named = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True, timeout=10)
        candidates.append(Path(named.stdout.strip()))
    if on_path := shutil.which("postgres"):
        candidates.append(Path(on_path).resolve().parent)
    return next((each for each in candidates if all((each / name).exists() for name in ("initdb", "postgres"))), None)


@asynccontextmanager
async def postgres(binaries: Path, beside: Path) -> AsyncIterator[PostgresServer]:
    """A fresh server on the disk of the folder `beside`, so that a sync costs both contenders the same."""
    owner = _unprivileged()
    folder = _own_folder(beside, owner)
    try:
        _finish(binaries / "initdb", *_initdb_arguments(folder), folder=folder, owner=owner)
        settings = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
        command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *settings]
        with (folder / "server.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: ASYNC220  uvloop cannot start a process as somebody else
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, **_as(owner)
            )
        try:
            await _wait_until_ready(process, folder)
            yield PostgresServer(folder, _version(binaries))
        finally:
            process.terminate()  # a process that has ended already is left alone
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initdb_arguments(folder: Path) -> list[str]:
    return ["-D", str(folder / "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C"]


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom to run as when this is root, which PostgreSQL refuses; None: as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as")


def _own_folder(beside: Path, owner: pwd.struct_passwd | None) -> Path:
    """A new folder that its owner can reach. A socket's path is short, so one of the system's own comes first."""
    for parent in (Path(tempfile.gettempdir()), beside.resolve()):
        if parent.stat().st_dev == beside.stat().st_dev:
            folder = Path(tempfile.mkdtemp(prefix="onhand-bench-", dir=parent))
            break
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    return folder


def _as(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    return {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _finish(program: Path, *arguments: str, folder: Path, owner: pwd.struct_passwd | None) -> str:
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [str(program), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd=folder,
        **_as(owner),
    )
    if done.returncode:
        raise RuntimeError(f"{program.name} failed with {done.returncode}:\n{done.stdout[-2000:]}")
    return done.stdout


def _version(binaries: Path) -> str:
    return _finish(binaries / "postgres", "--version", folder=binaries, owner=None).strip().split(" ", 2)[2]


async def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    """The file of the running server tells its state in the eighth line."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + START_SECONDS
    while loop.time() < deadline and process.poll() is None:
        with suppress(OSError, IndexError):
            if (folder / "data" / "postmaster.pid").read_text("utf-8").splitlines()[7].strip() == "ready":
                return
        await asyncio.sleep(POLL_SECONDS)
    said = (folder / "server.log").read_text("utf-8", "replace")[-2000:]
    raise RuntimeError(f"PostgreSQL is not ready ({process.returncode=}):\n{said}")
