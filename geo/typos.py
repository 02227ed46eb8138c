"""Misspelt names: two spellings are close when leaving letters out of both makes them equal, so hashes of all such
leftovers are stored and looked up; what they bring is then measured properly."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA

from geo.index_file import Texts

MIN_KEY_LENGTH = 4
MAX_KEY_LENGTH = 24


def edits_allowed(key: str) -> int:
    """How many edits a name may be away: a short word is too easily another word."""
    return 0 if len(key) < MIN_KEY_LENGTH else 1 if len(key) < 7 else 2


def deletions(key: str) -> set[int]:
    """Hashes of the key with as many letters left out as edits are allowed."""
    return {zlib.crc32(leftover.encode()) for leftover in _leftovers(key)}


def _leftovers(key: str) -> Iterator[str]:
    for count in range(edits_allowed(key) + 1):
        for kept in combinations(key, len(key) - count):
            yield "".join(kept)


@dataclass(frozen=True, slots=True)
class Spelling:
    """A known key near what was typed."""

    key_number: int
    edits: int


class TypoIndex:
    """Finds the keys that a misspelt one may have meant."""

    def __init__(self, hashes: npt.NDArray[np.uint32], key_numbers: npt.NDArray[np.uint32], keys: Texts) -> None:
        self._hashes = hashes
        self._key_numbers = key_numbers
        self._keys = keys

    def near(self, key: str) -> list[Spelling]:
        """Known keys nearest to this one: only those with the fewest edits; none when it is too short or too long."""
        if not MIN_KEY_LENGTH <= len(key) <= MAX_KEY_LENGTH:
            return []
        wanted = np.fromiter(deletions(key), np.uint32)
        lows = np.searchsorted(self._hashes, wanted, "left")
        highs = np.searchsorted(self._hashes, wanted, "right")
        numbers = {
            int(number)
            for low, high in zip(lows, highs, strict=True)
            if low < high
            for number in self._key_numbers[low:high]
        }
        return _nearest(key, [(number, self._keys[number]) for number in sorted(numbers)])


def _nearest(key: str, candidates: list[tuple[int, str]]) -> list[Spelling]:
    found: list[Spelling] = []
    for number, candidate in candidates:
        edits = edits_between(key, candidate)
        if edits is not None:
            found.append(Spelling(number, edits))
    fewest = min((each.edits for each in found), default=0)
    return [each for each in found if each.edits == fewest]


def edits_between(typed: str, known: str) -> int | None:
    """Edits from one to the other (swapped neighbours are one), or None when they are too many to be a typo."""
    limit = min(edits_allowed(typed), edits_allowed(known))
    # Nearly everyone gets the first letter right; without this rule too many other words come near.
    if not typed or not known or (limit and typed[0] != known[0]):
        return None
    edits = OSA.distance(typed, known, score_cutoff=limit)
    return edits if edits <= limit else None
