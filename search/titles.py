"""The titles of a catalogue in process, found by words and by the beginning of the last one. Pure numpy.

Indexing writes them beside the vocabulary, cut into words; a reader puts them into order once, and then answers in a
fraction of a millisecond. Words lie in alphabetical order, so that a beginning is one run of them.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from search.headline import named
from search.models import Product
from search.normalise import atoms

#: Of a larger catalogue the titles are looked for in Redis.
MAX_TITLES = 300_000
MAX_TITLE_CHARS = 200
MAX_BYTES = 256_000_000
_LAST = "\U0010ffff"

Ints = NDArray[np.int32]
#: A word that is meant, or the beginning of one where the second part says so.
Meant = tuple[str, bool]


class TitlesBuilder:
    """Collects the titles of one catalogue while it is indexed."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, str, str, str]] = []

    def add(self, product: Product) -> None:
        if len(self._rows) > MAX_TITLES:
            return
        title, french = product.title[:MAX_TITLE_CHARS], product.localized.get("title_fr", "")[:MAX_TITLE_CHARS]
        brand = product.brand or ""
        heads = _words((named(title).replace("|", " "), named(french, "fr").replace("|", " ") if french else "", brand))
        rest = _words((title, french)) - heads
        self._rows.append((product.sku, title, french, " ".join(sorted(heads)), " ".join(sorted(rest))))

    def to_bytes(self) -> bytes:
        """Shorter titles first; nothing of a catalogue that has too many."""
        rows = self._rows if len(self._rows) <= MAX_TITLES else []
        ordered = sorted(rows, key=lambda row: (len(row[3]) + len(row[4]), row[0]))
        return zlib.compress(orjson.dumps(ordered), 6)


class Titles:
    """Titles by their place: what the builder put first is shown first."""

    def __init__(self, rows: Sequence[Sequence[str]] = ()) -> None:
        self.skus = [row[0] for row in rows]
        self._titles = [(row[1], row[2]) for row in rows]
        self._heads = _Bag([row[3] for row in rows])
        self._all = _Bag([f"{row[3]} {row[4]}" for row in rows])

    @classmethod
    def from_bytes(cls, data: bytes | None) -> Titles:
        if not data:
            return cls()
        rows: list[Any] = orjson.loads(zlib.decompressobj().decompress(data, MAX_BYTES))
        return cls(rows)

    def __bool__(self) -> bool:
        return bool(self.skus)

    def title(self, place: int, language: str) -> str:
        own, french = self._titles[place]
        return french if language == "fr" and french else own

    def find(self, terms: Sequence[Sequence[Meant]], most: int) -> list[int]:
        """Places of the titles with the most of the terms, at least half of them and always the last.

        Those whose words name the product come before those that only mention them.
        """
        if not terms or not self.skus:
            return []
        heads, all_words = self._heads.count(terms), self._all.count(terms)
        best = int(all_words.max())
        if best * 2 < len(terms) or best == 0:
            return []
        fitting = np.flatnonzero(all_words == best)
        order = np.argsort(-heads[fitting], kind="stable")[:most]
        return [int(place) for place in fitting[order]]


class _Bag:
    """For each word the places that have it."""

    def __init__(self, texts: Sequence[str]) -> None:
        places: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            for word in set(text.split()):
                places.setdefault(word, []).append(place)
        self._size = len(texts)
        self._words = sorted(places)
        lengths = [len(places[word]) for word in self._words]
        self._starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
        self._places: Ints = np.fromiter((each for word in self._words for each in places[word]), np.int32)

    def count(self, terms: Sequence[Sequence[Meant]]) -> NDArray[np.int8]:
        """How many of the terms each place has; none where it lacks the last."""
        counts = np.zeros(self._size, np.int8)
        had = np.zeros(self._size, bool)
        for term in terms:
            had = np.zeros(self._size, bool)
            for word, beginning in term:
                first = bisect_left(self._words, word)
                last = bisect_left(self._words, word + _LAST) if beginning else first + self._has(first, word)
                had[self._places[self._starts[first] : self._starts[last]]] = True
            counts += had
        counts[~had] = 0
        return counts

    def _has(self, at: int, word: str) -> bool:
        return at < len(self._words) and self._words[at] == word


def _words(texts: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for text in texts:
        for atom in atoms(text):
            found.update(atom.parts)
            found.update([atom.joined] if atom.joined else [])
    return found
