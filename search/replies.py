"""RediSearch's raw replies (RESP2 lists) as values, and its errors as what they mean. Nothing else reads them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from runtime.errors import translate_redis_errors
from search import tracing
from search.errors import IndexMissing, SearchTooSlow
from search.index_info import says_index_missing
from search.models import Facet
from search.queries import Command
from search.ranking import Candidate
from search.schema import all_products_prefix

TOO_SLOW = "a search took longer than ONHAND_SEARCH_TIMEOUT_MS"


@dataclass(frozen=True, slots=True)
class Hits:
    """A reply that is only read where it is the answer. `timed_out`: Redis gave up (ON_TIMEOUT FAIL)."""

    total: int = 0
    timed_out: bool = False
    rows: Sequence[Any] = ()

    @property
    def best_score(self) -> float:
        return max(map(_score, self.rows[1::3]), default=0.0)

    def candidates(self) -> list[Candidate]:
        return [
            Candidate(orjson.loads(fields[1]), _score(score))
            for score, fields in zip(self.rows[1::3], self.rows[2::3], strict=True)
            if fields
        ]


async def one_trip(redis: Redis, commands: Sequence[Command], doing: str) -> list[Any]:
    """All commands in one round trip; a command that Redis refused answers its error."""
    with translate_redis_errors(doing), tracing.trip(doing):
        pipe = redis.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command)
        return list(await pipe.execute(raise_on_error=False))


def text_of(reply: bytes | str) -> str:
    """Text of a reply; our clients give bytes, redis-py's types allow both."""
    return reply if isinstance(reply, str) else reply.decode()


def hits(reply: Any) -> Hits:
    """FT.SEARCH … WITHSCORES RETURN 1 card."""
    if _timed_out(reply):
        return Hits(timed_out=True)
    return Hits(int(reply[0]), rows=reply[1:])


@dataclass(frozen=True, slots=True)
class Carded:
    """A hit whose card has been read and not looked at yet."""

    sku: str
    score: float
    card: bytes


@dataclass(frozen=True, slots=True)
class AllCarded:
    """Hits in the order of the text index; `total` is more where not all were asked for."""

    total: int
    products: tuple[Carded, ...]


def all_carded(reply: Any, namespace: str) -> AllCarded:
    """FT.SEARCH … WITHSCORES RETURN 1 card over products. Raises SearchTooSlow where Redis gave up."""
    if _timed_out(reply):
        raise SearchTooSlow(TOO_SLOW)
    found = [
        Carded(_sku_of(key, namespace), _score(score), fields[1])
        for key, score, fields in zip(reply[1::3], reply[2::3], reply[3::3], strict=True)
        if fields
    ]
    return AllCarded(int(reply[0]), tuple(found))


@dataclass(frozen=True, slots=True)
class Matched:
    """A hit of which nothing was read but its key and its text score."""

    key: str
    sku: str
    score: float


@dataclass(frozen=True, slots=True)
class AllMatched:
    """Every hit in the order of the text index; `total` is more where RediSearch does not give all of them."""

    total: int
    products: tuple[Matched, ...]


def all_matched(reply: Any, namespace: str) -> AllMatched:
    """FT.SEARCH … WITHSCORES NOCONTENT over products. Raises SearchTooSlow where Redis gave up."""
    if _timed_out(reply):
        raise SearchTooSlow(TOO_SLOW)
    found = [
        Matched(key.decode(), _sku_of(key, namespace), _score(score))
        for key, score in zip(reply[1::2], reply[2::2], strict=True)
    ]
    return AllMatched(int(reply[0]), tuple(found))


def _sku_of(key: bytes, namespace: str) -> str:
    """The build's name, which holds no colon, stands before the SKU."""
    text = key.decode()
    return text[text.index(":", len(all_products_prefix(namespace))) + 1 :]


def cards(reply: Any) -> list[dict[str, Any]]:
    """FT.SEARCH … RETURN 1 card, without scores."""
    if _timed_out(reply):
        return []
    return [orjson.loads(fields[1]) for fields in reply[2::2] if fields]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Cards and the cosine of each SKU; `missing` where there are no vectors yet, or Redis gave up."""

    cards: Sequence[dict[str, Any]] = ()
    cosines: Mapping[str, float] = field(default_factory=dict)
    missing: bool = False


def neighbours(reply: Any) -> Neighbours:
    """KNN … RETURN 2 card d. Search goes on without vectors, so their absence is no error."""
    try:
        if _timed_out(reply):
            return Neighbours(missing=True)
    except IndexMissing:
        return Neighbours(missing=True)
    rows = [dict(zip(fields[::2], fields[1::2], strict=True)) for fields in reply[2::2] if fields]
    found = [(orjson.loads(row[b"card"]), 1.0 - float(row[b"d"])) for row in rows if b"card" in row]
    return Neighbours([card for card, _ in found], {card["s"]: cosine for card, cosine in found})


@dataclass(frozen=True, slots=True)
class Fields:
    """One field of each hit shown, and the number of all hits."""

    total: int
    values: tuple[bytes, ...]


def fields(reply: Any) -> Fields:
    """FT.SEARCH … RETURN 1, without scores. Raises SearchTooSlow where Redis gave up."""
    if _timed_out(reply):
        raise SearchTooSlow(TOO_SLOW)
    # With SORTBY on the field itself it comes first or last, depending on the version.
    return Fields(int(reply[0]), tuple(pair[-1] for pair in reply[2::2] if pair))


def rows(reply: Any) -> list[dict[bytes, Any]]:
    """FT.AGGREGATE. Raises SearchTooSlow where Redis gave up: rows that are not all there must not be counted."""
    if _timed_out(reply):
        raise SearchTooSlow(TOO_SLOW)
    return [dict(zip(row[::2], row[1::2], strict=True)) for row in reply[1:]]


def facets(reply: Any) -> list[Facet]:
    """FT.AGGREGATE GROUPBY one field; products without a value are left out."""
    if _timed_out(reply):
        return []
    found = [(row[1], int(row[3])) for row in reply[1:]]
    return [Facet(value.decode(), count) for value, count in found if value]


def _score(score: bytes) -> float:
    value = float(score)
    return value if math.isfinite(value) else 0.0  # RediSearch 2.10.5 may answer inf or nan


def _timed_out(reply: Any) -> bool:
    """True for a time limit; a missing index and any other refusal are errors."""
    if not isinstance(reply, Exception):
        return False
    if isinstance(reply, ResponseError) and "timeout" in str(reply).lower():
        return True
    if says_index_missing(reply):
        raise IndexMissing("nothing has been loaded yet: run `onhand index`") from reply
    with translate_redis_errors("searching"):
        raise reply if isinstance(reply, RedisError) else RedisError(str(reply))
