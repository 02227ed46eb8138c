"""What the Redis at hand is and can do: versions, a probe of what is needed, known-bad versions by name."""

from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from runtime.errors import translate_redis_errors

Version = tuple[int, ...]

#: First release of each line with the fixes that production needs.
SERVER_MINIMUMS: dict[tuple[int, int], Version] = {
    (8, 2): (8, 2, 9),
    (8, 4): (8, 4, 6),
    (8, 6): (8, 6, 6),
    (8, 8): (8, 8, 2),
    (8, 10): (8, 10, 1),
}
#: Release that mended it, what goes wrong before it, and how onhand stays clear of it. None: it does not.
SEARCH_FAULTS: tuple[tuple[Version, str, str | None], ...] = (
    ((2, 10, 6), "a query that starts with two stop words kills the server", "every index has STOPWORDS 0"),
    ((2, 10, 10), "very long suffix and wildcard terms kill the server", "terms are cut at 64 characters"),
    ((2, 10, 14), "weights of single terms are ignored in scores", "weights are put on whole clauses"),
)
SERVER_FAULTS: tuple[tuple[Version, str, str | None], ...] = (
    ((7, 4, 3), "WAITAOF confirms before data is on disk", "the embedded server runs with appendfsync always"),
    ((7, 4, 6), "holes in the Lua engine", "scripts are loaded by onhand only"),
)
NEEDED_COMMANDS = ("FUNCTION", "FCALL", "BITFIELD", "XADD", "FT.CREATE", "FT.SEARCH", "FT.AGGREGATE", "FT.ALIASUPDATE")


@dataclass(frozen=True, slots=True)
class RedisProbe:
    """One look at a Redis server. `missing` names commands it lacks, `warnings` says what is known to be bad."""

    server_version: str
    search_version: str | None
    run_id: str
    used_memory_bytes: int
    append_only: bool
    missing: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def is_usable(self) -> bool:
        """Whether everything that onhand needs is there."""
        return not self.missing


async def probe_redis(redis: Redis) -> RedisProbe:
    """Ask the server what it is. Raises BackendUnavailable where it cannot be reached."""
    with translate_redis_errors("asking for its version"):
        info = await redis.info()
        commands = await redis.execute_command("COMMAND", "INFO", *NEEDED_COMMANDS)
        search_version = await _search_version(redis)
    server_version = str(info["redis_version"])
    known = [command is not None for command in (commands.values() if isinstance(commands, dict) else commands)]
    missing = tuple(
        name for position, name in enumerate(NEEDED_COMMANDS) if position >= len(known) or not known[position]
    )
    return RedisProbe(
        server_version=server_version,
        search_version=search_version,
        run_id=str(info["run_id"]),
        used_memory_bytes=int(info["used_memory"]),
        append_only=bool(info.get("aof_enabled")),
        missing=missing,
        warnings=tuple(known_faults(server_version, search_version)),
    )


def known_faults(server_version: str, search_version: str | None) -> list[str]:
    """What is known to be bad about these versions, one sentence each."""
    server = parse_version(server_version)
    found = [_sentence("Redis", server_version, fault) for fault in SERVER_FAULTS if server < fault[0]]
    line = server[:2]
    if line >= (8, 0) and line not in SERVER_MINIMUMS and line < max(SERVER_MINIMUMS):
        found.append(f"Redis {server_version}: this line no longer gets fixes; use {_minimums()}")
    elif line in SERVER_MINIMUMS and server < SERVER_MINIMUMS[line]:
        wanted = ".".join(map(str, SERVER_MINIMUMS[line]))
        found.append(f"Redis {server_version}: known holes are mended in {wanted}; upgrade")
    if search_version is not None and line < (8, 0):
        search = parse_version(search_version)
        found += [_sentence("RediSearch", search_version, fault) for fault in SEARCH_FAULTS if search < fault[0]]
    return found


def parse_version(text: str) -> Version:
    """`8.2.9` as (8, 2, 9); what is not a number counts as 0."""
    return tuple(int(part) if part.isdigit() else 0 for part in text.split("."))


def _sentence(product: str, version: str, fault: tuple[Version, str, str | None]) -> str:
    mended, what, guard = fault
    guarded = f"; guarded against: {guard}" if guard else ""
    return f"{product} {version}: {what} (mended in {'.'.join(map(str, mended))}{guarded})"


def _minimums() -> str:
    return " or ".join(".".join(map(str, version)) for version in SERVER_MINIMUMS.values())


async def _search_version(redis: Redis) -> str | None:
    try:
        modules = await redis.module_list()
    except RedisError:
        return None
    for module in modules:
        fields = {_text(name): value for name, value in _pairs(module)}
        if _text(fields.get("name", "")) == "search":
            number = int(_text(fields["ver"]))
            return f"{number // 10_000}.{number // 100 % 100}.{number % 100}"
    return None


def _pairs(module: object) -> list[tuple[object, object]]:
    if isinstance(module, dict):
        return list(module.items())
    assert isinstance(module, list)
    return list(zip(module[::2], module[1::2], strict=True))


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
