"""The words of the live catalogue: what it knows, how often, and which known word a mistyped one was meant to be.

Indexing builds one beside each text index and stores it as one value; the read side keeps it in process.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import orjson
from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.folding import fold_value
from search.models import Product
from search.normalise import atoms, stem

#: Where a document keeps the terms of all its texts in each language.
BODY_FIELDS = {"en": "body", "fr": "body_fr"}
LANGUAGES = tuple(BODY_FIELDS)
SMALL_CATALOGUE_WORDS = 50_000
MAX_VOCABULARY_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A brand or a category as it is shown, folded for comparing, and its products."""

    name: str
    folded: str
    count: int


class VocabularyBuilder:
    """Counts the words of one catalogue while it is indexed."""

    def __init__(self) -> None:
        self._titles: Counter[str] = Counter()
        self._stems: dict[str, Counter[str]] = {language: Counter() for language in LANGUAGES}
        self._pairs: Counter[str] = Counter()
        self._brands: Counter[str] = Counter()
        self._categories: Counter[str] = Counter()

    def add(self, product: Product, document: Mapping[str, str | bytes]) -> None:
        """Once for each product, with its document in the text index: that has the terms of all that is searched."""
        titles = [
            product.title,
            product.brand or "",
            *(t for f, t in product.localized.items() if f.startswith("title_")),
        ]
        self._titles.update(_words(titles))
        self._pairs.update({pair for title in titles for pair in _pairs(title)})
        for language, field in BODY_FIELDS.items():
            terms = document.get(field, "")
            self._stems[language].update(set((terms if isinstance(terms, str) else terms.decode()).split()))
        self._brands.update([product.brand] if product.brand else [])
        self._categories.update([product.category] if product.category else [])

    def to_bytes(self) -> bytes:
        # One title is no evidence in a large catalogue, and all pairs would be too many to keep.
        least = 1 if self._titles.total() < SMALL_CATALOGUE_WORDS else 2
        raw = {
            "titles": dict(self._titles),
            "stems": {language: dict(counts) for language, counts in self._stems.items()},
            "pairs": {pair: count for pair, count in self._pairs.items() if count >= least},
            "brands": dict(self._brands),
            "categories": dict(self._categories),
        }
        return zlib.compress(orjson.dumps(raw, option=orjson.OPT_SORT_KEYS), 6)


class Vocabulary:
    """What one catalogue knows. An empty one knows nothing and corrects nothing."""

    def __init__(self, raw: dict[str, Any] | None = None) -> None:
        raw = raw or {"titles": {}, "stems": {}, "pairs": {}, "brands": {}, "categories": {}}
        self._counts: dict[str, int] = raw["titles"]
        self._stems: dict[str, dict[str, int]] = raw["stems"]
        self._pairs: dict[str, int] = raw["pairs"]
        self._words = sorted(self._counts)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._words:
            if len(word) >= 3 and not word.isdigit():
                self._by_length[len(word)].append(word)
        self.brands = _most_frequent(raw["brands"])
        self.categories = _most_frequent(raw["categories"])
        self.has_french = bool(self._stems.get("fr"))
        self.correct = lru_cache(maxsize=10_000)(self._correct)

    @classmethod
    def from_bytes(cls, data: bytes | None) -> Vocabulary:
        if not data:
            return cls()
        return cls(orjson.loads(zlib.decompressobj().decompress(data, MAX_VOCABULARY_BYTES)))

    def __bool__(self) -> bool:
        return bool(self._words)

    def __contains__(self, word: object) -> bool:
        """Whether a title or brand has exactly this folded word."""
        return word in self._counts

    def frequency(self, word: str) -> int:
        """How many products have this word in any of its endings."""
        return max(self._stems.get(language, {}).get(stem(word, language), 0) for language in LANGUAGES)

    def title_frequency(self, word: str) -> int:
        """How many products have exactly this word in a title or brand."""
        return self._counts.get(word, 0)

    def knows(self, word: str) -> bool:
        return self.frequency(word) > 0

    def complete(self, prefix: str, limit: int) -> list[str]:
        """The most frequent title words that start so."""
        start = bisect_left(self._words, prefix)
        end = bisect_left(self._words, prefix + "\U0010ffff")
        return sorted(self._words[start:end], key=lambda word: (-self._counts[word], word))[:limit]

    def split(self, word: str) -> tuple[str, str] | None:
        """Two words written as one that titles write side by side; the most frequent such pair."""
        pairs = [(word[:cut], word[cut:]) for cut in range(3, len(word) - 2)]
        known = [pair for pair in pairs if " ".join(pair) in self._pairs]
        return max(known, key=lambda pair: self._pairs[" ".join(pair)], default=None)

    def _correct(self, word: str, before: str = "", after: str = "") -> str | None:
        """The title word that was most likely meant: one slip from 4 letters on, two from 8.

        Among equally near words the one wins that stands beside its neighbours most often.
        """
        if len(word) < 4 or not word.isalpha():
            return None
        slips = 2 if len(word) >= 8 else 1
        choices = [
            known
            for length in range(len(word) - slips, len(word) + slips + 1)
            for known in self._by_length.get(length, ())
        ]
        found = process.extract(word, choices, scorer=OSA.distance, score_cutoff=slips, limit=50)
        ranked = [
            (
                distance,
                -self._pairs.get(f"{before} {known}", 0) - self._pairs.get(f"{known} {after}", 0),
                -self._counts[known],
                known,
            )
            for known, distance, _ in found
            # A slip in the first letter is rare and counts twice: a gasket is no basket.
            if distance + (known[0] != word[0]) <= slips
            # Among four letters any other word is one slip away; only a swap is surely one.
            if len(word) > 4 or sorted(known) == sorted(word)
        ]
        return min(ranked)[3] if ranked else None


def _words(texts: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for text in texts:
        for atom in atoms(text):
            found.update(atom.parts)
            if atom.joined:
                found.add(atom.joined)
    return found


def _pairs(title: str) -> set[str]:
    said = [part for atom in atoms(title) for part in atom.parts]
    return {f"{left} {right}" for left, right in pairwise(said) if left.isalpha() and right.isalpha()}


def _most_frequent(counts: dict[str, int]) -> tuple[NamedValue, ...]:
    """One value for all spellings that differ in case or accents, shown as most products write it."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for name, count in counts.items():
        spellings[fold_value(name)][name] += count
    merged = [NamedValue(forms.most_common(1)[0][0], folded, forms.total()) for folded, forms in spellings.items()]
    return tuple(sorted(merged, key=lambda value: (-value.count, value.name)))
