"""API keys: who may use the endpoints that are not for shoppers. Only digests of keys are stored and compared.

The file holds either TOML (`[[keys]]` tables) or JSON Lines; each entry has `id`, `sha256` (hex digest of the key),
`scopes` and optionally `expires_at`. Two live keys with the same id allow a rotation without a gap.
"""

from __future__ import annotations

import hashlib
import hmac
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from runtime.errors import SettingsError

ANONYMOUS = "anonymous"


class Scope(StrEnum):
    """What a key may do beyond what every shopper may."""

    STOCK = "stock"  # send stock movements
    STORE = "store"  # mark holds as ready and as picked up


class ApiKey(BaseModel):
    """One key of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    scopes: frozenset[Scope] = frozenset()
    expires_at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request. `may` tells about scopes; `trusted` callers may do everything."""

    principal: str
    scopes: frozenset[Scope] = frozenset()
    trusted: bool = False

    def may(self, scope: Scope) -> bool:
        return self.trusted or scope in self.scopes


class ApiKeys:
    """The keys of one deployment; none at all means that only callers on this machine are trusted."""

    def __init__(self, keys: Sequence[ApiKey] | None = None) -> None:
        self._keys = keys

    @property
    def configured(self) -> bool:
        return self._keys is not None

    def find(self, presented: str, at: datetime | None = None) -> ApiKey | None:
        """The key that was presented, unless unknown or expired. Looks at every entry, so that time tells nothing."""
        digest = hashlib.sha256(presented.encode("utf-8", "surrogatepass")).hexdigest()
        now = datetime.now(UTC) if at is None else at
        found = None
        for key in self._keys or ():
            matches = hmac.compare_digest(key.sha256, digest)
            if matches and (key.expires_at is None or now < key.expires_at):
                found = key
        return found


def load_api_keys(path: Path | None) -> ApiKeys:
    """Read the file of the settings; raises SettingsError that says what is wrong without showing digests."""
    if path is None:
        return ApiKeys()
    try:
        text = path.read_text(encoding="utf-8")
        entries = tomllib.loads(text).get("keys", []) if path.suffix == ".toml" else _json_lines(text)
        return ApiKeys(TypeAdapter(list[ApiKey]).validate_python(entries))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise SettingsError(f"ONHAND_API_KEYS_FILE: entry {where}: {first['msg']}") from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"ONHAND_API_KEYS_FILE cannot be read: {type(error).__name__}") from error


def _json_lines(text: str) -> list[object]:
    return [orjson.loads(line) for line in text.splitlines() if line.strip()]
