"""What shoppers search for, counted without knowing who: past searches that many have made become suggestions.

Kept is a text, and how many have asked for it; never one that is not made of words which the catalogue's titles have,
or that holds a long number. Who asked is only told apart within a day, by a digest under a key that is thrown away
after it. Counting is done beside the requests, every few seconds; what a crash loses of it is not missed.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import blake2b

from runtime.errors import AppError, translate_redis_errors
from runtime.redis_client import RedisClients
from search import replies
from search.folding import fold_value
from search.models import MatchSet, Tier
from search.normalise import query_atoms
from search.schema import searches_asked_key, searches_key, searches_salt_key
from search.vocabulary import Vocabulary

MAX_TEXT_CHARS, MAX_WORDS = 60, 8
#: Texts that are counted, askers of one day, what one process collects between two rounds, and what is suggested.
MAX_COUNTED, MAX_ASKED, MAX_COLLECTED, MAX_SUGGESTED = 10_000, 200_000, 2_000, 2_000
DAY_SECONDS = 86_400
#: Each day the counts shrink, and texts that nobody asks for any longer go.
DAILY_SHARE, LEAST_KEPT = 0.9, 0.3
_PLAIN = re.compile(r"[\w .&+'\"/-]+")
_LONG_NUMBER = re.compile(r"(?:\d[ ./-]?){5}")


class PopularTexts:
    """Texts, the most popular first, found by their beginning."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        ranked = list(dict.fromkeys(texts))
        self._sorted = sorted((text, rank) for rank, text in enumerate(ranked))
        self._texts = [text for text, _ in self._sorted]

    def starting(self, typed: str, most: int) -> tuple[str, ...]:
        """Those that go on where the text ends."""
        first, last = bisect_left(self._texts, typed), bisect_right(self._texts, typed + "\U0010ffff")
        found = sorted((rank, text) for text, rank in self._sorted[first:last] if text != typed)
        return tuple(text for _, text in found[:most])


class PopularSearches:
    """Collects what was asked and knows what is popular. `least` askers make a text popular; 0 counts nothing."""

    def __init__(
        self, clients: RedisClients, namespace: str, vocabulary: Callable[[], Vocabulary], *, least: int
    ) -> None:
        self._redis = clients.writes
        self._namespace = namespace
        self._vocabulary = vocabulary
        self._least = least
        self._collected: set[tuple[str, str]] = set()
        self.texts = PopularTexts()

    def heard(self, matches: MatchSet, source: str) -> None:
        """Somebody asked; `source` only tells askers apart. Nothing is sent now."""
        if not self._least or len(self._collected) >= MAX_COLLECTED or matches.tier is not Tier.ALL_TERMS:
            return
        text = countable(matches.q, self._vocabulary())
        if text is not None:
            self._collected.add((text, source))

    async def tell(self) -> None:
        """Count what was collected, and learn what is popular now."""
        if not self._least:
            return
        collected, self._collected = self._collected, set()
        with translate_redis_errors("counting searches"):
            if collected:
                await self._count(collected, datetime.now(UTC).date().isoformat())
            top: list[bytes | str] = await self._redis.zrevrangebyscore(
                searches_key(self._namespace), "+inf", self._least, start=0, num=MAX_SUGGESTED
            )  # type: ignore[assignment]  # without scores it is a list of texts
        words = self._vocabulary()
        texts = [replies.text_of(text) for text in top]
        self.texts = PopularTexts(text for text in texts if countable(text, words) == text)

    async def tell_forever(self, interval_seconds: float) -> None:
        """Until cancelled. While Redis is away nothing is counted."""
        while True:
            with suppress(AppError):
                await self.tell()
            await asyncio.sleep(interval_seconds)

    async def _count(self, collected: set[tuple[str, str]], day: str) -> None:
        counts, asked = searches_key(self._namespace), searches_asked_key(self._namespace, day)
        salt_key = searches_salt_key(self._namespace, day)
        pipe = self._redis.pipeline(transaction=False)
        pipe.set(salt_key, secrets.token_bytes(16), nx=True, ex=DAY_SECONDS)
        pipe.get(salt_key)
        pipe.scard(asked)
        first_today, salt, known = await pipe.execute()
        if first_today:
            await self._shrink(counts)
        if salt is None or known >= MAX_ASKED:
            return
        pairs = sorted(collected)
        pipe = self._redis.pipeline(transaction=False)
        for text, source in pairs:
            pipe.sadd(asked, blake2b(f"{text}\0{source}".encode(), key=salt, digest_size=8).digest())
        pipe.expire(asked, DAY_SECONDS)
        added = await pipe.execute()
        pipe = self._redis.pipeline(transaction=False)
        for (text, _), new in zip(pairs, added, strict=False):
            if new:
                pipe.zincrby(counts, 1, text)
        pipe.zremrangebyrank(counts, 0, -MAX_COUNTED - 1)
        await pipe.execute()

    async def _shrink(self, counts: str) -> None:
        pipe = self._redis.pipeline(transaction=False)
        pipe.zunionstore(counts, {counts: DAILY_SHARE})
        pipe.zremrangebyscore(counts, "-inf", LEAST_KEPT)
        await pipe.execute()


def countable(q: str, vocabulary: Vocabulary) -> str | None:
    """The text as it is counted; None for what may be about somebody, or is no search that others would make. Pure."""
    text = fold_value(q)
    if not 2 <= len(text) <= MAX_TEXT_CHARS or not _PLAIN.fullmatch(text) or _LONG_NUMBER.search(text):
        return None
    said = query_atoms(text)
    if not said or len(said) > MAX_WORDS:
        return None
    known = all((atom.joined or "") in vocabulary or all(part in vocabulary for part in atom.parts) for atom in said)
    return text if known else None
