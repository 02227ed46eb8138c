"""A chain of a few shops with hand-made stock, loaded by the real indexer: acceptance tests ask questions about it."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from runtime.settings import Settings

FEEDS = Path(__file__).parent / "feeds"


async def load_small_chain(settings: Settings) -> None:
    """Load all three feeds."""
    await load_feeds(settings, **{kind: FEEDS / f"{kind}.csv" for kind in ("products", "stores", "stock")})


async def load_feeds(settings: Settings, **feeds: Path) -> None:
    """Load feeds with `onhand index` into the Redis and the namespace of the settings."""
    arguments = [f"--{kind}={path}" for kind, path in feeds.items()]
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "onhand"),
        "index",
        *arguments,
        env=command_environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()


def command_environment(settings: Settings) -> dict[str, str]:
    """The environment in which a command sees the same Redis and namespace."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("ONHAND_")}
    return {
        **own,
        "ONHAND_DATA_DIR": str(settings.data_dir),
        "ONHAND_NAMESPACE": settings.namespace,
        "ONHAND_MODEL": settings.model,
        "ONHAND_REDIS_TIMEOUT_SECONDS": str(settings.redis_timeout_seconds),
    }
