"""One embedded Redis's folder, private to its owner: the libraries, the socket, what the supervisor tells its users."""

import hashlib
import json
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from runtime.errors import AppError
from runtime.redis_binaries import RedisBinaries

#: Longest path that fits a unix socket address, with room for the closing zero.
SOCKET_PATH_BYTES = 100


class EmbeddedRedisFailed(AppError):
    """The embedded server could not be started, or not be reached."""

    code = "embedded_redis_failed"


def private_folder(data_dir: Path) -> Path:
    """The server's folder with its lock file; nobody else may look into it, for it holds customers' names."""
    folder = data_dir.resolve() / "redis"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        os.close(os.open(folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise EmbeddedRedisFailed(
            f"The data directory {data_dir} cannot be used ({error.strerror}); set ONHAND_DATA_DIR to one of your own"
        ) from error
    return folder


def socket_path(folder: Path, short: Path = Path("/tmp")) -> Path:
    """The same for every process, whatever its TMPDIR: two users of one folder must meet."""
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES:
        return path
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    private = short / f"onhand-{os.getuid()}-{digest}"
    with suppress(FileExistsError):
        private.mkdir(mode=0o700)
    found = private.lstat()  # a link could be turned to another folder once it was looked at
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise EmbeddedRedisFailed(f"{private} is open to other users; remove it or choose a shorter ONHAND_DATA_DIR")
    return private / "redis.sock"


def link_libraries(folder: Path, binaries: RedisBinaries) -> Path:
    """A folder where the server finds its libraries under the names that it asks for."""
    libraries = folder / "lib"
    libraries.mkdir(mode=0o700, exist_ok=True)
    for name, target in binaries.libraries.items():
        link = libraries / name
        if not link.exists() or link.resolve() != target.resolve():
            # Another newcomer may be at it too: no moment may be without the link.
            fresh = libraries / f".{name}.{secrets.token_hex(8)}"
            fresh.symlink_to(target.resolve())
            fresh.replace(link)
    return libraries


def read_state(folder: Path) -> dict[str, Any]:
    """What the supervisor last wrote; nothing where there was none yet."""
    try:
        state: dict[str, Any] = json.loads((folder / "state.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return state
