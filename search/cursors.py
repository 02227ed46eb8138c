"""Where a page of stores ended. A cursor names a distance and a store, so that paging survives changes of stock."""

from __future__ import annotations

import base64
import binascii
import math
from hashlib import blake2b

import orjson

from search.errors import InvalidSearch

#: Distance and id of the last store of a page.
Position = tuple[float, str]

MAX_CURSOR_CHARS = 512


def pack_cursor(position: Position, question: tuple[object, ...]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([*position, _digest(question)])).decode().rstrip("=")


def unpack_cursor(cursor: str, question: tuple[object, ...]) -> Position:
    """Raises InvalidSearch for a cursor that is not ours or belongs to another question."""
    try:
        if len(cursor) > MAX_CURSOR_CHARS:
            raise ValueError
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        distance_km, store_id, digest = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if digest != _digest(question) or not isinstance(store_id, str) or not math.isfinite(float(distance_km)):
            raise ValueError
    except (ValueError, TypeError, binascii.Error) as error:
        raise InvalidSearch("the cursor belongs to another question", details={"field": "cursor"}) from error
    return float(distance_km), store_id


def _digest(question: tuple[object, ...]) -> str:
    return blake2b(repr(question).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
