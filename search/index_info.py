"""FT.INFO as a value, and the one place that knows in which words a server says that there is no such index."""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from runtime.errors import translate_redis_errors

#: A missing index has no error code of its own, and its words differ between versions.
_MISSING = ("unknown index", "no such index", "index not found", "index_not_found")


def says_index_missing(error: Exception) -> bool:
    """Whether a refusal means that the index does not exist."""
    return isinstance(error, ResponseError) and any(words in str(error).lower() for words in _MISSING)


async def index_info(redis: Redis, index_or_alias: str) -> dict[str, Any] | None:
    """The reply by name, values as they came; None when there is no such index."""
    with translate_redis_errors("reading index details"):
        try:
            reply = await redis.execute_command("FT.INFO", index_or_alias)
        except ResponseError as error:
            if says_index_missing(error):
                return None
            raise
    return {name.decode(): value for name, value in zip(reply[::2], reply[1::2], strict=True)}
