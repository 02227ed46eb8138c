"""API keys: who may use the endpoints that are not for shoppers. Only digests of keys are stored and compared."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

ANONYMOUS = "anonymous"
#: Who places the holds that are made in a conversation.
CHAT = "chat"
#: Names of callers without a key; a key by one of these names would own what belongs to nobody.
RESERVED_IDS = frozenset({ANONYMOUS, CHAT, "ledger", "onhand", "operator", "sweeper", "system", "waitlist"})
#: Makes a key that was leaked easy to find, by people and by scanners.
SECRET_PREFIX = "onhand_"
SECRET_BYTES = 32


class Scope(StrEnum):
    """What a key may do beyond what every shopper may."""

    STOCK = "stock"  # send stock movements
    STORE = "store"  # mark holds as ready, picked up, not fetched, not found
    HOLDS = "holds"  # see and change other people's holds
    EVENTS = "events"  # read what happened to holds and stock


def _not_reserved(key_id: str) -> str:
    if key_id.lower() in RESERVED_IDS:
        raise ValueError("this name is reserved")
    return key_id


KeyId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$"), AfterValidator(_not_reserved)]


class ApiKey(BaseModel):
    """One key of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: KeyId
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    scopes: frozenset[Scope] = frozenset()
    expires_at: AwareDatetime | None = None
    created_at: AwareDatetime | None = None

    @property
    def fingerprint(self) -> str:
        """Tells keys of one name apart, and is no secret."""
        return self.sha256[:8]

    def lives_at(self, moment: datetime) -> bool:
        return self.expires_at is None or moment < self.expires_at


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request. `may` tells about scopes; `trusted` callers may do everything."""

    principal: str
    scopes: frozenset[Scope] = frozenset()
    trusted: bool = False

    def may(self, scope: Scope) -> bool:
        return self.trusted or scope in self.scopes

    @property
    def known(self) -> bool:
        """Neither a stranger nor a shopper: sent a key, or is on this machine."""
        return self.trusted or self.principal != ANONYMOUS


class ApiKeys:
    """The keys of one deployment; none at all means that only callers on this machine are trusted."""

    def __init__(self, keys: Sequence[ApiKey] | None = None) -> None:
        self._keys = keys

    @property
    def configured(self) -> bool:
        return self._keys is not None

    def find(self, presented: str, at: datetime | None = None) -> ApiKey | None:
        """The key that was presented, unless unknown or expired. Looks at every entry, so that time tells nothing."""
        digest = digest_of(presented)
        now = datetime.now(UTC) if at is None else at
        found = None
        for key in self._keys or ():
            if hmac.compare_digest(key.sha256, digest) and key.lives_at(now):
                found = key
        return found


def new_secret() -> str:
    """A key to send: 256 random bits behind a prefix."""
    return SECRET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
