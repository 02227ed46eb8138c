"""Names under which customers and addresses are counted: without the secret nobody finds out whose they are."""

from __future__ import annotations

import hashlib
import secrets

from inventory.keys import Keyspace, framed
from inventory.terms import Asker
from runtime.errors import translate_redis_errors
from runtime.redis_client import RedisClients

_SECRET_BYTES = 32


class CustomerNames:
    """Keyed digests. There are few telephone numbers: without a key, trying them all undoes a digest in minutes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    async def open(cls, clients: RedisClients, keyspace: Keyspace) -> CustomerNames:
        """With the region's secret, which whoever comes first makes up."""
        with translate_redis_errors("reading the secret of the customers' names"):
            secret = await clients.writes.get(keyspace.customer_secret())
            if secret is None:
                await clients.writes.set(keyspace.customer_secret(), secrets.token_bytes(_SECRET_BYTES), nx=True)
                secret = await clients.writes.get(keyspace.customer_secret())
        assert isinstance(secret, bytes)
        return cls(secret)

    def customer(self, asker: Asker) -> str:
        """By which a customer's holds are counted, "" for nobody known."""
        return "" if asker.identity is None else self._digest("customer", asker.identity)

    def address(self, asker: Asker) -> str:
        """By which the holds of an address are counted, "" where they are not."""
        return "" if asker.address is None else self._digest("address", asker.address)

    def _digest(self, kind: str, text: str) -> str:
        return hashlib.blake2b(framed(kind, text), digest_size=20, key=self._secret).hexdigest()
