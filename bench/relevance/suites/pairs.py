"""Other names for a thing, written by hand in pairs_*.toml: jargon and synonyms, with what a right product must be."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from bench.relevance.cases import Answer, Scored
from bench.relevance.catalogue import Catalogue, Item, plain
from bench.relevance.metrics import share
from bench.relevance.split import half_of
from bench.relevance.suites.real import told

SUITE = "jargon and synonyms"


@dataclass(frozen=True)
class Right:
    """What a right product is, as the lists write it: "form|form + form - form". pairs_en.toml explains the forms."""

    text: str

    @cached_property
    def _groups(self) -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
        with_, _, without = self.text.partition(" - ")
        return (
            tuple(_any_of(group) for group in with_.split(" + ")),
            tuple(_any_of(form) for form in without.split("|") if form.strip()),
        )

    def fits(self, item: Item) -> bool:
        said = f"{_spaced(item.title)} | {_spaced(item.title_fr)} | {_category(item.category)}"
        needed, unwanted = self._groups
        if item.is_media and "@" not in self.text:
            return False
        return all(form.search(said) for form in needed) and not any(form.search(said) for form in unwanted)


@dataclass(frozen=True)
class Pair:
    """A query and the products that are right for it."""

    language: str
    query: str
    right: Right
    catalogue: Catalogue

    @property
    def queries(self) -> tuple[str, ...]:
        return (self.query,)

    def judge(self, answers: Sequence[Answer]) -> Scored:
        (answer,) = answers
        items = [self.catalogue.by_sku[sku] for sku in answer.skus]
        fitting = [self.right.fits(item) for item in items]
        first = float(fitting[:1] == [True])
        scores = {"recall10": float(any(fitting)), "right_p10": share(fitting), "first_place": first}
        story = f"(wanted: {self.right.text}) {told(answer, items)}"
        return Scored(f"{self.language}|{self.query}", half_of(self.query), (self.language,), scores, story)


def read_pairs(language: str) -> dict[str, str]:
    """The hand-made list of one language: query to what is right."""
    raw = tomllib.loads(files("bench.relevance").joinpath(f"pairs_{language}.toml").read_text("utf-8"))
    return {query: right for topic in raw.values() for query, right in topic.items()}


def pair_cases(language: str, catalogue: Catalogue) -> list[Pair]:
    return [Pair(language, query, Right(right), catalogue) for query, right in read_pairs(language).items()]


def unanswerable(cases: Sequence[Pair]) -> list[str]:
    """Queries for which the catalogue has nothing right: a mistake of the list."""
    return [case.query for case in cases if not any(case.right.fits(item) for item in case.catalogue.items)]


def _any_of(forms: str) -> re.Pattern[str]:
    return re.compile("|".join(map(_pattern, forms.split("|"))))


def _pattern(form: str) -> str:
    if form.strip().startswith("@"):
        return re.escape(_category(form.strip().removeprefix("@")))
    said = re.escape(_spaced(form.strip().rstrip("*")))
    return rf"(?<!\w){said}" + ("" if form.strip().endswith("*") else r"(?:e?s)?(?!\w)")


def _category(name: str) -> str:
    """In one piece, so that its words are not taken for those of a title."""
    return "@" + _spaced(name).replace(" ", "_") + "@"


def _spaced(text: str) -> str:
    return " ".join(plain(text).replace("-", " ").replace("’", "'").split())
