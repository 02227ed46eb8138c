"""The words of the live catalogue: what it knows, how often, and which known word a mistyped one was meant to be.

Indexing builds one beside each text index and stores it as one value; the read side keeps it in process.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import orjson

from search import spelling
from search.documents import french_texts, own_texts
from search.folding import fold_value
from search.models import Product
from search.normalise import Atom, atoms, stem

#: Where a document keeps the terms of all its texts in each language.
BODY_FIELDS = {"en": "body", "fr": "body_fr"}
LANGUAGES = tuple(BODY_FIELDS)
SMALL_CATALOGUE_WORDS = 50_000
#: In a large catalogue a word that fewer descriptions have, and no title, is rather a slip of their authors.
LEAST_TEXTS = 3
MAX_CODES = 8
MIN_CODE_CHARS = 5
SHORTEST_PART = 4
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
        self._texts: Counter[str] = Counter()
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
        self._texts.update(_words((*own_texts(product), *french_texts(product))))
        self._pairs.update({pair for title in titles for pair in _pairs(title)})
        for language, field in BODY_FIELDS.items():
            terms = document.get(field, "")
            self._stems[language].update(set((terms if isinstance(terms, str) else terms.decode()).split()))
        self._brands.update([product.brand] if product.brand else [])
        self._categories.update([product.category] if product.category else [])

    def to_bytes(self) -> bytes:
        # One title is no evidence in a large catalogue, and all pairs would be too many to keep.
        small = self._titles.total() < SMALL_CATALOGUE_WORDS
        least, least_texts = (1, 1) if small else (2, LEAST_TEXTS)
        raw = {
            "titles": dict(self._titles),
            "texts": {
                word: count
                for word, count in self._texts.items()
                if count >= least_texts and word not in self._titles and word.isalpha()
            },
            "stems": {language: dict(counts) for language, counts in self._stems.items()},
            "pairs": {pair: count for pair, count in self._pairs.items() if count >= least},
            "brands": dict(self._brands),
            "categories": dict(self._categories),
        }
        return zlib.compress(orjson.dumps(raw, option=orjson.OPT_SORT_KEYS), 6)


class Vocabulary:
    """What one catalogue knows. An empty one knows nothing and corrects nothing."""

    def __init__(self, raw: dict[str, Any] | None = None) -> None:
        raw = raw or {"titles": {}, "texts": {}, "stems": {}, "pairs": {}, "brands": {}, "categories": {}}
        self._counts: dict[str, int] = raw["titles"]
        self._stems: dict[str, dict[str, int]] = raw["stems"]
        self._pairs: dict[str, int] = raw["pairs"]
        self._texts: dict[str, int] = raw.get("texts", {})
        #: Pairs in one piece: nearly every word is none, and is told so by one look.
        self._torn = {pair.replace(" ", "") for pair in self._pairs}
        self._words = sorted(self._counts)
        #: One text for looking into all codes at once.
        self._codes = "\n".join(["", *(word for word in self._words if _is_code(word)), ""])
        by_length: dict[int, list[str]] = defaultdict(list)
        for word in (*self._words, *self._texts):
            if len(word) >= 3 and word.isalpha():
                by_length[len(word)].append(word)
        self._known = spelling.Known(by_length, self.frequency, self.beside)
        self.brands = _most_frequent(raw["brands"])
        self.categories = _most_frequent(raw["categories"])
        self.has_french = bool(self._stems.get("fr"))
        #: The words that a mistyped one was meant to be, the likeliest first.
        self.corrections = lru_cache(maxsize=10_000)(self._corrections)

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
        """Whether the catalogue has this word, or it is a plain inflection of one."""
        if word in self._counts or word in self._texts:
            return True
        if not word.isalpha():
            return self.frequency(word) > 0
        return self.frequency(word) > 0 and any(
            base in self._counts or base in self._texts for base in _other_endings(word, french=self.has_french)
        )

    def beside(self, left: str, right: str) -> int:
        """How many titles have the two words side by side, the second one in the singular or the plural."""
        forms = (right, right.removesuffix("s") if right.endswith("s") else right + "s")
        return sum(self._pairs.get(f"{left} {form}", 0) for form in forms)

    def joined_frequency(self, word: str) -> int:
        """How many titles have the word, in the singular or the plural."""
        forms = (word, word.removesuffix("s") if word.endswith("s") else word + "s")
        return sum(self._counts.get(form, 0) for form in forms)

    def codes_with(self, part: str) -> tuple[str, ...]:
        """The codes of titles that begin with a part of one, or else end with it, or else have it; none for many."""
        for pattern in (f"\n{part}", f"{part}\n", part):
            if found := self._codes_at(pattern):
                return found if len(found) <= MAX_CODES else ()
        return ()

    def _codes_at(self, pattern: str) -> tuple[str, ...]:
        found: list[str] = []
        at = self._codes.find(pattern)
        while at >= 0 and len(found) <= MAX_CODES:
            start = self._codes.rfind("\n", 0, at + 1) + 1 if pattern[0] != "\n" else at + 1
            end = self._codes.index("\n", start)
            found.append(self._codes[start:end])
            at = self._codes.find(pattern, end)
        return tuple(dict.fromkeys(found))

    def complete(self, prefix: str, limit: int) -> list[str]:
        """The most frequent title words that start so."""
        start = bisect_left(self._words, prefix)
        end = bisect_left(self._words, prefix + "\U0010ffff")
        return sorted(self._words[start:end], key=lambda word: (-self._counts[word], word))[:limit]

    def split(self, word: str) -> tuple[str, str] | None:
        """Two words written as one that titles write side by side; the most frequent such pair."""
        if not (word in self._torn or word + "s" in self._torn or (word[-1:] == "s" and word[:-1] in self._torn)):
            return None
        pairs = [(word[:cut], word[cut:]) for cut in range(1, len(word))]
        known = [pair for pair in pairs if self.beside(*pair) >= (1 if min(map(len, pair)) > 2 else LEAST_TEXTS)]
        return max(known, key=lambda pair: self.beside(*pair), default=None)

    def resembling(self, word: str) -> list[str]:
        """Title words that an unknown word is made of or begins like, for answers that are said to be only similar."""
        runs = [run for run in re.findall(r"[^\W\d]+|\d+", word) if run != word and self.title_frequency(run)]
        if runs:
            return runs
        halves = [(word[:cut], word[cut:]) for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)]
        both = [pair for pair in halves if min(map(self.joined_frequency, pair)) >= LEAST_TEXTS]
        if both:
            return list(max(both, key=lambda pair: min(map(self.title_frequency, pair))))
        beginnings = (word[:length] for length in range(len(word) - 1, SHORTEST_PART - 1, -1))
        return next((found for start in beginnings if (found := self.complete(start, 3))), [])

    def _corrections(self, word: str, before: str = "", after: str = "") -> spelling.Choices:
        return spelling.choices(word, before, after, self._known)


def _words(texts: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for text in texts:
        for atom in atoms(text):
            found.update(atom.parts)
            if atom.joined:
                found.add(atom.joined)
    return found


def _pairs(title: str) -> set[str]:
    said = [(part, atom) for atom in atoms(title) for part in atom.parts]
    return {f"{left} {right}" for (left, one), (right, other) in pairwise(said) if _pairable(left, one, right, other)}


def _pairable(left: str, one: Atom, right: str, other: Atom) -> bool:
    """Two words, or a word and a number that is no measure: "hard drive", "xbox 360"."""
    if left.isalpha() and right.isalpha():
        return True
    return (left.isalpha() or right.isalpha()) and not one.is_measure and not other.is_measure


def _is_code(word: str) -> bool:
    return len(word) >= MIN_CODE_CHARS and not word.isalpha() and not word.isdigit() and "_" not in word


def _other_endings(word: str, *, french: bool) -> Iterator[str]:
    """Forms that are the same word for anybody: plural and singular, past, -ing."""
    yield word + "s"
    if word.endswith("s"):
        yield word[:-1]
    if word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
        yield word[:-2]
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith("ed"):
        yield from (word[:-1], word[:-2])
    if word.endswith("ing"):
        yield from (word[:-3], word[:-3] + "e")
    if french and word.endswith(("x", "e")):
        yield word[:-1]


def _most_frequent(counts: dict[str, int]) -> tuple[NamedValue, ...]:
    """One value for all spellings that differ in case or accents, shown as most products write it."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for name, count in counts.items():
        spellings[fold_value(name)][name] += count
    merged = [NamedValue(forms.most_common(1)[0][0], folded, forms.total()) for folded, forms in spellings.items()]
    return tuple(sorted(merged, key=lambda value: (-value.count, value.name)))
