"""The products of a feed as the suites see them: clean texts, how often words stand in titles, phrases to ask for."""

from __future__ import annotations

import html
import random
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

#: The export of the real catalogue has a backslash where an inch mark was.
_INCH_MARK = re.compile(r"(?<=\d)\\")
_MARKS = re.compile(r"[®™©\"“”\\]")
_WORD = re.compile(r"[a-z0-9]+")
_SEGMENTS = re.compile(r"\s[-–/|]\s|[:;()\[\]]")
#: Known only to a few texts and no title: rather a slip of whoever wrote them than a word.
WORD_TEXTS = 3
_LITTLE = frozenset(
    [
        *("a", "an", "and", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "w"),
        *("de", "la", "le", "et", "pour", "avec"),
    ]
)
#: How titles of films and records end; they are names, not descriptions of a thing.
_MEDIUM = re.compile(r"\b(?:CD|DVD|Blu-ray(?: Disc)?|VHS|UMD|VINYL|LP|Cassette|Single)\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """A product of the feed. `text` is everything it may be found by."""

    sku: str
    title: str
    brand: str = ""
    category: str = ""
    gtin: str = ""
    description: str = ""
    title_fr: str = ""
    text: str = ""

    @property
    def is_media(self) -> bool:
        return bool(_MEDIUM.search(self.title))

    @classmethod
    def of(cls, row: Mapping[str, str]) -> Item:
        def value(name: str) -> str:
            return _clean(row.get(name) or "")

        names = ("title", "title_fr", "brand", "category", "description", "description_fr", "attributes")
        text = " ".join(filter(None, map(value, names)))
        return cls(
            row["sku"], value("title"), value("brand"), value("category"), row.get("gtin") or "",
            value("description"), value("title_fr"), text,
        )  # fmt: skip


@dataclass(frozen=True)
class Catalogue:
    """The products of one feed, each SKU once."""

    items: Sequence[Item]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, str]]) -> Catalogue:
        return cls(list({row["sku"]: Item.of(row) for row in rows}.values()))

    @cached_property
    def by_sku(self) -> Mapping[str, Item]:
        return {item.sku: item for item in self.items}

    @cached_property
    def titles(self) -> Counter[str]:
        """In how many titles a word stands, or two words side by side; accents and case do not count."""
        counts: Counter[str] = Counter()
        for item in self.items:
            for title in filter(None, (item.title, item.title_fr)):
                said = words(f"{title} | {item.brand}")
                counts.update({*said, *(f"{left} {right}" for left, right in pairwise(said))})
        return counts

    @cached_property
    def texts(self) -> Mapping[str, set[int]]:
        """In which products' texts a word stands."""
        found: dict[str, set[int]] = defaultdict(set)
        for place, item in enumerate(self.items):
            for word in words(item.text):
                found[word].add(place)
        return dict(found)

    def has_all(self, query: str) -> bool:
        """Whether one product at least has every word of the query as it is written."""
        found = [self.texts.get(word, set()) for word in words(query)]
        return bool(found) and bool(set.intersection(*found))

    def is_word(self, word: str) -> bool:
        """Whether the catalogue uses a word, so that it cannot be told from a slip."""
        folded = plain(word)
        return bool(self.titles[folded]) or len(self.texts.get(folded, ())) >= WORD_TEXTS

    def count(self, phrase: str) -> int:
        """How many titles have a word, or two side by side."""
        return self.titles[plain(phrase)]

    def phrases(self, rng: random.Random, found: re.Pattern[str], *, french: bool = False) -> Iterator[str]:
        """Something that a title says, with the noun that it says it of: "self-cleaning range", in drawn order."""
        seen: set[str] = set()
        for item in rng.sample(self.items, len(self.items)):
            for segment in _SEGMENTS.split(item.title_fr if french else item.title):
                match = found.search(segment)
                if match is None:
                    continue
                noun = head(segment[match.end() :])
                phrase = " ".join(filter(None, (match[0].strip().lower(), noun)))
                if noun and phrase not in seen:
                    seen.add(phrase)
                    yield phrase
                break

    def runs(self, rng: random.Random, length: int, *, french: bool = False) -> Iterator[str]:
        """So many words that stand side by side in a title and do not begin or end with a little word."""
        seen: set[str] = set()
        for item in rng.sample(self.items, len(self.items)):
            segments = _SEGMENTS.split((item.title_fr if french else item.title).lower())
            segment = rng.choice(segments).split()
            if len(segment) < length:
                continue
            start = rng.randrange(len(segment) - length + 1)
            run = segment[start : start + length]
            phrase = " ".join(run)
            if phrase in seen or run[0] in _LITTLE or run[-1] in _LITTLE or not all(w.isalpha() for w in run):
                continue
            seen.add(phrase)
            yield phrase


def plain(text: str) -> str:
    """Lower case without accents: the suites' own folding, which owes nothing to what is measured."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    return _WORD.findall(plain(text))


def squashed(text: str) -> str:
    """Letters and digits alone, as whoever reads a model number aloud gives them."""
    return "".join(words(text))


def head(segment: str) -> str:
    """The last word of letters alone: in English what the thing is."""
    said = [word for word in segment.lower().split() if word.isalpha() and word not in _LITTLE]
    return said[-1] if said else ""


def _clean(text: str) -> str:
    unescaped = html.unescape(text)
    return " ".join(_MARKS.sub(" ", _INCH_MARK.sub(" inch", unescaped)).split())
