"""Redis Function libraries: assembled from a package's Lua files, loaded by version and digest, pruned when unused.

Function names are global in Redis, so each carries the version and digest of its source: two releases can
serve side by side during a deploy, and a changed file can never be mistaken for the one already loaded.
"""

import hashlib
from dataclasses import dataclass
from importlib.resources import files

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from runtime.errors import translate_redis_errors

PREFIX_TOKEN = "@PREFIX@"


@dataclass(frozen=True, slots=True)
class FunctionLibrary:
    """A library's source under a name of its own. `prefix` starts the name of every function in it."""

    family: str
    prefix: str
    source: str

    @classmethod
    def from_package(cls, package: str, *, family: str = "onhand", version: int = 1) -> "FunctionLibrary":
        """Join the package's `*.lua` files, those that start with `_` first, in the order of their names."""
        lua = sorted((entry for entry in files(package).iterdir() if entry.name.endswith(".lua")), key=lambda e: e.name)
        shared = [entry for entry in lua if entry.name.startswith("_")]
        verbs = [entry for entry in lua if not entry.name.startswith("_")]
        body = "\n".join(entry.read_text("utf-8") for entry in shared + verbs)
        prefix = f"v{version}_{hashlib.sha256(body.encode()).hexdigest()[:8]}"
        source = f"#!lua name={family}_{prefix}\n{body.replace(PREFIX_TOKEN, prefix)}"
        return cls(family=family, prefix=prefix, source=source)

    @property
    def name(self) -> str:
        """The library's name in Redis."""
        return f"{self.family}_{self.prefix}"

    def name_of(self, verb: str) -> str:
        """The full name by which FCALL finds the verb."""
        return f"{self.prefix}_{verb}"

    async def ensure_loaded(self, redis: Redis) -> bool:
        """Load the library unless this very source is loaded already; answers whether it had to be loaded."""
        with translate_redis_errors("loading the function library"):
            if await self.is_loaded(redis):
                return False
            try:
                await redis.function_load(self.source)
            except ResponseError:
                if not await self.is_loaded(redis):  # else another process was faster with the same source
                    raise
            return True

    async def is_loaded(self, redis: Redis) -> bool:
        """Whether exactly this version and digest is loaded."""
        return self.name in await self.loaded_names(redis)

    async def loaded_names(self, redis: Redis) -> list[str]:
        """Names of all libraries of this family, of every version and digest."""
        with translate_redis_errors("listing function libraries"):
            reply = await redis.execute_command("FUNCTION LIST", "LIBRARYNAME", f"{self.family}_*")
        names = [_field(entry, b"library_name") for entry in reply]
        return sorted(name.decode() for name in names)

    async def prune(self, redis: Redis) -> list[str]:
        """Delete every other version of this family; call it only when no older release is still serving."""
        gone = [name for name in await self.loaded_names(redis) if name != self.name]
        with translate_redis_errors("deleting old function libraries"):
            for name in gone:
                await redis.function_delete(name)
        return gone


def _field(entry: object, name: bytes) -> bytes:
    """One field of a reply that is a flat list in RESP2 and a mapping in RESP3."""
    if isinstance(entry, dict):
        return bytes(entry[name])
    assert isinstance(entry, list)
    return bytes(entry[entry.index(name) + 1])
