"""A query written in another way: how much of the clean query's own answer is left. And real words are left alone."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from bench.relevance.cases import Answer, Scored
from bench.relevance.catalogue import Catalogue, head
from bench.relevance.metrics import kept_ndcg, same_items
from bench.relevance.split import half_of
from bench.relevance.suites.real import told
from bench.relevance.variants import compounds, spellings, typos, units
from bench.relevance.variants.variant import Variant

SUITE, WORDS_SUITE = "other ways to write it", "real words"
SEED = 2026
RARE_TITLES = 2

Make = Callable[[str, random.Random], Iterable[Variant]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A variant beside its clean query."""

    variant: Variant
    catalogue: Catalogue

    @property
    def queries(self) -> tuple[str, ...]:
        return (self.variant.clean, self.variant.text)

    def judge(self, answers: Sequence[Answer]) -> Scored | None:
        clean, answer = answers
        if not clean.skus:
            return None
        made = self.variant
        scores = {"kept_ndcg10": kept_ndcg(answer.skus, clean.skus), "same_top10": same_items(answer.skus, clean.skus)}
        items = [self.catalogue.by_sku[sku] for sku in answer.skus]
        groups = (made.kind, f"{made.kind}: {made.how}")
        story = f"({made.how} of {made.clean!r}, {clean.tier}, {clean.total}) {told(answer, items)}, {answer.total}"
        return Scored(f"{made.kind}|{made.clean}|{made.text}", half_of(made.clean), groups, scores, story, made.clean)


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A query of words that stand in titles."""

    query: str
    group: str

    @property
    def queries(self) -> tuple[str, ...]:
        return (self.query,)

    def judge(self, answers: Sequence[Answer]) -> Scored:
        (answer,) = answers
        score = {"left_alone": float(answer.corrected is None)}
        story = f"({self.group}) corrected to {answer.corrected!r}" if answer.corrected else ""
        return Scored(f"{self.group}|{self.query}", half_of(self.query), ("all", self.group), score, story)


def kept_cases(catalogue: Catalogue, searches: Sequence[str], *, size: int) -> list[Kept]:
    """Variants of about `size` clean queries of each kind: real searches, and phrases of titles."""
    made = chain(
        _of_each(_clean_words(catalogue, searches, size), lambda q, rng: typos.typos(q, rng, catalogue.is_word)),
        _of_each(_clean_words(catalogue, searches, size // 2), spellings.case),
        _of_each(_accented(catalogue, searches, size // 2), spellings.accents),
        _of_each(_phrases(catalogue, re.compile(r"\S+ & \S+|\S*\w['’]s\b|\S+"), size // 3), spellings.entities),
        _of_each(_phrases(catalogue, re.compile(r"\b\w+'s\b(?: \w+)?"), size // 3), spellings.possessives),
        _of_each(
            _phrases(catalogue, re.compile(r"(?<![\w-])[^\W\d_]+(?:-[^\W\d_]+){1,2}(?![\w-])"), size // 2),
            lambda q, rng: compounds.hyphens(q, rng, catalogue.count),
        ),
        _compound_variants(catalogue, searches, size),
        _of_each(_measures(catalogue, size), units.units),
    )
    return [Kept(variant, catalogue) for variant in dict.fromkeys(made)]


def left_alone_cases(catalogue: Catalogue, searches: Sequence[str], *, size: int) -> list[LeftAlone]:
    """Words of titles by themselves, rare and common, two of them together, and real searches of title words."""
    rng = random.Random(f"words:{SEED}")
    known = sorted(word for word in catalogue.titles if word.isalpha() and len(word) >= typos.ONE_EDIT_LETTERS)
    rare = [word for word in known if catalogue.titles[word] < RARE_TITLES]
    common = [word for word in known if catalogue.titles[word] >= RARE_TITLES]
    found = [LeftAlone(word, "in one title") for word in _drawn(rare, size, rng)]
    found += [LeftAlone(word, "in several titles") for word in _drawn(common, size, rng)]
    found += [LeftAlone(run, "two of a title") for run in islice(catalogue.runs(rng, 2), size)]
    typed = [query for query in searches if query.isascii() and all(map(catalogue.count, query.split()))]
    return found + [LeftAlone(query, "real searches") for query in _drawn(typed, size, rng)]


def _of_each(queries: Iterable[str], make: Make) -> Iterator[Variant]:
    for query in queries:
        yield from make(query, random.Random(f"{SEED}:{query}"))


def _clean_words(catalogue: Catalogue, searches: Sequence[str], size: int) -> list[str]:
    """Two thirds real searches of which a product has every word, one third words side by side in a title."""
    rng = random.Random(f"clean:{SEED}")
    typed = [
        query
        for query in searches
        if query == query.lower() and query.replace(" ", "").isalpha() and catalogue.has_all(query)
    ]
    runs = chain(islice(catalogue.runs(rng, 2), size // 5), islice(catalogue.runs(rng, 3), size - size // 5))
    drawn = _drawn(typed, size * 2 // 3, rng)
    return drawn + list(islice(runs, size - len(drawn)))


def _accented(catalogue: Catalogue, searches: Sequence[str], size: int) -> list[str]:
    """Phrases of titles with accents first, then queries without any, to which one is added."""
    rng = random.Random(f"accents:{SEED}")
    marked = re.compile(r"\w*[à-öø-ÿœ]\w*", re.IGNORECASE)
    own = islice(catalogue.phrases(rng, marked), size // 2)
    french = islice(catalogue.phrases(rng, marked, french=True), size // 2)
    found = [*own, *french]
    return found + _clean_words(catalogue, searches, max(0, size - len(found)))


def _phrases(catalogue: Catalogue, found: re.Pattern[str], size: int) -> list[str]:
    return list(islice(catalogue.phrases(random.Random(f"{found.pattern}:{SEED}"), found), size))


def _compound_variants(catalogue: Catalogue, searches: Sequence[str], size: int) -> Iterator[Variant]:
    rng = random.Random(f"compounds:{SEED}")
    typed = _drawn(
        [query for query in searches if query == query.lower() and catalogue.has_all(query)], len(searches), rng
    )
    pool = list(chain(typed, islice(catalogue.runs(rng, 2), size * 10)))
    for make in (compounds.torn, compounds.joined):
        varied = (list(make(query, rng, catalogue.count)) for query in pool)
        yield from chain.from_iterable(islice((each for each in varied if each), size // 2))


def _measures(catalogue: Catalogue, size: int) -> list[str]:
    """A measure and the noun that a title says it of, about as many of each unit: `55" hdtv`."""
    rng = random.Random(f"units:{SEED}")
    wanted = max(1, size // len(units.ALL_UNITS))
    counts: dict[str, int] = {}
    found: dict[str, None] = {}
    things = [item for item in catalogue.items if not item.is_media]
    for item in rng.sample(things, len(things)):
        for title in filter(None, (item.title, item.title_fr)):
            measure = units.find_measure(title)
            if measure is None:
                continue
            unit, match = measure
            noun = head(re.split(r"\s[-–|]\s", title[match.end() :])[0])
            if noun and counts.get(unit.name, 0) < wanted:
                counts[unit.name] = counts.get(unit.name, 0) + 1
                found[f"{unit.ways[0].format(n=match[1])} {noun}"] = None
    times = re.compile(r"(?<![\w.])\d+\s?[x×]\s?\d+(?![\w.])", re.IGNORECASE)
    return [*found, *_phrases(catalogue, times, wanted)]


def _drawn(pool: Sequence[str], size: int, rng: random.Random) -> list[str]:
    return rng.sample(pool, min(size, len(pool)))
