"""What a beginning may become, from the catalogue's words alone: no trip to Redis, tens of microseconds. In process.

Built beside the loop whenever the catalogue is swapped, and read by the loop. Mistyped beginnings are met from four
letters on, with two slips from eight; a slip in the first letter is not looked for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.titles import Titles
from search.vocabulary import NamedValue, Vocabulary

#: A mistyped beginning is compared with so many words of its first letter, the commonest.
MOST_COMPARED = 2_000
MAX_KEPT = 8_192
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class TitleHit:
    """A product whose title has what was typed, with the title as it is shown in one language."""

    sku: str
    title: str


class Completions:
    """Of one catalogue. What Redis said of titles is remembered, because a catalogue does not change."""

    def __init__(self, vocabulary: Vocabulary, titles: Titles | None = None) -> None:
        self.vocabulary = vocabulary
        self.all_titles = titles or Titles()
        self._categories = _Names(vocabulary.categories)
        self._brands = _Names(vocabulary.brands)
        self._titles: OrderedDict[tuple[str, str, int], tuple[TitleHit, ...]] = OrderedDict()
        self.named = lru_cache(maxsize=MAX_KEPT)(self._named)
        self.endings = lru_cache(maxsize=MAX_KEPT)(self._endings)
        self._of_letter = lru_cache(maxsize=256)(self._commonest_of_letter)

    def titles(self, asked: tuple[str, str, int]) -> tuple[TitleHit, ...] | None:
        """What was kept of the same question."""
        if asked in self._titles:
            self._titles.move_to_end(asked)
        return self._titles.get(asked)

    def keep_titles(self, asked: tuple[str, str, int], found: tuple[TitleHit, ...]) -> None:
        self._titles[asked] = found
        if len(self._titles) > MAX_KEPT:
            self._titles.popitem(last=False)

    def _named(self, typed: str, most: int) -> tuple[tuple[NamedValue, ...], tuple[NamedValue, ...]]:
        """Categories and brands that start so, or have a word that does; else those that nearly do."""
        categories, brands = self._categories.starting(typed, most), self._brands.starting(typed, most)
        if categories or brands:
            return categories, brands
        return self._categories.nearly(typed, most), self._brands.nearly(typed, most)

    def _endings(self, beginning: str, most: int) -> tuple[str, ...]:
        """The commonest title words that start so; where none does, those that nearly do."""
        whole = tuple(self.vocabulary.complete(beginning, most))
        if whole or not (slips := allowed_slips(beginning)):
            return whole
        words = self._of_letter(beginning[0])
        return tuple(words[place] for place in _nearest(beginning, words, slips)[:most])

    def _commonest_of_letter(self, letter: str) -> tuple[str, ...]:
        return tuple(self.vocabulary.complete(letter, MOST_COMPARED))


def allowed_slips(beginning: str) -> int:
    """One from four letters, two from eight, none in what has digits."""
    if len(beginning) < 4 or not beginning.replace(" ", "").isalpha():
        return 0
    return 2 if len(beginning) >= 8 else 1


class _Names:
    """Names, most frequent first, found by the beginning of any of their words."""

    def __init__(self, values: Sequence[NamedValue]) -> None:
        self._values = tuple(values)
        starts = sorted(
            (value.folded[at:], place)
            for place, value in enumerate(self._values)
            for at in range(len(value.folded))
            if not at or value.folded[at - 1] == " "
        )
        self._tails = [tail for tail, _ in starts]
        self._places = [place for _, place in starts]

    def starting(self, typed: str, most: int) -> tuple[NamedValue, ...]:
        first, last = bisect_left(self._tails, typed), bisect_right(self._tails, typed + _LAST)
        return tuple(self._values[place] for place in sorted(set(self._places[first:last]))[:most])

    def nearly(self, typed: str, most: int) -> tuple[NamedValue, ...]:
        slips = allowed_slips(typed)
        if not slips:
            return ()
        first, last = bisect_left(self._tails, typed[0]), bisect_right(self._tails, typed[0] + _LAST)
        near = _nearest(typed, self._tails[first:last], slips)
        return tuple(self._values[self._places[first + at]] for at in near)[:most]


def _nearest(typed: str, texts: Sequence[str], slips: int) -> list[int]:
    """Places of the texts that begin as was typed but for some slips: fewest slips first, then as they stand."""
    best: dict[int, float] = {}
    for length in range(len(typed) - slips, len(typed) + slips + 1):
        beginnings = [text[:length] for text in texts]
        for _, distance, place in process.extract(typed, beginnings, scorer=OSA.distance, score_cutoff=slips, limit=50):
            best[place] = min(best.get(place, distance), distance)
    return sorted(best, key=lambda place: (best[place], place))
