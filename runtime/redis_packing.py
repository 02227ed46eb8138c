"""Connections that put commands into the protocol in C: redis-py does so for its blocking client only, and here the
packing of a call with fifty keys and arguments costs more than everything else on our side."""

from collections.abc import Iterable

import hiredis
from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection, UnixDomainSocketConnection

Word = str | bytes | bytearray | memoryview | int | float


class _PacksInC(AbstractConnection):
    def pack_command(self, *args: Word) -> list[bytes]:
        """The command as one string. Names of two words, such as `FUNCTION LIST`, are sent as two."""
        name, rest = args[0], args[1:]
        words = name.encode().split() if isinstance(name, str) else bytes(name).split()  # type: ignore[arg-type]
        return [hiredis.pack_command((*words, *rest))]  # type: ignore[arg-type]  # its stub knows tuples of one word only

    def pack_commands(self, commands: Iterable[Iterable[Word]]) -> list[bytes]:
        """Many commands as one string."""
        return [b"".join(packed for command in commands for packed in self.pack_command(*command))]


class PackedConnection(_PacksInC, Connection):
    """Over TCP."""


class PackedSSLConnection(_PacksInC, SSLConnection):
    """Over TLS."""


class PackedUnixConnection(_PacksInC, UnixDomainSocketConnection):
    """Over a unix socket."""


#: By the class that redis-py chooses for a URL.
PACKED: dict[type[AbstractConnection], type[AbstractConnection]] = {
    Connection: PackedConnection,
    SSLConnection: PackedSSLConnection,
    UnixDomainSocketConnection: PackedUnixConnection,
}
