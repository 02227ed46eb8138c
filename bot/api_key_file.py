"""The file of API keys: read, followed while the service runs, and changed by `onhand keys`.

It holds either TOML (`[[keys]]` tables), which only people change, or JSON Lines. Each entry has `id`, `sha256` (hex
digest of the key), `scopes` and optionally `expires_at`. Two live keys with one id allow a rotation without a gap.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson
from pydantic import TypeAdapter, ValidationError

from bot.api_keys import ApiKey, ApiKeys
from runtime.errors import SettingsError
from runtime.followed_file import FollowedFile, stamp_of

SETTING = "ONHAND_API_KEYS_FILE"
_KEYS = TypeAdapter(list[ApiKey])


def read_keys(path: Path) -> list[ApiKey]:
    """Every key of the file; raises SettingsError that says what is wrong without showing digests."""
    try:
        text = path.read_text(encoding="utf-8")
        entries = tomllib.loads(text).get("keys", []) if path.suffix == ".toml" else _json_lines(text)
        return _KEYS.validate_python(entries)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise SettingsError(f"{SETTING}: entry {where}: {first['msg']}") from error
    except FileNotFoundError as error:
        raise SettingsError(f"{SETTING}: {path} does not exist; `onhand keys add` makes it with a first key") from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"{SETTING} cannot be read: {type(error).__name__}") from error


def _json_lines(text: str) -> list[object]:
    return [orjson.loads(line) for line in text.splitlines() if line.strip()]


class ApiKeyFile(FollowedFile[ApiKeys]):
    """The keys as the file says now, so that a revoked key is refused from its next request on."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(path, lambda path: ApiKeys(read_keys(path)), ApiKeys(None))


def change_keys(path: Path, change: Callable[[Sequence[ApiKey]], Sequence[ApiKey]]) -> None:
    """Replace the keys of a JSON Lines file at once and durably; it is made where there is none. One writer at a time.

    What `change` raises leaves the file as it was.
    """
    if path.suffix == ".toml":
        raise SettingsError(f"{SETTING} is TOML, which people write: change it in an editor, or name a .jsonl file")
    target = path.resolve()
    with _alone(target):
        keys = change(read_keys(target))
        lines = b"".join(orjson.dumps(_entry(key), option=orjson.OPT_APPEND_NEWLINE) for key in keys)
        _replace(target, lines)


def _entry(key: ApiKey) -> dict[str, object]:
    shown = key.model_dump(mode="json", exclude_none=True)
    return {**shown, "scopes": sorted(key.scopes)}


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Holds the lock of the file that is there now: whoever waited meanwhile meets its successor."""
    while True:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SettingsError(f"{SETTING} cannot be written: {type(error).__name__}") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            found = stamp_of(path)
            if found is not None and found[0] == os.fstat(handle).st_ino:
                yield
                return
        finally:
            os.close(handle)


def _replace(path: Path, content: bytes) -> None:
    """Readers see the old file or the new one, with the same owner and rights."""
    before = path.stat()
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                os.fchmod(file.fileno(), before.st_mode & 0o777)
                with suppress(PermissionError):
                    os.fchown(file.fileno(), before.st_uid, before.st_gid)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise SettingsError(f"{SETTING} cannot be written: {type(error).__name__}") from error
